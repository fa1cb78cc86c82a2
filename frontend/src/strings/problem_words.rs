//! Texts of what failed: whose turn it is, what is tried again, and what is left.

pub mod problem {
    //! What failed.

    use shared::exoscale::{Kind, Mender};
    use shared::run::Item;
    use shared::view::{RetryView, RunState};

    use crate::clock;
    use crate::format::{cost, counted};

    pub const UNKNOWN: &str =
        "The key may not list these. Whether there are any left, nobody knows:";
    pub const UNTIL_ASKED: &str = "Nothing is tried again until you say so.";

    pub fn who(mender: Mender) -> &'static str {
        match mender {
            Mender::You => "You can mend this.",
            Mender::Administrator => "Whoever administers the organisation can mend this.",
            Mender::Exoscale => "Exoscale can mend this; waiting helps.",
            Mender::Us => "We can mend this: tell us.",
        }
    }

    pub fn retry(retry: &RetryView) -> String {
        let at = clock::time_of_day(retry.next_at);
        format!("{}: tried again at {at}.", retry.title)
    }

    pub fn left(item: &Item, why: &str) -> String {
        format!(" {why} ({})", cost(item.hourly))
    }

    pub const LEFT: &str =
        "These could not be removed. Retry does it again; the commands do it by hand.";
    pub const RETRY: &str = "Retry";
    pub const COPY_COMMANDS: &str = "Copy the commands";

    pub const fn heading(state: RunState) -> &'static str {
        match state {
            RunState::Stuck => "Something could not be removed: your turn",
            RunState::Undoing => "Why it is being taken back",
            RunState::Undone => "Why it was taken back",
            RunState::Running | RunState::Ready | RunState::Destroyed | RunState::Done => {
                "There is a problem"
            }
        }
    }

    /// What is left, and whether it costs anything.
    pub fn bills(left: &[Kind]) -> String {
        let does = |kind: &&Kind| {
            matches!(
                kind,
                Kind::Instance
                    | Kind::InstancePool
                    | Kind::ElasticIp
                    | Kind::LoadBalancer
                    | Kind::Volume
                    | Kind::Snapshot
                    | Kind::Template
            )
        };
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let (all, billed) = (count(left.len()), count(left.iter().filter(does).count()));
        let all = counted(all, "resource is left", "resources are left");
        match billed {
            0 => format!("{all}; none of them costs anything."),
            1 => format!("{all}; one of them bills by the hour until it is gone."),
            several => format!("{all}; {several} of them bill by the hour until they are gone."),
        }
    }
}
