use serde::Deserialize;

use super::{FactKind, Resource, ResourceName};

/// A quota, as `get-service-quota`, `get-aws-default-service-quota` and the list commands of
/// `aws service-quotas` print it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServiceQuota {
    /// Its ARN, in which AWS's default value has no account.
    pub quota_arn: ResourceName,
    /// Its code, such as `L-DF5E4CA3`.
    pub quota_code: String,
    /// The value.
    pub value: f64,
}

impl ServiceQuota {
    /// Whether this is the value that AWS starts everybody with, and not the account's own.
    /// `arn:aws:servicequotas:REGION:ACCOUNT:SERVICE/CODE`
    pub fn is_default(&self) -> bool {
        self.quota_arn.as_str().split(':').nth(4) == Some("")
    }

    /// The region that it holds in.
    pub fn region(&self) -> Option<&str> {
        self.quota_arn.as_str().split(':').nth(3)
    }
}

impl Resource for ServiceQuota {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::ServiceQuotas;
    fn id(&self) -> &ResourceName {
        &self.quota_arn
    }
}
