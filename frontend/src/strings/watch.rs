//! Texts of a run as it is watched: machines that boot, the line to the launcher, those who only look, and its end.

pub mod boot {
    //! Machines that boot.

    use shared::bootstrap::{Stage, StageState};

    use crate::format::duration;

    pub const HEADING: &str = "Machines";
    pub const MISSING: &str = "Not shown yet";

    pub const fn stage(stage: Stage) -> &'static str {
        match stage {
            Stage::Network => "private network",
            Stage::Bundle => "certificates and keys",
            Stage::Packages => "packages",
            Stage::Kubeadm => "kubeadm",
            Stage::Addons => "add-ons",
            Stage::Ready => "evidence",
            Stage::Clean => "wiping what clones must not share",
        }
    }

    pub fn state(state: Option<StageState>, seconds: Option<u64>) -> String {
        let word = match state {
            None => "waiting",
            Some(StageState::Started) => "working",
            Some(StageState::Done) => "done",
            Some(StageState::Failed) => "failed",
        };
        seconds.map_or_else(
            || word.to_owned(),
            |seconds| format!("{word}, {}", duration(seconds.saturating_mul(1_000))),
        )
    }

    pub fn silent(passed_ms: u64) -> String {
        format!(
            "Silent for {}. It says something at each stage; the launcher waits on, and gives up by itself.",
            duration(passed_ms)
        )
    }
}

pub mod connection {
    //! The line to the launcher.

    pub const RELOAD: &str = "Reload the page";
    pub const OLD: &str = "This page is older than the launcher";
    pub const OLD_HINT: &str =
        "The launcher was updated meanwhile. The run goes on; the new page shows it.";

    pub fn cut(since: &str) -> String {
        format!(
            "No connection since {since}. The run goes on without this tab, and this page catches up by itself."
        )
    }
}

pub mod share {
    //! Those who only look.

    pub const BUTTON: &str = "Link for watchers";
    pub const HINT: &str =
        "It shows this run and can do nothing else. A new one takes the place of the one before.";
    pub const FIELD: &str = "Link for watchers";
    pub const COPIED: &str = "Copied";
    pub const WATCHING: &str = "You are watching: this link shows the run and can change nothing.";
    pub const MANAGE: &str = "Nodes, resize, access, image, drift";
    pub const FOLLOW: &str = "Follow";
}

pub mod timeline {
    //! How long what took, afterwards.

    use crate::format::{duration, exactly};

    pub const HEADING: &str = "Timeline";
    pub const DECIDED: &str = "decided the time";

    pub fn summary(total_ms: u64, sum_ms: u64, longest: &str, longest_ms: u64) -> String {
        format!(
            "{} in all; its steps add up to {}, so that much of it happened at once. The longest was: {longest} ({}).",
            duration(total_ms),
            duration(sum_ms),
            duration(longest_ms)
        )
    }

    pub fn row(from_ms: u64, took_ms: u64) -> String {
        format!("after {}, for {}", exactly(from_ms), exactly(took_ms))
    }
}
