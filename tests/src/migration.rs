//! A service that moved from the instances' own network to awsvpc: its tasks have a group of their
//! own, and the database still admits the group of the container instances.

use aws_sdk_ec2::types::{IpPermission, UserIdGroupPair};
use aws_sdk_ecs::types::{ContainerDefinition, KeyValuePair, NetworkMode};
use serde_json::{Value, json};

use crate::emulators::client_config;
use crate::tools::{ACCOUNT, REGION};
use crate::world::{Interface, PLANTED, World, wait};

/// Sends a request that must succeed.
macro_rules! send {
    ($request:expr) => {
        wait($request.send())
            .unwrap_or_else(|error| panic!("{}", aws_sdk_ec2::error::DisplayErrorContext(error)))
    };
}

/// What was made for it.
#[derive(Debug)]
pub struct Migration {
    /// The name of the database.
    pub host: String,
    /// The database's group, which admits the instances' on tcp 5432.
    pub database_group: String,
    /// The instances' group.
    pub instance_group: String,
    container_instance: String,
    task_definition: String,
}

impl Migration {
    /// Makes it in a world, by the moto or recorder at `endpoint`.
    pub fn new(world: &World, endpoint: &str) -> Self {
        let group = |name: &str| {
            let request = world.ec2().create_security_group().group_name(name);
            let made = send!(request.vpc_id(&world.vpc).description(name));
            made.group_id.expect("it has an id")
        };
        let (database_group, instance_group) = (group("database"), group("instances"));
        let instances = UserIdGroupPair::builder().group_id(&instance_group).build();
        let rule = IpPermission::builder()
            .ip_protocol("tcp")
            .from_port(5432)
            .to_port(5432)
            .user_id_group_pairs(instances)
            .build();
        let admit = world.ec2().authorize_security_group_ingress();
        send!(admit.group_id(&database_group).ip_permissions(rule));
        let host = database(world, endpoint, &database_group);
        Self {
            container_instance: world.make_container_instance(Some(&instance_group)),
            task_definition: task_definition(world, &host),
            host,
            database_group,
            instance_group,
        }
    }

    /// The event of a task of it that runs with this interface.
    pub fn event(&self, world: &World, task: usize, version: u64, interface: &Interface) -> Value {
        let mut event = world.event("checkout", task, version, interface);
        let detail = &mut event["detail"];
        detail["launchType"] = json!("EC2");
        detail["containerInstanceArn"] = json!(self.container_instance);
        detail["taskDefinitionArn"] = json!(self.task_definition);
        if let Some(detail) = detail.as_object_mut() {
            detail.remove("platformVersion");
            detail.remove("overrides");
        }
        event
    }
}

/// A database instance in the endpoints' subnet: its host name.
fn database(world: &World, endpoint: &str, group: &str) -> String {
    let rds = aws_sdk_rds::Client::new(&client_config(endpoint));
    let name = format!("orders-{}", world.cluster);
    let request = rds.create_db_subnet_group().db_subnet_group_name(&name);
    let request = request.db_subnet_group_description("data");
    send!(request.subnet_ids(&world.endpoint_subnet));
    let request = rds.create_db_instance().db_instance_identifier(&name);
    let request = request.db_instance_class("db.r6g.large").engine("postgres");
    let request = request.allocated_storage(20).port(5432);
    let request = request
        .master_username("app")
        .master_user_password(PLANTED)
        .db_subnet_group_name(&name)
        .vpc_security_group_ids(group);
    let made = send!(request).db_instance.expect("it is described");
    let endpoint = made.endpoint.expect("it has an endpoint");
    endpoint.address.expect("the endpoint has a name")
}

/// What the service runs; the password is part of the address, as people write it.
fn task_definition(world: &World, host: &str) -> String {
    let address = KeyValuePair::builder()
        .name("DATABASE_URL")
        .value(format!("postgres://app:{PLANTED}@{host}:5432/orders"))
        .build();
    let container = ContainerDefinition::builder()
        .name("web")
        .image("web:1")
        .memory(128)
        .environment(address)
        .build();
    let request = world.ecs().register_task_definition().family("orders");
    let request = request.network_mode(NetworkMode::Awsvpc);
    let made = send!(request.container_definitions(container));
    let definition = made.task_definition.expect("it is described");
    definition.task_definition_arn.expect("it has an ARN")
}

impl World {
    /// Makes a container instance in the tasks' subnet: its ARN.
    pub fn make_container_instance(&self, group: Option<&str>) -> String {
        let images = send!(self.ec2().describe_images()).images;
        let images = images.unwrap_or_default();
        let image = images.first().and_then(|image| image.image_id());
        let image = image.expect("moto has images");
        let request = self.ec2().run_instances().image_id(image);
        let request = request.min_count(1).max_count(1).subnet_id(&self.subnet);
        let groups = group.map(|group| vec![group.to_owned()]);
        let made = send!(request.set_security_group_ids(groups)).instances;
        let instance = made.iter().flatten().find_map(|one| one.instance_id());
        let document = json!({
            "accountId": ACCOUNT,
            "availabilityZone": format!("{REGION}a"),
            "instanceId": instance.expect("it has an id"),
            "instanceType": "m5.large",
            "imageId": image,
            "region": REGION,
        });
        let request = self.ecs().register_container_instance();
        let request = request.cluster(&self.cluster);
        let made = send!(request.instance_identity_document(document.to_string()));
        let instance = made.container_instance.expect("it is described");
        instance.container_instance_arn.expect("it has an ARN")
    }
}
