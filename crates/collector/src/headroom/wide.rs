//! What is asked once for a region: interfaces, subnets, and what limits them.

use aws_sdk_ecs::types::SettingName;
use awsvpc_auditor_engine::facts::FactKind;

use super::Region;
use crate::document::Document;
use crate::ec2;
use crate::findings::{Answer, Findings};
use crate::pace::{Bucket, read_pages};

impl Region<'_> {
    /// All of it, side by side.
    pub(super) async fn wide(self) -> Findings {
        let (interfaces, subnets, settings, quotas, providers) = tokio::join!(
            self.network_interfaces(),
            self.subnets(),
            self.trunking(),
            self.quotas(),
            self.capacity_providers()
        );
        let mut findings = providers;
        findings.absorb(&quotas);
        for (kind, answer) in [
            (FactKind::NetworkInterfaces, interfaces),
            (FactKind::Subnets, subnets),
            (FactKind::AccountSettings, settings),
        ] {
            findings.take(kind, answer, self.scope());
        }
        findings
    }

    /// Every interface. Those of ECS Managed Instances are hidden from a plain question.
    async fn network_interfaces(self) -> Answer {
        let request = self
            .of
            .ec2
            .describe_network_interfaces()
            .include_managed_resources(true)
            .max_results(ec2::PAGE);
        let (documents, trouble) = read_pages!(self.turn(Bucket::Ec2), request, |page| page
            .network_interfaces()
            .iter()
            .map(ec2::network_interface));
        Answer::listed("ec2:DescribeNetworkInterfaces", documents, trouble)
    }

    async fn subnets(self) -> Answer {
        let request = self.of.ec2.describe_subnets().max_results(ec2::PAGE);
        let (documents, trouble) = read_pages!(self.turn(Bucket::Ec2), request, |page| page
            .subnets()
            .iter()
            .map(ec2::subnet));
        Answer::listed("ec2:DescribeSubnets", documents, trouble)
    }

    /// Whether instances that register get trunks, as far as the caller can see.
    async fn trunking(self) -> Answer {
        let request = self
            .of
            .ecs
            .list_account_settings()
            .name(SettingName::AwsvpcTrunking)
            .effective_settings(true);
        let (documents, trouble) = read_pages!(self.turn(Bucket::Rest), request, |page| page
            .settings()
            .iter()
            .map(|setting| Document::new()
                .with("name", setting.name().map(|name| name.as_str()))
                .with("value", setting.value())));
        Answer::listed("ecs:ListAccountSettings", documents, trouble)
    }
}
