//! Texts of a run that is under way.

pub mod run {
    //! Headings, steps, forecasts.

    use shared::plan::PlanKind;
    use shared::view::{RunState, StepState, View};

    use crate::clock;
    use crate::format::{duration, roughly};

    pub const LOOKING: &str = "Looking for the run";
    pub const NOT_FOUND: &str = "This run cannot be shown";
    pub const NO_RUN: &str = "No run";
    pub const NO_RUN_HINT: &str =
        "A run's address holds its name and the token that opens it. This one holds none.";
    pub const GO_COMPOSE: &str = "Compose a cluster";
    pub const STEPS: &str = "Steps";
    pub const WAY_BACK: &str = "Taking it back";
    pub const PROGRESS: &str = "Progress";
    pub const CLOSE_THE_TAB: &str =
        "You can close this tab: it goes on, and this address shows it again.";
    pub const COPY_LINK: &str = "Copy link to this run";

    pub fn heading(view: &View) -> String {
        let name = &view.cluster.name;
        match (view.state, view.kind) {
            (RunState::Running, PlanKind::Launch) => format!("Launching {name}"),
            (RunState::Running, PlanKind::Destroy) => format!("Destroying {name}"),
            (RunState::Running, PlanKind::Resize) => format!("Resizing {name}"),
            (RunState::Running, PlanKind::Access) => format!("Changing who may reach {name}"),
            (RunState::Running, PlanKind::Renew) => format!("Renewing your access to {name}"),
            (RunState::Running, PlanKind::Bake) => "Making an image".to_owned(),
            (RunState::Undoing, _) => format!("Taking {name} back"),
            (RunState::Ready, _) => format!("{name} is ready"),
            (RunState::Destroyed, _) => format!("{name} is destroyed"),
            (RunState::Done, PlanKind::Renew) => format!("You have access to {name} again"),
            (RunState::Done, PlanKind::Bake) => "The image is made".to_owned(),
            (RunState::Done, _) => format!("{name} is changed"),
            (RunState::Undone, _) => format!("{name} was taken back"),
            (RunState::Stuck, _) => format!("{name} is stuck: your turn"),
        }
    }

    pub fn title(heading: &str) -> String {
        format!("{heading} · Slipway")
    }

    pub fn about(view: &View) -> String {
        let zone = &view.cluster.zone;
        match (view.started_at, view.ended_at) {
            (Some(started), Some(ended)) => {
                format!("In {zone}, after {}.", duration(ended.since_ms(started)))
            }
            (Some(started), None) => format!("In {zone}, since {}.", clock::time_of_day(started)),
            (None, _) => format!("In {zone}, about to begin."),
        }
    }

    /// One terse sentence at each milestone, for those who listen.
    pub fn status(view: &View) -> String {
        match view.state {
            RunState::Running | RunState::Undoing => view
                .waiting
                .as_ref()
                .map(|waiting| format!("Now: {}.", waiting.title))
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
            " Slower than usual."
        } else {
            ""
        };
        format!("Waiting for: {title} ({passed}, usually {usual}).{slow}")
    }

    /// Twice the usual time is worth a word.
    pub fn is_slow(passed_ms: u64, typical_ms: u64) -> bool {
        passed_ms > typical_ms.saturating_mul(2).max(5_000)
    }

    pub const NO_ETA: &str = "longer than usual";

    pub fn eta(time: &str) -> String {
        format!("about {time} left")
    }

    pub fn steps_done(done: usize, all: usize) -> String {
        format!("{done} of {all} steps")
    }

    pub const fn step_state(state: StepState) -> &'static str {
        match state {
            StepState::Waiting => "waiting",
            StepState::Working => "working",
            StepState::Done => "done",
            StepState::Failed => "failed",
            StepState::Skipped => "skipped",
        }
    }

    pub fn under_way(passed_ms: u64, typical_ms: u64) -> String {
        format!("{}, usually {}", duration(passed_ms), roughly(typical_ms))
    }

    pub const CRITICAL: &str = "decides the time";

    pub fn attempts(count: u32) -> String {
        if count == 1 {
            "One call was repeated".to_owned()
        } else {
            format!("{count} calls were repeated")
        }
    }
}

pub mod evidence {
    //! The evidence that a cluster works.

    use shared::bootstrap::Evidence;

    use crate::format::counted;

    pub const HEADING: &str = "Evidence";
    pub const NODES: &str = "Nodes";

    pub fn facts(evidence: &Evidence) -> Vec<String> {
        let ready = evidence
            .nodes
            .iter()
            .filter(|node| node.ready && node.initialised)
            .count();
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let mut facts = vec![format!(
            "{} ready and initialised",
            counted(count(ready), "node", "nodes")
        )];
        facts.extend(evidence.dns.then(|| "Cluster DNS answers".to_owned()));
        facts.extend(evidence.autoscaler.iter().map(|pool| {
            format!(
                "The autoscaler holds {} to {}–{}",
                pool.pool, pool.min, pool.max
            )
        }));
        let rotated = evidence
            .rotation
            .iter()
            .filter(|rotation| rotation.read_back)
            .count();
        facts.push(format!(
            "A join token was rotated into {}",
            counted(count(rotated), "pool", "pools")
        ));
        let used = evidence.keys.values().filter(|used| **used).count();
        facts.push(format!(
            "{} used once for real",
            counted(count(used), "key", "keys")
        ));
        if evidence.pending_certificates == 0 {
            facts.push("No certificate request is pending".to_owned());
        }
        facts
    }
}

pub mod checks {
    //! What was checked first.

    use shared::run::Verdict;

    use crate::format::counted;

    pub const HEADING: &str = "Checked first";

    pub const fn verdict(verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Ok => "well",
            Verdict::Warn => "beware",
            Verdict::Fail => "failed",
            Verdict::Unknown => "not known",
        }
    }

    pub fn summary(all: usize, doubtful: usize) -> String {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let all = counted(count(all), "check", "checks");
        if doubtful == 0 {
            format!("{all}, all well")
        } else {
            format!("{all}, {doubtful} to look at")
        }
    }
}

pub mod resources {
    //! What exists.

    use shared::catalog::Money;

    use crate::format::{counted, rate};

    pub const HEADING: &str = "What exists now";
    pub const FREE: &str = "free";
    pub const UNPRICED: &str = "price not known";

    pub fn summary(count: usize, hourly: Money) -> String {
        let count = counted(
            u64::try_from(count).unwrap_or(u64::MAX),
            "resource",
            "resources",
        );
        if hourly == Money::ZERO {
            count
        } else {
            format!("{count}, {} per hour", rate(hourly))
        }
    }
}

pub mod journal {
    //! The journal.

    pub use super::super::journal_words::words;

    pub const HEADING: &str = "Log";
    pub const COPY: &str = "Copy log";

    pub fn lines(count: usize) -> String {
        format!("{count} lines")
    }
}
