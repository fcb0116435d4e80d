//! A network in moto as a small shop runs it, made through the AWS API: a public and two private
//! subnets, a NAT gateway, an interface and a gateway endpoint, and a Fargate service whose tasks
//! have interfaces of their own.

use std::sync::LazyLock;

use aws_sdk_ec2::types::{
    AttributeBooleanValue, FlowLogsResourceType, IpPermission, NewDhcpConfiguration, PortRange,
    RuleAction, TrafficType, UserIdGroupPair, VpcEndpointType,
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::emulators::client_config;
use crate::root;
use crate::tools::{ACCOUNT, REGION};

/// Runs what the SDK's clients do.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
});

/// Waits for a call.
pub fn wait<T>(call: impl Future<Output = T>) -> T {
    RUNTIME.block_on(call)
}

/// The `$field` of what a call gives, which must be there.
macro_rules! made {
    ($request:expr, $($field:ident).+) => {
        wait($request.send())
            .unwrap_or_else(|error| panic!("{}", aws_sdk_ec2::error::DisplayErrorContext(error)))
            $(.$field.unwrap_or_else(|| panic!("no {}", stringify!($field))))+
    };
}

/// Does a call that gives nothing of interest.
macro_rules! done {
    ($request:expr) => {
        wait($request.send())
            .unwrap_or_else(|error| panic!("{}", aws_sdk_ec2::error::DisplayErrorContext(error)))
    };
}

/// The ids of what there is.
#[derive(Debug, Clone)]
pub struct World {
    ec2: aws_sdk_ec2::Client,
    ecs: aws_sdk_ecs::Client,
    /// Second byte of every address: worlds in one moto don't overlap.
    network: u8,
    /// The cluster's name.
    pub cluster: String,
    /// The VPC.
    pub vpc: String,
    /// The tasks' subnet.
    pub subnet: String,
    /// The endpoint's subnet: another, so that network ACLs are crossed.
    pub endpoint_subnet: String,
    /// The NAT gateway.
    pub nat_gateway: String,
    /// The route table of the private subnets.
    pub route_table: String,
    /// The network ACL of all subnets.
    pub network_acl: String,
    /// The tasks' group.
    pub group: String,
    /// The endpoint's group.
    pub endpoint_group: String,
    /// The interface endpoint, for Secrets Manager.
    pub endpoint: String,
    /// An instance that interfaces of tasks are attached to: moto has no Fargate behind them.
    instance: String,
}

/// The interface of a task.
#[derive(Debug, Clone)]
pub struct Interface {
    /// Its id.
    pub id: String,
    /// Its address.
    pub address: String,
}

impl World {
    /// Makes a network of its own, `10.<network>.0.0/16`, by the moto or recorder at `endpoint`.
    pub fn new(endpoint: &str, network: u8) -> Self {
        let config = client_config(endpoint);
        let ec2 = aws_sdk_ec2::Client::new(&config);
        let block = |rest: &str| format!("10.{network}.{rest}");
        let vpc = made!(ec2.create_vpc().cidr_block(block("0.0/16")), vpc.vpc_id);
        let on = || AttributeBooleanValue::builder().value(true).build();
        done!(
            ec2.modify_vpc_attribute()
                .vpc_id(&vpc)
                .enable_dns_hostnames(on())
        );
        amazon_dns(&ec2, &vpc);
        let subnet = |rest: &str| {
            let request = ec2.create_subnet().vpc_id(&vpc).cidr_block(block(rest));
            made!(
                request.availability_zone(format!("{REGION}a")),
                subnet.subnet_id
            )
        };
        let (public, private, endpoints) = (subnet("0.0/24"), subnet("16.0/20"), subnet("1.0/24"));
        let nat_gateway = nat_gateway(&ec2, &vpc, &public);
        let route_table = made!(
            ec2.create_route_table().vpc_id(&vpc),
            route_table.route_table_id
        );
        for subnet in [&private, &endpoints] {
            let request = ec2.associate_route_table().route_table_id(&route_table);
            done!(request.subnet_id(subnet));
        }
        let group = |name: &str| {
            let request = ec2.create_security_group().group_name(name).vpc_id(&vpc);
            made!(request.description(name), group_id)
        };
        let (tasks, endpoint_group) = (group("tasks"), group("endpoints"));
        let interface_endpoint = ec2
            .create_vpc_endpoint()
            .vpc_id(&vpc)
            .service_name(format!("com.amazonaws.{REGION}.secretsmanager"))
            .vpc_endpoint_type(VpcEndpointType::Interface)
            .subnet_ids(&endpoints)
            .security_group_ids(&endpoint_group)
            .private_dns_enabled(true);
        let gateway_endpoint = ec2
            .create_vpc_endpoint()
            .vpc_id(&vpc)
            .service_name(format!("com.amazonaws.{REGION}.s3"))
            .vpc_endpoint_type(VpcEndpointType::Gateway)
            .route_table_ids(&route_table);
        done!(gateway_endpoint);
        let acls = made!(ec2.describe_network_acls(), network_acls);
        let acl = acls.into_iter().find(|acl| acl.vpc_id() == Some(&vpc));
        let images = made!(ec2.describe_images(), images);
        let image = images
            .first()
            .and_then(|image| image.image_id())
            .expect("moto has images");
        let request = ec2
            .run_instances()
            .image_id(image)
            .min_count(1)
            .max_count(1);
        let instances = made!(request.subnet_id(&private), instances);
        let instance = instances
            .first()
            .and_then(|i| i.instance_id())
            .expect("it has an id");
        let world = Self {
            ecs: aws_sdk_ecs::Client::new(&config),
            network,
            cluster: format!("shop-{network}"),
            subnet: private,
            endpoint_subnet: endpoints,
            nat_gateway,
            route_table,
            network_acl: acl
                .and_then(|acl| acl.network_acl_id)
                .expect("a VPC has an ACL"),
            group: tasks,
            endpoint_group,
            endpoint: made!(interface_endpoint, vpc_endpoint.vpc_endpoint_id),
            instance: instance.to_owned(),
            vpc,
            ec2,
        };
        world.mend_nat_route();
        world.mend_endpoint_group();
        world.make_cluster();
        world
    }

    fn make_cluster(&self) {
        done!(self.ecs.create_cluster().cluster_name(&self.cluster));
        let secret = aws_sdk_ecs::types::KeyValuePair::builder()
            .name("DATABASE_PASSWORD")
            .value(PLANTED)
            .build();
        // What the endpoint is for.
        let fetched = aws_sdk_ecs::types::Secret::builder()
            .name("PAYMENT_KEY")
            .value_from(format!(
                "arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:payment"
            ))
            .build()
            .expect("name and source are given");
        let container = aws_sdk_ecs::types::ContainerDefinition::builder()
            .name("web")
            .image("web:1")
            .memory(128)
            .environment(secret)
            .secrets(fetched)
            .build();
        let request = self.ecs.register_task_definition().family("web");
        let awsvpc = aws_sdk_ecs::types::NetworkMode::Awsvpc;
        done!(
            request
                .network_mode(awsvpc)
                .container_definitions(container)
        );
    }

    /// Makes a Fargate service whose tasks start in the tasks' subnet.
    pub fn make_service(&self, name: &str) {
        self.make_service_of(name, "web", &self.group);
    }

    /// The same, of another task definition and with another group.
    pub fn make_service_of(&self, name: &str, definition: &str, group: &str) {
        let awsvpc = aws_sdk_ecs::types::AwsVpcConfiguration::builder()
            .subnets(&self.subnet)
            .security_groups(group)
            .build()
            .expect("subnets are given");
        let network = aws_sdk_ecs::types::NetworkConfiguration::builder()
            .awsvpc_configuration(awsvpc)
            .build();
        let request = self
            .ecs
            .create_service()
            .cluster(&self.cluster)
            .service_name(name);
        let fargate = aws_sdk_ecs::types::LaunchType::Fargate;
        let request = request.task_definition(definition).launch_type(fargate);
        done!(request.desired_count(0).network_configuration(network));
    }

    /// Gives a service a tag.
    pub fn tag_service(&self, name: &str, key: &str, value: &str) {
        let arn = format!(
            "arn:aws:ecs:{REGION}:{ACCOUNT}:service/{}/{name}",
            self.cluster
        );
        let tag = aws_sdk_ecs::types::Tag::builder().key(key).value(value);
        done!(self.ecs.tag_resource().resource_arn(arn).tags(tag.build()));
    }

    /// Deletes a service.
    pub fn delete_service(&self, name: &str) {
        let request = self.ecs.delete_service().cluster(&self.cluster);
        done!(request.service(name).force(true));
    }

    /// The event of a change, as CloudTrail records it and EventBridge brings it; `parameters` are those
    /// of the call.
    pub fn change(&self, name: &str, parameters: &Value) -> Value {
        json!({
            "version": "0",
            "id": "00000000-0000-4000-8000-00000000c4a6",
            "detail-type": "AWS API Call via CloudTrail",
            // Nobody but AWS may send as aws.ec2.
            "source": "awsvpc-auditor",
            "account": ACCOUNT,
            "region": REGION,
            "time": "2026-11-27T17:58:03Z",
            "resources": [],
            "detail": {
                "eventVersion": "1.10",
                "userIdentity": {
                    "type": "AssumedRole",
                    "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/admin/ann"),
                },
                "eventTime": "2026-11-27T17:58:03Z",
                "eventSource": "ec2.amazonaws.com",
                "eventName": name,
                "awsRegion": REGION,
                "requestParameters": parameters,
                "responseElements": { "requestId": "0", "_return": true },
                "readOnly": false,
                "managementEvent": true,
                "eventCategory": "Management",
            },
        })
    }

    /// The change that [`World::break_endpoint_group`] makes, or that its return makes.
    pub fn change_of_endpoint_group(&self, name: &str) -> Value {
        let peer = json!({ "items": [{ "groupId": self.group }] });
        self.change(name, &json!({
            "groupId": self.endpoint_group,
            "ipPermissions": { "items": [{
                "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "groups": peer, "ipRanges": {},
            }] },
        }))
    }

    /// Makes the interface of a task in the tasks' subnet, with the tasks' group.
    pub fn make_interface(&self) -> Interface {
        let request = self.ec2.create_network_interface().subnet_id(&self.subnet);
        let made = made!(request.groups(&self.group), network_interface);
        let id = made.network_interface_id.expect("it has an id");
        let attach = self
            .ec2
            .attach_network_interface()
            .network_interface_id(&id);
        done!(attach.instance_id(&self.instance).device_index(1));
        Interface {
            id,
            address: made.private_ip_address.expect("it has an address"),
        }
    }

    /// The event of a task that runs with this interface.
    pub fn event(&self, service: &str, task: usize, version: u64, interface: &Interface) -> Value {
        let text = std::fs::read_to_string(root().join("events/ecs-task-running-fargate.json"));
        let mut event: Value =
            serde_json::from_str(&text.expect("the event is there")).expect("the event is JSON");
        let prefix = format!("arn:aws:ecs:{REGION}:{ACCOUNT}");
        let arn = format!("{prefix}:task/{}/{task:032x}", self.cluster);
        event["id"] = json!(format!("00000000-0000-4000-8000-{:06x}{task:06x}", version));
        event["account"] = json!(ACCOUNT);
        event["region"] = json!(REGION);
        event["resources"] = json!([arn]);
        let detail = &mut event["detail"];
        detail["taskArn"] = json!(arn);
        detail["clusterArn"] = json!(format!("{prefix}:cluster/{}", self.cluster));
        detail["taskDefinitionArn"] = json!(format!("{prefix}:task-definition/web:1"));
        detail["group"] = json!(format!("service:{service}"));
        detail["version"] = json!(version);
        detail["overrides"] = json!({ "containerOverrides": [{
            "name": "web",
            "environment": [{ "name": "DATABASE_PASSWORD", "value": PLANTED }],
        }] });
        detail["attachments"][0]["details"] = json!([
            { "name": "subnetId", "value": self.subnet },
            { "name": "networkInterfaceId", "value": interface.id },
            { "name": "privateIPv4Address", "value": interface.address },
        ]);
        event
    }

    /// Takes the tasks' way out: the NAT route becomes a hole.
    pub fn break_nat_route(&self) {
        let request = self.ec2.delete_route().route_table_id(&self.route_table);
        done!(request.destination_cidr_block("0.0.0.0/0"));
    }

    /// Gives it back.
    pub fn mend_nat_route(&self) {
        let request = self.ec2.create_route().route_table_id(&self.route_table);
        let request = request.destination_cidr_block("0.0.0.0/0");
        done!(request.nat_gateway_id(&self.nat_gateway));
    }

    fn endpoint_rule(&self) -> IpPermission {
        let tasks = UserIdGroupPair::builder().group_id(&self.group).build();
        IpPermission::builder()
            .ip_protocol("tcp")
            .from_port(443)
            .to_port(443)
            .user_id_group_pairs(tasks)
            .build()
    }

    /// The endpoint's group no longer lets tasks in.
    pub fn break_endpoint_group(&self) {
        let request = self.ec2.revoke_security_group_ingress();
        done!(
            request
                .group_id(&self.endpoint_group)
                .ip_permissions(self.endpoint_rule())
        );
    }

    /// It does again.
    pub fn mend_endpoint_group(&self) {
        let request = self.ec2.authorize_security_group_ingress();
        done!(
            request
                .group_id(&self.endpoint_group)
                .ip_permissions(self.endpoint_rule())
        );
    }

    /// The network ACL drops replies on their way back to the tasks.
    pub fn break_return_path(&self) {
        let ephemeral = PortRange::builder().from(1024).to(65535).build();
        let request = self.ec2.create_network_acl_entry();
        let request = request.network_acl_id(&self.network_acl).rule_number(50);
        let request = request.egress(false).rule_action(RuleAction::Deny);
        let request = request.protocol("6").port_range(ephemeral);
        done!(request.cidr_block("0.0.0.0/0"));
    }

    /// It lets them through again.
    pub fn mend_return_path(&self) {
        let request = self.ec2.delete_network_acl_entry();
        let request = request.network_acl_id(&self.network_acl);
        done!(request.rule_number(50).egress(false));
    }

    /// Turns the VPC's resolver off or on.
    pub fn set_dns_support(&self, on: bool) {
        let value = AttributeBooleanValue::builder().value(on).build();
        let request = self.ec2.modify_vpc_attribute().vpc_id(&self.vpc);
        done!(request.enable_dns_support(value));
    }

    /// A flow log of the VPC writes refused packets to this log group.
    pub fn record_refused(&self, log_group: &str) {
        self.record_refused_of(&self.vpc, FlowLogsResourceType::Vpc, log_group);
    }

    /// One of the tasks' subnet does.
    pub fn record_refused_in_subnet(&self, log_group: &str) {
        self.record_refused_of(&self.subnet, FlowLogsResourceType::Subnet, log_group);
    }

    fn record_refused_of(&self, id: &str, kind: FlowLogsResourceType, log_group: &str) {
        let request = self.ec2.create_flow_logs().resource_ids(id);
        let request = request.resource_type(kind);
        let request = request.traffic_type(TrafficType::Reject);
        let request = request.log_group_name(log_group);
        done!(request.deliver_logs_permission_arn("arn:aws:iam::123456789012:role/flow-logs"));
    }

    /// The EC2 client, for what one test alone needs.
    pub fn ec2(&self) -> &aws_sdk_ec2::Client {
        &self.ec2
    }

    /// The ECS client, for what one test alone needs.
    pub fn ecs(&self) -> &aws_sdk_ecs::Client {
        &self.ecs
    }

    /// An address of the network: `10.<network>.<rest>`.
    pub fn address(&self, rest: &str) -> String {
        format!("10.{}.{rest}", self.network)
    }
}

/// The value that no log, message or snapshot may hold.
pub const PLANTED: &str = "not-for-anybody-to-see";

/// As the console sets every VPC up; moto's stand-in can't be described.
fn amazon_dns(ec2: &aws_sdk_ec2::Client, vpc: &str) {
    let servers = NewDhcpConfiguration::builder()
        .key("domain-name-servers")
        .values("AmazonProvidedDNS")
        .build();
    let request = ec2.create_dhcp_options().dhcp_configurations(servers);
    let options = made!(request, dhcp_options.dhcp_options_id);
    done!(
        ec2.associate_dhcp_options()
            .vpc_id(vpc)
            .dhcp_options_id(options)
    );
}

fn nat_gateway(ec2: &aws_sdk_ec2::Client, vpc: &str, public: &str) -> String {
    let gateway = made!(
        ec2.create_internet_gateway(),
        internet_gateway.internet_gateway_id
    );
    let attach = ec2.attach_internet_gateway().internet_gateway_id(&gateway);
    done!(attach.vpc_id(vpc));
    let table = made!(
        ec2.create_route_table().vpc_id(vpc),
        route_table.route_table_id
    );
    let route = ec2
        .create_route()
        .route_table_id(&table)
        .gateway_id(&gateway);
    done!(route.destination_cidr_block("0.0.0.0/0"));
    done!(
        ec2.associate_route_table()
            .route_table_id(&table)
            .subnet_id(public)
    );
    let address = made!(ec2.allocate_address(), allocation_id);
    let request = ec2
        .create_nat_gateway()
        .subnet_id(public)
        .allocation_id(address);
    made!(request, nat_gateway.nat_gateway_id)
}
