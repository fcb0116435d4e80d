//! Names that AWS gives to what runs inside a VPC.

/// Labels under which AWS names databases, caches, load balancers, brokers and file systems.
const RESOURCES: [&str; 18] = [
    "aoss",
    "cache",
    "dax-clusters",
    "docdb",
    "docdb-elastic",
    "efs",
    "elb",
    "es",
    "fsx",
    "kafka",
    "kafka-serverless",
    "memorydb",
    "mq",
    "neptune",
    "rds",
    "redshift",
    "redshift-serverless",
    "vpce",
];

/// The kind of AWS resource that a name in lower case belongs to: `rds`, `elb`. The label stands
/// before or behind the region, with the resource's own name in front:
/// `db.abc.eu-west-1.rds.amazonaws.com`, `b-1.x.kafka.eu-west-1.amazonaws.com`. Without that it is
/// the service's API, `rds.eu-west-1.amazonaws.com`.
pub(super) fn resource(name: &str) -> Option<&'static str> {
    let mut labels = in_front_of_domain(name)?.rsplit('.');
    let (last, before) = (labels.next()?, labels.next()?);
    let known = |label: &str| RESOURCES.into_iter().find(|known| *known == label);
    known(last).or_else(|| known(before).filter(|_| labels.next().is_some()))
}

/// Whether a name in lower case is under a domain of AWS's own.
pub(super) fn is_under_domain(name: &str) -> bool {
    in_front_of_domain(name).is_some()
}

/// Whether a name in lower case is a registry of container images.
pub(super) fn is_registry(name: &str) -> bool {
    in_front_of_domain(name).is_some_and(|front| front.contains(".dkr.ecr"))
}

fn in_front_of_domain(name: &str) -> Option<&str> {
    name.strip_suffix(".amazonaws.com")
        .or_else(|| name.strip_suffix(".amazonaws.com.cn"))
}
