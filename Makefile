# Every target is one or two lines; CONTRIBUTING.md says what each is for.
CARGO ?= cargo
# One set of features for everything that compiles the AWS SDK: another set would compile it again.
FEATURES = --features awsvpc-auditor/aws

.PHONY: demo test lint bench build

demo: ## Audit a recorded task start against a saved account. The report lists failures, so status 3 is right.
	@$(CARGO) run --locked --quiet --package awsvpc-auditor -- task --event events/ecs-task-running-fargate.json --snapshot demo; [ $$? -eq 3 ]

test: ## Everything that must hold: Cargo fetches what the tests need.
	$(CARGO) test --locked --workspace --all-targets $(FEATURES)

lint: ## Formatting and clippy, warnings denied.
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets $(FEATURES) -- -D warnings
	$(CARGO) clippy --locked --package awsvpc-auditor -- -D warnings

bench: ## The engine's budgets: one audit in a VPC of 1,000 interfaces and 500 security groups.
	$(CARGO) bench --locked --package awsvpc-auditor-engine

build: ## The command line, for use.
	$(CARGO) build --locked --release --package awsvpc-auditor
