//! Texts of what is offered for a spec: link, problems, picture, price, plan, the button.

pub mod compose {
    //! Around the form.

    use crate::tongue::Text;

    pub const HEADING: Text = Text("Launch a Kubernetes cluster");
    pub const LEAD: Text = Text(
        "Autoscaling, on Exoscale, with nothing installed. Everything is filled in: launch it as it is, or change what you like.",
    );
    pub const COPY_LINK: Text = Text("Copy link");
    pub const EJECT: Text = Text("Eject");
    pub const EJECT_HINT: Text = Text(
        "Terraform, cloud-init, kubeadm configuration and manifests for the same cluster, as a ZIP",
    );
    pub const EJECTED: Text = Text("Downloaded");
    pub const NOT_EJECTED: Text = Text("Correct the form first");
    pub const NO_ADDRESS: Text = Text("Your address is not known; name networks under Access");
    pub const NOT_SAVED: Text = Text("Could not download");
    pub const PROBLEMS: Text = Text("There is a problem");
    pub const BAD_LINK: Text = Text("This link could not be read");
    pub const BAD_LINK_HINT: Text = Text("The defaults are shown instead.");
    pub const LINK_SETS: Text = Text("This link sets:");
    pub const LINK_OF_DEFAULTS: Text = Text("This link describes the default cluster.");
    pub const LINK_HINT: Text =
        Text("Everything else has its default. Nothing is launched until you say so.");

    pub fn archive(cluster: &str) -> String {
        format!("{cluster}-terraform.zip")
    }
}

pub mod panel {
    //! The panel.

    use crate::tongue::{Text, tr};

    pub const HEADING: Text = Text("What you get");
    pub const OPEN: Text = Text("Show picture and plan");
    pub const CLOSE: Text = Text("Back to the form");
    pub const STALE: Text = Text("Shown for the last complete spec.");
    pub const PLAN: Text = Text("Plan");
    pub const STEPS: Text = Text("Steps");
    pub const FIREWALL: Text = Text("Firewall");
    pub const FIREWALL_NOTE: Text = Text("who may reach what");
    pub const FORECAST: Text = Text("Cost of autoscaling");
    pub const FORECAST_NOTE: Text = Text("by load");
    pub const BILL: Text = Text("Software");
    pub const BILL_NOTE: Text = Text("every version");

    pub fn time(time: &str) -> String {
        tr!("Ready about {time} after you launch.", time)
    }

    pub fn steps(count: usize) -> String {
        tr!("what is made, {count} in order", count)
    }
}

pub mod price {
    //! The price.

    use crate::tongue::{Text, said, tr};
    use shared::catalog::{Line, Prices};

    pub const HEADING: Text = Text("Price");
    pub const PER_HOUR: Text = Text("per hour");
    pub const LINES: Text = Text("What it is made of");
    pub const UNKNOWN: Text = Text("unknown");
    pub const WITHOUT: Text = Text(
        "A month is 730 hours. Tax, traffic, load balancers and volumes of your workloads come on top.",
    );

    pub fn monthly(amounts: &str) -> String {
        tr!("{amounts} per month", amounts)
    }

    pub fn line(line: &Line) -> String {
        let count = if line.count_min == line.count_max {
            line.count_min.to_string()
        } else {
            format!("{}–{}", line.count_min, line.count_max)
        };
        format!("{count} × {}", said(&line.what))
    }

    pub fn source(prices: &Prices) -> String {
        let which = if prices.bundled {
            tr!("Exoscale's price list as bundled with this page")
        } else {
            tr!("Exoscale's price list")
        };
        format!("{which}, {}.", prices.as_of)
    }

    pub fn unpriced(what: &[String]) -> String {
        tr!("Without {}: Exoscale publishes no price.", what.join(", "))
    }
}

pub mod bill {
    //! The bill of materials.

    use crate::tongue::Text;

    pub const KUBERNETES: Text = Text("Kubernetes");
    pub const CRIO: Text = Text("CRI-O");
    pub const CALICO: Text = Text("Calico");
    pub const CALICO_OPERATOR: Text = Text("Tigera operator");
    pub const AUTOSCALER: Text = Text("Cluster autoscaler");
    pub const CLOUD_CONTROLLER: Text = Text("Exoscale cloud controller");
    pub const METRICS: Text = Text("Metrics server");
    pub const CSI: Text = Text("Exoscale CSI driver");
    pub const TEMPLATE: Text = Text("Image");
}

pub mod firewall {
    //! The firewall.

    use crate::tongue::{Text, tr};

    pub const TEXT: Text =
        Text("On public addresses. Machines reach each other on their private network.");

    pub fn door(what: &str, outwards: bool) -> String {
        if outwards {
            tr!("Out: {what}", what)
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
            "0.0.0.0/0" => tr!("anywhere (IPv4)").to_owned(),
            "::/0" => tr!("anywhere (IPv6)").to_owned(),
            "public-nlb-healthcheck-sources" => tr!("Exoscale's load balancers").to_owned(),
            _ if callers.iter().any(|caller| caller == host) => tr!("your address ({host})", host),
            _ => host.to_owned(),
        }
    }
}

pub mod launch {
    //! The button and what comes of it.

    use crate::tongue::{Text, tr};

    pub const ASKING: Text = Text("Launching");
    pub const ON_SANDBOX: Text = Text("In the sandbox: nothing is real and nothing costs.");
    pub const NO_CREDENTIALS: Text = Text("type the API key and its secret first.");
    pub const NO_KEYS: Text =
        Text("this browser cannot make keys here; it needs HTTPS or localhost.");
    pub const CHANGED: Text = Text("The plan has changed since it was shown");
    pub const LAUNCH_CHANGED: Text = Text("Launch the new plan");
    pub const BACK: Text = Text("Back to the form");
    pub const OTHER_DETAILS: Text = Text("Details of its steps are different.");

    pub fn button(name: &str) -> String {
        tr!("Launch {name}", name)
    }

    pub fn price(price: &str) -> String {
        tr!("{price} per hour", price)
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
            tr!("On your Exoscale account: type its key under Account.").to_owned()
        } else {
            tr!("On the account of the key that ends in {end}.", end)
        }
    }

    pub fn added(title: &str) -> String {
        tr!("New step: {title}.", crate::tongue::said(title))
    }

    pub fn removed(title: &str) -> String {
        tr!("No longer: {title}.", crate::tongue::said(title))
    }

    pub fn other_version(before: &str, after: &str) -> String {
        tr!("Kubernetes is {after}, not {before}.", after, before)
    }

    pub fn other_caller(before: &str, after: &str) -> String {
        let said = |text: &str| {
            if text.is_empty() {
                tr!("not known").to_owned()
            } else {
                text.to_owned()
            }
        };
        tr!("Your address is {}; it was {}.", said(after), said(before))
    }
}

pub mod picture {
    //! The picture, and the text that says the same.

    use crate::tongue::{Text, tr};

    pub const API: Text = Text("API 6443");
    pub const SSH: Text = Text("SSH 22");
    pub const YOU: Text = Text("your address");
    pub const ANYWHERE: Text = Text("anywhere");
    pub const NOBODY: Text = Text("nobody");

    pub fn node_ports(first: u16, last: u16) -> String {
        tr!("NodePorts {first}–{last}", first, last)
    }

    pub fn several(count: usize) -> String {
        tr!("{count} networks", count)
    }

    pub fn fleet(name: &str, min: u16, max: u16, state: &str) -> String {
        tr!(
            "pool {name} of {min} to {max} nodes ({state})",
            name,
            min,
            max,
            state
        )
    }

    pub fn door(what: &str, from: &str) -> String {
        tr!("{what} from {from}", what, from)
    }

    pub fn words(
        planes: usize,
        state: &str,
        fleets: &[String],
        range: &str,
        doors: &[String],
    ) -> String {
        let planes = if planes == 1 {
            tr!("One control plane").to_owned()
        } else {
            tr!("{planes} control planes", planes)
        };
        let network = if range.is_empty() {
            tr!("one private network").to_owned()
        } else {
            tr!("the private network {range}", range)
        };
        let doors = if doors.is_empty() {
            String::new()
        } else {
            tr!(" Through the firewall may pass: {}.", doors.join(", "))
        };
        tr!(
            "{planes} ({state}) and {} on {network}.{doors}",
            planes,
            state,
            fleets.join(", "),
            network,
            doors
        )
    }
}
