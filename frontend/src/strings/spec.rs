//! Texts of the form: what each field is called, and why its default is what it is.

pub mod cluster {
    //! Name, zone, version.

    use shared::catalog::{Bill, Minor, Zone};

    pub const HEADING: &str = "Cluster";
    pub const NAME: &str = "Cluster name";
    pub const NAME_HINT: &str =
        "A part of every resource's name. Small letters, digits and dashes.";
    pub const ZONE: &str = "Zone";
    pub const ZONE_HINT: &str = "Where the machines stand. Nothing leaves the zone by itself.";
    pub const KUBERNETES: &str = "Kubernetes";

    pub fn zone(zone: Zone) -> String {
        format!("{}, {} ({})", zone.city(), zone.country(), zone.as_str())
    }

    pub fn minor(minor: Minor, is_default: bool) -> String {
        if is_default {
            format!("{minor} (recommended)")
        } else {
            minor.as_str().to_owned()
        }
    }

    pub fn version_hint(bill: &Bill) -> String {
        format!(
            "Supported upstream until {}. You get the newest patch.",
            bill.support_ends
        )
    }
}

pub mod control_plane {
    //! Control planes.

    pub const HEADING: &str = "Control plane";
    pub const HOW_MANY: &str = "How many";
    pub const ONE: &str = "One";
    pub const ONE_HINT: &str = "Cheapest. Workloads go on while it restarts; the API pauses.";
    pub const THREE: &str = "Three";
    pub const THREE_HINT: &str =
        "One may be lost. They share an address and stand on different hypervisors.";
    pub const TYPE: &str = "Control plane type";
    pub const TYPE_HINT: &str =
        "Medium has two cores and 4 GB: the smallest that kubeadm is comfortable on.";
    pub const DISK_FOLD: &str = "Disk";
    pub const DISK: &str = "Control plane disk (GiB)";
    pub const DISK_HINT: &str = "25 leaves 15 for images and etcd after Ubuntu has taken its 10.";

    pub fn disk(gib: &str) -> String {
        format!("{gib} GiB")
    }
}

pub mod pools {
    //! Pools.

    pub const HEADING: &str = "Pools";
    pub const TEXT: &str = "Groups of equal nodes. The autoscaler adds nodes while pods wait for room, and removes those that stand idle.";
    pub const ADD: &str = "Add a pool";
    pub const NAME: &str = "Pool name";
    pub const NAME_HINT: &str = "Its nodes' names begin with it.";
    pub const TYPE: &str = "Node type";
    pub const TYPE_HINT: &str = "What each node of this pool is.";
    pub const MIN: &str = "Minimum nodes";
    pub const MIN_HINT: &str = "Always there. Not 0: an empty pool cannot come back.";
    pub const MAX: &str = "Maximum nodes";
    pub const MAX_HINT: &str = "The autoscaler goes no further.";
    pub const DETAILS: &str = "More about its nodes";
    pub const DISK: &str = "Node disk (GiB)";
    pub const DISK_HINT: &str = "25 holds Ubuntu and some dozens of images.";
    pub const SPREAD: &str = "Never two nodes on one hypervisor";
    pub const SPREAD_HINT: &str = "Possible up to eight nodes.";
    pub const LABELS: &str = "Labels";
    pub const LABELS_HINT: &str = "One a line: key=value.";
    pub const TAINTS: &str = "Taints";
    pub const TAINTS_HINT: &str = "One a line: key=value:NoSchedule.";

    pub fn legend(name: &str) -> String {
        format!("Pool {name}")
    }

    pub fn duplicate(name: &str) -> String {
        format!("Duplicate {name}")
    }

    pub fn remove(name: &str) -> String {
        format!("Remove {name}")
    }

    pub fn details(disk: &str) -> String {
        format!("{disk} GiB each, placement, labels, taints")
    }
}

pub mod machines {
    //! Instance types.

    use shared::catalog::{Currency, InstanceType, Money};
    use shared::limits::HOURS_PER_MONTH;

    use crate::format::{amount, counted, memory};

    pub const TYPE: &str = "Type";
    pub const CORES: &str = "Cores";
    pub const MEMORY: &str = "Memory";
    pub const PER_HOUR: &str = "Per hour";
    pub const PER_MONTH: &str = "Month";
    pub const UNKNOWN: &str = "–";
    pub const SPECIAL: &str = "Also more cores, more memory, more disk";
    pub const GRAPHICS: &str = "Also graphics processors, each after Exoscale's authorisation";

    pub fn note(currency: Currency) -> String {
        format!(
            "{} for one machine without its disk, and for a month of {HOURS_PER_MONTH} hours.",
            currency.code()
        )
    }

    pub fn gpus(entry: &InstanceType) -> String {
        counted(entry.gpus.into(), "GPU", "GPUs")
    }

    fn size(entry: &InstanceType) -> String {
        let cores = counted(entry.cpus.into(), "core", "cores");
        let gpus = if entry.gpus > 0 {
            format!(", {}", gpus(entry))
        } else {
            String::new()
        };
        format!("{cores}, {}{gpus}", memory(entry.memory_bytes))
    }

    pub fn about(entry: &InstanceType, hourly: Option<Money>, currency: Currency) -> String {
        let price = hourly.map_or_else(
            || "price unknown".to_owned(),
            |hourly| format!("{} {} per hour", hourly.rounded(3), currency.code()),
        );
        format!("{}, {price}", size(entry))
    }

    pub fn said(entry: &InstanceType, hourly: Option<Money>, currency: Currency) -> String {
        let month = hourly.map_or_else(String::new, |hourly| {
            format!(", {} per month", amount(hourly.times(HOURS_PER_MONTH)))
        });
        format!(
            "{} of {}: {}{month}",
            entry.size(),
            family(entry.family()),
            about(entry, hourly, currency)
        )
    }

    pub fn family(family: &'static str) -> &'static str {
        match family {
            "standard" => "Standard",
            "cpu" => "More cores (cpu)",
            "memory" => "More memory (memory)",
            "storage" => "More disk (storage)",
            "gpu2" => "GPU 2",
            "gpu3" => "GPU 3",
            "gpu3080ti" => "GPU RTX 3080 Ti",
            "gpua30" => "GPU A30",
            "gpua5000" => "GPU A5000",
            "gpub300" => "GPU B300",
            "gpurtx6000pro" => "GPU RTX 6000 Pro",
            other => other,
        }
    }
}

pub mod access {
    //! Who may reach what.

    use std::net::IpAddr;

    pub const HEADING: &str = "Access";
    pub const TEXT: &str = "Everything else is closed.";
    pub const API: &str = "Kubernetes API from";
    pub const API_HINT: &str = "Port 6443 of the control plane.";
    pub const SSH: &str = "SSH from";
    pub const SSH_HINT: &str = "Port 22 of the control plane.";
    pub const NODE_PORTS: &str = "NodePorts from";
    pub const NODE_PORTS_HINT: &str = "What Services of the types NodePort and LoadBalancer open.";
    pub const EVERYBODY: &str = "Everybody (0.0.0.0/0 and ::/0)";
    pub const OTHERS_HINT: &str = "One address or range a line, such as 192.0.2.0/24.";
    /// What stands in a spec for whoever launches, and how a person says it.
    pub const CALLER: &str = "caller";
    pub const YOU: &str = "your address";

    pub fn you(addresses: &[IpAddr]) -> String {
        let listed: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        if listed.is_empty() {
            "Your address when you launch; it is not known yet".to_owned()
        } else {
            format!("Your address, now {}", listed.join(" and "))
        }
    }

    pub fn others(label: &str) -> String {
        format!("{label}: others")
    }
}

pub mod network {
    //! Addresses and ranges.

    pub const HEADING: &str = "Network";
    pub const TEXT: &str =
        "The three ranges must not touch each other, nor anything that the cluster is to reach.";

    pub fn summary(private: &str) -> String {
        format!("{private}, leases, pods, services, domain, NodePorts")
    }

    pub fn label(path: &str) -> &'static str {
        match path {
            "network.private" => "Private network",
            "network.dhcpStart" => "First leased address",
            "network.dhcpEnd" => "Last leased address",
            "network.controlPlane" => "First control plane's address",
            "network.pods" => "Pods",
            "network.services" => "Services",
            "network.domain" => "DNS domain",
            _ => "NodePort range",
        }
    }

    pub fn hint(path: &str) -> &'static str {
        match path {
            "network.private" => "Shared by all machines; the firewall does not filter it.",
            "network.dhcpStart" => "Nodes are given addresses from here …",
            "network.dhcpEnd" => "… to here.",
            "network.controlPlane" => "Outside of the leased ones; others follow it.",
            "network.pods" => "Each node takes a /24 of it.",
            "network.services" => "Virtual addresses inside the cluster.",
            "network.domain" => "Names inside the cluster end in it.",
            _ => "Ports that Services may open on nodes.",
        }
    }
}

pub mod advanced {
    //! What most people leave alone.

    pub const HEADING: &str = "Advanced";
    pub const SUMMARY: &str = "egress, image, add-ons, kubeconfig, SSH key";
    pub const EGRESS: &str = "Machines may connect to";
    pub const EGRESS_HINT: &str =
        "The list is DNS, time, HTTP and HTTPS. Workloads that need more then fail.";
    pub const EGRESS_OPTIONS: [(&str, &str); 2] =
        [("open", "everything"), ("list", "only what a node needs")];
    pub const IMAGE: &str = "Image";
    pub const IMAGE_HINT: &str = "A prepared image starts nodes faster. Where there is none yet, one is made beside the launch: a machine for some minutes, then ten gigabytes that bill until you remove the image. The plain one needs nothing prepared.";
    pub const IMAGE_OPTIONS: [(&str, &str); 3] = [
        ("auto", "prepared, if the zone has it"),
        ("stock", "plain Ubuntu 24.04"),
        ("own", "templates of your own"),
    ];
    pub const OWN_CONTROL_PLANE: &str = "Control plane template";
    pub const OWN_NODES: &str = "Node template";
    pub const OWN_HINT: &str = "The template's id, a UUID.";
    pub const METRICS: &str = "Metrics server";
    pub const METRICS_HINT: &str = "For kubectl top and for scaling pods by their load.";
    pub const CSI: &str = "Block storage volumes (CSI)";
    pub const CSI_HINT: &str = "For PersistentVolumes. Its key then lies on every node.";
    pub const HOURS: &str = "Kubeconfig is good for (hours)";
    pub const HOURS_HINT: &str = "720 is a month.";
    pub const SSH_KEY: &str = "SSH public key";
    pub const SSH_KEY_HINT: &str =
        "Yours, in one line. Left empty, this tab makes one and offers it for download.";
    pub const INGRESS: &str = "Load balancers lead to";
    pub const INGRESS_HINT: &str = "The pool whose nodes take traffic from outside.";
}
