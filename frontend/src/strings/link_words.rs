//! Texts of what can be done with a link.

pub mod sharing {
    //! QR code, badge, comparison.

    use crate::compose::Period;
    use crate::tongue::{Text, tr};

    pub const QR: Text = Text("QR code");
    pub const QR_NAME: Text = Text("QR code of the link to this spec");
    pub const QR_HINT: Text =
        Text("Opens this spec on another device. Nothing is launched by opening it.");
    pub const TOO_LONG: Text = Text("This spec is too long for a QR code.");
    pub const INCOMPLETE: Text = Text("Correct the form first.");
    pub const BADGE: Text = Text("Badge");
    pub const BADGE_ALT: Text = Text("Launch on Exoscale");
    pub const BADGE_HINT: Text = Text(
        "For a README or a page: whoever follows it sees this spec, its plan and its price, and decides.",
    );
    pub const COPY_MARKDOWN: Text = Text("Copy Markdown");
    pub const COMPARE: Text = Text("Compare with another link");
    pub const OTHER: Text = Text("Another link");
    pub const OTHER_HINT: Text = Text("Paste it whole. It is read here and nothing is launched.");
    pub const SAME: Text = Text("It describes the cluster in the form.");
    pub const DIFFERS: Text = Text("From the form to the other link:");
    pub const OPEN_OTHER: Text = Text("Open the other link here");
    pub const AS_MUCH: Text = Text("as much");

    pub fn more(amount: &str) -> String {
        tr!("{amount} more", amount)
    }

    pub fn less(amount: &str) -> String {
        tr!("{amount} less", amount)
    }

    pub fn price(period: Period, least: &str, most: &str) -> String {
        let period = match period {
            Period::Hour => tr!("hour"),
            Period::Month => tr!("month"),
        };
        if least == most {
            tr!("It costs {least} per {period}.", least, period)
        } else {
            tr!(
                "It costs {least} per {period} with every pool at its minimum, and {most} with every pool at its maximum.",
                least,
                period,
                most
            )
        }
    }
}

pub mod steps {
    //! The plan's steps before a launch.

    use crate::tongue::{Text, tr};

    pub const TEXT: Text = Text(
        "What does not wait for something else begins at once. “Decides” marks the steps without which the whole would be done sooner.",
    );
    pub const DECIDES: Text = Text("Decides:");
    pub const GROUPS: [Text; 5] = [CHECKS, NETWORK, KEYS, MACHINES, CLUSTER];
    const CHECKS: Text = Text("Before anything");
    const NETWORK: Text = Text("Network and firewall");
    const KEYS: Text = Text("Keys for the cluster's programs");
    const MACHINES: Text = Text("Machines");
    const CLUSTER: Text = Text("The cluster");

    pub fn group(id: &str) -> Text {
        match id.split('-').next().unwrap_or(id) {
            "preflight" | "pki" => CHECKS,
            "private" | "firewall" | "elastic" | "address" | "attach" => NETWORK,
            "role" | "key" | "guard" => KEYS,
            "ssh" | "spread" | "control" | "pool" => MACHINES,
            _ => CLUSTER,
        }
    }

    pub fn time(from: &str, long: &str) -> String {
        tr!("from {from}, {long}", from, long)
    }
}

pub mod forecast {
    //! What autoscaling comes to.

    use crate::tongue::{Text, tr};
    use shared::catalog::Load;

    pub const TEXT: Text = Text(
        "Each week below, all year round. The autoscaler adds a node when pods wait and takes it away ten minutes after it stands idle.",
    );
    pub const WEEK: Text = Text("A week of load");
    pub const NODES: Text = Text("Nodes");
    pub const MONTH: Text = Text("Per month");

    pub fn load(load: Load) -> &'static str {
        match load {
            Load::Quiet => tr!("Quiet: the minimum is enough"),
            Load::Nightly => tr!("Nightly: full for two hours"),
            Load::Office => tr!("Office hours: full on weekdays from nine to five"),
            Load::Full => tr!("Full: the maximum all the time"),
        }
    }

    pub fn nodes(by_hour: &[u32]) -> String {
        let least = by_hour.iter().min().copied().unwrap_or(0);
        let most = by_hour.iter().max().copied().unwrap_or(0);
        if least == most {
            least.to_string()
        } else {
            tr!("{least} to {most}", least, most)
        }
    }
}
