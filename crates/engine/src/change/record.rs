use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::{Change, Reach, reach_of};

/// An "AWS API Call via CloudTrail" event, as EventBridge delivers it: a change that was made, where it
/// can change what reaches what.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeEvent {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The change; `None` for a call that failed, only reads, or can't change what reaches what.
    pub change: Option<Change>,
}

/// Why an event can't be read as a change.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// It isn't JSON, or not of the form that EventBridge gives it. What stands there isn't repeated:
    /// parameters of calls can hold secrets.
    #[error("line {line}, column {column}: not a call as CloudTrail records it")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It is an event of another kind.
    #[error(
        "this is a `{found}` event: expected `detail-type` to be `{}`",
        ChangeEvent::DETAIL_TYPE
    )]
    OtherKind {
        /// The kind it is of.
        found: String,
    },
}

impl From<serde_json::Error> for ChangeError {
    fn from(error: serde_json::Error) -> Self {
        Self::Malformed {
            line: error.line(),
            column: error.column(),
        }
    }
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "detail-type")]
    detail_type: String,
    account: String,
    region: String,
    detail: Value,
}

/// What of CloudTrail's record tells of a change.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_time: String,
    event_name: String,
    error_code: Option<String>,
    #[serde(default)]
    user_identity: UserIdentity,
    #[serde(default)]
    request_parameters: Value,
    #[serde(default)]
    response_elements: Value,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserIdentity {
    r#type: Option<String>,
    arn: Option<String>,
    invoked_by: Option<String>,
}

impl ChangeEvent {
    /// The `detail-type` of these events.
    pub const DETAIL_TYPE: &'static str = "AWS API Call via CloudTrail";

    /// Reads an event.
    pub fn parse(text: &str) -> Result<Self, ChangeError> {
        let envelope: Envelope = serde_json::from_str(text)?;
        if envelope.detail_type != Self::DETAIL_TYPE {
            let found = envelope.detail_type;
            return Err(ChangeError::OtherKind { found });
        }
        let record = Record::deserialize(envelope.detail)?;
        Ok(Self {
            account: envelope.account,
            region: envelope.region,
            change: record.change(),
        })
    }
}

impl Change {
    /// A change that CloudTrail's own record tells of, as `LookupEvents` gives it; `None` for a call
    /// that failed or can't change what reaches what.
    pub fn from_record(text: &str) -> Result<Option<Self>, ChangeError> {
        let record: Record = serde_json::from_str(text)?;
        Ok(record.change())
    }
}

impl Record {
    fn change(self) -> Option<Change> {
        let reach = reach_of(&self.event_name)?;
        if self.error_code.is_some() {
            return None;
        }
        let mut components = BTreeSet::new();
        if let Reach::Named(fields) = reach {
            for part in [&self.request_parameters, &self.response_elements] {
                collect(part, fields, &mut components);
            }
        }
        Some(Change {
            at: self.event_time,
            name: self.event_name,
            components,
            by: self.user_identity.name(),
        })
    }
}

impl UserIdentity {
    fn name(self) -> String {
        let known = self.arn.or(self.invoked_by).or(self.r#type);
        known.unwrap_or_else(|| "somebody whom CloudTrail doesn't name".to_owned())
    }
}

/// A rule's peers are groups too, and aren't changed.
const PEERS: [&str; 3] = ["groups", "ipPermissions", "referencedGroupInfo"];

/// The texts of these members, wherever they are: some calls wrap their parameters once more.
fn collect(value: &Value, fields: &[&str], found: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => {
            for value in values {
                collect(value, fields, found);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                if PEERS.iter().any(|peers| peers.eq_ignore_ascii_case(name)) {
                    continue;
                }
                match value.as_str() {
                    Some(text) if fields.iter().any(|field| field.eq_ignore_ascii_case(name)) => {
                        found.insert(text.to_owned());
                    }
                    Some(_) => {}
                    None => collect(value, fields, found),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Change, ChangeEvent};

    fn record(name: &str, parameters: &Value, answer: &Value) -> Value {
        json!({
            "eventTime": "2026-11-20T16:58:03Z",
            "eventName": name,
            "userIdentity": { "type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/admin/ann" },
            "requestParameters": parameters,
            "responseElements": answer,
        })
    }

    fn components(name: &str, parameters: &Value, answer: &Value) -> Vec<String> {
        let record = record(name, parameters, answer).to_string();
        let change = Change::from_record(&record).unwrap().unwrap();
        change.components.into_iter().collect()
    }

    #[test]
    fn a_change_names_what_it_changes_and_nothing_else() {
        let peers = json!({ "items": [{ "groups": { "items": [{ "groupId": "sg-peer" }] } }] });
        for (name, parameters, answer, expected) in [
            (
                "RevokeSecurityGroupIngress",
                json!({ "groupId": "sg-1", "ipPermissions": peers }),
                json!({ "_return": true, "securityGroupRuleSet": { "items": [
                    { "groupId": "sg-1", "referencedGroupInfo": { "groupId": "sg-peer" } },
                ] } }),
                ["sg-1"].as_slice(),
            ),
            (
                "ModifySecurityGroupRules",
                json!({ "ModifySecurityGroupRulesRequest": { "GroupId": "sg-1", "SecurityGroupRule": {} } }),
                json!(null),
                &["sg-1"],
            ),
            (
                "ReplaceNetworkAclAssociation",
                json!({ "associationId": "aclassoc-old", "networkAclId": "acl-1" }),
                json!({ "newAssociationId": "aclassoc-new" }),
                &["aclassoc-new"],
            ),
            (
                "CreateVpcEndpoint",
                json!({ "CreateVpcEndpointRequest": { "VpcId": "vpc-1" } }),
                json!({ "CreateVpcEndpointResponse": { "vpcEndpoint": { "vpcId": "vpc-1" } } }),
                &["vpc-1"],
            ),
            (
                "AttachInternetGateway",
                json!({ "internetGatewayId": "igw-1", "vpcId": "vpc-1" }),
                json!(null),
                &["igw-1", "vpc-1"],
            ),
            (
                "DisassociateRouteTable",
                json!({ "associationId": "rtbassoc-1" }),
                json!(null),
                &[],
            ),
        ] {
            assert_eq!(components(name, &parameters, &answer), expected, "{name}");
        }
    }

    #[test]
    fn a_call_that_failed_or_reads_is_no_change() {
        let mut failed = record(
            "DeleteRoute",
            &json!({ "routeTableId": "rtb-1" }),
            &json!(null),
        );
        failed["errorCode"] = "Client.UnauthorizedOperation".into();
        let reads = record("DescribeRouteTables", &json!({}), &json!(null));
        for record in [failed, reads] {
            assert_eq!(Change::from_record(&record.to_string()).unwrap(), None);
        }
    }

    #[test]
    fn an_event_says_who_did_it_where_and_when() {
        let text = include_str!("../../../../events/cloudtrail-revoke-security-group-ingress.json");
        let event = ChangeEvent::parse(text).unwrap();
        assert_eq!(
            (event.account.as_str(), event.region.as_str()),
            ("123456789012", "eu-central-1")
        );
        assert_eq!(
            event.change.unwrap().to_string(),
            "RevokeSecurityGroupIngress on sg-0c0ec00000000c0ec by \
             arn:aws:sts::123456789012:assumed-role/admin/ann at 2026-11-20T16:58:03Z"
        );
    }

    #[test]
    fn who_has_no_arn_is_named_as_far_as_is_known() {
        for (identity, expected) in [
            (
                json!({ "type": "AWSService", "invokedBy": "eks.amazonaws.com" }),
                "eks.amazonaws.com",
            ),
            (json!({ "type": "Unknown" }), "Unknown"),
            (json!({}), "somebody whom CloudTrail doesn't name"),
        ] {
            let mut record = record("DeleteRoute", &json!({}), &json!(null));
            record["userIdentity"] = identity;
            let change = Change::from_record(&record.to_string()).unwrap().unwrap();
            assert_eq!(change.by, expected);
        }
    }

    #[test]
    fn what_can_t_be_read_is_refused_without_repeating_it() {
        let secret = "not-for-anybody-to-see";
        let wrong = json!({ "detail-type": ChangeEvent::DETAIL_TYPE, "account": "1", "region": "r",
            "detail": { "eventTime": [secret], "eventName": secret } });
        let error = ChangeEvent::parse(&wrong.to_string())
            .unwrap_err()
            .to_string();
        assert!(
            !error.contains(secret) && error.contains("as CloudTrail records it"),
            "{error}"
        );
        let other = json!({ "detail-type": "ECS Task State Change", "account": "1", "region": "r",
            "detail": {} });
        let error = ChangeEvent::parse(&other.to_string())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("expected `detail-type` to be `AWS API Call via CloudTrail`"),
            "{error}"
        );
    }
}
