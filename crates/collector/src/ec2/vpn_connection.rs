use aws_sdk_ec2::types::VpnConnection;

use super::{Ec2, filter};
use crate::document::Document;
use crate::findings::Answer;
use crate::trouble::{Trouble, in_time};

impl Ec2<'_> {
    /// The VPN connections of virtual private gateways. This call has no pages.
    pub(crate) async fn vpn_connections(&self, gateways: &[String]) -> Answer {
        let request = self
            .client
            .describe_vpn_connections()
            .filters(filter("vpn-gateway-id", gateways.to_vec()));
        let mut answer = Answer::new("ec2:DescribeVpnConnections");
        match in_time(self.deadline, request.send()).await {
            Ok(Ok(output)) => {
                let connections = output.vpn_connections().iter();
                answer.documents = connections.map(document).collect();
            }
            Ok(Err(error)) => answer.trouble = Some(Trouble::of(&error)),
            Err(late) => answer.trouble = Some(late),
        }
        answer
    }
}

fn document(connection: &VpnConnection) -> Document {
    Document::new()
        .with("VpnConnectionId", connection.vpn_connection_id())
        .with("VpnGatewayId", connection.vpn_gateway_id())
        .with("State", connection.state().map(|value| value.as_str()))
}
