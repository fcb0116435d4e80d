use serde::Deserialize;

use super::{FactKind, Resource, ResourceName};

/// An ECS account setting, as `aws ecs list-account-settings --effective-settings` prints it: the
/// caller's own view, which another principal needn't share.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountSetting {
    /// Its name, such as `awsvpcTrunking`.
    pub name: ResourceName,
    /// `enabled`, `disabled`, or another value.
    pub value: Option<String>,
}

impl Resource for AccountSetting {
    type Id = ResourceName;
    const KIND: FactKind = FactKind::AccountSettings;
    fn id(&self) -> &ResourceName {
        &self.name
    }
}
