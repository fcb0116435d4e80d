//! How fast a region is asked. AWS counts an account's calls together, whoever makes them: what the
//! auditor takes, deployments and consoles lack. So it takes half of what flows back.
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html>
//! <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>

use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use crate::findings::Answer;
use crate::trouble::{Trouble, in_time};

/// Calls in flight at a time, of all kinds together.
const AT_ONCE: usize = 8;

/// Calls of one kind, once the burst is spent: AWS gives back twenty.
const A_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// Calls of one kind that may come at once: AWS allows a hundred, or fifty.
const BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(39);

/// What AWS counts together.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bucket {
    /// Tasks and container instances, listed and described.
    ClusterResources,
    /// Services, listed and described.
    Services,
    /// Task definitions.
    TaskDefinitions,
    /// EC2. It counts each action by itself; together they are asked more gently still.
    Ec2,
    /// What is called a few times in a run.
    Rest,
}

/// How fast a region may be asked.
#[derive(Debug)]
pub(crate) struct Pace {
    in_flight: Semaphore,
    cluster_resources: DefaultDirectRateLimiter,
    services: DefaultDirectRateLimiter,
    task_definitions: DefaultDirectRateLimiter,
    ec2: DefaultDirectRateLimiter,
}

/// The right to make calls of a kind, one after another or side by side.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn<'a> {
    pace: &'a Pace,
    bucket: Bucket,
    deadline: Instant,
}

impl Default for Pace {
    fn default() -> Self {
        let limiter = || RateLimiter::direct(Quota::per_second(A_SECOND).allow_burst(BURST));
        Self {
            in_flight: Semaphore::new(AT_ONCE),
            cluster_resources: limiter(),
            services: limiter(),
            task_definitions: limiter(),
            ec2: limiter(),
        }
    }
}

impl Pace {
    pub(crate) fn turn(&self, bucket: Bucket, deadline: Instant) -> Turn<'_> {
        Turn {
            pace: self,
            bucket,
            deadline,
        }
    }

    fn limiter(&self, bucket: Bucket) -> Option<&DefaultDirectRateLimiter> {
        match bucket {
            Bucket::ClusterResources => Some(&self.cluster_resources),
            Bucket::Services => Some(&self.services),
            Bucket::TaskDefinitions => Some(&self.task_definitions),
            Bucket::Ec2 => Some(&self.ec2),
            Bucket::Rest => None,
        }
    }
}

impl<'a> Turn<'a> {
    /// Makes one call when it may be made. After the deadline none begins. Calls of the SDK are tens
    /// of kilobytes, and a run holds many that wait, so each is put aside.
    pub(crate) fn call<T>(
        self,
        call: impl Future<Output = T>,
    ) -> impl Future<Output = Result<T, Trouble>> {
        let call = Box::pin(call);
        async move {
            let permit = timeout_at(self.deadline, self.permit()).await;
            match permit {
                Ok(Some(_permit)) if Instant::now() < self.deadline => {
                    in_time(self.deadline, call).await
                }
                _ => Err(Trouble::Late),
            }
        }
    }

    /// The same for a call that tells its trouble itself.
    pub(crate) fn answer(
        self,
        action: &'static str,
        call: impl Future<Output = Answer>,
    ) -> impl Future<Output = Answer> {
        let call = self.call(call);
        async move {
            let answer = call.await;
            answer.unwrap_or_else(|late| Answer::failed(action, late))
        }
    }

    async fn permit(self) -> Option<SemaphorePermit<'a>> {
        if let Some(limiter) = self.pace.limiter(self.bucket) {
            limiter.until_ready().await;
        }
        self.pace.in_flight.acquire().await.ok()
    }
}

/// Reads every page of a call that has a token for the next, each in its turn: what is taken from the
/// pages, and why no more came.
macro_rules! read_pages {
    ($turn:expr, $request:expr, |$page:ident| $taken:expr) => {{
        let (turn, request) = ($turn, $request);
        let mut taken = Vec::new();
        let mut token: Option<String> = None;
        let trouble = loop {
            let call = request.clone().set_next_token(token.clone()).send();
            match turn.call(call).await {
                Ok(Ok($page)) => {
                    taken.extend($taken);
                    let next = $page.next_token().filter(|next| !next.is_empty());
                    let next = next.map(str::to_owned);
                    if next.is_none() {
                        break None;
                    }
                    if next == token {
                        let what = "the same page came again";
                        break Some(crate::trouble::Trouble::Failed(what.to_owned()));
                    }
                    token = next;
                }
                Ok(Err(error)) => break Some(crate::trouble::Trouble::of(&error)),
                Err(late) => break Some(late),
            }
        };
        (taken, trouble)
    }};
}
pub(crate) use read_pages;
