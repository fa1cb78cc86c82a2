//! Texts of what can be done with a link.

pub mod sharing {
    //! QR code, badge, comparison.

    use crate::compose::Period;

    pub const QR: &str = "QR code";
    pub const QR_NAME: &str = "QR code of the link to this spec";
    pub const QR_HINT: &str =
        "Opens this spec on another device. Nothing is launched by opening it.";
    pub const TOO_LONG: &str = "This spec is too long for a QR code.";
    pub const INCOMPLETE: &str = "Correct the form first.";
    pub const BADGE: &str = "Badge";
    pub const BADGE_ALT: &str = "Launch on Exoscale";
    pub const BADGE_HINT: &str = "For a README or a page: whoever follows it sees this spec, its plan and its price, and decides.";
    pub const COPY_MARKDOWN: &str = "Copy Markdown";
    pub const COMPARE: &str = "Compare with another link";
    pub const OTHER: &str = "Another link";
    pub const OTHER_HINT: &str = "Paste it whole. It is read here and nothing is launched.";
    pub const SAME: &str = "It describes the cluster in the form.";
    pub const DIFFERS: &str = "From the form to the other link:";
    pub const OPEN_OTHER: &str = "Open the other link here";
    pub const AS_MUCH: &str = "as much";

    pub fn more(amount: &str) -> String {
        format!("{amount} more")
    }

    pub fn less(amount: &str) -> String {
        format!("{amount} less")
    }

    pub fn price(period: Period, least: &str, most: &str) -> String {
        let period = match period {
            Period::Hour => "hour",
            Period::Month => "month",
        };
        if least == most {
            format!("It costs {least} per {period}.")
        } else {
            format!(
                "It costs {least} per {period} with every pool at its minimum, and {most} with every pool at its maximum."
            )
        }
    }
}

pub mod steps {
    //! The plan's steps before a launch.

    pub const TEXT: &str = "What does not wait for something else begins at once. “Decides” marks the steps without which the whole would be done sooner.";
    pub const DECIDES: &str = "Decides:";
    pub const GROUPS: [&str; 5] = [CHECKS, NETWORK, KEYS, MACHINES, CLUSTER];
    const CHECKS: &str = "Before anything";
    const NETWORK: &str = "Network and firewall";
    const KEYS: &str = "Keys for the cluster's programs";
    const MACHINES: &str = "Machines";
    const CLUSTER: &str = "The cluster";

    pub fn group(id: &str) -> &'static str {
        match id.split('-').next().unwrap_or(id) {
            "preflight" | "pki" => CHECKS,
            "private" | "firewall" | "elastic" | "address" | "attach" => NETWORK,
            "role" | "key" | "guard" => KEYS,
            "ssh" | "spread" | "control" | "pool" => MACHINES,
            _ => CLUSTER,
        }
    }

    pub fn time(from: &str, long: &str) -> String {
        format!("from {from}, {long}")
    }
}

pub mod forecast {
    //! What autoscaling comes to.

    use shared::catalog::Load;

    pub const TEXT: &str = "Each week below, all year round. The autoscaler adds a node when pods wait and takes it away ten minutes after it stands idle.";
    pub const WEEK: &str = "A week of load";
    pub const NODES: &str = "Nodes";
    pub const MONTH: &str = "Per month";

    pub const fn load(load: Load) -> &'static str {
        match load {
            Load::Quiet => "Quiet: the minimum is enough",
            Load::Nightly => "Nightly: full for two hours",
            Load::Office => "Office hours: full on weekdays from nine to five",
            Load::Full => "Full: the maximum all the time",
        }
    }

    pub fn nodes(by_hour: &[u32]) -> String {
        let least = by_hour.iter().min().copied().unwrap_or(0);
        let most = by_hour.iter().max().copied().unwrap_or(0);
        if least == most {
            least.to_string()
        } else {
            format!("{least} to {most}")
        }
    }
}
