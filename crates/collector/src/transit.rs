//! What lies behind transit gateways: their attachments and routes, and the VPCs of this account
//! through which they lead on, as in a network with central egress.

use std::collections::BTreeSet;

use awsvpc_auditor_engine::facts::FactKind;

use crate::ec2::Ec2;
use crate::findings::Findings;
use crate::round::Round;
use crate::vpc_facts::{Regional, items, of_vpcs, text};

/// Central egress is one VPC, or one for each stage. More are another network's plan.
const MOST_VPCS: usize = 3;

/// Asks about the gateways that routes name.
pub(crate) fn ask_about_gateways<'a>(round: &mut Round<'a>, ec2: Ec2<'a>, ids: &[String]) {
    if ids.is_empty() {
        return;
    }
    let (one, two, three) = (ids.to_vec(), ids.to_vec(), ids.to_vec());
    round.ask(FactKind::TransitGateways, Vec::new(), async move {
        ec2.transit_gateways(&one).await
    });
    round.ask(
        FactKind::TransitGatewayVpcAttachments,
        ids.to_vec(),
        async move { ec2.transit_gateway_vpc_attachments(&two).await },
    );
    round.ask(
        FactKind::TransitGatewayAttachments,
        Vec::new(),
        async move { ec2.transit_gateway_attachments(&three).await },
    );
}

/// The routes of the gateways' route tables, and the VPCs that a default route leads to.
pub(crate) async fn beyond(
    ec2: Ec2<'_>,
    regional: &Regional,
    vpcs: &[String],
    known: &Findings,
) -> Findings {
    let own: BTreeSet<String> = vpcs.iter().cloned().collect();
    let mut findings = routes(ec2, known, &own).await;
    let described = known.of(FactKind::Vpcs);
    let accounts: BTreeSet<String> = described.filter_map(|vpc| text(vpc, "OwnerId")).collect();
    let attached = known.of(FactKind::TransitGatewayVpcAttachments);
    let visible: BTreeSet<String> = attached
        .filter(|one| text(one, "VpcOwnerId").is_some_and(|owner| accounts.contains(&owner)))
        .filter_map(|attachment| text(attachment, "VpcId"))
        .collect();
    let far: BTreeSet<String> = default_routes(&findings)
        .filter(|id| !own.contains(id) && visible.contains(id))
        .take(MOST_VPCS.saturating_mul(vpcs.len()))
        .collect();
    let back = routes(ec2, known, &far).await;
    findings.absorb(&back);
    if !far.is_empty() {
        let far: Vec<String> = far.into_iter().collect();
        findings.absorb(&of_vpcs(ec2, regional, &far).await);
    }
    findings
}

/// The VPCs to which default routes lead.
fn default_routes(findings: &Findings) -> impl Iterator<Item = String> {
    let tables = findings.of(FactKind::TransitGatewayRoutes);
    let routes = tables.flat_map(|table| items(table, "Routes"));
    let default = routes.filter(|route| {
        let destination = text(route, "DestinationCidrBlock");
        matches!(destination.as_deref(), Some("0.0.0.0/0" | "::/0"))
    });
    default
        .flat_map(|route| items(route, "TransitGatewayAttachments"))
        .filter(|attachment| text(attachment, "ResourceType").as_deref() == Some("vpc"))
        .filter_map(|attachment| text(attachment, "ResourceId"))
}

/// The routes of the tables that these VPCs' attachments are associated with.
async fn routes(ec2: Ec2<'_>, known: &Findings, vpcs: &BTreeSet<String>) -> Findings {
    let attachments = known.of(FactKind::TransitGatewayAttachments);
    let tables: BTreeSet<String> = attachments
        .filter(|attachment| text(attachment, "ResourceId").is_some_and(|id| vpcs.contains(&id)))
        .filter_map(|attachment| text(attachment.get("Association")?, "TransitGatewayRouteTableId"))
        .collect();
    let mut round = Round::default();
    for table in tables {
        round.ask(FactKind::TransitGatewayRoutes, Vec::new(), async move {
            ec2.transit_gateway_routes(&table).await
        });
    }
    round.run().await
}
