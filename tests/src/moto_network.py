"""moto's server, with the interfaces of VPC endpoints where EC2 makes them.

moto gives an endpoint's interface any address and the VPC's default group; EC2 gives it an address of
its subnet and the endpoint's groups. And moto trips over a limit to the routes of a transit gateway.
"""

import inspect

from moto.ec2.models.elastic_network_interfaces import NetworkInterfaceBackend
from moto.ec2.models.transit_gateway_route_tables import TransitGatewayRouteTableBackend
from moto.ec2.models.vpcs import VPCBackend
from moto.ec2.utils import random_private_ip
from moto.server import main

make_interface = NetworkInterfaceBackend.create_network_interface
make_endpoint = VPCBackend.create_vpc_endpoint
search_routes = TransitGatewayRouteTableBackend.search_transit_gateway_routes


def create_network_interface(self, subnet, private_ip_address, *args, **kwargs):
    if isinstance(subnet, str) and private_ip_address:
        private_ip_address = random_private_ip(self.get_subnet(subnet).cidr_block)
    return make_interface(self, subnet, private_ip_address, *args, **kwargs)


def create_vpc_endpoint(self, *args, **kwargs):
    endpoint = make_endpoint(self, *args, **kwargs)
    asked = inspect.signature(make_endpoint).bind(self, *args, **kwargs).arguments
    for interface in endpoint.network_interface_ids:
        groups = asked.get("security_group_ids")
        if groups:
            self.modify_network_interface_attribute(interface, groups)
        self.enis[interface].description = f"VPC Endpoint Interface {endpoint.id}"
    return endpoint


def search_transit_gateway_routes(self, transit_gateway_route_table_id, filters, max_results=None):
    return search_routes(self, transit_gateway_route_table_id, filters)


TransitGatewayRouteTableBackend.search_transit_gateway_routes = search_transit_gateway_routes
NetworkInterfaceBackend.create_network_interface = create_network_interface
VPCBackend.create_vpc_endpoint = create_vpc_endpoint
main()
