//! Which place the next task of a service gets.
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html>

use std::collections::{BTreeMap, BTreeSet};

use super::site::{Site, World};

/// One strategy of a service; the first counts most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// The group of places with the fewest tasks of the service: for each place, the group that it is
    /// in. Zones are such groups, and the values of any attribute.
    SpreadOver(Vec<u32>),
    /// The place with the fewest tasks of the service.
    SpreadOverSites,
    /// The place with the least CPU left.
    PackCpu,
    /// The place with the least memory left.
    PackMemory,
}

/// ECS takes five strategies at most.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>
const STRATEGIES: usize = 5;

type Key = [i64; STRATEGIES];

/// The places that one more task fits on, the best ones first.
#[derive(Debug)]
pub(super) struct Candidates<'a> {
    strategy: &'a [Order],
    /// By what [`Order::SpreadOver`] tells apart; in each, by what the place itself is like.
    groups: BTreeMap<Vec<u32>, BTreeSet<(Key, usize)>>,
    /// For each strategy, how many tasks of the service each group has.
    counts: Vec<BTreeMap<u32, i64>>,
}

impl<'a> Candidates<'a> {
    /// The places among `fitting`. `tasks` is how many of the service each place has.
    pub(super) fn new(
        strategy: &'a [Order],
        world: &World,
        tasks: &[u32],
        fitting: impl Iterator<Item = usize>,
    ) -> Self {
        let mut candidates = Self {
            strategy: strategy.get(..STRATEGIES).unwrap_or(strategy),
            groups: BTreeMap::new(),
            counts: Vec::new(),
        };
        let mut fitting = fitting.peekable();
        if fitting.peek().is_none() {
            return candidates;
        }
        for order in candidates.strategy {
            let mut counts = BTreeMap::new();
            if let Order::SpreadOver(groups) = order {
                let with_tasks = groups.iter().zip(tasks).filter(|(_, count)| **count > 0);
                for (group, count) in with_tasks {
                    *counts.entry(*group).or_default() += i64::from(*count);
                }
            }
            candidates.counts.push(counts);
        }
        for index in fitting {
            if let Some(site) = world.sites.get(index) {
                candidates.insert(index, site, tasks);
            }
        }
        candidates
    }

    fn group(&self, index: usize) -> Vec<u32> {
        let groups = self.strategy.iter().filter_map(|order| match order {
            Order::SpreadOver(groups) => groups.get(index).copied(),
            _ => None,
        });
        groups.collect()
    }

    /// What sets a place apart from others of its group.
    fn key(&self, index: usize, site: &Site, tasks: &[u32]) -> Key {
        let mut key = Key::default();
        for (part, order) in key.iter_mut().zip(self.strategy) {
            *part = match order {
                Order::SpreadOver(_) => 0,
                Order::SpreadOverSites => tasks.get(index).copied().unwrap_or_default().into(),
                Order::PackCpu => site.room.cpu,
                Order::PackMemory => site.room.memory,
            };
        }
        key
    }

    /// The key with what the group's tasks count for.
    fn with_counts(&self, mut key: Key, index: usize) -> Key {
        for ((part, order), counts) in key.iter_mut().zip(self.strategy).zip(&self.counts) {
            if let Order::SpreadOver(groups) = order {
                let group = groups.get(index).copied().unwrap_or_default();
                *part = counts.get(&group).copied().unwrap_or_default();
            }
        }
        key
    }

    fn insert(&mut self, index: usize, site: &Site, tasks: &[u32]) {
        let key = self.key(index, site, tasks);
        self.groups
            .entry(self.group(index))
            .or_default()
            .insert((key, index));
    }

    /// Takes the best place out. ECS chooses among equals at will; here it is the first.
    pub(super) fn take_best(&mut self) -> Option<usize> {
        let best_of_each = self.groups.values().filter_map(BTreeSet::first);
        let best = best_of_each.min_by_key(|(key, index)| (self.with_counts(*key, *index), *index));
        let (key, index) = best.copied()?;
        let group = self.group(index);
        if let Some(places) = self.groups.get_mut(&group) {
            places.remove(&(key, index));
        }
        Some(index)
    }

    /// A task was put on a place that had been taken out; it comes back if there is room for more.
    pub(super) fn placed(&mut self, index: usize, site: &Site, tasks: &[u32], has_room: bool) {
        for (order, counts) in self.strategy.iter().zip(&mut self.counts) {
            if let Order::SpreadOver(groups) = order
                && let Some(group) = groups.get(index)
            {
                *counts.entry(*group).or_default() += 1;
            }
        }
        if has_room {
            self.insert(index, site, tasks);
        }
    }
}
