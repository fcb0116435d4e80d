//! The four paths of the Runtime API.

use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::sync::{Mutex, mpsc::UnboundedReceiver};

use super::Outcome;

/// Work for the process.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) id: String,
    pub(super) event: String,
    pub(super) arn: String,
    pub(super) timeout: Duration,
}

/// What the process said.
#[derive(Debug)]
pub(super) enum Said {
    /// It asked for work.
    Next(Instant),
    /// It has done with the work of this id.
    Done(String, Outcome),
    /// It can't start.
    InitError(Value),
}

#[derive(Clone)]
struct Service {
    waiting: Arc<Mutex<UnboundedReceiver<Invocation>>>,
    tell: mpsc::Sender<Said>,
}

pub(super) fn router(waiting: UnboundedReceiver<Invocation>, tell: mpsc::Sender<Said>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route(
            "/2018-06-01/runtime/invocation/{id}/response",
            post(response),
        )
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::disable())
        .with_state(Service {
            waiting: Arc::new(Mutex::new(waiting)),
            tell,
        })
}

async fn next(State(service): State<Service>) -> Response {
    service.say(Said::Next(Instant::now()));
    let Some(work) = service.waiting.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the clock is past 1970");
    let headers = [
        ("lambda-runtime-aws-request-id", work.id),
        ("lambda-runtime-invoked-function-arn", work.arn),
        (
            "lambda-runtime-deadline-ms",
            (now + work.timeout).as_millis().to_string(),
        ),
    ];
    (headers, work.event).into_response()
}

async fn response(
    State(service): State<Service>,
    Path(id): Path<String>,
    body: String,
) -> StatusCode {
    service.say(Said::Done(id, Outcome::Response(json(body))));
    StatusCode::ACCEPTED
}

async fn error(State(service): State<Service>, Path(id): Path<String>, body: String) -> StatusCode {
    service.say(Said::Done(id, Outcome::Error(json(body))));
    StatusCode::ACCEPTED
}

async fn init_error(State(service): State<Service>, body: String) -> StatusCode {
    service.say(Said::InitError(json(body)));
    StatusCode::ACCEPTED
}

impl Service {
    /// Nobody listens any more when the test has ended.
    fn say(&self, said: Said) {
        drop(self.tell.send(said));
    }
}

/// A function responds with JSON; what isn't shows up as a string.
fn json(body: String) -> Value {
    serde_json::from_str(&body).unwrap_or(Value::String(body))
}
