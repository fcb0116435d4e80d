//! Which place the next task of a service gets.
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html>

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::site::Site;

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

/// The places that one more task fits on, the best ones first. They are kept from round to round: most
/// places change in few rounds.
#[derive(Debug)]
pub(super) struct Candidates<'a> {
    strategy: &'a [Order],
    groups: Vec<Group>,
    /// For each place, the group that it is in.
    group_of: Vec<usize>,
    /// For each place that one more task fits on, how it stands in its group.
    listed: Vec<Option<Key>>,
    /// For each strategy, how many tasks of the service each of its groups has.
    counts: Vec<BTreeMap<u32, i64>>,
    /// The groups by their best places. What stands here may be better than what is true by now, never
    /// worse.
    ranking: BinaryHeap<Reverse<(Key, usize, usize)>>,
}

/// Places that are in the same zone and that no [`Order::SpreadOver`] tells apart.
#[derive(Debug)]
struct Group {
    zone: usize,
    /// For each strategy, which of its groups this one is part of.
    values: [u32; STRATEGIES],
    /// The places that one more task fits on, by what they themselves are like.
    places: BTreeSet<(Key, usize)>,
}

impl<'a> Candidates<'a> {
    /// Among these places, none of which is a candidate yet. `tasks` is how many of the service each has.
    pub(super) fn new(strategy: &'a [Order], sites: &[Site], tasks: &[u32]) -> Self {
        let strategy = strategy.get(..STRATEGIES).unwrap_or(strategy);
        let mut candidates = Self {
            strategy,
            groups: Vec::new(),
            group_of: Vec::with_capacity(sites.len()),
            listed: vec![None; sites.len()],
            counts: strategy.iter().map(|order| counts(order, tasks)).collect(),
            ranking: BinaryHeap::new(),
        };
        let mut known = BTreeMap::new();
        for (index, site) in sites.iter().enumerate() {
            let mut values = [0; STRATEGIES];
            for (value, order) in values.iter_mut().zip(strategy) {
                *value = order.group(index).unwrap_or_default();
            }
            let group = *known.entry((site.zone, values)).or_insert_with(|| {
                candidates.groups.push(Group {
                    zone: site.zone,
                    values,
                    places: BTreeSet::new(),
                });
                candidates.groups.len() - 1
            });
            candidates.group_of.push(group);
        }
        candidates
    }

    /// Notes whether one more task fits on a place, and what the place is like now: how many tasks of
    /// the service it has, and what else.
    pub(super) fn update(&mut self, index: usize, site: &Site, tasks: u32, fits: bool) {
        let key = fits.then(|| self.key(site, tasks));
        let (Some(listed), Some(group)) = (
            self.listed.get_mut(index),
            self.group_of.get(index).copied(),
        ) else {
            return;
        };
        let before = std::mem::replace(listed, key);
        if before == key {
            return;
        }
        if let Some(group) = self.groups.get_mut(group) {
            if let Some(before) = before {
                group.places.remove(&(before, index));
            }
            if let Some(key) = key {
                group.places.insert((key, index));
            }
        }
    }

    /// Ranks the groups anew, after some places and counts have changed.
    pub(super) fn rank(&mut self) {
        self.ranking.clear();
        for group in 0..self.groups.len() {
            self.rank_group(group);
        }
    }

    /// Takes out the best place of those in open zones. ECS chooses among equals at will; here it is the
    /// first. Zones that are closed once stay closed until everything is ranked anew.
    pub(super) fn take_best(&mut self, is_open: impl Fn(usize) -> bool) -> Option<usize> {
        while let Some(Reverse((key, index, group))) = self.ranking.pop() {
            if self.best_of(group) != Some((key, index)) {
                self.rank_group(group);
                continue;
            }
            let Some(own) = self.groups.get_mut(group).filter(|own| is_open(own.zone)) else {
                continue;
            };
            own.places.pop_first();
            if let Some(listed) = self.listed.get_mut(index) {
                *listed = None;
            }
            return Some(index);
        }
        None
    }

    /// A task was put on a place that had been taken out, and the place was updated after that.
    pub(super) fn placed(&mut self, index: usize) {
        self.count(index, 1);
        if let Some(group) = self.group_of.get(index) {
            self.rank_group(*group);
        }
    }

    /// A task left a place.
    pub(super) fn left(&mut self, index: usize) {
        self.count(index, -1);
    }

    fn count(&mut self, index: usize, more: i64) {
        for (order, counts) in self.strategy.iter().zip(&mut self.counts) {
            if let Some(group) = order.group(index) {
                *counts.entry(group).or_default() += more;
            }
        }
    }

    /// What sets a place apart from others of its group.
    fn key(&self, site: &Site, tasks: u32) -> Key {
        let mut key = Key::default();
        for (part, order) in key.iter_mut().zip(self.strategy) {
            *part = match order {
                Order::SpreadOver(_) => 0,
                Order::SpreadOverSites => tasks.into(),
                Order::PackCpu => site.room.cpu,
                Order::PackMemory => site.room.memory,
            };
        }
        key
    }

    /// The best place of a group, by what the place and the tasks of its groups count for.
    fn best_of(&self, group: usize) -> Option<(Key, usize)> {
        let group = self.groups.get(group)?;
        let (mut key, index) = *group.places.first()?;
        let parts = key.iter_mut().zip(self.strategy).zip(&group.values);
        for (((part, order), value), counts) in parts.zip(&self.counts) {
            if matches!(order, Order::SpreadOver(_)) {
                *part = counts.get(value).copied().unwrap_or_default();
            }
        }
        Some((key, index))
    }

    fn rank_group(&mut self, group: usize) {
        if let Some((key, index)) = self.best_of(group) {
            self.ranking.push(Reverse((key, index, group)));
        }
    }
}

impl Order {
    /// The group that a place is in, where groups count.
    fn group(&self, index: usize) -> Option<u32> {
        match self {
            Self::SpreadOver(groups) => groups.get(index).copied(),
            _ => None,
        }
    }
}

/// How many of the service's tasks each group has.
fn counts(order: &Order, tasks: &[u32]) -> BTreeMap<u32, i64> {
    let mut counts = BTreeMap::new();
    let with_tasks = tasks.iter().enumerate().filter(|(_, count)| **count > 0);
    for (index, count) in with_tasks {
        if let Some(group) = order.group(index) {
            *counts.entry(group).or_default() += i64::from(*count);
        }
    }
    counts
}
