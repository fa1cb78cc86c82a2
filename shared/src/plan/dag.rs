//! The plan as a graph: an order that respects every need, and the longest way through it.

use std::collections::BTreeMap;

use super::{Step, StepId};

/// The steps in an order in which every step comes after what it needs; `None` if there is a cycle or a need that
/// names no step.
pub fn topological(steps: &[Step]) -> Option<Vec<&Step>> {
    let mut order: Vec<&Step> = Vec::with_capacity(steps.len());
    let mut left: Vec<&Step> = steps.iter().collect();
    while !left.is_empty() {
        let (free, rest): (Vec<&Step>, Vec<&Step>) = left.iter().partition(|step| {
            step.needs
                .iter()
                .all(|need| order.iter().any(|done| &done.id == need))
        });
        if free.is_empty() {
            return None;
        }
        order.extend(free);
        left = rest;
    }
    Some(order)
}

/// How long the longest chain of needs takes. `remaining_ms` says how long each step still takes.
pub fn critical_path_ms(steps: &[Step], remaining_ms: impl Fn(&Step) -> u64) -> u64 {
    ends(steps, remaining_ms).into_values().max().unwrap_or(0)
}

/// When each step ends, counted from now.
pub(crate) fn ends(steps: &[Step], remaining_ms: impl Fn(&Step) -> u64) -> BTreeMap<StepId, u64> {
    let mut ends = BTreeMap::new();
    for step in topological(steps).unwrap_or_default() {
        let start = step
            .needs
            .iter()
            .filter_map(|need| ends.get(need))
            .max()
            .copied()
            .unwrap_or(0);
        ends.insert(step.id.clone(), remaining_ms(step).saturating_add(start));
    }
    ends
}
