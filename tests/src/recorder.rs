//! A reverse proxy before an emulator: it writes down every AWS call and answers some of them
//! itself, the way AWS does on a bad day.

mod cbor;
mod fault;
mod paging;
mod protocol;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::future;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub use fault::{Fault, all, nth, ratio};

/// One call of an AWS action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The action as IAM names it, `ec2:DescribeVpcs`.
    pub action: String,
    /// How many calls of this action there were, this one included.
    pub number: usize,
    /// The request's body.
    pub body: String,
    /// When it came, counted from the recorder's start.
    pub began: Duration,
    /// When its answer left, if it did.
    pub ended: Option<Duration>,
    /// What was answered instead of the truth.
    pub fault: Option<Fault>,
}

/// Decides, from the call alone, whether to answer with a fault.
type Rule = Box<dyn Fn(&Call) -> Option<Fault> + Send + Sync>;

#[derive(Default)]
struct Record {
    calls: Vec<Call>,
    counts: BTreeMap<String, usize>,
    running: usize,
    peak: usize,
    /// Calls that began before are no longer in `calls`.
    generation: usize,
    rule: Option<Rule>,
    /// Whether EC2's lists come an item at a time.
    paged: bool,
}

struct Shared {
    upstream: Mutex<String>,
    client: Client<HttpConnector, Full<Bytes>>,
    start: Instant,
    record: Mutex<Record>,
}

/// A running recorder. It stops when dropped.
pub struct Recorder {
    url: String,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

impl fmt::Debug for Recorder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Recorder")
            .field("url", &self.url)
            .field("upstream", &self.shared.upstream())
            .finish_non_exhaustive()
    }
}

impl Recorder {
    /// Stands before `upstream`, `http://127.0.0.1:5000`, and passes everything on.
    pub fn start(upstream: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime
            .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
            .expect("a free port");
        let address = listener.local_addr().expect("the listener has an address");
        let shared = Arc::new(Shared {
            upstream: Mutex::new(upstream.trim_end_matches('/').to_owned()),
            client: Client::builder(TokioExecutor::new()).build_http(),
            start: Instant::now(),
            record: Mutex::default(),
        });
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self {
            url: format!("http://{address}"),
            shared,
            runtime: Some(runtime),
        }
    }

    /// Where it listens, as an endpoint.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Passes calls on to another server from now on: one that had to know the recorder's address
    /// before it got its own.
    pub fn stand_before(&self, upstream: &str) {
        let mut own = (self.shared.upstream.lock()).unwrap_or_else(PoisonError::into_inner);
        upstream.trim_end_matches('/').clone_into(&mut own);
    }

    /// Answers with faults by this rule from now on.
    pub fn set_rule(&self, rule: impl Fn(&Call) -> Option<Fault> + Send + Sync + 'static) {
        self.shared.record().rule = Some(Box::new(rule));
    }

    /// Passes everything on from now on.
    pub fn clear_rule(&self) {
        self.shared.record().rule = None;
    }

    /// Gives EC2's lists an item at a time from now on.
    pub fn page(&self) {
        self.shared.record().paged = true;
    }

    /// Every call so far, in the order they came.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.record().calls.clone()
    }

    /// How often each action was called.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        self.shared.record().counts.clone()
    }

    /// How many calls ran at the same time, at most.
    pub fn peak(&self) -> usize {
        self.shared.record().peak
    }

    /// The length of the longest chain of calls in which each began after the one before had
    /// ended. That is how many rounds depended on each other, if each call takes a time that shows:
    /// use it with [`Fault::Delay`].
    pub fn rounds(&self) -> usize {
        let mut spans: Vec<_> = self
            .calls()
            .iter()
            .map(|call| (call.ended.unwrap_or(Duration::MAX), call.began))
            .collect();
        spans.sort_unstable();
        let mut rounds = 0;
        let mut last_end = Duration::ZERO;
        for (ended, began) in spans {
            if rounds == 0 || began >= last_end {
                rounds += 1;
                last_end = ended;
            }
        }
        rounds
    }

    /// Forgets the calls so far; the rule stays.
    pub fn forget(&self) {
        let mut record = self.shared.record();
        record.calls.clear();
        record.counts.clear();
        record.peak = record.running;
        record.generation += 1;
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // Calls that get no answer never end by themselves.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Shared {
    fn upstream(&self) -> String {
        let upstream = self.upstream.lock();
        upstream.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(self: &Arc<Self>, action: String, body: &[u8]) -> (Running, Option<Fault>) {
        let mut record = self.record();
        let number = record.counts.entry(action.clone()).or_default();
        *number += 1;
        let mut call = Call {
            action,
            number: *number,
            body: String::from_utf8_lossy(body).into_owned(),
            began: self.start.elapsed(),
            ended: None,
            fault: None,
        };
        call.fault = record.rule.as_ref().and_then(|rule| rule(&call));
        let fault = call.fault;
        record.calls.push(call);
        record.running += 1;
        record.peak = record.peak.max(record.running);
        let running = Running {
            shared: Arc::clone(self),
            generation: record.generation,
            index: record.calls.len() - 1,
        };
        (running, fault)
    }
}

/// A call on its way. It ends when this is dropped, also when the caller hangs up.
struct Running {
    shared: Arc<Shared>,
    generation: usize,
    index: usize,
}

impl Drop for Running {
    fn drop(&mut self) {
        let now = self.shared.start.elapsed();
        let mut record = self.shared.record();
        record.running -= 1;
        if record.generation == self.generation
            && let Some(call) = record.calls.get_mut(self.index)
        {
            call.ended = Some(now);
        }
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = match axum::body::to_bytes(body, usize::MAX).await {
        Ok(body) => body,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    let kind = protocol::Kind::of(&head.headers);
    let action = protocol::action(&head, &body);
    let (_running, fault) = shared.begin(action.clone(), &body);
    match fault {
        Some(Fault::Silence) => future::pending().await,
        Some(Fault::Delay(time)) => tokio::time::sleep(time).await,
        Some(fault) => return fault.response(kind, &action),
        None => {}
    }
    let paged = shared.record().paged && matches!(kind, protocol::Kind::Ec2);
    let asked = paging::asked(&String::from_utf8_lossy(&body));
    let response = forward(&shared, head, body).await;
    if paged {
        one_page(response, asked).await
    } else {
        response
    }
}

async fn one_page(response: Response, asked: usize) -> Response {
    let (mut head, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX)
        .await
        .expect("the emulator's answer is whole");
    let whole = String::from_utf8_lossy(&body).into_owned();
    let body = paging::page(&whole, asked).unwrap_or(whole);
    head.headers.remove("content-length");
    Response::from_parts(head, Body::from(body))
}

async fn forward(shared: &Shared, head: axum::http::request::Parts, body: Bytes) -> Response {
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let upstream = shared.upstream();
    let uri = format!("{upstream}{path}");
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = head.method;
    *request.headers_mut() = head.headers;
    *request.uri_mut() = uri.parse().expect("a path stays one behind another host");
    match shared.client.request(request).await {
        Ok(response) => response.map(|body| Body::new(body.map_err(axum::Error::new))),
        Err(error) => {
            let reason = format!("{upstream} doesn't answer: {error:?}");
            (StatusCode::BAD_GATEWAY, reason).into_response()
        }
    }
}
