use super::values::log_level;
use super::{ConfigError, LOG_LEVEL, wrong};

/// Every environment variable that the forwarder reads; a test compares them with the template.
pub const FORWARDER_VARIABLES: &[&str] = &[EVENT_BUS_ARN, PRODUCT_ARN, LOG_LEVEL];

const EVENT_BUS_ARN: &str = "EVENT_BUS_ARN";
const PRODUCT_ARN: &str = "SECURITY_HUB_PRODUCT_ARN";

/// The configuration of the finding forwarder: at least one of both.
#[derive(Debug, Clone)]
pub struct ForwarderConfig {
    /// The event bus that gets what is told.
    pub event_bus: Option<String>,
    /// What Security Hub takes findings as.
    pub product: Option<ProductArn>,
    /// How much is logged.
    pub log_level: tracing::Level,
}

/// What findings are imported as: the account's own product of Security Hub,
/// `arn:aws:securityhub:REGION:ACCOUNT:product/ACCOUNT/default`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductArn {
    arn: String,
    partition: String,
    account: String,
}

impl ProductArn {
    fn parse(arn: &str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let mut part = || parts.next().filter(|part| !part.is_empty());
        let (prefix, partition, service) = (part()?, part()?, part()?);
        let (_region, account, name) = (part()?, part()?, part()?);
        let is_product =
            prefix == "arn" && service == "securityhub" && name.starts_with("product/");
        is_product.then(|| Self {
            arn: arn.to_owned(),
            partition: partition.to_owned(),
            account: account.to_owned(),
        })
    }

    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.arn
    }

    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// The account whose findings it takes.
    pub fn account(&self) -> &str {
        &self.account
    }
}

impl ForwarderConfig {
    /// Reads the configuration by looking variables up.
    pub fn read(look_up: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let value = |variable| look_up(variable).filter(|value| !value.trim().is_empty());
        let event_bus = value(EVENT_BUS_ARN);
        if let Some(arn) = event_bus.as_ref().filter(|arn| !is_event_bus(arn)) {
            return Err(wrong(
                EVENT_BUS_ARN,
                format!(
                    "is `{arn}`: expected an event bus's ARN (arn:aws:events:REGION:ACCOUNT:event-bus/NAME)"
                ),
            ));
        }
        let region = |arn: &str| arn.split(':').nth(3).map(str::to_owned);
        let own = look_up("AWS_REGION");
        if let Some(bus) = event_bus.as_deref().and_then(region)
            && let Some(own) = own.filter(|own| *own != bus)
        {
            return Err(wrong(
                EVENT_BUS_ARN,
                format!("names a bus in {bus}: from {own} only buses of {own} get events"),
            ));
        }
        let product = match value(PRODUCT_ARN) {
            None => None,
            Some(arn) => Some(ProductArn::parse(&arn).ok_or_else(|| {
                let expected = "arn:aws:securityhub:REGION:ACCOUNT:product/ACCOUNT/default";
                wrong(PRODUCT_ARN, format!("is `{arn}`: expected {expected}"))
            })?),
        };
        if event_bus.is_none() && product.is_none() {
            return Err(wrong(
                EVENT_BUS_ARN,
                format!("isn't set, and neither is {PRODUCT_ARN}: there is nothing to forward to"),
            ));
        }
        Ok(Self {
            event_bus,
            product,
            log_level: log_level(value(LOG_LEVEL).as_deref())?,
        })
    }
}

fn is_event_bus(arn: &str) -> bool {
    let mut parts = arn.splitn(6, ':');
    let is_bus = |name: &str| {
        name.strip_prefix("event-bus/")
            .is_some_and(|n| !n.is_empty())
    };
    parts.next() == Some("arn")
        && parts.nth(1) == Some("events")
        && parts.nth(2).is_some_and(is_bus)
}

#[cfg(test)]
mod tests {
    use super::{EVENT_BUS_ARN, ForwarderConfig, PRODUCT_ARN};

    const BUS: &str = "arn:aws:events:eu-west-1:123456789012:event-bus/default";
    const PRODUCT: &str = "arn:aws:securityhub:eu-west-1:123456789012:product/123456789012/default";

    fn read(variables: &[(&str, &str)]) -> Result<ForwarderConfig, String> {
        let look_up = |name: &str| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        ForwarderConfig::read(look_up).map_err(|error| error.to_string())
    }

    #[test]
    fn one_target_is_enough() {
        let bus = read(&[(EVENT_BUS_ARN, BUS), (PRODUCT_ARN, "")]).unwrap();
        assert_eq!((bus.event_bus.as_deref(), bus.product), (Some(BUS), None));
        let hub = read(&[(PRODUCT_ARN, PRODUCT)]).unwrap().product.unwrap();
        assert_eq!((hub.partition(), hub.account()), ("aws", "123456789012"));
        assert_eq!(hub.as_str(), PRODUCT);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (variables, words) in [
            (vec![], "nothing to forward to"),
            (
                vec![(EVENT_BUS_ARN, "default")],
                "is `default`: expected an event bus's ARN",
            ),
            (
                vec![(EVENT_BUS_ARN, PRODUCT)],
                "expected an event bus's ARN",
            ),
            (
                vec![(EVENT_BUS_ARN, BUS), ("AWS_REGION", "us-east-1")],
                "names a bus in eu-west-1: from us-east-1",
            ),
            (
                vec![(PRODUCT_ARN, BUS)],
                "expected arn:aws:securityhub:REGION",
            ),
        ] {
            let error = read(&variables).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
