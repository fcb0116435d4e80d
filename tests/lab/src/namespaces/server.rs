use std::future::Future;
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::error::LabError;
use super::namespace::runtime;

/// Serves sockets of a namespace on a thread of its own. Dropping it ends it and closes what it holds.
///
/// A socket stays in the namespace in which it was made, so the thread needn't be there.
#[derive(Debug)]
pub(super) struct Server {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves until it is dropped.
    pub(super) fn start<F: Future>(
        serve: impl FnOnce() -> F + Send + 'static,
    ) -> Result<Self, LabError> {
        let (stop, stopped) = oneshot::channel::<()>();
        let runtime = runtime()?;
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = serve() => {}
                    _ = stopped => {}
                }
            });
        });
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Its panic has been printed; the test fails by what it doesn't get.
            drop(thread.join());
        }
    }
}
