//! Texts of the place where one cluster is looked at and changed.

pub mod berth {
    //! The cluster itself.

    use shared::catalog::Money;
    use shared::plan::SeenPool;
    use shared::spec::Pool;

    use crate::format::{counted, rate};

    pub const ALL: &str = "All clusters";
    pub const OPEN: &str = "Open the cluster";
    pub const READ: &str = "Read again";
    pub const READING: &str = "Reading";
    pub const UNREADABLE: &str = "This page cannot read the cluster";
    pub const UNREADABLE_HINT: &str = "Another version of Slipway made it, or somebody has changed its machines. It can still be removed.";
    pub const OVERVIEW: &str = "What stands";
    pub const KUBERNETES: &str = "Kubernetes";
    pub const ENDPOINT: &str = "API";
    pub const REPORTS_TO: &str = "Machines report to";
    pub const SPEC: &str = "Spec";
    pub const OPEN_SPEC: &str = "Open as a new spec";
    pub const COPY_ENDPOINT: &str = "Copy the API's address";
    pub const COST: &str = "Costs now";
    pub const CAN_COST: &str = "Can cost";
    pub const NODES: &str = "Machines";
    pub const CONTROL_PLANES: &str = "Control planes";
    pub const NO_ADDRESS: &str = "no address";
    pub const KUBECONFIG: &str = "Kubeconfig";

    pub fn about(zone: &str, resources: Option<u64>) -> String {
        let count = resources.map(|count| format!(", {}", counted(count, "resource", "resources")));
        format!("In {zone}{}.", count.unwrap_or_default())
    }

    pub fn title(name: &str) -> String {
        format!("{name} · Slipway")
    }

    pub fn read_at(time: &str) -> String {
        format!("As the account says at {time}.")
    }

    pub fn per_hour(amount: &str) -> String {
        format!("{amount} per hour")
    }

    pub fn pool(pool: &Pool, seen: &SeenPool, each: Option<Money>) -> String {
        let price = each.map(|each| format!(", {} per hour each", rate(each)));
        format!(
            "{} of {} to {} nodes, {}, {} GiB{}",
            seen.size,
            pool.min,
            pool.max,
            pool.instance_type.as_str(),
            pool.disk.get(),
            price.unwrap_or_default()
        )
    }

    pub fn planes(instance_type: &str, disk_gib: u32, each: Option<Money>) -> String {
        let price = each.map(|each| format!(", {} per hour each", rate(each)));
        format!(
            "{instance_type}, {disk_gib} GiB{}",
            price.unwrap_or_default()
        )
    }
}

pub mod drift {
    //! What is not as it should be.

    use shared::exoscale::{Rule, RulePeer};
    use shared::plan::{Drift, StepId};

    use crate::format::counted;

    pub const HEADING: &str = "Drift";
    pub const TEXT: &str = "The spec in the cluster's own machines, held against what the account says now. Nothing is changed by looking.";
    pub const NONE: &str = "None: pools are within their bounds, the firewalls are those of the spec, and nothing is missing.";
    pub const CHANGED: &str = "Changed since the launch, here or by hand";

    pub fn found(count: usize) -> String {
        counted(
            u64::try_from(count).unwrap_or(u64::MAX),
            "thing is not as it was left:",
            "things are not as they were left:",
        )
    }

    /// What is wrong, and what to do about it.
    pub fn words(drift: &Drift) -> (String, String) {
        match drift {
            Drift::Size {
                pool,
                size,
                min,
                max,
            } => (
                format!("Pool {pool} has {size} nodes; its bounds are {min} to {max}."),
                "The autoscaler keeps to its bounds only from within them. Resize the pool, or scale it by hand.".to_owned(),
            ),
            Drift::Bounds { pool } => (
                format!("Pool {pool} has lost the labels with its bounds."),
                "The autoscaler may then grow it to the whole quota. Resize the pool: that writes them again.".to_owned(),
            ),
            Drift::Retiring { pool } => (
                format!("Pool {pool} is held and drained, and is still there."),
                "A resize that removes it was begun. If none is running, resize once more.".to_owned(),
            ),
            Drift::RuleAdded { group, rule } => (
                format!("The firewall of the {} lets in more: {}.", whom(group), words_of(rule)),
                "The spec does not ask for it. Remove the rule if nobody needs it.".to_owned(),
            ),
            Drift::RuleGone { group, rule } => (
                format!("The firewall of the {} misses a rule: {}.", whom(group), words_of(rule)),
                "Changing access writes the rules of doors again.".to_owned(),
            ),
            Drift::Gone { step, kind } => (
                format!("The {} ({step}) is not there.", kind.noun()),
                "Somebody has removed it. What needs it no longer works.".to_owned(),
            ),
            Drift::Idle { machine, state } => (
                format!("{machine} is {state}."),
                "Start it with `exo compute instance start`, or delete it where it is a pool's.".to_owned(),
            ),
            Drift::Type { machine, was, is } => (
                format!("{machine} is a {is}; it was launched as {was}."),
                "Prices on this page go by what it was.".to_owned(),
            ),
        }
    }

    fn whom(group: &StepId) -> &'static str {
        if group.0.ends_with("-nodes") {
            "nodes"
        } else {
            "control plane"
        }
    }

    fn words_of(rule: &Rule) -> String {
        let ports = match rule.ports {
            Some((first, last)) if first == last => format!(" {first}"),
            Some((first, last)) => format!(" {first}–{last}"),
            None => String::new(),
        };
        let way = if rule.direction == "egress" {
            "to"
        } else {
            "from"
        };
        let peer = match &rule.peer {
            RulePeer::Network(network) => network,
            RulePeer::PublicGroup(group) => group,
        };
        let why = if rule.description.is_empty() {
            String::new()
        } else {
            format!(" ({})", rule.description)
        };
        format!("{}{ports} {way} {peer}{why}", rule.protocol)
    }
}

pub mod change {
    //! A resize or a change of access, before it starts.

    use shared::plan::PlanKind;

    pub const RESIZE: &str = "Resize";
    pub const RESIZE_TEXT: &str = "Pools come, go, and get other bounds, types or disks. Nodes that exist keep their type and disk; new ones have the new.";
    pub const EDIT_POOLS: &str = "Change pools";
    pub const ACCESS: &str = "Access";
    pub const ACCESS_TEXT: &str =
        "Who may reach the API, SSH and NodePorts. New doors open before old ones close.";
    pub const EDIT_ACCESS: &str = "Change access";
    pub const LET_ME_IN: &str = "Add my address";
    pub const SHUT_OUT: &str =
        "Your address is not among those that may reach the API: you would be shut out.";
    pub const NOTHING: &str = "Nothing is changed yet.";
    pub const CHANGES: &str = "What changes";
    pub const UNTOUCHED: &str = "Untouched";
    pub const PRICE: &str = "Price";
    pub const STEPS: &str = "Steps";
    pub const PROBLEMS: &str = "This cannot be done";
    pub const STARTING: &str = "Starting";

    pub fn untouched(kind: PlanKind, pools: &[String]) -> String {
        let pools = match pools {
            [] => String::new(),
            [one] => format!(" pool {one},"),
            several => format!(" pools {},", several.join(", ")),
        };
        if kind == PlanKind::Access {
            format!("Control planes,{pools} network, and everything that runs in the cluster.")
        } else {
            format!(
                "Control planes,{pools} network, firewalls, addresses, and workloads on nodes that stay."
            )
        }
    }

    pub fn price(before: &str, after: &str) -> String {
        format!("{before} per hour becomes {after}")
    }

    pub fn same_price(amounts: &str) -> String {
        format!("{amounts} per hour, as before")
    }

    pub fn steps(count: usize, time: &str) -> String {
        format!("{count}, about {time}")
    }

    pub fn button(kind: PlanKind, name: &str, amounts: &str) -> String {
        if kind == PlanKind::Access {
            format!("Change who may reach {name}")
        } else {
            format!("Resize {name}, {amounts} per hour")
        }
    }
}

pub mod image {
    //! The golden image.

    use shared::catalog::Money;

    use crate::format::cost as cost_of;

    pub const HEADING: &str = "Image";
    pub const TEXT: &str = "A prepared image has Kubernetes and its images on it, so that new nodes join in half the time.";
    pub const MAKE: &str = "Make the image";
    pub const MAKE_AGAIN: &str = "Make it again";
    pub use super::change::{STEPS, steps};

    /// What making it takes, and what it costs from then on.
    pub fn cost(time: &str, machine: Option<Money>, image: Option<Money>) -> String {
        format!(
            "That takes one machine ({}) for about {time}. The image then bills ({}) until you remove it.",
            cost_of(machine),
            cost_of(image)
        )
    }

    pub fn state(name: &str, created_at: Option<&str>, fresh: bool) -> String {
        match created_at {
            None => format!("{name} is not there: new nodes install everything as they start."),
            Some(at) => {
                let day = at.get(..10).unwrap_or(at);
                if fresh {
                    format!("{name} is of {day}, and fresh.")
                } else {
                    format!(
                        "{name} is of {day}: more than a month old, so that its packages have known holes."
                    )
                }
            }
        }
    }

    pub fn pools(booting: &[String], all: usize) -> String {
        if booting.is_empty() {
            "No pool boots from it.".to_owned()
        } else if booting.len() == all {
            "The next nodes of every pool boot from it.".to_owned()
        } else {
            format!("The next nodes of {} boot from it.", booting.join(", "))
        }
    }
}
