//! The clients of the services that tasks use.

use aws_config::SdkConfig;

use crate::calls::Calls;

/// One client for each service.
#[derive(Debug)]
pub(crate) struct Clients {
    pub(crate) ecs: aws_sdk_ecs::Client,
    pub(crate) efs: aws_sdk_efs::Client,
    pub(crate) elasticache: aws_sdk_elasticache::Client,
    pub(crate) elasticloadbalancing: aws_sdk_elasticloadbalancingv2::Client,
    pub(crate) kafka: aws_sdk_kafka::Client,
    pub(crate) opensearch: aws_sdk_opensearch::Client,
    pub(crate) rds: aws_sdk_rds::Client,
    pub(crate) servicediscovery: aws_sdk_servicediscovery::Client,
}

/// A client of a service, whose calls are counted.
macro_rules! client {
    ($sdk:ident, $config:expr, $calls:expr) => {{
        let config = $sdk::config::Builder::from($config).interceptor($calls.clone());
        $sdk::Client::from_conf(config.build())
    }};
}
pub(crate) use client;

impl Clients {
    pub(crate) fn new(config: &SdkConfig, calls: &Calls) -> Self {
        Self {
            ecs: client!(aws_sdk_ecs, config, calls),
            efs: client!(aws_sdk_efs, config, calls),
            elasticache: client!(aws_sdk_elasticache, config, calls),
            elasticloadbalancing: client!(aws_sdk_elasticloadbalancingv2, config, calls),
            kafka: client!(aws_sdk_kafka, config, calls),
            opensearch: client!(aws_sdk_opensearch, config, calls),
            rds: client!(aws_sdk_rds, config, calls),
            servicediscovery: client!(aws_sdk_servicediscovery, config, calls),
        }
    }
}
