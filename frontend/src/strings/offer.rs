//! Texts of what is offered for a spec: link, problems, picture, price, plan, the button.

pub mod compose {
    //! Around the form.

    pub const HEADING: &str = "Launch a Kubernetes cluster";
    pub const LEAD: &str = "Autoscaling, on Exoscale, with nothing installed. Everything is filled in: launch it as it is, or change what you like.";
    pub const COPY_LINK: &str = "Copy link";
    pub const EJECT: &str = "Eject";
    pub const EJECT_HINT: &str =
        "Terraform, cloud-init, kubeadm configuration and manifests for the same cluster, as a ZIP";
    pub const EJECTED: &str = "Downloaded";
    pub const NOT_EJECTED: &str = "Correct the form first";
    pub const NO_ADDRESS: &str = "Your address is not known; name networks under Access";
    pub const NOT_SAVED: &str = "Could not download";
    pub const PROBLEMS: &str = "There is a problem";
    pub const BAD_LINK: &str = "This link could not be read";
    pub const BAD_LINK_HINT: &str = "The defaults are shown instead.";
    pub const LINK_SETS: &str = "This link sets:";
    pub const LINK_OF_DEFAULTS: &str = "This link describes the default cluster.";
    pub const LINK_HINT: &str =
        "Everything else has its default. Nothing is launched until you say so.";

    pub fn archive(cluster: &str) -> String {
        format!("{cluster}-terraform.zip")
    }
}

pub mod panel {
    //! The panel.

    pub const HEADING: &str = "What you get";
    pub const OPEN: &str = "Show picture and plan";
    pub const CLOSE: &str = "Back to the form";
    pub const STALE: &str = "Shown for the last complete spec.";
    pub const PLAN: &str = "Plan";
    pub const STEPS: &str = "Steps";
    pub const FIREWALL: &str = "Firewall";
    pub const FIREWALL_NOTE: &str = "who may reach what";
    pub const FORECAST: &str = "Cost of autoscaling";
    pub const FORECAST_NOTE: &str = "by load";
    pub const BILL: &str = "Software";
    pub const BILL_NOTE: &str = "every version";

    pub fn time(time: &str) -> String {
        format!("Ready about {time} after you launch.")
    }

    pub fn steps(count: usize) -> String {
        format!("what is made, {count} in order")
    }
}

pub mod price {
    //! The price.

    use shared::catalog::{Line, Prices};

    pub const HEADING: &str = "Price";
    pub const PER_HOUR: &str = "per hour";
    pub const LINES: &str = "What it is made of";
    pub const UNKNOWN: &str = "unknown";
    pub const WITHOUT: &str = "A month is 730 hours. Tax, traffic, load balancers and volumes of your workloads come on top.";

    pub fn monthly(amounts: &str) -> String {
        format!("{amounts} per month")
    }

    pub fn line(line: &Line) -> String {
        let count = if line.count_min == line.count_max {
            line.count_min.to_string()
        } else {
            format!("{}–{}", line.count_min, line.count_max)
        };
        format!("{count} × {}", line.what)
    }

    pub fn source(prices: &Prices) -> String {
        let which = if prices.bundled {
            "Exoscale's price list as bundled with this page"
        } else {
            "Exoscale's price list"
        };
        format!("{which}, {}.", prices.as_of)
    }

    pub fn unpriced(what: &[String]) -> String {
        format!("Without {}: Exoscale publishes no price.", what.join(", "))
    }
}

pub mod bill {
    //! The bill of materials.

    pub const KUBERNETES: &str = "Kubernetes";
    pub const CRIO: &str = "CRI-O";
    pub const CALICO: &str = "Calico";
    pub const CALICO_OPERATOR: &str = "Tigera operator";
    pub const AUTOSCALER: &str = "Cluster autoscaler";
    pub const CLOUD_CONTROLLER: &str = "Exoscale cloud controller";
    pub const METRICS: &str = "Metrics server";
    pub const CSI: &str = "Exoscale CSI driver";
    pub const TEMPLATE: &str = "Image";
}

pub mod firewall {
    //! The firewall.

    pub const TEXT: &str =
        "On public addresses. Machines reach each other on their private network.";

    pub fn door(what: &str, outwards: bool) -> String {
        if outwards {
            format!("Out: {what}")
        } else {
            what.to_owned()
        }
    }

    pub fn peer(peer: &str, callers: &[String]) -> String {
        let host = peer
            .strip_suffix("/32")
            .or_else(|| peer.strip_suffix("/128"))
            .unwrap_or(peer);
        match peer {
            "0.0.0.0/0" => "anywhere (IPv4)".to_owned(),
            "::/0" => "anywhere (IPv6)".to_owned(),
            "public-nlb-healthcheck-sources" => "Exoscale's load balancers".to_owned(),
            _ if callers.iter().any(|caller| caller == host) => format!("your address ({host})"),
            _ => host.to_owned(),
        }
    }
}

pub mod launch {
    //! The button and what comes of it.

    pub const ASKING: &str = "Launching";
    pub const ON_SANDBOX: &str = "In the sandbox: nothing is real and nothing costs.";
    pub const NO_CREDENTIALS: &str = "type the API key and its secret first.";
    pub const NO_KEYS: &str = "this browser cannot make keys here; it needs HTTPS or localhost.";
    pub const CHANGED: &str = "The plan has changed since it was shown";
    pub const LAUNCH_CHANGED: &str = "Launch the new plan";
    pub const BACK: &str = "Back to the form";
    pub const OTHER_DETAILS: &str = "Details of its steps are different.";

    pub fn button(name: &str) -> String {
        format!("Launch {name}")
    }

    pub fn price(price: &str) -> String {
        format!("{price} per hour")
    }

    pub fn on_account(key: &str) -> String {
        let end: String = key
            .chars()
            .rev()
            .take(4)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        if end.is_empty() {
            "On your Exoscale account: type its key under Account.".to_owned()
        } else {
            format!("On the account of the key that ends in {end}.")
        }
    }

    pub fn added(title: &str) -> String {
        format!("New step: {title}.")
    }

    pub fn removed(title: &str) -> String {
        format!("No longer: {title}.")
    }

    pub fn other_version(before: &str, after: &str) -> String {
        format!("Kubernetes is {after}, not {before}.")
    }

    pub fn other_caller(before: &str, after: &str) -> String {
        let said = |text: &str| {
            if text.is_empty() {
                "not known".to_owned()
            } else {
                text.to_owned()
            }
        };
        format!("Your address is {}; it was {}.", said(after), said(before))
    }
}

pub mod picture {
    //! The picture, and the text that says the same.

    pub const API: &str = "API 6443";
    pub const SSH: &str = "SSH 22";
    pub const YOU: &str = "your address";
    pub const ANYWHERE: &str = "anywhere";
    pub const NOBODY: &str = "nobody";

    pub fn node_ports(first: u16, last: u16) -> String {
        format!("NodePorts {first}–{last}")
    }

    pub fn several(count: usize) -> String {
        format!("{count} networks")
    }

    pub fn fleet(name: &str, min: u16, max: u16, state: &str) -> String {
        format!("pool {name} of {min} to {max} nodes ({state})")
    }

    pub fn door(what: &str, from: &str) -> String {
        format!("{what} from {from}")
    }

    pub fn words(
        planes: usize,
        state: &str,
        fleets: &[String],
        range: &str,
        doors: &[String],
    ) -> String {
        let planes = if planes == 1 {
            "One control plane".to_owned()
        } else {
            format!("{planes} control planes")
        };
        let network = if range.is_empty() {
            "one private network".to_owned()
        } else {
            format!("the private network {range}")
        };
        let doors = if doors.is_empty() {
            String::new()
        } else {
            format!(" Through the firewall may pass: {}.", doors.join(", "))
        };
        format!(
            "{planes} ({state}) and {} on {network}.{doors}",
            fleets.join(", ")
        )
    }
}
