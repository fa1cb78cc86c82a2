//! When each step of a plan begins and ends as a rule, and which steps decide when the last one ends.

use std::collections::BTreeMap;

use super::{Step, StepId, dag, topological};

/// A step's place in time.
#[derive(Clone, Debug)]
pub struct Slot<'a> {
    /// The step.
    pub step: &'a Step,
    /// When it begins, counted from the start of the run.
    pub start_ms: u64,
    /// When it ends.
    pub end_ms: u64,
    /// Whether the whole takes longer if this step does.
    pub critical: bool,
}

/// The steps in the order in which they begin, and where they begin together in the plan's own.
pub fn timeline(steps: &[Step]) -> Vec<Slot<'_>> {
    let ends = dag::ends(steps, Step::typical_ms);
    let end = |id: &StepId| ends.get(id).copied().unwrap_or(0);
    let total = ends.values().max().copied().unwrap_or(0);
    let latest = latest_ends(steps, total);
    let mut slots: Vec<Slot<'_>> = steps
        .iter()
        .map(|step| {
            let end_ms = end(&step.id);
            Slot {
                step,
                start_ms: step.needs.iter().map(end).max().unwrap_or(0),
                end_ms,
                critical: latest.get(&step.id) == Some(&end_ms),
            }
        })
        .collect();
    slots.sort_by_key(|slot| slot.start_ms);
    slots
}

/// When each step may end at the latest without the whole taking longer.
fn latest_ends(steps: &[Step], total: u64) -> BTreeMap<StepId, u64> {
    let mut latest: BTreeMap<StepId, u64> = BTreeMap::new();
    for step in topological(steps).unwrap_or_default().into_iter().rev() {
        let end = latest.get(&step.id).copied().unwrap_or(total);
        latest.insert(step.id.clone(), end);
        let start = end.saturating_sub(step.typical_ms());
        for need in &step.needs {
            let known = latest.get(need).copied().unwrap_or(total);
            latest.insert(need.clone(), known.min(start));
        }
    }
    latest
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::timeline;
    use crate::catalog::Money;
    use crate::plan::{Action, Facts, Step, StepId, Task, critical_path_ms, launch};
    use crate::spec::Spec;

    fn step(id: &str, typical_ms: u64, needs: &[&str]) -> Step {
        Step {
            id: id.into(),
            title: id.to_owned(),
            needs: needs.iter().map(|need| StepId::from(*need)).collect(),
            tasks: vec![Task {
                action: Action::Evidence,
                needs: Vec::new(),
                typical_ms,
            }],
            hourly: Money::ZERO,
        }
    }

    #[test]
    fn the_longest_chain_is_marked() {
        let steps = [
            step("end", 10, &["long", "short"]),
            step("short", 5, &["begin"]),
            step("long", 40, &["begin"]),
            step("begin", 3, &[]),
            step("aside", 1, &[]),
        ];
        let slots = timeline(&steps);
        let found: Vec<_> = slots
            .iter()
            .map(|slot| {
                (
                    slot.step.id.0.as_str(),
                    slot.start_ms,
                    slot.end_ms,
                    slot.critical,
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                ("begin", 0, 3, true),
                ("aside", 0, 1, false),
                ("short", 3, 8, false),
                ("long", 3, 43, true),
                ("end", 43, 53, true),
            ]
        );
    }

    #[test]
    fn a_launch_has_a_critical_path_from_beginning_to_end() {
        let spec =
            Spec::from_json(r#"{"name":"demo","zone":"ch-dk-2","controlPlane":{"count":3}}"#)
                .unwrap();
        let facts = Facts {
            run: "a".repeat(26),
            origin: "https://slipway.example".to_owned(),
            caller: Vec::new(),
            kubernetes: "1.36.0".to_owned(),
            key: None,
            roles: BTreeMap::new(),
            standing: None,
        };
        let plan = launch(&spec, facts);
        let slots = timeline(&plan.steps);
        assert_eq!(slots.len(), plan.steps.len());
        let total = critical_path_ms(&plan.steps, Step::typical_ms);
        // Along the path each step begins when the one before it ends.
        let mut at = 0;
        for slot in slots.iter().filter(|slot| slot.critical) {
            assert!(slot.start_ms <= at, "{} waits", slot.step.id);
            at = at.max(slot.end_ms);
        }
        assert_eq!(at, total);
        assert!(slots.iter().any(|slot| !slot.critical));
    }
}
