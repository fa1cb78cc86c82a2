//! The bill of materials: for every Kubernetes minor on offer, what a cluster of it is made of.
//!
//! Exact patches of Kubernetes and CRI-O are looked up at launch; here stand the floors and the pins.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::spec::Addons;

/// A Kubernetes minor on offer. Upstream supports three at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Minor {
    /// 1.35.
    #[serde(rename = "1.35")]
    V1_35,
    /// 1.36, the default: the newest whose every component is known to fit.
    #[default]
    #[serde(rename = "1.36")]
    V1_36,
    /// 1.37.
    #[serde(rename = "1.37")]
    V1_37,
}

impl Minor {
    /// Every minor on offer, oldest first.
    pub const ALL: &'static [Self] = &[Self::V1_35, Self::V1_36, Self::V1_37];

    /// The version as people write it: `1.36`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1_35 => "1.35",
            Self::V1_36 => "1.36",
            Self::V1_37 => "1.37",
        }
    }
}

impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no Kubernetes minor on offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this Kubernetes minor is not on offer")]
pub struct UnknownMinor;

impl FromStr for Minor {
    type Err = UnknownMinor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|minor| minor.as_str() == text)
            .ok_or(UnknownMinor)
    }
}

/// What a cluster of one minor is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bill {
    /// The Kubernetes minor.
    pub minor: Minor,
    /// The newest patch known when this was written; at launch the newest of the repository is taken.
    pub kubernetes_floor: &'static str,
    /// The CRI-O package stream: always the same minor as Kubernetes.
    pub crio_stream: &'static str,
    /// CRI-O's static build for when the packages cannot be had; none where none is known.
    pub crio_static: Option<&'static str>,
    /// The image the machines start from, by the name Exoscale gives it in every zone.
    pub template: &'static str,
    /// What the Tigera operator installs.
    pub calico: &'static str,
    /// The Tigera operator.
    pub calico_operator: Component,
    /// The cluster-autoscaler; before 1.36.1 it may ignore a pool's bounds and spend the whole quota.
    pub autoscaler: Component,
    /// Exoscale's cloud controller.
    pub cloud_controller: Component,
    /// Exoscale's CSI driver, where the spec asks for it.
    pub csi: Component,
    /// The metrics server, where the spec asks for it.
    pub metrics_server: Component,
    /// First day of general availability, as `2026-04-22`.
    pub released: &'static str,
    /// From this day on upstream mends security holes only.
    pub maintenance_from: &'static str,
    /// The last day of upstream's support.
    pub support_ends: &'static str,
    /// What a person should know before choosing this minor.
    pub notes: &'static [&'static str],
}

/// One container image, pinned by tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Component {
    /// The version as its project writes it.
    pub version: &'static str,
    /// The image without its tag, fully qualified: CRI-O refuses short names.
    pub image: &'static str,
}

impl Component {
    /// The image with its tag, which is the version.
    pub fn reference(&self) -> String {
        format!("{}:{}", self.image, self.version)
    }
}

impl Bill {
    /// Every image that a cluster's machines will pull, apart from kubeadm's own: what a golden image has already.
    pub fn images(&self, addons: Addons) -> Vec<String> {
        let calico = CALICO_IMAGES
            .iter()
            .map(|name| format!("quay.io/calico/{name}:{}", self.calico));
        let wanted = [
            (true, self.calico_operator),
            (true, self.cloud_controller),
            (true, self.autoscaler),
            (addons.metrics_server, self.metrics_server),
            (addons.csi, self.csi),
        ];
        let components = wanted
            .into_iter()
            .filter(|(wanted, _)| *wanted)
            .map(|(_, component)| component.reference());
        components.chain(calico).collect()
    }
}

/// What the Tigera operator starts on every node and beside the API, by their names at quay.io.
const CALICO_IMAGES: [&str; 4] = ["cni", "kube-controllers", "node", "typha"];

/// The bill of materials of a minor.
pub const fn bill(minor: Minor) -> Bill {
    match minor {
        Minor::V1_35 => Bill {
            minor,
            kubernetes_floor: "1.35.9",
            crio_stream: "v1.35",
            crio_static: Some("v1.35.6"),
            autoscaler: autoscaler("v1.36.1"),
            released: "2025-12-17",
            maintenance_from: "2026-12-28",
            support_ends: "2027-02-28",
            notes: &[CLOUD_CONTROLLER_NOTE, AUTOSCALER_1_35_NOTE],
            ..COMMON
        },
        Minor::V1_36 => COMMON,
        Minor::V1_37 => Bill {
            minor,
            kubernetes_floor: "1.37.1",
            crio_stream: "v1.37",
            crio_static: None,
            autoscaler: autoscaler("v1.37.0"),
            released: "2026-08-26",
            maintenance_from: "2027-08-28",
            support_ends: "2027-10-28",
            notes: &[
                CLOUD_CONTROLLER_NOTE,
                CALICO_NOTE,
                CRIO_1_37_NOTE,
                AUTOSCALER_1_37_NOTE,
            ],
            ..COMMON
        },
    }
}

const COMMON: Bill = Bill {
    minor: Minor::V1_36,
    kubernetes_floor: "1.36.4",
    crio_stream: "v1.36",
    crio_static: Some("v1.36.3"),
    template: "Linux Ubuntu 24.04 LTS 64-bit",
    calico: "v3.32.1",
    calico_operator: Component {
        version: "v1.42.3",
        image: "quay.io/tigera/operator",
    },
    autoscaler: autoscaler("v1.36.1"),
    cloud_controller: Component {
        version: "0.34.0",
        image: "docker.io/exoscale/cloud-controller-manager",
    },
    csi: Component {
        version: "0.34.3",
        image: "docker.io/exoscale/csi-driver",
    },
    metrics_server: Component {
        version: "v0.8.1",
        image: "registry.k8s.io/metrics-server/metrics-server",
    },
    released: "2026-04-22",
    maintenance_from: "2027-04-28",
    support_ends: "2027-06-28",
    notes: &[CLOUD_CONTROLLER_NOTE, CALICO_NOTE],
};

const fn autoscaler(version: &'static str) -> Component {
    Component {
        version,
        image: "registry.k8s.io/autoscaling/cluster-autoscaler",
    }
}

const CLOUD_CONTROLLER_NOTE: &str = "Exoscale's cloud controller 0.34 names Kubernetes 1.32 to 1.34 in its matrix; \
     the interfaces it uses are stable, but no release claims this minor.";
const CALICO_NOTE: &str =
    "Calico 3.32 is built against Kubernetes 1.35; a list of tested minors is not published.";
const AUTOSCALER_1_35_NOTE: &str =
    "The autoscalers of 1.35 ignore a pool's bounds, so that the one of 1.36 runs here.";
const AUTOSCALER_1_37_NOTE: &str = "That the autoscaler of 1.37 keeps a pool's bounds is read from its branch, not from its release.";
const CRIO_1_37_NOTE: &str = "CRI-O publishes its 1.37 packages days or weeks after Kubernetes; where they are missing, the launch says so.";

#[cfg(test)]
mod tests {
    use super::{Minor, bill};

    #[test]
    fn every_minor_has_its_own_bill() {
        for minor in Minor::ALL.iter().copied() {
            let bill = bill(minor);
            assert_eq!(bill.minor, minor);
            assert_eq!(bill.crio_stream, format!("v{minor}"));
            assert!(bill.kubernetes_floor.starts_with(&format!("{minor}.")));
            assert!(
                bill.released < bill.maintenance_from && bill.maintenance_from < bill.support_ends
            );
            assert_eq!(minor.as_str().parse(), Ok(minor));
            assert_eq!(serde_json::to_value(minor).unwrap(), minor.as_str());
        }
        assert!(
            "1.34".parse::<Minor>().is_err(),
            "out of support since 2026-10-27"
        );
    }

    #[test]
    fn no_autoscaler_that_ignores_its_bounds() {
        for minor in Minor::ALL.iter().copied() {
            let version = bill(minor).autoscaler.version;
            assert!(["v1.36.1", "v1.37.0"].contains(&version), "{version}");
        }
    }

    #[test]
    fn images_are_fully_qualified_and_pinned() {
        let bill = bill(Minor::default());
        assert_eq!(
            bill.autoscaler.reference(),
            "registry.k8s.io/autoscaling/cluster-autoscaler:v1.36.1"
        );
        for component in [
            bill.calico_operator,
            bill.cloud_controller,
            bill.csi,
            bill.metrics_server,
        ] {
            let registry = component.image.split('/').next().unwrap();
            assert!(registry.contains('.'), "{registry}");
            assert_ne!(component.version, "latest");
        }
    }
}
