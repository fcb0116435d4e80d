//! When a container instance has a trunk, could have one, can't, and when nobody can say.

use awsvpc_auditor_engine::headroom::TrunkStep::{
    self, AllowInAgent, CheckSetting, EnableSetting, Replace, SwitchOffResourceNameDns, UpdateAgent,
};
use awsvpc_auditor_engine::headroom::Trunking;
use serde_json::{Value, json};

use crate::account::{Account, account};
use crate::machine::{Machine, machine};

use Expected::{Cannot, Has, Unknown};

/// What is decided, in short; of what is missing, whether it says this.
#[derive(Debug)]
enum Expected {
    Has,
    Could(Vec<TrunkStep>, u32),
    Cannot(&'static str),
    Unknown(&'static str),
}

impl Expected {
    fn is_met_by(&self, trunking: &Trunking) -> bool {
        match (self, trunking) {
            (Self::Has, Trunking::Has) => true,
            (Self::Could(steps, tasks), Trunking::Could { steps: s, tasks: t }) => {
                steps == s && tasks == t
            }
            (Self::Cannot(why), Trunking::Cannot(obstacle)) => obstacle.text().contains(why),
            (Self::Unknown(why), Trunking::Unknown(missing)) => missing.to_string().contains(why),
            _ => false,
        }
    }
}

fn setting(value: &str) -> Account {
    account().only(
        "settings",
        json!([{"name": "awsvpcTrunking", "value": value}]),
    )
}

/// An account whose subnets belong to another one.
fn in_shared_subnets() -> Account {
    let shared = json!({"SubnetId": "subnet-a", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24",
                        "AvailabilityZone": "eu-west-1a", "OwnerId": "999999999999"});
    setting("enabled").only("Subnets", json!([shared]))
}

fn agent(version: &Value) -> Machine {
    machine("x").ecs(&json!({ "versionInfo": version }))
}

fn resource_names() -> Value {
    json!({"PrivateDnsNameOptions": {"HostnameType": "resource-name", "EnableResourceNameDnsARecord": true}})
}

fn on() -> Account {
    setting("enabled")
}

type Row = (&'static str, Account, Machine, Expected);

fn has_one() -> Vec<Row> {
    let trunked = || plain().with_trunk();
    let windows = trunked().set("ecs.os-type", "windows");
    let incapable = trunked().lacks("ecs.capability.task-eni-trunking");
    vec![
        ("it has one", on(), trunked(), Has),
        ("switched off since", setting("disabled"), trunked(), Has),
        (
            "an excluded type",
            on(),
            trunked().of_type("c5n.large"),
            Has,
        ),
        (
            "a type unheard of",
            on(),
            trunked().of_type("x99.large"),
            Has,
        ),
        ("Windows, it says", on(), windows, Has),
        ("a shared subnet", in_shared_subnets(), trunked(), Has),
        ("without the capability", on(), incapable, Has),
        (
            "setting not observed",
            account().unobserved("settings"),
            trunked(),
            Has,
        ),
    ]
}

fn plain() -> Machine {
    machine("x")
}

fn old() -> Machine {
    agent(&json!({"agentVersion": "1.28.0"}))
}

fn version(number: &str) -> Machine {
    agent(&json!({ "agentVersion": number }))
}

fn could(steps: &[TrunkStep]) -> Expected {
    Expected::Could(steps.to_vec(), 10)
}

fn by_setting() -> Vec<Row> {
    let opt_in = [EnableSetting, Replace];
    let look = [CheckSetting, Replace];
    let unobserved = account().unobserved("settings");
    let no_subnet = on().only("Subnets", json!([]));
    let larger = plain().of_type("m5.xlarge");
    let twenty = Expected::Could(vec![Replace], 20);
    vec![
        ("before the opt-in", on(), plain(), could(&[Replace])),
        (
            "on, in old words",
            setting("on"),
            plain(),
            could(&[Replace]),
        ),
        ("off", setting("disabled"), plain(), could(&opt_in)),
        ("off, in old words", setting("off"), plain(), could(&opt_in)),
        ("not listed", account(), plain(), could(&look)),
        ("not observed", unobserved, plain(), could(&look)),
        (
            "denied",
            account().denied("settings"),
            plain(),
            could(&look),
        ),
        ("a larger type", on(), larger, twenty),
        ("EC2 not asked", on(), plain().unseen(), could(&[Replace])),
        (
            "subnet not described",
            no_subnet,
            plain(),
            could(&[Replace]),
        ),
    ]
}

fn by_agent_and_names() -> Vec<Row> {
    let capability = "ecs.capability.task-eni-trunking";
    let update = [UpdateAgent, Replace];
    let switched_off = plain().lacks(capability);
    let named = plain().ec2(&resource_names());
    let all_off = old().ec2(&resource_names());
    let all = [
        EnableSetting,
        UpdateAgent,
        SwitchOffResourceNameDns,
        Replace,
    ];
    let neither = switched_off.clone().lacks("ecs.capability.task-eni");
    vec![
        ("an old agent", on(), old(), could(&update)),
        ("which can't", on(), old().lacks(capability), could(&update)),
        ("the first one", on(), version("1.28.1"), could(&[Replace])),
        ("a new one", on(), version("v2.0.0"), could(&[Replace])),
        ("none", on(), agent(&json!({})), could(&[Replace])),
        ("an unreadable one", on(), version("dev"), could(&[Replace])),
        (
            "switched off",
            on(),
            switched_off,
            could(&[AllowInAgent, Replace]),
        ),
        ("not described", on(), neither, could(&[Replace])),
        (
            "names by resource",
            on(),
            named,
            could(&[SwitchOffResourceNameDns, Replace]),
        ),
        (
            "everything at once",
            setting("disabled"),
            all_off,
            could(&all),
        ),
    ]
}

fn can_have_none() -> Vec<Row> {
    let windows = plain().set("ecs.os-type", "windows");
    let outside = plain().ecs(&json!({"ec2InstanceId": null}));
    let excluded = || plain().of_type("c5n.large");
    let no_type = plain().unseen().lacks("ecs.instance-type");
    let registered = plain().unseen().set("ecs.subnet-id", "subnet-a");
    let shared = in_shared_subnets;
    let is_excluded = || Cannot("c5n.large supports no trunk");
    let is_shared = || Cannot("subnet-a is shared");
    vec![
        ("Windows", on(), windows, Cannot("Windows")),
        ("outside AWS", on(), outside, Cannot("no EC2 instance")),
        ("an excluded type", on(), excluded(), is_excluded()),
        (
            "burstable",
            on(),
            plain().of_type("t3.medium"),
            Cannot("t3.medium supports no trunk"),
        ),
        ("a shared subnet", shared(), plain(), is_shared()),
        (
            "as the registration names it",
            shared(),
            registered,
            is_shared(),
        ),
        ("both", shared(), excluded(), is_excluded()),
        (
            "contradictory",
            on(),
            plain().of_type("r5dn.16xlarge"),
            Unknown("says both"),
        ),
        (
            "unlisted",
            on(),
            plain().of_type("c7i.32xlarge"),
            Unknown("doesn't list it"),
        ),
        (
            "unheard of",
            on(),
            plain().of_type("x99.large"),
            Unknown("doesn't list it"),
        ),
        ("no type", on(), no_type, Unknown("the instance type of x")),
    ]
}

#[test]
fn an_instance_has_a_trunk_or_could_or_can_not() {
    let rows = [
        has_one(),
        by_setting(),
        by_agent_and_names(),
        can_have_none(),
    ];
    for (name, account, machine, expected) in rows.into_iter().flatten() {
        let trunking = account.machine(machine).host(|host| host.trunking.clone());
        assert!(
            expected.is_met_by(&trunking),
            "{name}: {trunking:?} instead of {expected:?}"
        );
    }
}
