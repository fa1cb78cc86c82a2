//! Texts of what failed: whose turn it is, what is tried again, and what is left.

pub mod problem {
    //! What failed.

    use shared::exoscale::{Kind, Mender};
    use shared::run::Item;
    use shared::view::{RetryView, RunState};

    use crate::clock;
    use crate::format::{cost, counted};
    use crate::tongue::{Text, said, tr};

    pub const UNKNOWN: Text =
        Text("The key may not list these. Whether there are any left, nobody knows:");
    pub const UNTIL_ASKED: Text = Text("Nothing is tried again until you say so.");

    pub fn who(mender: Mender) -> &'static str {
        match mender {
            Mender::You => tr!("You can mend this."),
            Mender::Administrator => tr!("Whoever administers the organisation can mend this."),
            Mender::Exoscale => tr!("Exoscale can mend this; waiting helps."),
            Mender::Us => tr!("We can mend this: tell us."),
        }
    }

    pub fn retry(retry: &RetryView) -> String {
        let at = clock::time_of_day(retry.next_at);
        tr!("{}: tried again at {at}.", said(&retry.title), at)
    }

    pub fn left(item: &Item, why: &str) -> String {
        let why = said(why);
        format!(" {why} ({})", cost(item.hourly))
    }

    pub const LEFT: Text =
        Text("These could not be removed. Retry does it again; the commands do it by hand.");
    pub const RETRY: Text = Text("Retry");
    pub const COPY_COMMANDS: Text = Text("Copy the commands");

    pub fn heading(state: RunState) -> &'static str {
        match state {
            RunState::Stuck => tr!("Something could not be removed: your turn"),
            RunState::Undoing => tr!("Why it is being taken back"),
            RunState::Undone => tr!("Why it was taken back"),
            RunState::Running | RunState::Ready | RunState::Destroyed | RunState::Done => {
                tr!("There is a problem")
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
            0 => tr!("{all}; none of them costs anything.", all),
            1 => tr!(
                "{all}; one of them bills by the hour until it is gone.",
                all
            ),
            several => tr!(
                "{all}; {several} of them bill by the hour until they are gone.",
                all,
                several
            ),
        }
    }
}
