//! Texts of the place where one cluster is looked at and changed.

pub mod berth {
    //! The cluster itself.

    use shared::catalog::Money;
    use shared::plan::SeenPool;
    use shared::spec::Pool;

    use crate::format::{counted, rate};
    use crate::tongue::{Text, tr};

    pub const ALL: Text = Text("All clusters");
    pub const OPEN: Text = Text("Open the cluster");
    pub const READ: Text = Text("Read again");
    pub const READING: Text = Text("Reading");
    pub const UNREADABLE: Text = Text("This page cannot read the cluster");
    pub const UNREADABLE_HINT: Text = Text(
        "Another version of Slipway made it, or somebody has changed its machines. It can still be removed.",
    );
    pub const OVERVIEW: Text = Text("What stands");
    pub const KUBERNETES: Text = Text("Kubernetes");
    pub const ENDPOINT: Text = Text("API");
    pub const REPORTS_TO: Text = Text("Machines report to");
    pub const SPEC: Text = Text("Spec");
    pub const OPEN_SPEC: Text = Text("Open as a new spec");
    pub const COPY_ENDPOINT: Text = Text("Copy the API's address");
    pub const COST: Text = Text("Costs now");
    pub const CAN_COST: Text = Text("Can cost");
    pub const NODES: Text = Text("Machines");
    pub const CONTROL_PLANES: Text = Text("Control planes");
    pub const NO_ADDRESS: Text = Text("no address");
    pub const KUBECONFIG: Text = Text("Kubeconfig");

    pub fn about(zone: &str, resources: Option<u64>) -> String {
        let count = resources.map(|count| format!(", {}", counted(count, "resource", "resources")));
        tr!("In {zone}{}.", zone, count.unwrap_or_default())
    }

    pub fn title(name: &str) -> String {
        tr!("{name} · Slipway", name)
    }

    pub fn read_at(time: &str) -> String {
        tr!("As the account says at {time}.", time)
    }

    pub fn per_hour(amount: &str) -> String {
        tr!("{amount} per hour", amount)
    }

    pub fn pool(pool: &Pool, seen: &SeenPool, each: Option<Money>) -> String {
        let price = each.map(|each| tr!(", {} per hour each", rate(each)));
        tr!(
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
        let price = each.map(|each| tr!(", {} per hour each", rate(each)));
        tr!(
            "{instance_type}, {disk_gib} GiB{}",
            instance_type,
            disk_gib,
            price.unwrap_or_default()
        )
    }
}

pub mod drift {
    //! What is not as it should be.

    use shared::exoscale::{Rule, RulePeer};
    use shared::plan::{Drift, StepId};

    use crate::format::counted;
    use crate::tongue::{Text, tr};

    pub const HEADING: Text = Text("Drift");
    pub const TEXT: Text = Text(
        "The spec in the cluster's own machines, held against what the account says now. Nothing is changed by looking.",
    );
    pub const NONE: Text = Text(
        "None: pools are within their bounds, the firewalls are those of the spec, and nothing is missing.",
    );
    pub const CHANGED: Text = Text("Changed since the launch, here or by hand");

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
                tr!("Pool {pool} has {size} nodes; its bounds are {min} to {max}.", pool, size, min, max),
                tr!("The autoscaler keeps to its bounds only from within them. Resize the pool, or scale it by hand.").to_owned(),
            ),
            Drift::Bounds { pool } => (
                tr!("Pool {pool} has lost the labels with its bounds.", pool),
                tr!("The autoscaler may then grow it to the whole quota. Resize the pool: that writes them again.").to_owned(),
            ),
            Drift::Retiring { pool } => (
                tr!("Pool {pool} is held and drained, and is still there.", pool),
                tr!("A resize that removes it was begun. If none is running, resize once more.").to_owned(),
            ),
            Drift::RuleAdded { group, rule } => (
                tr!("The firewall of the {} lets in more: {}.", whom(group), words_of(rule)),
                tr!("The spec does not ask for it. Remove the rule if nobody needs it.").to_owned(),
            ),
            Drift::RuleGone { group, rule } => (
                tr!("The firewall of the {} misses a rule: {}.", whom(group), words_of(rule)),
                tr!("Changing access writes the rules of doors again.").to_owned(),
            ),
            Drift::Gone { step, kind } => (
                tr!("The {} ({step}) is not there.", crate::tongue::said(kind.noun()), step),
                tr!("Somebody has removed it. What needs it no longer works.").to_owned(),
            ),
            Drift::Idle { machine, state } => (
                tr!("{machine} is {state}.", machine, state),
                tr!("Start it with `exo compute instance start`, or delete it where it is a pool's.").to_owned(),
            ),
            Drift::Type { machine, was, is } => (
                tr!("{machine} is a {is}; it was launched as {was}.", machine, is, was),
                tr!("Prices on this page go by what it was.").to_owned(),
            ),
        }
    }

    fn whom(group: &StepId) -> &'static str {
        if group.0.ends_with("-nodes") {
            tr!("nodes")
        } else {
            tr!("control plane")
        }
    }

    fn words_of(rule: &Rule) -> String {
        let ports = match rule.ports {
            Some((first, last)) if first == last => format!(" {first}"),
            Some((first, last)) => format!(" {first}–{last}"),
            None => String::new(),
        };
        let way = if rule.direction == "egress" {
            tr!("to")
        } else {
            tr!("from")
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

    use crate::tongue::{Text, tr};
    use shared::plan::PlanKind;

    pub const RESIZE: Text = Text("Resize");
    pub const RESIZE_TEXT: Text = Text(
        "Pools come, go, and get other bounds, types or disks. Nodes that exist keep their type and disk; new ones have the new.",
    );
    pub const EDIT_POOLS: Text = Text("Change pools");
    pub const ACCESS: Text = Text("Access");
    pub const ACCESS_TEXT: Text =
        Text("Who may reach the API, SSH and NodePorts. New doors open before old ones close.");
    pub const EDIT_ACCESS: Text = Text("Change access");
    pub const LET_ME_IN: Text = Text("Add my address");
    pub const SHUT_OUT: Text =
        Text("Your address is not among those that may reach the API: you would be shut out.");
    pub const NOTHING: Text = Text("Nothing is changed yet.");
    pub const CHANGES: Text = Text("What changes");
    pub const UNTOUCHED: Text = Text("Untouched");
    pub const PRICE: Text = Text("Price");
    pub const STEPS: Text = Text("Steps");
    pub const PROBLEMS: Text = Text("This cannot be done");
    pub const STARTING: Text = Text("Starting");

    pub fn untouched(kind: PlanKind, pools: &[String]) -> String {
        let pools = match pools {
            [] => String::new(),
            [one] => tr!(" pool {one},", one),
            several => tr!(" pools {},", several.join(", ")),
        };
        if kind == PlanKind::Access {
            tr!(
                "Control planes,{pools} network, and everything that runs in the cluster.",
                pools
            )
        } else {
            tr!(
                "Control planes,{pools} network, firewalls, addresses, and workloads on nodes that stay.",
                pools
            )
        }
    }

    pub fn price(before: &str, after: &str) -> String {
        tr!("{before} per hour becomes {after}", before, after)
    }

    pub fn same_price(amounts: &str) -> String {
        tr!("{amounts} per hour, as before", amounts)
    }

    pub fn steps(count: usize, time: &str) -> String {
        tr!("{count}, about {time}", count, time)
    }

    pub fn button(kind: PlanKind, name: &str, amounts: &str) -> String {
        if kind == PlanKind::Access {
            tr!("Change who may reach {name}", name)
        } else {
            tr!("Resize {name}, {amounts} per hour", name, amounts)
        }
    }
}

pub mod image {
    //! The golden image.

    use shared::catalog::Money;

    use crate::format::cost as cost_of;
    use crate::tongue::{Text, tr};

    pub const HEADING: Text = Text("Image");
    pub const TEXT: Text = Text(
        "A prepared image has Kubernetes and its images on it, so that new nodes join in half the time.",
    );
    pub const MAKE: Text = Text("Make the image");
    pub const MAKE_AGAIN: Text = Text("Make it again");
    pub use super::change::{STEPS, steps};

    /// What making it takes, and what it costs from then on.
    pub fn cost(time: &str, machine: Option<Money>, image: Option<Money>) -> String {
        tr!(
            "That takes one machine ({}) for about {time}. The image then bills ({}) until you remove it.",
            cost_of(machine),
            time,
            cost_of(image)
        )
    }

    pub fn state(name: &str, created_at: Option<&str>, fresh: bool) -> String {
        match created_at {
            None => tr!(
                "{name} is not there: new nodes install everything as they start.",
                name
            ),
            Some(at) => {
                let day = at.get(..10).unwrap_or(at);
                if fresh {
                    tr!("{name} is of {day}, and fresh.", name, day)
                } else {
                    tr!(
                        "{name} is of {day}: more than a month old, so that its packages have known holes.",
                        name,
                        day
                    )
                }
            }
        }
    }

    pub fn pools(booting: &[String], all: usize) -> String {
        if booting.is_empty() {
            tr!("No pool boots from it.").to_owned()
        } else if booting.len() == all {
            tr!("The next nodes of every pool boot from it.").to_owned()
        } else {
            tr!("The next nodes of {} boot from it.", booting.join(", "))
        }
    }
}
