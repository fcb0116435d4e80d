use std::fmt;

/// A set of 16-bit numbers as sorted, disjoint, non-adjacent, inclusive ranges.
///
/// Ports use it directly; ICMP messages use `type * 256 + code`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RangeSet(Vec<(u16, u16)>);

impl RangeSet {
    /// The empty set.
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// Every 16-bit number.
    pub fn all() -> Self {
        Self(vec![(0, u16::MAX)])
    }

    /// The numbers from `first` to `last`, both included; empty when `first > last`.
    pub fn range(first: u16, last: u16) -> Self {
        if first > last {
            return Self::empty();
        }
        Self(vec![(first, last)])
    }

    /// Whether nothing is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every 16-bit number is in the set.
    pub fn is_all(&self) -> bool {
        self.0.first() == Some(&(0, u16::MAX))
    }

    /// Whether `number` is in the set.
    pub fn contains(&self, number: u16) -> bool {
        self.0
            .iter()
            .any(|&(first, last)| first <= number && number <= last)
    }

    /// The ranges, in ascending order.
    pub fn ranges(&self) -> impl Iterator<Item = (u16, u16)> + '_ {
        self.0.iter().copied()
    }

    /// The numbers in either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.is_empty() || other.is_all() {
            return other.clone();
        }
        if other.is_empty() || self.is_all() {
            return self.clone();
        }
        let mut ranges: Vec<_> = self.0.iter().chain(&other.0).copied().collect();
        ranges.sort_unstable();
        let mut merged: Vec<(u16, u16)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match merged.last_mut() {
                Some(previous) if first <= previous.1.saturating_add(1) => {
                    previous.1 = previous.1.max(last);
                }
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }

    /// The numbers in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        if self.is_all() || other.is_empty() {
            return other.clone();
        }
        if other.is_all() || self.is_empty() {
            return self.clone();
        }
        let mut common = Vec::new();
        for &(first, last) in &self.0 {
            for &(other_first, other_last) in &other.0 {
                let (start, end) = (first.max(other_first), last.min(other_last));
                if start <= end {
                    common.push((start, end));
                }
            }
        }
        Self(common)
    }

    /// The numbers that are not in the set.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut gaps = Vec::new();
        let mut next = Some(0_u16);
        for &(first, last) in &self.0 {
            if let Some(start) = next
                && start < first
            {
                gaps.push((start, first - 1));
            }
            next = last.checked_add(1);
        }
        if let Some(start) = next {
            gaps.push((start, u16::MAX));
        }
        Self(gaps)
    }

    /// The numbers in this set and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        if self.is_empty() || other.is_empty() {
            return self.clone();
        }
        if other.is_all() {
            return Self::empty();
        }
        self.intersection(&other.complement())
    }

    /// Whether every number of this set is in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        let within = |first, last| other.0.iter().any(|&(f, l)| f <= first && last <= l);
        self.0.iter().all(|&(first, last)| within(first, last))
    }

    /// Whether some number is in both sets.
    pub fn intersects(&self, other: &Self) -> bool {
        let meets = |first, last| other.0.iter().any(|&(f, l)| f <= last && first <= l);
        self.0.iter().any(|&(first, last)| meets(first, last))
    }
}

impl fmt::Debug for RangeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(first, last)| first..=last))
            .finish()
    }
}
