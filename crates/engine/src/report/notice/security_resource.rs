use serde::Serialize;

use super::machine_v1::{FindingV1, NoticeV1, SubjectV1};
use super::security_finding::NAME;
use super::words::cut;

/// The most resources of a finding.
const MOST: usize = 32;

/// Something that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SecurityResource {
    /// Security Hub's name for its kind; `Other` for what has none.
    /// <https://docs.aws.amazon.com/securityhub/latest/userguide/asff-resources.html>
    pub r#type: &'static str,
    /// Its ARN, or what AWS calls it; at most 512 characters.
    pub id: String,
    /// The region that it is in.
    pub region: String,
}

/// Components that have ids of their own: what the id begins with, EC2's word in ARNs, and Security
/// Hub's name.
const COMPONENTS: [(&str, &str, &str); 13] = [
    ("sg-", "security-group", "AwsEc2SecurityGroup"),
    ("subnet-", "subnet", "AwsEc2Subnet"),
    ("rtb-", "route-table", "AwsEc2RouteTable"),
    ("acl-", "network-acl", "AwsEc2NetworkAcl"),
    ("eni-", "network-interface", "AwsEc2NetworkInterface"),
    ("vpc-", "vpc", "AwsEc2Vpc"),
    ("i-", "instance", "AwsEc2Instance"),
    ("tgw-", "transit-gateway", "AwsEc2TransitGateway"),
    (
        "pcx-",
        "vpc-peering-connection",
        "AwsEc2VpcPeeringConnection",
    ),
    ("vpce-", "vpc-endpoint", "Other"),
    ("nat-", "natgateway", "Other"),
    ("igw-", "internet-gateway", "Other"),
    ("eigw-", "egress-only-internet-gateway", "Other"),
];

/// Whose tasks, what stops them, and a task; the account where there is nothing else.
pub(super) fn resources(notice: &NoticeV1, finding: &FindingV1) -> Vec<SecurityResource> {
    let subject = &notice.subject;
    let own = component(subject, &finding.resource);
    let blockers = finding.explanations.iter();
    let blockers = blockers.filter_map(|blocker| component(subject, &blocker.component));
    let task = notice.example_task.iter().filter(|arn| !arn.is_empty());
    let task = task.map(|arn| resource(subject, "AwsEcsTask", arn));
    let mut all: Vec<SecurityResource> = Vec::new();
    for one in owner(subject)
        .into_iter()
        .chain(own)
        .chain(blockers)
        .chain(task)
    {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    if all.is_empty() {
        let account = format!("AWS::::Account:{}", subject.account);
        all.push(resource(subject, "AwsAccount", &account));
    }
    all.truncate(MOST);
    all
}

/// The service. A family is only told by its name, which is in the title.
fn owner(subject: &SubjectV1) -> Option<SecurityResource> {
    let cluster = subject.cluster.as_ref()?;
    let service = subject.owner.as_ref()?.strip_prefix("service:")?;
    let (partition, region) = (partition(&subject.region), &subject.region);
    let account = &subject.account;
    let arn = format!("arn:{partition}:ecs:{region}:{account}:service/{cluster}/{service}");
    Some(resource(subject, "AwsEcsService", &arn))
}

/// A component of the network. That it belongs to the subject's account is an assumption: of a subnet
/// that is shared by another account, the message doesn't tell whose it is.
fn component(subject: &SubjectV1, id: &str) -> Option<SecurityResource> {
    let is_id = |rest: &str| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric());
    let known = COMPONENTS.iter();
    let mut known = known.filter(|(prefix, ..)| id.strip_prefix(prefix).is_some_and(is_id));
    let (_, word, kind) = known.next()?;
    let (partition, region) = (partition(&subject.region), &subject.region);
    let account = &subject.account;
    let arn = format!("arn:{partition}:ec2:{region}:{account}:{word}/{id}");
    Some(resource(subject, kind, &arn))
}

fn resource(subject: &SubjectV1, r#type: &'static str, id: &str) -> SecurityResource {
    SecurityResource {
        r#type,
        id: cut(id, NAME),
        region: subject.region.clone(),
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}
