//! Texts of a run as it is watched: machines that boot, the line to the launcher, those who only look, and its end.

pub mod boot {
    //! Machines that boot.

    use shared::bootstrap::{Stage, StageState};

    use crate::format::duration;
    use crate::tongue::{Text, tr};

    pub const HEADING: Text = Text("Machines");
    pub const MISSING: Text = Text("Not shown yet");

    pub fn stage(stage: Stage) -> &'static str {
        match stage {
            Stage::Network => tr!("private network"),
            Stage::Bundle => tr!("certificates and keys"),
            Stage::Packages => tr!("packages"),
            Stage::Kubeadm => "kubeadm",
            Stage::Addons => tr!("add-ons"),
            Stage::Ready => tr!("evidence"),
            Stage::Clean => tr!("wiping what clones must not share"),
        }
    }

    pub fn state(state: Option<StageState>, seconds: Option<u64>) -> String {
        let word = match state {
            None => tr!("waiting"),
            Some(StageState::Started) => tr!("working"),
            Some(StageState::Done) => tr!("done"),
            Some(StageState::Failed) => tr!("failed"),
        };
        seconds.map_or_else(
            || word.to_owned(),
            |seconds| format!("{word}, {}", duration(seconds.saturating_mul(1_000))),
        )
    }

    pub fn silent(passed_ms: u64) -> String {
        tr!(
            "Silent for {}. It says something at each stage; the launcher waits on, and gives up by itself.",
            duration(passed_ms)
        )
    }
}

pub mod connection {
    //! The line to the launcher.

    use crate::tongue::{Text, tr};

    pub const RELOAD: Text = Text("Reload the page");
    pub const OLD: Text = Text("This page is older than the launcher");
    pub const OLD_HINT: Text =
        Text("The launcher was updated meanwhile. The run goes on; the new page shows it.");

    pub fn cut(since: &str) -> String {
        tr!(
            "No connection since {since}. The run goes on without this tab, and this page catches up by itself.",
            since
        )
    }
}

pub mod share {
    //! Those who only look.

    use crate::tongue::Text;

    pub const BUTTON: Text = Text("Link for watchers");
    pub const HINT: Text = Text(
        "It shows this run and can do nothing else. A new one takes the place of the one before.",
    );
    pub const FIELD: Text = Text("Link for watchers");
    pub const COPIED: Text = Text("Copied");
    pub const WATCHING: Text =
        Text("You are watching: this link shows the run and can change nothing.");
    pub const MANAGE: Text = Text("Nodes, resize, access, image, drift");
    pub const FOLLOW: Text = Text("Follow");
}

pub mod timeline {
    //! How long what took, afterwards.

    use crate::format::{duration, exactly};
    use crate::tongue::{Text, tr};

    pub const HEADING: Text = Text("Timeline");
    pub const DECIDED: Text = Text("decided the time");

    pub fn summary(total_ms: u64, sum_ms: u64, longest: &str, longest_ms: u64) -> String {
        tr!(
            "{} in all; its steps add up to {}, so that much of it happened at once. The longest was: {longest} ({}).",
            duration(total_ms),
            duration(sum_ms),
            longest,
            duration(longest_ms)
        )
    }

    pub fn row(from_ms: u64, took_ms: u64) -> String {
        tr!("after {}, for {}", exactly(from_ms), exactly(took_ms))
    }
}
