use super::{Parsed, described};
use crate::facts::NetworkConfiguration;
use crate::proposal::edit::Edit;
use crate::proposal::options::{Options, invalid};
use crate::proposal::service::ServiceChange;
use crate::proposal::shorthand::structure;

pub(super) fn update(options: &mut Options<'_>) -> Parsed {
    let mut change = ServiceChange::of(options.needed("--cluster")?, options.needed("--service")?);
    // What only starts tasks changes nothing that is judged.
    for started in ["--force-new-deployment", "--no-force-new-deployment"] {
        options.has(started)?;
    }
    options.value("--desired-count")?;
    if let Some(text) = options.value("--network-configuration")? {
        let option = "--network-configuration";
        let value = structure(text).map_err(|why| invalid(option, why))?;
        let network: NetworkConfiguration = described(option, value)?;
        let awsvpc = network.awsvpc_configuration;
        change.awsvpc =
            Some(awsvpc.ok_or_else(|| invalid(option, "`awsvpcConfiguration` is missing"))?);
    }
    for (option, is_on) in [
        ("--enable-execute-command", true),
        ("--disable-execute-command", false),
    ] {
        if options.has(option)? {
            change.exec = Some(is_on);
        }
    }
    Ok(vec![Edit::ChangeService(Box::new(change))])
}
