//! What is not as Slipway left it: a cluster's spec held against what the account says now. It only looks.
//!
//! A resize or a change of access leaves its mark in labels and rules, which the spec of today follows. What is found
//! here follows from neither: somebody has changed it by hand, or it was lost.

use serde::{Deserialize, Serialize};

use super::{Seen, SeenMachine, Standing};
use crate::exoscale::{Kind, Rule};
use crate::plan::machines::machine_name;
use crate::plan::{Facts, StepId, roles, rules};
use crate::spec::Spec;

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Drift {
    /// A pool has fewer or more nodes than its bounds allow.
    Size {
        /// As the spec names it.
        pool: String,
        /// How many it has.
        size: u32,
        /// Fewest.
        min: u16,
        /// Most.
        max: u16,
    },
    /// Nothing says what a pool's bounds are, so that the autoscaler may grow it up to the quota.
    Bounds {
        /// As the spec names it.
        pool: String,
    },
    /// A pool is held and drained, and is still there.
    Retiring {
        /// As the spec names it.
        pool: String,
    },
    /// A firewall lets something through that the spec does not ask for.
    RuleAdded {
        /// The step that made the firewall.
        group: StepId,
        /// The rule.
        rule: Rule,
    },
    /// A firewall misses a rule that the spec asks for.
    RuleGone {
        /// The step that made the firewall.
        group: StepId,
        /// The rule.
        rule: Rule,
    },
    /// Something that the cluster is made of is not there.
    Gone {
        /// The step that made it.
        step: StepId,
        /// What it was.
        kind: Kind,
    },
    /// A machine is there and does not run.
    Idle {
        /// Its name in the account.
        machine: String,
        /// How it is instead.
        state: String,
    },
    /// A control plane is of another type than at its launch.
    Type {
        /// Its name in the account.
        machine: String,
        /// Of which type it was.
        was: String,
        /// Of which it is.
        is: String,
    },
}

/// Everything that is not as it should be.
pub fn drift(standing: &Standing, seen: &Seen) -> Vec<Drift> {
    let mut found: Vec<Drift> = gone(standing).collect();
    found.extend(machines(seen));
    found.extend(pools(standing, seen));
    for (group, wanted) in [
        (
            "firewall-control-plane",
            rules::control_plane(&standing.spec, &nobody()),
        ),
        ("firewall-nodes", rules::nodes(&standing.spec, &nobody())),
    ] {
        found.extend(firewall(standing, &group.into(), &wanted));
    }
    found
}

fn gone(standing: &Standing) -> impl Iterator<Item = Drift> + '_ {
    let wanted = parts(&standing.spec);
    let roles: Vec<StepId> = roles::keys(&standing.spec)
        .map(|key| StepId(format!("role-{}", key.name)))
        .collect();
    // Roles that somebody made beforehand carry no marker: then none of them does.
    let ours = roles.iter().any(|role| standing.ids.contains_key(role));
    let roles = roles.into_iter().map(|role| (role, Kind::Role));
    let all = wanted.into_iter().chain(roles.filter(move |_| ours));
    all.filter(|(step, _)| !standing.ids.contains_key(step))
        .map(|(step, kind)| Drift::Gone { step, kind })
}

/// What a cluster of this spec is made of, pools left out: one that is gone may have been removed by a resize.
fn parts(spec: &Spec) -> Vec<(StepId, Kind)> {
    let planes = spec.control_plane().count.get();
    let several = planes > 1;
    let mut parts: Vec<(StepId, Kind)> = (0..planes)
        .map(|index| (StepId(machine_name(index)), Kind::Instance))
        .collect();
    let mut part = |wanted: bool, step: &str, kind: Kind| {
        parts.extend(wanted.then(|| (step.into(), kind)));
    };
    part(true, "private-network", Kind::PrivateNetwork);
    part(true, "firewall-control-plane", Kind::SecurityGroup);
    part(true, "firewall-nodes", Kind::SecurityGroup);
    part(several, "spread-control-plane", Kind::AntiAffinityGroup);
    part(spec.has_elastic_ip(), "address", Kind::ElasticIp);
    part(spec.ssh_key().is_some(), "ssh-key", Kind::SshKey);
    parts
}

fn machines(seen: &Seen) -> impl Iterator<Item = Drift> + '_ {
    let nodes = seen.pools.iter().flat_map(|pool| &pool.nodes);
    let idle = seen.control_planes.iter().chain(nodes).filter_map(idle);
    let was = seen
        .launched
        .as_ref()
        .map(|spec| spec.control_plane().instance_type.as_str().to_owned());
    let other = seen.control_planes.iter().filter_map(move |machine| {
        let (was, is) = (was.clone()?, machine.instance_type.clone()?);
        (was != is).then(|| Drift::Type {
            machine: machine.name.clone(),
            was,
            is,
        })
    });
    idle.chain(other)
}

/// Members come and go: only one that has stopped stays like that.
fn idle(machine: &SeenMachine) -> Option<Drift> {
    let stopped = matches!(machine.state.as_str(), "stopped" | "stopping" | "error");
    stopped.then(|| Drift::Idle {
        machine: machine.name.clone(),
        state: machine.state.clone(),
    })
}

fn pools<'a>(standing: &'a Standing, seen: &'a Seen) -> impl Iterator<Item = Drift> + 'a {
    let each = standing.pools.iter().filter_map(|there| {
        let seen = seen.pools.iter().find(|pool| pool.name == there.name)?;
        Some((there, seen))
    });
    each.filter_map(|(there, seen)| {
        let bound = |key: &str| there.labels.get(key)?.parse::<u16>().ok();
        let pool = there.name.clone();
        if there.labels.contains_key("slipway/retire") {
            return Some(Drift::Retiring { pool });
        }
        let (Some(min), Some(max)) = (bound("slipway/min"), bound("slipway/max")) else {
            return Some(Drift::Bounds { pool });
        };
        let size = seen.size;
        let outside = size < min.into() || size > max.into();
        outside.then_some(Drift::Size {
            pool,
            size,
            min,
            max,
        })
    })
}

fn firewall(standing: &Standing, group: &StepId, wanted: &[Rule]) -> Vec<Drift> {
    if !standing.ids.contains_key(group) {
        // The group itself is missed already.
        return Vec::new();
    }
    let there: Vec<&Rule> = standing
        .rules
        .iter()
        .filter(|(step, _)| step == group)
        .map(|(_, one)| &one.rule)
        .collect();
    let added = there.iter().filter(|rule| !wanted.contains(rule));
    let missed = wanted.iter().filter(|rule| !there.contains(rule));
    added
        .map(|rule| Drift::RuleAdded {
            group: group.clone(),
            rule: (*rule).clone(),
        })
        .chain(missed.map(|rule| Drift::RuleGone {
            group: group.clone(),
            rule: rule.clone(),
        }))
        .collect()
}

/// The spec of today names networks and no caller.
fn nobody() -> Facts {
    Facts {
        run: String::new(),
        origin: String::new(),
        caller: Vec::new(),
        kubernetes: String::new(),
        key: None,
        roles: std::collections::BTreeMap::new(),
        standing: None,
    }
}
