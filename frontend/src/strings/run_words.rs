//! Texts of a run that is under way.

pub mod run {
    //! Headings, steps, forecasts.

    use shared::plan::PlanKind;
    use shared::view::{RunState, StepState, View};

    use crate::clock;
    use crate::format::{duration, roughly};
    use crate::tongue::{Text, tr};

    pub const LOOKING: Text = Text("Looking for the run");
    pub const NOT_FOUND: Text = Text("This run cannot be shown");
    pub const NO_RUN: Text = Text("No run");
    pub const NO_RUN_HINT: Text =
        Text("A run's address holds its name and the token that opens it. This one holds none.");
    pub const GO_COMPOSE: Text = Text("Compose a cluster");
    pub const STEPS: Text = Text("Steps");
    pub const WAY_BACK: Text = Text("Taking it back");
    pub const PROGRESS: Text = Text("Progress");
    pub const CLOSE_THE_TAB: Text =
        Text("You can close this tab: it goes on, and this address shows it again.");
    pub const COPY_LINK: Text = Text("Copy link to this run");

    pub fn heading(view: &View) -> String {
        let name = &view.cluster.name;
        match (view.state, view.kind) {
            (RunState::Running, PlanKind::Launch) => tr!("Launching {name}", name),
            (RunState::Running, PlanKind::Destroy) => tr!("Destroying {name}", name),
            (RunState::Running, PlanKind::Resize) => tr!("Resizing {name}", name),
            (RunState::Running, PlanKind::Access) => tr!("Changing who may reach {name}", name),
            (RunState::Running, PlanKind::Renew) => tr!("Renewing your access to {name}", name),
            (RunState::Running, PlanKind::Bake) => tr!("Making an image").to_owned(),
            (RunState::Undoing, _) => tr!("Taking {name} back", name),
            (RunState::Ready, _) => tr!("{name} is ready", name),
            (RunState::Destroyed, _) => tr!("{name} is destroyed", name),
            (RunState::Done, PlanKind::Renew) => tr!("You have access to {name} again", name),
            (RunState::Done, PlanKind::Bake) => tr!("The image is made").to_owned(),
            (RunState::Done, _) => tr!("{name} is changed", name),
            (RunState::Undone, _) => tr!("{name} was taken back", name),
            (RunState::Stuck, _) => tr!("{name} is stuck: your turn", name),
        }
    }

    pub fn title(heading: &str) -> String {
        tr!("{heading} · Slipway", heading)
    }

    pub fn about(view: &View) -> String {
        let zone = &view.cluster.zone;
        match (view.started_at, view.ended_at) {
            (Some(started), Some(ended)) => {
                tr!(
                    "In {zone}, after {}.",
                    zone,
                    duration(ended.since_ms(started))
                )
            }
            (Some(started), None) => tr!("In {zone}, since {}.", zone, clock::time_of_day(started)),
            (None, _) => tr!("In {zone}, about to begin.", zone),
        }
    }

    /// One terse sentence at each milestone, for those who listen.
    pub fn status(view: &View) -> String {
        match view.state {
            RunState::Running | RunState::Undoing => view
                .waiting
                .as_ref()
                .map(|waiting| tr!("Now: {}.", crate::tongue::said(&waiting.title)))
                .unwrap_or_default(),
            RunState::Ready
            | RunState::Destroyed
            | RunState::Done
            | RunState::Undone
            | RunState::Stuck => {
                format!("{}.", heading(view))
            }
        }
    }

    pub fn waiting(title: &str, passed_ms: u64, typical_ms: u64) -> String {
        let (passed, usual) = (duration(passed_ms), roughly(typical_ms));
        let slow = if is_slow(passed_ms, typical_ms) {
            tr!(" Slower than usual.")
        } else {
            ""
        };
        tr!(
            "Waiting for: {title} ({passed}, usually {usual}).{slow}",
            title,
            passed,
            usual,
            slow
        )
    }

    /// Twice the usual time is worth a word.
    pub fn is_slow(passed_ms: u64, typical_ms: u64) -> bool {
        passed_ms > typical_ms.saturating_mul(2).max(5_000)
    }

    pub const NO_ETA: Text = Text("longer than usual");

    pub fn eta(time: &str) -> String {
        tr!("about {time} left", time)
    }

    pub fn steps_done(done: usize, all: usize) -> String {
        tr!("{done} of {all} steps", done, all)
    }

    pub fn step_state(state: StepState) -> &'static str {
        match state {
            StepState::Waiting => tr!("waiting"),
            StepState::Working => tr!("working"),
            StepState::Done => tr!("done"),
            StepState::Failed => tr!("failed"),
            StepState::Skipped => tr!("skipped"),
        }
    }

    pub fn under_way(passed_ms: u64, typical_ms: u64) -> String {
        tr!("{}, usually {}", duration(passed_ms), roughly(typical_ms))
    }

    pub const CRITICAL: Text = Text("decides the time");

    pub fn attempts(count: u32) -> String {
        if count == 1 {
            tr!("One call was repeated").to_owned()
        } else {
            tr!("{count} calls were repeated", count)
        }
    }
}

pub mod evidence {
    //! The evidence that a cluster works.

    use shared::bootstrap::Evidence;

    use crate::format::counted;
    use crate::tongue::{Text, tr};

    pub const HEADING: Text = Text("Evidence");
    pub const NODES: Text = Text("Nodes");

    pub fn facts(evidence: &Evidence) -> Vec<String> {
        let ready = evidence
            .nodes
            .iter()
            .filter(|node| node.ready && node.initialised)
            .count();
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let mut facts = vec![tr!(
            "{} ready and initialised",
            counted(count(ready), "node", "nodes")
        )];
        facts.extend(evidence.dns.then(|| tr!("Cluster DNS answers").to_owned()));
        facts.extend(evidence.autoscaler.iter().map(|pool| {
            tr!(
                "The autoscaler holds {} to {}–{}",
                pool.pool,
                pool.min,
                pool.max
            )
        }));
        let rotated = evidence
            .rotation
            .iter()
            .filter(|rotation| rotation.read_back)
            .count();
        facts.push(tr!(
            "A join token was rotated into {}",
            counted(count(rotated), "pool", "pools")
        ));
        let used = evidence.keys.values().filter(|used| **used).count();
        facts.push(tr!(
            "{} used once for real",
            counted(count(used), "key", "keys")
        ));
        if evidence.pending_certificates == 0 {
            facts.push(tr!("No certificate request is pending").to_owned());
        }
        facts
    }
}

pub mod checks {
    //! What was checked first.

    use shared::run::Verdict;

    use crate::format::counted;
    use crate::tongue::{Text, tr};

    pub const HEADING: Text = Text("Checked first");

    pub fn verdict(verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Ok => tr!("well"),
            Verdict::Warn => tr!("beware"),
            Verdict::Fail => tr!("failed"),
            Verdict::Unknown => tr!("not known"),
        }
    }

    pub fn summary(all: usize, doubtful: usize) -> String {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let all = counted(count(all), "check", "checks");
        if doubtful == 0 {
            tr!("{all}, all well", all)
        } else {
            tr!("{all}, {doubtful} to look at", all, doubtful)
        }
    }
}

pub mod resources {
    //! What exists.

    use shared::catalog::Money;

    use crate::format::{counted, rate};
    use crate::tongue::{Text, tr};

    pub const HEADING: Text = Text("What exists now");
    pub const FREE: Text = Text("free");
    pub const UNPRICED: Text = Text("price not known");

    pub fn summary(count: usize, hourly: Money) -> String {
        let count = counted(
            u64::try_from(count).unwrap_or(u64::MAX),
            "resource",
            "resources",
        );
        if hourly == Money::ZERO {
            count
        } else {
            tr!("{count}, {} per hour", count, rate(hourly))
        }
    }
}

pub mod journal {
    //! The journal.

    pub use super::super::journal_words::words;
    use crate::tongue::{Text, tr};

    pub const HEADING: Text = Text("Log");
    pub const COPY: Text = Text("Copy log");

    pub fn lines(count: usize) -> String {
        tr!("{count} lines", count)
    }
}
