//! A moment of a deployment: every task as a single object.

use awsvpc_auditor_engine::headroom::Rollout;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Old,
    New,
    /// Stopped in this round.
    Stopped,
    /// Stopped in the round before, or before the first.
    Leaving,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Task {
    pub(crate) service: usize,
    pub(crate) phase: Phase,
    pub(crate) site: usize,
    pub(crate) subnet: Option<usize>,
}

/// What is known of a service besides its tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Past {
    pub(crate) peak: usize,
    pub(crate) was_blocked: bool,
    pub(crate) waited: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Turn {
    Start(usize),
    Stop(usize),
    End,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct State {
    pub(crate) turn: Turn,
    pub(crate) has_changed: bool,
    pub(crate) tasks: Vec<Task>,
    pub(crate) pasts: Vec<Past>,
}

impl State {
    pub(crate) fn first(rollouts: &[Rollout]) -> Self {
        let mut tasks = Vec::new();
        let mut pasts = Vec::new();
        for (service, rollout) in rollouts.iter().enumerate() {
            let old = rollout.running.iter().map(|spot| (spot, Phase::Old));
            let leaving = rollout.draining.iter().map(|spot| (spot, Phase::Leaving));
            tasks.extend(old.chain(leaving).map(|(spot, phase)| Task {
                service,
                phase,
                site: spot.site.unwrap(),
                subnet: spot.subnet,
            }));
            pasts.push(Past {
                peak: rollout.running.len() + rollout.draining.len(),
                ..Past::default()
            });
        }
        tasks.sort();
        Self {
            turn: Turn::Start(0),
            has_changed: false,
            tasks,
            pasts,
        }
    }

    pub(crate) fn count(&self, service: usize, phases: &[Phase]) -> usize {
        let own = self.tasks.iter().filter(|task| task.service == service);
        own.filter(|task| phases.contains(&task.phase)).count()
    }

    pub(crate) fn has(&self, service: usize, phase: Phase, site: usize) -> bool {
        let mut tasks = self.tasks.iter();
        tasks.any(|task| (task.service, task.phase, task.site) == (service, phase, site))
    }

    pub(crate) fn with_turn(&self, turn: Turn) -> Self {
        Self {
            turn,
            ..self.clone()
        }
    }

    /// A task was started.
    pub(crate) fn with_new(&self, task: Task) -> Self {
        let mut next = self.clone();
        next.has_changed = true;
        next.tasks.push(task);
        next.tasks.sort();
        let own = next
            .tasks
            .iter()
            .filter(|other| other.service == task.service);
        let count = own.count();
        let past = &mut next.pasts[task.service];
        past.peak = past.peak.max(count);
        past.waited |= past.was_blocked;
        next
    }

    /// One old task less, whichever.
    pub(crate) fn stops(&self, service: usize) -> Vec<Self> {
        let tasks = self.tasks.iter().enumerate();
        let old = tasks.filter(|(_, task)| task.service == service && task.phase == Phase::Old);
        let stopped = old.map(|(index, _)| {
            let mut next = self.clone();
            next.has_changed = true;
            next.tasks[index].phase = Phase::Stopped;
            next.tasks.sort();
            next
        });
        stopped.collect()
    }

    /// Those that were stopped in the round before are gone. Nothing if the round changed nothing.
    pub(crate) fn next_round(&self) -> Option<Self> {
        let staying = self
            .tasks
            .iter()
            .filter(|task| task.phase != Phase::Leaving);
        let tasks: Vec<_> = staying
            .map(|task| Task {
                phase: match task.phase {
                    Phase::Stopped => Phase::Leaving,
                    phase => phase,
                },
                ..*task
            })
            .collect();
        let has_changed = self.has_changed || tasks.len() < self.tasks.len();
        has_changed.then(|| Self {
            turn: Turn::Start(0),
            has_changed: false,
            tasks,
            pasts: self.pasts.clone(),
        })
    }
}
