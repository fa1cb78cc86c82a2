//! Texts of the form: what each field is called, and why its default is what it is.

pub mod cluster {
    //! Name, zone, version.

    use crate::tongue::{Text, said, tr};
    use shared::catalog::{Bill, Minor, Zone};

    pub const HEADING: Text = Text("Cluster");
    pub const NAME: Text = Text("Cluster name");
    pub const NAME_HINT: Text =
        Text("A part of every resource's name. Small letters, digits and dashes.");
    pub const ZONE: Text = Text("Zone");
    pub const ZONE_HINT: Text =
        Text("Where the machines stand. Nothing leaves the zone by itself.");
    pub const KUBERNETES: Text = Text("Kubernetes");

    pub fn zone(zone: Zone) -> String {
        let (city, country) = (said(zone.city()), said(zone.country()));
        format!("{city}, {country} ({})", zone.as_str())
    }

    pub fn minor(minor: Minor, is_default: bool) -> String {
        if is_default {
            tr!("{minor} (recommended)", minor)
        } else {
            minor.as_str().to_owned()
        }
    }

    pub fn version_hint(bill: &Bill) -> String {
        tr!(
            "Supported upstream until {}. You get the newest patch.",
            bill.support_ends
        )
    }
}

pub mod control_plane {
    //! Control planes.

    use crate::tongue::{Text, tr};

    pub const HEADING: Text = Text("Control plane");
    pub const HOW_MANY: Text = Text("How many");
    pub const ONE: Text = Text("One");
    pub const ONE_HINT: Text = Text("Cheapest. Workloads go on while it restarts; the API pauses.");
    pub const THREE: Text = Text("Three");
    pub const THREE_HINT: Text =
        Text("One may be lost. They share an address and stand on different hypervisors.");
    pub const TYPE: Text = Text("Control plane type");
    pub const TYPE_HINT: Text =
        Text("Medium has two cores and 4 GB: the smallest that kubeadm is comfortable on.");
    pub const DISK_FOLD: Text = Text("Disk");
    pub const DISK: Text = Text("Control plane disk (GiB)");
    pub const DISK_HINT: Text =
        Text("25 leaves 15 for images and etcd after Ubuntu has taken its 10.");

    pub fn disk(gib: &str) -> String {
        tr!("{gib} GiB", gib)
    }
}

pub mod pools {
    //! Pools.

    use crate::tongue::{Text, tr};

    pub const HEADING: Text = Text("Pools");
    pub const TEXT: Text = Text(
        "Groups of equal nodes. The autoscaler adds nodes while pods wait for room, and removes those that stand idle.",
    );
    pub const ADD: Text = Text("Add a pool");
    pub const NAME: Text = Text("Pool name");
    pub const NAME_HINT: Text = Text("Its nodes' names begin with it.");
    pub const TYPE: Text = Text("Node type");
    pub const TYPE_HINT: Text = Text("What each node of this pool is.");
    pub const MIN: Text = Text("Minimum nodes");
    pub const MIN_HINT: Text = Text("Always there. Not 0: an empty pool cannot come back.");
    pub const MAX: Text = Text("Maximum nodes");
    pub const MAX_HINT: Text = Text("The autoscaler goes no further.");
    pub const DETAILS: Text = Text("More about its nodes");
    pub const DISK: Text = Text("Node disk (GiB)");
    pub const DISK_HINT: Text = Text("25 holds Ubuntu and some dozens of images.");
    pub const SPREAD: Text = Text("Never two nodes on one hypervisor");
    pub const SPREAD_HINT: Text = Text("Possible up to eight nodes.");
    pub const LABELS: Text = Text("Labels");
    pub const LABELS_HINT: Text = Text("One a line: key=value.");
    pub const TAINTS: Text = Text("Taints");
    pub const TAINTS_HINT: Text = Text("One a line: key=value:NoSchedule.");

    pub fn legend(name: &str) -> String {
        tr!("Pool {name}", name)
    }

    pub fn duplicate(name: &str) -> String {
        tr!("Duplicate {name}", name)
    }

    pub fn remove(name: &str) -> String {
        tr!("Remove {name}", name)
    }

    pub fn details(disk: &str) -> String {
        tr!("{disk} GiB each, placement, labels, taints", disk)
    }
}

pub mod machines {
    //! Instance types.

    use shared::catalog::{Currency, InstanceType, Money};
    use shared::limits::HOURS_PER_MONTH;

    use crate::format::{amount, counted, decimal, memory};
    use crate::tongue::{Text, tr};

    pub const TYPE: Text = Text("Type");
    pub const CORES: Text = Text("Cores");
    pub const MEMORY: Text = Text("Memory");
    pub const PER_HOUR: Text = Text("Per hour");
    pub const PER_MONTH: Text = Text("Month");
    pub const UNKNOWN: &str = "–";
    pub const SPECIAL: Text = Text("Also more cores, more memory, more disk");
    pub const GRAPHICS: Text =
        Text("Also graphics processors, each after Exoscale's authorisation");

    pub fn note(currency: Currency) -> String {
        tr!(
            "{} for one machine without its disk, and for a month of {HOURS_PER_MONTH} hours.",
            currency.code(),
            HOURS_PER_MONTH
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
            || tr!("price unknown").to_owned(),
            |hourly| {
                tr!(
                    "{} {} per hour",
                    decimal(&hourly.rounded(3)),
                    currency.code()
                )
            },
        );
        format!("{}, {price}", size(entry))
    }

    pub fn said(entry: &InstanceType, hourly: Option<Money>, currency: Currency) -> String {
        let month = hourly.map_or_else(String::new, |hourly| {
            tr!(", {} per month", amount(hourly.times(HOURS_PER_MONTH)))
        });
        tr!(
            "{} of {}: {}{month}",
            entry.size(),
            family(entry.family()),
            about(entry, hourly, currency),
            month
        )
    }

    pub fn family(family: &'static str) -> &'static str {
        match family {
            "standard" => tr!("Standard"),
            "cpu" => tr!("More cores (cpu)"),
            "memory" => tr!("More memory (memory)"),
            "storage" => tr!("More disk (storage)"),
            "gpu2" => tr!("GPU 2"),
            "gpu3" => tr!("GPU 3"),
            "gpu3080ti" => tr!("GPU RTX 3080 Ti"),
            "gpua30" => tr!("GPU A30"),
            "gpua5000" => tr!("GPU A5000"),
            "gpub300" => tr!("GPU B300"),
            "gpurtx6000pro" => tr!("GPU RTX 6000 Pro"),
            other => other,
        }
    }
}

pub mod access {
    //! Who may reach what.

    use crate::tongue::{Text, tr};
    use std::net::IpAddr;

    pub const HEADING: Text = Text("Access");
    pub const TEXT: Text = Text("Everything else is closed.");
    pub const API: Text = Text("Kubernetes API from");
    pub const API_HINT: Text = Text("Port 6443 of the control plane.");
    pub const SSH: Text = Text("SSH from");
    pub const SSH_HINT: Text = Text("Port 22 of the control plane.");
    pub const NODE_PORTS: Text = Text("NodePorts from");
    pub const NODE_PORTS_HINT: Text =
        Text("What Services of the types NodePort and LoadBalancer open.");
    pub const EVERYBODY: Text = Text("Everybody (0.0.0.0/0 and ::/0)");
    pub const OTHERS_HINT: Text = Text("One address or range a line, such as 192.0.2.0/24.");
    /// What stands in a spec for whoever launches.
    pub const CALLER: &str = "caller";
    /// How a person says it.
    pub const YOU: Text = Text("your address");

    pub fn you(addresses: &[IpAddr]) -> String {
        let listed: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        if listed.is_empty() {
            tr!("Your address when you launch; it is not known yet").to_owned()
        } else {
            tr!("Your address, now {}", listed.join(tr!(" and ")))
        }
    }

    pub fn others(label: &str) -> String {
        tr!("{label}: others", label)
    }
}

pub mod network {
    //! Addresses and ranges.

    use crate::tongue::{Text, tr};

    pub const HEADING: Text = Text("Network");
    pub const TEXT: Text = Text(
        "The three ranges must not touch each other, nor anything that the cluster is to reach.",
    );

    pub fn summary(private: &str) -> String {
        tr!(
            "{private}, leases, pods, services, domain, NodePorts",
            private
        )
    }

    pub fn label(path: &str) -> &'static str {
        match path {
            "network.private" => tr!("Private network"),
            "network.dhcpStart" => tr!("First leased address"),
            "network.dhcpEnd" => tr!("Last leased address"),
            "network.controlPlane" => tr!("First control plane's address"),
            "network.pods" => tr!("Pods"),
            "network.services" => tr!("Services"),
            "network.domain" => tr!("DNS domain"),
            _ => tr!("NodePort range"),
        }
    }

    pub fn hint(path: &str) -> &'static str {
        match path {
            "network.private" => tr!("Shared by all machines; the firewall does not filter it."),
            "network.dhcpStart" => tr!("Nodes are given addresses from here …"),
            "network.dhcpEnd" => tr!("… to here."),
            "network.controlPlane" => tr!("Outside of the leased ones; others follow it."),
            "network.pods" => tr!("Each node takes a /24 of it."),
            "network.services" => tr!("Virtual addresses inside the cluster."),
            "network.domain" => tr!("Names inside the cluster end in it."),
            _ => tr!("Ports that Services may open on nodes."),
        }
    }
}

pub mod advanced {
    //! What most people leave alone.

    use crate::tongue::Text;

    pub const HEADING: Text = Text("Advanced");
    pub const SUMMARY: Text = Text("egress, image, add-ons, kubeconfig, SSH key");
    pub const EGRESS: Text = Text("Machines may connect to");
    pub const EGRESS_HINT: Text =
        Text("The list is DNS, time, HTTP and HTTPS. Workloads that need more then fail.");
    pub const EGRESS_OPTIONS: [(&str, Text); 2] = [
        ("open", Text("everything")),
        ("list", Text("only what a node needs")),
    ];
    pub const IMAGE: Text = Text("Image");
    pub const IMAGE_HINT: Text = Text(
        "A prepared image starts nodes faster. Where there is none yet, one is made beside the launch: a machine for some minutes, then ten gigabytes that bill until you remove the image. The plain one needs nothing prepared.",
    );
    pub const IMAGE_OPTIONS: [(&str, Text); 3] = [
        ("auto", Text("prepared, if the zone has it")),
        ("stock", Text("plain Ubuntu 24.04")),
        ("own", Text("templates of your own")),
    ];
    pub const OWN_CONTROL_PLANE: Text = Text("Control plane template");
    pub const OWN_NODES: Text = Text("Node template");
    pub const OWN_HINT: Text = Text("The template's id, a UUID.");
    pub const METRICS: Text = Text("Metrics server");
    pub const METRICS_HINT: Text = Text("For kubectl top and for scaling pods by their load.");
    pub const CSI: Text = Text("Block storage volumes (CSI)");
    pub const CSI_HINT: Text = Text("For PersistentVolumes. Its key then lies on every node.");
    pub const HOURS: Text = Text("Kubeconfig is good for (hours)");
    pub const HOURS_HINT: Text = Text("720 is a month.");
    pub const SSH_KEY: Text = Text("SSH public key");
    pub const SSH_KEY_HINT: Text =
        Text("Yours, in one line. Left empty, this tab makes one and offers it for download.");
    pub const INGRESS: Text = Text("Load balancers lead to");
    pub const INGRESS_HINT: Text = Text("The pool whose nodes take traffic from outside.");
}
