# Every target is one or two lines; CONTRIBUTING.md says what each is for.
CARGO ?= cargo
STACK ?= awsvpc-auditor

.PHONY: demo test lint bench fuzz build build-live deploy smoke local

# One set of packages and features for everything that compiles the AWS SDK: another compiles it anew.
FEATURES = --workspace --features awsvpc-auditor/aws
# SAM, cargo-lambda and the emulators, installed outside the clone.
TOOLS = AWSVPC_AUDITOR_TOOLS="$$(tests/tools)" && export AWSVPC_AUDITOR_TOOLS
# cargo-fuzz, outside the clone too.
FUZZ = $${XDG_CACHE_HOME:-$$HOME/.cache}/awsvpc-auditor/cargo-fuzz

demo: ## Audit a recorded task start, what an account has left, and a proposed change. All three find faults, so status 3 is right.
	@$(CARGO) run --locked --quiet --package awsvpc-auditor -- task --event events/ecs-task-running-fargate.json --snapshot demo; [ $$? -eq 3 ]
	@$(CARGO) run --locked --quiet --package awsvpc-auditor -- headroom --snapshot demo-headroom; [ $$? -eq 3 ]
	@$(CARGO) run --locked --quiet --package awsvpc-auditor -- service --cluster shop --service checkout --snapshot demo \
	  --with 'aws ec2 revoke-security-group-ingress --group-id sg-0c0ec00000000c0ec --protocol tcp --port 8080 --source-group sg-0a1b000000000a1b0'; [ $$? -eq 3 ]

test: ## Everything that must hold. What the tests need is fetched, and kept outside the clone.
	$(TOOLS) && $(CARGO) test --locked $(FEATURES) --lib --bins --tests --examples

lint: ## Formatting and clippy, warnings denied.
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked $(FEATURES) --all-targets -- -D warnings
	$(CARGO) clippy --locked --package awsvpc-auditor -- -D warnings

bench: ## The budgets: the engine's time; the function's size, start, memory and calls.
	$(CARGO) bench --locked --package awsvpc-auditor-engine
	$(TOOLS) && $(CARGO) test --locked $(FEATURES) --bench lambda --test function storm -- --nocapture

fuzz: ## A minute of any bytes as the text of a container definition. Stable Rust will do.
	[ -x "$(FUZZ)/bin/cargo-fuzz" ] || $(CARGO) install --locked --version 0.13.2 --root "$(FUZZ)" cargo-fuzz
	PATH="$(FUZZ)/bin:$$PATH" RUSTC_BOOTSTRAP=1 $(CARGO) fuzz run --sanitizer none dependency_text -- -max_total_time=60 -timeout=5

build: ## The command line, for use on saved output: small, and built in half a minute.
	$(CARGO) build --locked --release --package awsvpc-auditor

build-live: ## The command line that asks AWS. The SDK takes minutes to compile.
	$(CARGO) build --locked --release --package awsvpc-auditor --features aws

deploy: ## The stack, into the account and region of the environment.
	$(TOOLS) && PATH="$$AWSVPC_AUDITOR_TOOLS:$$PATH" && sam build && sam deploy

smoke: ## Prove a deployed stack: a recorded event must bring an alert.
	$(TOOLS) && "$$AWSVPC_AUDITOR_TOOLS/python" tests/smoke $(STACK)

local: ## The stack in a local AWS, to play with until Ctrl-C.
	$(TOOLS) && $(CARGO) build --locked $(FEATURES) --example local && "$${CARGO_TARGET_DIR:-target}/debug/examples/local"
