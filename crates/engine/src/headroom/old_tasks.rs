use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::site::Spot;

/// Whether a place has its new task, and how many tasks of the service it has; nothing where nobody knows
/// the place.
pub(super) type Crowd = Option<(bool, u32)>;

/// The tasks that a deployment is to replace and that haven't been stopped yet.
#[derive(Debug)]
pub(super) struct OldTasks<'a> {
    spots: &'a [Spot],
    is_gone: Vec<bool>,
    left: usize,
    /// Made when only some have to stop.
    line: Option<Line>,
}

/// Which old task goes first: those whose place has its new task already, then those where the service
/// has the most.
#[derive(Debug)]
struct Line {
    /// For each place, the first of its old tasks that is still there.
    first: Vec<Option<usize>>,
    /// For each old task, the next one on its place.
    next: Vec<Option<usize>>,
    /// The first ones, by the crowd that they stood in once. Where that has changed, they stand here again.
    heap: BinaryHeap<(Crowd, Reverse<usize>)>,
}

impl<'a> OldTasks<'a> {
    pub(super) fn new(spots: &'a [Spot]) -> Self {
        Self {
            spots,
            is_gone: vec![false; spots.len()],
            left: spots.len(),
            line: None,
        }
    }

    /// How many there are still.
    pub(super) fn len(&self) -> usize {
        self.left
    }

    /// Takes all out.
    pub(super) fn take_all(&mut self) -> Vec<Spot> {
        self.left = 0;
        let spots = self.spots.iter().zip(&mut self.is_gone);
        spots
            .filter_map(|(spot, is_gone)| (!std::mem::replace(is_gone, true)).then_some(*spot))
            .collect()
    }

    /// Takes out the one that goes first, of those on so many places. `crowd` tells in which crowd a task
    /// is. What taking it out changes about its place, [`Self::changed`] has to be told.
    pub(super) fn take_first(
        &mut self,
        places: usize,
        crowd: impl Fn(Spot) -> Crowd,
    ) -> Option<Spot> {
        let spots = self.spots;
        let new = || Line::new(spots, places, &crowd);
        let line = self.line.get_or_insert_with(new);
        while let Some((before, Reverse(index))) = line.heap.pop() {
            let spot = *spots.get(index)?;
            if crowd(spot) == before && line.is_first(spot, index) {
                line.leave(spot, index);
                self.left -= 1;
                *self.is_gone.get_mut(index)? = true;
                return Some(spot);
            }
        }
        None
    }

    /// The crowd on a place has changed.
    pub(super) fn changed(&mut self, site: usize, crowd: Crowd) {
        if let Some(line) = &mut self.line
            && let Some(Some(first)) = line.first.get(site)
        {
            line.heap.push((crowd, Reverse(*first)));
        }
    }
}

impl Line {
    fn new(spots: &[Spot], places: usize, crowd: impl Fn(Spot) -> Crowd) -> Self {
        let mut line = Self {
            first: vec![None; places],
            next: vec![None; spots.len()],
            heap: BinaryHeap::new(),
        };
        for (index, spot) in spots.iter().enumerate().rev() {
            let first = spot.site.and_then(|site| line.first.get_mut(site));
            if let (Some(first), Some(next)) = (first, line.next.get_mut(index)) {
                *next = first.replace(index);
            }
        }
        let all = spots.iter().enumerate();
        let firsts = all.filter(|(index, spot)| line.is_first(**spot, *index));
        let heap = firsts.map(|(index, spot)| (crowd(*spot), Reverse(index)));
        line.heap = heap.collect();
        line
    }

    /// Whether a task is the first one on its place. Each is where the place isn't known.
    fn is_first(&self, spot: Spot, index: usize) -> bool {
        let first = spot.site.and_then(|site| self.first.get(site));
        first.is_none_or(|first| *first == Some(index))
    }

    fn leave(&mut self, spot: Spot, index: usize) {
        if let Some(first) = spot.site.and_then(|site| self.first.get_mut(site)) {
            *first = self.next.get(index).copied().flatten();
        }
    }
}
