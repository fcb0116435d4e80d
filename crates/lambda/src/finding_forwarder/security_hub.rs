use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_securityhub::Client;
use aws_sdk_securityhub::types::{
    AwsSecurityFinding, Compliance, ComplianceStatus, FindingProviderFields,
    FindingProviderSeverity, Recommendation, RecordState, Remediation, Resource, SeverityLabel,
};
use awsvpc_auditor_engine::report::machine_v1::NoticeV1;
use awsvpc_auditor_engine::report::{SecurityFinding, SecurityResource};

use super::{NotForwarded, refusal};
use crate::config::ProductArn;

/// The version of the format, which has been the only one since 2018.
const SCHEMA: &str = "2018-10-08";

/// Findings in one call.
/// <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html>
const MOST: usize = 100;

/// The account's own integration of Security Hub.
#[derive(Debug)]
pub(super) struct SecurityHub {
    client: Client,
    product: ProductArn,
}

impl SecurityHub {
    pub(super) fn new(sdk: &SdkConfig, product: ProductArn) -> Self {
        Self {
            client: Client::new(sdk),
            product,
        }
    }

    /// Imports the findings of a message. A finding that is known is brought up to date, unless
    /// something newer is known of it.
    pub(super) async fn import(&self, notice: &NoticeV1) -> Result<(), NotForwarded> {
        let findings = notice.security_findings();
        for findings in findings.chunks(MOST) {
            let findings = findings.iter().map(|finding| self.finding(finding));
            let import = self.client.batch_import_findings();
            let imported = import.set_findings(Some(findings.collect())).send().await;
            let imported = imported.map_err(|error| NotForwarded::SecurityHub(refusal(&error)))?;
            if let Some(failed) = imported.failed_findings().first() {
                let code = failed.error_code().unwrap_or_default();
                let why = failed.error_message().unwrap_or_default();
                let id = failed.id().unwrap_or_default();
                let words = format!("refused {id}: {code}: {why}");
                return Err(NotForwarded::SecurityHub(words));
            }
        }
        Ok(())
    }

    fn finding(&self, finding: &SecurityFinding) -> AwsSecurityFinding {
        let (status, state) = if finding.is_mended {
            (ComplianceStatus::Passed, RecordState::Archived)
        } else {
            (ComplianceStatus::Failed, RecordState::Active)
        };
        let severity = FindingProviderSeverity::builder()
            .label(SeverityLabel::from(finding.severity_label))
            .build();
        let provided = FindingProviderFields::builder()
            .severity(severity)
            .types(finding.r#type)
            .build();
        let recommendation = Recommendation::builder()
            .text(&finding.recommendation)
            .build();
        let fields = finding.product_fields.clone().into_iter();
        let resources = finding.resources.iter().map(|one| self.resource(one));
        AwsSecurityFinding::builder()
            .schema_version(SCHEMA)
            .id(&finding.id)
            .product_arn(self.product.as_str())
            .generator_id(&finding.generator_id)
            .aws_account_id(self.product.account())
            .finding_provider_fields(provided)
            .created_at(&finding.first_observed_at)
            .updated_at(&finding.updated_at)
            .first_observed_at(&finding.first_observed_at)
            .set_last_observed_at(finding.last_observed_at.clone())
            .title(&finding.title)
            .description(&finding.description)
            .remediation(
                Remediation::builder()
                    .recommendation(recommendation)
                    .build(),
            )
            .set_product_fields(Some(fields.collect::<HashMap<_, _>>()))
            .set_resources(Some(resources.collect()))
            .compliance(Compliance::builder().status(status).build())
            .record_state(state)
            .build()
    }

    fn resource(&self, resource: &SecurityResource) -> Resource {
        Resource::builder()
            .r#type(resource.r#type)
            .id(&resource.id)
            .region(&resource.region)
            .partition(self.product.partition().into())
            .build()
    }
}
