use serde::Deserialize;

use super::{FactKind, Resource, VpnConnectionId, VpnGatewayId};

/// A Site-to-Site VPN connection, as `describe-vpn-connections` prints it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct VpnConnection {
    /// Its id.
    pub vpn_connection_id: VpnConnectionId,
    /// The virtual private gateway it ends at, unless it ends at a transit gateway.
    pub vpn_gateway_id: Option<VpnGatewayId>,
    /// `available` when it works.
    pub state: Option<String>,
}

impl Resource for VpnConnection {
    type Id = VpnConnectionId;
    const KIND: FactKind = FactKind::VpnConnections;
    fn id(&self) -> &VpnConnectionId {
        &self.vpn_connection_id
    }
}
