//! The quotas that tasks in awsvpc mode run into.

use aws_sdk_servicequotas::types::ServiceQuota;
use awsvpc_auditor_engine::facts::FactKind;
use futures_util::future::join_all;

use super::Region;
use crate::document::Document;
use crate::findings::{Answer, Findings};
use crate::pace::Bucket;
use crate::trouble::Trouble;

/// Network interfaces, and the vCPUs of Fargate and Fargate Spot: service and code.
/// <https://docs.aws.amazon.com/general/latest/gr/ecs-service.html>
const QUOTAS: [(&str, &str); 3] = [
    ("vpc", "L-DF5E4CA3"),
    ("fargate", "L-3032A538"),
    ("fargate", "L-36FBB829"),
];

/// What Service Quotas says about a quota that it doesn't know, or knows only AWS's value of.
const UNKNOWN: &str = "NoSuchResourceException";

impl Region<'_> {
    /// The account's own values, and where there are none, what AWS starts everybody with.
    pub(super) async fn quotas(self) -> Findings {
        let all = QUOTAS.map(|(service, code)| self.quota(service, code));
        let mut findings = Findings::default();
        findings.take_all(FactKind::ServiceQuotas, join_all(all).await, self.scope());
        findings
    }

    async fn quota(self, service: &str, code: &str) -> Answer {
        const ACTION: &str = "servicequotas:GetServiceQuota";
        let request = self.of.servicequotas.get_service_quota();
        let request = request.service_code(service).quota_code(code);
        let trouble = match self.turn(Bucket::Rest).call(request.send()).await {
            Ok(Ok(output)) => return told(ACTION, output.quota(), ServiceQuota::quota_arn),
            Ok(Err(error)) => Trouble::of(&error),
            Err(late) => late,
        };
        if trouble.has_code(UNKNOWN) {
            self.default_quota(service, code).await
        } else {
            Answer::failed(ACTION, trouble)
        }
    }

    async fn default_quota(self, service: &str, code: &str) -> Answer {
        const ACTION: &str = "servicequotas:GetAWSDefaultServiceQuota";
        let request = self.of.servicequotas.get_aws_default_service_quota();
        let request = request.service_code(service).quota_code(code);
        // Facts tell AWS's value from the account's own by the account that the ARN lacks.
        let built = format!("arn:aws:servicequotas:{}::{service}/{code}", self.of.region);
        let trouble = match self.turn(Bucket::Rest).call(request.send()).await {
            Ok(Ok(output)) => {
                return told(ACTION, output.quota(), |quota| {
                    let arn = quota.quota_arn().filter(|arn| names_no_account(arn));
                    arn.or(Some(&built))
                });
            }
            Ok(Err(error)) => Trouble::of(&error),
            Err(late) => late,
        };
        // A region without Fargate has no such quota.
        let trouble = Some(trouble).filter(|trouble| !trouble.has_code(UNKNOWN));
        Answer::listed(ACTION, Vec::new(), trouble)
    }
}

/// A quota. Service Quotas may know it and yet not its value, and then says why.
fn told<'a>(
    action: &'static str,
    quota: Option<&'a ServiceQuota>,
    arn: impl FnOnce(&'a ServiceQuota) -> Option<&'a str>,
) -> Answer {
    let Some(quota) = quota else {
        return Answer::new(action);
    };
    if quota.value().is_none() {
        let reason = quota.error_reason().and_then(|reason| reason.error_code());
        let reason = reason.map_or("no value", |code| code.as_str());
        return Answer::failed(action, Trouble::Failed(reason.to_owned()));
    }
    Answer::listed(action, vec![document(quota, arn(quota))], None)
}

fn names_no_account(arn: &str) -> bool {
    arn.split(':').nth(4) == Some("")
}

fn document(quota: &ServiceQuota, arn: Option<&str>) -> Document {
    Document::new()
        .with("ServiceCode", quota.service_code())
        .with("QuotaArn", arn)
        .with("QuotaCode", quota.quota_code())
        .with("QuotaName", quota.quota_name())
        .with("Value", quota.value())
}
