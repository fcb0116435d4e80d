"""moto's server, with the interfaces of VPC endpoints where EC2 makes them.

moto gives an endpoint's interface any address and the VPC's default group; EC2 gives it an address of
its subnet and the endpoint's groups. And moto trips over a limit to the routes of a transit gateway,
and over a question about all capacity providers. Its tasks come nearer to their end each time that
somebody looks at them; here they run until they are stopped. And their containers tell sizes in
numbers, where ECS has text.
"""

import inspect
import sys

from moto.ec2.models.elastic_network_interfaces import NetworkInterfaceBackend
from moto.ec2.models.transit_gateway_route_tables import TransitGatewayRouteTableBackend
from moto.ec2.models.vpcs import VPCBackend
from moto.ec2.utils import random_private_ip
from moto.ecs.models import Container, EC2ContainerServiceBackend
from moto.moto_api import state_manager
from moto.server import main

make_container = Container.__init__
make_interface = NetworkInterfaceBackend.create_network_interface
make_endpoint = VPCBackend.create_vpc_endpoint
describe_providers = EC2ContainerServiceBackend.describe_capacity_providers
search_routes = TransitGatewayRouteTableBackend.search_transit_gateway_routes


def init_container(self, task_def):
    make_container(self, task_def)
    self.cpu = str(self.cpu)
    self.memory = self.memory and str(self.memory)


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


def describe_capacity_providers(self, names):
    return describe_providers(self, names or list(self.capacity_providers))


state_manager.set_transition("ecs::task", {"progression": "manual", "times": sys.maxsize})
Container.__init__ = init_container
EC2ContainerServiceBackend.describe_capacity_providers = describe_capacity_providers
TransitGatewayRouteTableBackend.search_transit_gateway_routes = search_transit_gateway_routes
NetworkInterfaceBackend.create_network_interface = create_network_interface
VPCBackend.create_vpc_endpoint = create_vpc_endpoint
main()
