//! When to ask again: how often a pending operation is polled, how long to back off, how long to be patient.

use super::Target;
use crate::exoscale::{CallError, Kind};
use crate::plan::Action;
use crate::sabotage::{Bug, has};
use crate::spread::spread_ms;
use crate::time::Timestamp;

/// Calls in one wake-up: the smallest Cloudflare plan allows 50 subrequests, and the sealing share takes one, the
/// office another, and the end of a run two more.
pub const CALLS_PER_WAKE: u32 = 40;

/// Calls in a wake-up of a run that could not ask its office, and the fewest that an office gives when all is well:
/// what is judged together is read in one wake-up, and fewer would never be enough for that.
pub const CALLS_ALONE: u32 = 16;

/// After those a run that could not ask its office pauses.
pub(super) const ALONE_PAUSE_MS: u64 = 5_000;

/// Calls at once: a Worker has six connections.
pub const CALLS_AT_ONCE: usize = 6;

/// Things made at the edge in one wake-up. An elliptic-curve key with its signature takes milliseconds of the ten
/// that the smallest plan allows.
pub(super) const MAKES_PER_WAKE: u32 = 1;

/// How long a listing may be behind what was done, as far as has been seen.
pub(super) const SETTLE_MS: u64 = 4_000;

/// How long a template that is being registered may be in no listing: its disk is fetched first.
const REGISTERING_MS: u64 = 5 * 60_000;

/// How long what was made may be missing in a listing of its kind.
pub(super) const fn listed_within_ms(kind: Kind) -> u64 {
    match kind {
        Kind::Template => REGISTERING_MS,
        Kind::ApiKey
        | Kind::LoadBalancer
        | Kind::Instance
        | Kind::InstancePool
        | Kind::ElasticIp
        | Kind::Volume
        | Kind::PrivateNetwork
        | Kind::SecurityGroup
        | Kind::AntiAffinityGroup
        | Kind::Role
        | Kind::SshKey
        | Kind::Snapshot => SETTLE_MS,
    }
}

/// Wake-ups are put on a grid, so that what is due at about the same time is asked together.
const GRID_MS: u64 = 125;

/// The first poll of a short operation: none has been seen to finish sooner.
const FIRST_POLL_MIN_MS: u64 = 1_000;

/// The longest pause between two polls, as in Exoscale's own clients at the start.
const POLL_PAUSE_MAX_MS: u64 = 5_000;

/// After this long, nothing on Exoscale finishes any more; its own clients give up after an hour.
const OPERATION_PATIENCE_MS: u64 = 30 * 60_000;

/// A lock or a "still in use" clears within minutes of the last user's end.
pub(crate) const LOCK_PATIENCE_MS: u64 = 15 * 60_000;

/// Between two tries of what is locked, at least and at most.
const LOCK_PAUSE_MIN_MS: u64 = 400;
const LOCK_PAUSE_MAX_MS: u64 = 30_000;

/// How long a cluster may take from its last machine to complete evidence: kubeadm's own limits are below this.
pub(super) const EVIDENCE_PATIENCE_MS: u64 = 30 * 60_000;

/// How long the authority that signs the admin's certificate is kept for an owner who does not come back.
pub const AUTHORITY_KEPT_MS: u64 = 24 * 3_600_000;

/// How often whoever never rests asks.
const RESTLESS_MS: u64 = 20;

/// The next moment after `after` at which something that began at `since` is asked about.
///
/// Nothing is asked before it can be true; from then on the pauses grow with the time that has passed.
pub(crate) fn next_poll(since: Timestamp, typical_ms: u64, after: Timestamp) -> Timestamp {
    if has(Bug::Restless) {
        return after.plus_ms(RESTLESS_MS);
    }
    let mut at = typical_ms
        .saturating_mul(4)
        .saturating_div(5)
        .max(FIRST_POLL_MIN_MS);
    let pause = |elapsed: u64| (elapsed / 16).clamp(GRID_MS, POLL_PAUSE_MAX_MS);
    let passed = after.since_ms(since);
    while on_grid(since.plus_ms(at)) <= after {
        // Far behind, a jump instead of a walk: the pauses are all of the longest kind by then.
        let behind = passed.saturating_sub(at);
        at = at.saturating_add(pause(at).max(behind.saturating_sub(POLL_PAUSE_MAX_MS) / 2));
    }
    on_grid(since.plus_ms(at))
}

fn on_grid(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.millis().div_ceil(GRID_MS).saturating_mul(GRID_MS))
}

/// How long to wait before the next try: doubling from a second to half a minute, spread by a quarter so that neither
/// the steps of a run nor many runs come back at once.
pub(crate) fn backoff_ms(attempts: u32, run: &str, target: &Target) -> u64 {
    if has(Bug::Restless) {
        return RESTLESS_MS;
    }
    let base = 1_000_u64
        .checked_shl(attempts.min(5))
        .unwrap_or(u64::MAX)
        .min(30_000);
    base.saturating_add(spread_ms(base / 4, &[run, &target.step.0], attempts))
}

/// How long to wait before what something else holds is tried again: a sixth of the time that it has been held, so
/// that a lock of seconds costs half a second, and one of minutes few calls; spread like a backoff.
pub(super) fn lock_pause_ms(held_ms: u64, attempts: u32, run: &str, target: &Target) -> u64 {
    if has(Bug::Restless) {
        return RESTLESS_MS;
    }
    let base = (held_ms / 6).clamp(LOCK_PAUSE_MIN_MS, LOCK_PAUSE_MAX_MS);
    base.saturating_add(spread_ms(base / 4, &[run, &target.step.0], attempts))
}

/// When something in doubt is looked for: when a listing has caught up, spread by as much as a backoff.
pub(super) fn settle_ms(attempts: u32, run: &str, target: &Target) -> u64 {
    SETTLE_MS.saturating_add(spread_ms(SETTLE_MS / 4, &[run, &target.step.0], attempts))
}

/// How long an action is tried before it has failed.
pub(crate) const fn patience_ms(action: &Action) -> u64 {
    match action {
        // Each thing has its own patience; this is for a kind that cannot even be listed.
        Action::Sweep { .. } => LOCK_PATIENCE_MS.saturating_mul(3),
        Action::Remove { .. } => LOCK_PATIENCE_MS,
        Action::Evidence | Action::Hear { .. } => EVIDENCE_PATIENCE_MS,
        Action::Gather { .. }
        | Action::Make { .. }
        | Action::Create { .. }
        | Action::AddRule { .. }
        | Action::AttachNetwork { .. }
        | Action::AttachAddress { .. }
        | Action::Start { .. }
        | Action::Set { .. }
        | Action::RemoveRule { .. }
        | Action::TakeToken { .. }
        | Action::Point { .. }
        | Action::Guard { .. }
        | Action::Watch { .. } => OPERATION_PATIENCE_MS,
    }
}

/// What it means that a call was under way when the process that waited for it ended.
pub(crate) fn interrupted() -> CallError {
    CallError::Lost {
        why: "the launcher was interrupted before the answer was recorded".to_owned(),
    }
}

/// What it means that something took longer than it ever should.
pub(crate) fn too_long(patience_ms: u64) -> CallError {
    CallError::Failed {
        reason: "timeout".to_owned(),
        message: format!("not finished after {} minutes", patience_ms / 60_000),
    }
}

/// What it means that a task needs something that no step has brought.
pub(crate) fn unknown_reference() -> CallError {
    CallError::Unmade {
        why: "a resource that this one needs is not known".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Gather, StepId};
    use crate::run::gather::calls;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn polls_begin_when_it_can_be_true_and_slow_down() {
        let mut after = at(0);
        let mut points = Vec::new();
        for _ in 0..8 {
            after = next_poll(at(0), 20_000, after);
            points.push(after.millis());
        }
        assert_eq!(points[0], 16_000);
        assert!(
            points.windows(2).all(|pair| pair[1] > pair[0]),
            "{points:?}"
        );
        assert!(
            points[7] - points[6] <= POLL_PAUSE_MAX_MS + GRID_MS,
            "{points:?}"
        );
    }

    #[test]
    fn two_runs_back_off_differently() {
        let target = Target::task(&StepId::from("network"), 0);
        for attempts in 0..9 {
            let [one, other] = ["k3x9qa", "k3x9qb"].map(|run| backoff_ms(attempts, run, &target));
            assert_ne!(one, other, "{attempts}");
            assert_ne!(
                settle_ms(attempts, "k3x9qa", &target),
                settle_ms(attempts, "k3x9qb", &target)
            );
            let base = (1_000 << attempts.min(5)).min(30_000);
            assert!((base..=base * 5 / 4).contains(&one), "{attempts}: {one}");
            assert_eq!(one, backoff_ms(attempts, "k3x9qa", &target));
        }
    }

    #[test]
    fn what_is_locked_is_tried_soon_and_then_ever_more_seldom() {
        let target = Target::task(&StepId::from("network"), 0);
        let tries = |until_ms: u64| {
            let mut held = 0;
            let mut tries = 0;
            while held < until_ms {
                held += lock_pause_ms(held, tries, "k3x9qa", &target);
                tries += 1;
            }
            tries
        };
        assert!((6..=11).contains(&tries(4_000)), "{}", tries(4_000));
        let patience = tries(LOCK_PATIENCE_MS);
        assert!((40..=65).contains(&patience), "{patience}");
    }

    #[test]
    fn what_is_judged_together_fits_into_the_smallest_allowance() {
        for gather in [Gather::Preflight, Gather::Inventory, Gather::Verify] {
            assert!(calls(gather).len() <= usize::try_from(CALLS_ALONE).unwrap());
        }
    }

    #[test]
    fn the_next_poll_is_always_later_even_after_a_long_sleep() {
        for gap in [0, 1, 500, 15_999, 16_000, 3_600_000, 86_400_000] {
            assert!(next_poll(at(1_234), 20_000, at(1_234 + gap)) > at(1_234 + gap));
        }
    }
}
