//! The files that every machine gets, as they stand in `templates/`. Nothing is ever put into them.

use super::machine::Role;

/// A constant file.
pub(super) struct Template {
    pub(super) path: &'static str,
    pub(super) permissions: &'static str,
    pub(super) content: &'static str,
}

macro_rules! template {
    ($path:literal, $permissions:literal, $file:literal) => {
        Template {
            path: $path,
            permissions: $permissions,
            content: include_str!(concat!("templates/", $file)),
        }
    };
}

/// On every machine.
pub(super) const COMMON: [Template; 6] = [
    template!(
        "/usr/local/sbin/slipway-bootstrap",
        "0700",
        "slipway-bootstrap.sh"
    ),
    template!(
        "/etc/systemd/system/slipway-bootstrap.service",
        "0644",
        "slipway-bootstrap.service"
    ),
    template!(
        "/etc/systemd/system/kubelet.service.d/20-slipway.conf",
        "0644",
        "kubelet.conf"
    ),
    template!("/usr/local/lib/slipway/facts.py", "0644", "facts.py"),
    template!("/usr/local/lib/slipway/network.py", "0644", "network.py"),
    template!("/usr/local/lib/slipway/kubeadm.py", "0644", "kubeadm.py"),
];

/// On control planes.
pub(super) const CONTROL_PLANE: [Template; 11] = [
    template!(
        "/etc/systemd/system/slipway-rotate.service",
        "0644",
        "slipway-rotate.service"
    ),
    template!(
        "/etc/systemd/system/slipway-rotate.timer",
        "0644",
        "slipway-rotate.timer"
    ),
    template!("/usr/local/lib/slipway/bundle.py", "0644", "bundle.py"),
    template!("/usr/local/lib/slipway/exoscale.py", "0644", "exoscale.py"),
    template!("/usr/local/lib/slipway/rotate.py", "0644", "rotate.py"),
    template!("/usr/local/lib/slipway/evidence.py", "0644", "evidence.py"),
    template!("/usr/local/lib/slipway/addons.py", "0644", "addons.py"),
    template!(
        "/usr/local/lib/slipway/manifests/cloud-controller.yaml",
        "0644",
        "manifests/cloud-controller.yaml"
    ),
    template!(
        "/usr/local/lib/slipway/manifests/calico-operator.yaml",
        "0644",
        "manifests/calico-operator.yaml"
    ),
    template!(
        "/usr/local/lib/slipway/manifests/autoscaler.yaml",
        "0644",
        "manifests/autoscaler.yaml"
    ),
    template!(
        "/usr/local/lib/slipway/manifests/metrics-server.yaml",
        "0644",
        "manifests/metrics-server.yaml"
    ),
];

/// What a machine of this role gets.
pub(super) fn for_role(role: &Role) -> impl Iterator<Item = &'static Template> {
    let more: &'static [Template] = match role {
        Role::ControlPlane { .. } => &CONTROL_PLANE,
        Role::Node { .. } | Role::Image { .. } => &[],
    };
    COMMON.iter().chain(more)
}
