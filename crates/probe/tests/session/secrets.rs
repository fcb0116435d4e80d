//! Neither a token nor a stream URL is ever shown.

use std::time::Duration;

use awsvpc_auditor_lab::agent::Mischief;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn no_outcome_shows_the_token_the_url_or_what_the_command_printed() {
    let command = "printf 'READY\\nPASSWORD=hunter2\\n'; sleep 0.3; echo three; sleep 1000";
    for mischief in [
        Mischief::None,
        Mischief::RefusedUpgrade,
        Mischief::RefusedToken,
        Mischief::Encrypted,
        Mischief::NoShell,
        Mischief::Garbage,
        Mischief::SilentFromTheStart,
        Mischief::DroppedSocket {
            after: 1,
            accepts_again: false,
        },
    ] {
        let (outcome, agent) = session(command, mischief, "", Duration::from_secs(2)).await;
        let failure = outcome.expect_err("none of them comes to an end");
        let access = access(&agent);
        let shown = format!("{failure} {failure:?} {access:?} {:?}", failure.transcript);
        for secret in [agent.token.as_str(), "cell-number", "/v1/", "hunter2"] {
            assert!(
                !shown.contains(secret),
                "{mischief:?} shows {secret}: {shown}"
            );
        }
    }
}
