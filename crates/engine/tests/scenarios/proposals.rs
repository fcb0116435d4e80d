//! Changes that somebody proposes to a healthy shop, and what a gate says of them.

use awsvpc_auditor_engine::checks::{self, Effect, Subject};
use awsvpc_auditor_engine::facts::Snapshot;
use awsvpc_auditor_engine::proposal::{Proposal, ProposalError};

use super::account::Account;

const WEB: (&str, &str) = ("web-behind-a-load-balancer", "web");
const API: (&str, &str) = ("private-subnets-with-endpoints-only", "api");

/// What a proposed change breaks, by check.
fn breaks(
    (folder, service): (&str, &str),
    command: &str,
) -> Result<Vec<&'static str>, ProposalError> {
    let snapshot = Account::read(folder).snapshot();
    let after = command.parse::<Proposal>()?.apply(&snapshot)?;
    let report = |facts| {
        let subject = Subject::service_named(facts, "shop", service).unwrap();
        checks::run(facts, subject)
    };
    let (before, after) = (report(&snapshot), report(&after));
    let effect = Effect::between(&before, &after);
    assert!(effect.unclear.is_empty(), "{command}: {:?}", effect.unclear);
    let mut broken: Vec<_> = effect.broken.iter().map(|one| one.check.id).collect();
    broken.sort_unstable();
    broken.dedup();
    Ok(broken)
}

#[test]
fn harm_is_caught_and_harmless_changes_pass() {
    for (shop, command, expected) in [
        (
            WEB,
            "aws ec2 revoke-security-group-ingress --group-id sg-db --protocol tcp --port 5432 --source-group sg-web",
            vec!["dependency-unreachable"],
        ),
        (
            WEB,
            "aws ec2 revoke-security-group-ingress --group-id sg-web --protocol tcp --port 8080 --source-group sg-alb",
            vec!["load-balancer-cannot-reach-task"],
        ),
        (
            WEB,
            "aws ec2 authorize-security-group-ingress --group-id sg-db --protocol tcp --port 5432 --cidr 10.10.99.0/24",
            vec![],
        ),
        (
            WEB,
            "aws ec2 create-network-acl-entry --network-acl-id acl-data --rule-number 1 --ingress \
             --protocol tcp --port-range From=5432,To=5432 --cidr-block 10.10.10.0/23 --rule-action deny",
            vec!["dependency-unreachable"],
        ),
        (
            WEB,
            "aws ec2 create-network-acl-entry --network-acl-id acl-data --rule-number 1 --ingress \
             --protocol tcp --port-range From=3306,To=3306 --cidr-block 10.10.10.0/23 --rule-action deny",
            vec![],
        ),
        (
            API,
            "aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-logs --no-private-dns-enabled",
            vec!["aws-endpoint-unreachable", "endpoint-private-dns-disabled"],
        ),
        (
            API,
            "aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-s3 --remove-route-table-ids rtb-app",
            vec!["aws-endpoint-unreachable"],
        ),
        (
            API,
            "aws ec2 modify-vpc-attribute --vpc-id vpc-shop --enable-dns-support Value=false",
            vec!["aws-endpoint-unreachable", "vpc-dns-support-disabled"],
        ),
        (
            API,
            r#"aws ec2 modify-vpc-attribute --vpc-id vpc-shop --enable-dns-support '{"Value":true}'"#,
            vec![],
        ),
    ] {
        assert_eq!(breaks(shop, command).as_ref(), Ok(&expected), "{command}");
    }
}

/// What failed for some and now fails for all reads otherwise, and what grew isn't mended.
#[test]
fn a_partial_fault_that_becomes_total_is_no_pass() {
    let mut account = Account::read(WEB.0);
    account.delete_route("rtb-app-a", "0.0.0.0/0");
    let before = account.snapshot();
    let command =
        "aws ec2 delete-route --route-table-id rtb-app-b --destination-cidr-block 0.0.0.0/0";
    let after = command.parse::<Proposal>().unwrap().apply(&before).unwrap();
    let report = |facts| {
        let subject = Subject::service_named(facts, "shop", WEB.1).unwrap();
        checks::run(facts, subject)
    };
    let (before, after) = (report(&before), report(&after));
    let effect = Effect::between(&before, &after);
    assert!(!effect.broken.is_empty(), "{effect:?}");
    let mended: Vec<_> = effect.mended.iter().map(|one| one.check.id).collect();
    assert!(!mended.contains(&"no-internet-route"), "{mended:?}");
}

#[test]
fn a_route_that_is_taken_away_breaks_what_it_carried() {
    let command =
        "aws ec2 delete-route --route-table-id rtb-app-a --destination-cidr-block 0.0.0.0/0";
    let broken = breaks(WEB, command).unwrap();
    for check in [
        "aws-endpoint-unreachable",
        "no-internet-route",
        "subnets-routed-differently",
    ] {
        assert!(broken.contains(&check), "{broken:?}");
    }
}

/// A group that keeps one call in already may not keep in another.
#[test]
fn a_fault_that_reads_otherwise_is_no_pass() {
    let mut account = Account::read(API.0);
    account.revoke_peer("sg-api", 443, "pl-s3");
    let before = account.snapshot();
    let command = "aws ec2 revoke-security-group-egress --group-id sg-api --ip-permissions \
        IpProtocol=tcp,FromPort=443,ToPort=443,UserIdGroupPairs=[{GroupId=sg-endpoints}]";
    let after = command.parse::<Proposal>().unwrap().apply(&before).unwrap();
    let report = |facts| {
        let subject = Subject::service_named(facts, "shop", API.1).unwrap();
        checks::run(facts, subject)
    };
    let (before, after) = (report(&before), report(&after));
    let effect = Effect::between(&before, &after);
    let changed: Vec<_> = effect.changed.iter().map(|one| one.check.id).collect();
    assert_eq!(changed, ["egress-over-restricted"]);
}

/// What is given and taken back changes nothing.
#[test]
fn what_is_taken_back_leaves_no_trace() {
    let rule = "--group-id sg-db --protocol tcp --port 6000-6010 --cidr 10.0.0.0/8";
    let snapshot = Account::read(WEB.0).snapshot();
    let apply = |facts: &Snapshot, verb: &str| {
        let command = format!("aws ec2 {verb}-security-group-ingress {rule}");
        command.parse::<Proposal>().unwrap().apply(facts).unwrap()
    };
    let given = apply(&snapshot, "authorize");
    let taken = apply(&given, "revoke");
    let rules = |facts: &Snapshot| {
        let group = facts
            .security_groups
            .get(&"sg-db".parse().unwrap())
            .unwrap();
        format!("{:?}", group.ip_permissions)
    };
    assert_ne!(rules(&given), rules(&snapshot));
    assert_eq!(rules(&taken), rules(&snapshot));
}

#[test]
fn what_can_t_be_judged_is_said() {
    for (command, words) in [
        (
            "aws s3 ls",
            "expected one of: aws ec2 authorize-security-group-ingress",
        ),
        ("terraform apply", "expected one of"),
        (
            "aws ec2 delete-route --route-table-id 'rtb",
            "quotation mark",
        ),
        (
            "aws ec2 delete-route --route-table-id rtb-app-a",
            "--destination-cidr-block is missing",
        ),
        (
            "aws ec2 delete-route --route-table-id sg-1 --destination-cidr-block 0.0.0.0/0",
            "--route-table-id: ",
        ),
        (
            "aws ec2 delete-route --route-table-id rtb-9 --destination-cidr-block 0.0.0.0/0",
            "rtb-9 is not among the facts",
        ),
        (
            "aws ec2 delete-route --route-table-id rtb-app-a --destination-cidr-block 10.99.0.0/16",
            "rtb-app-a has no such route",
        ),
        (
            "aws ec2 revoke-security-group-ingress --group-id sg-db --protocol tcp --port 1 --cidr 10.0.0.0/8",
            "sg-db has no such rule",
        ),
        (
            "aws ec2 revoke-security-group-ingress --group-id sg-db --security-group-rule-ids sgr-1",
            "--protocol is missing",
        ),
        (
            "aws ec2 revoke-security-group-ingress --group-id sg-db --protocol tcp --port x --cidr 10.0.0.0/8",
            "`x` is no port or range",
        ),
        (
            "aws ec2 revoke-security-group-ingress --group-id sg-db --protocol tcp --port 1 --cidr nowhere",
            "--ip-permissions: ",
        ),
        (
            "aws ecs update-service --cluster shop --service web --placement-strategy type=random",
            "--placement-strategy isn't known of `update-service` here",
        ),
        (
            "aws ecs update-service --cluster shop --service nobody --enable-execute-command",
            "service nobody of cluster shop is not among the facts",
        ),
        (
            "aws ecs update-service --cluster shop --service web --network-configuration {}",
            "--network-configuration: `awsvpcConfiguration` is missing",
        ),
        (
            "aws ec2 modify-vpc-attribute --vpc-id vpc-shop --enable-dns-support maybe",
            "--enable-dns-support: ",
        ),
    ] {
        let error = breaks(WEB, command).unwrap_err().to_string();
        assert!(error.contains(words), "{command}: {error}");
    }
}
