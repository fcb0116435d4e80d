//! Calls that run together.

use std::pin::Pin;

use awsvpc_auditor_engine::facts::FactKind;
use futures_util::future::join_all;

use crate::findings::{Answer, Findings};

/// Calls that don't depend on each other.
#[derive(Default)]
pub(crate) struct Round<'a>(Vec<Pin<Box<dyn Future<Output = Answered> + Send + 'a>>>);

struct Answered {
    kind: FactKind,
    within: Vec<String>,
    answer: Answer,
}

impl<'a> Round<'a> {
    /// Adds a call. `within` is what its answer tells in full; for a call by ids that is nothing.
    pub(crate) fn ask(
        &mut self,
        kind: FactKind,
        within: Vec<String>,
        call: impl Future<Output = Answer> + Send + 'a,
    ) {
        self.0.push(Box::pin(async move {
            let answer = call.await;
            Answered {
                kind,
                within,
                answer,
            }
        }));
    }

    /// Makes the calls.
    pub(crate) async fn run(self) -> Findings {
        let mut findings = Findings::default();
        for answered in join_all(self.0).await {
            findings.take(answered.kind, answered.answer, answered.within);
        }
        findings
    }
}
