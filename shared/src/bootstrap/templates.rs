//! The files that every machine gets: as they stand in `templates/`, without what only a reader there needs.
//! Nothing is ever put into them.

use std::sync::LazyLock;

use super::machine::Role;

/// A constant file.
#[derive(Clone, Copy)]
pub(super) struct Template {
    pub(super) path: &'static str,
    pub(super) permissions: &'static str,
    pub(super) content: &'static str,
}

macro_rules! template {
    ($path:expr, $permissions:literal, $file:literal) => {
        Template {
            path: $path,
            permissions: $permissions,
            content: include_str!(concat!("templates/", $file)),
        }
    };
}

/// What the programs have in common, and read.
macro_rules! library {
    ($file:literal) => {
        template!(concat!("/usr/local/lib/slipway/", $file), "0644", $file)
    };
}

macro_rules! unit {
    ($file:literal) => {
        template!(concat!("/etc/systemd/system/", $file), "0644", $file)
    };
}

/// On every machine.
pub(super) const COMMON: [Template; 7] = [
    template!(
        "/usr/local/sbin/slipway-bootstrap",
        "0700",
        "slipway-bootstrap.sh"
    ),
    unit!("slipway-bootstrap.service"),
    template!(
        "/etc/systemd/system/kubelet.service.d/20-slipway.conf",
        "0644",
        "kubelet.conf"
    ),
    library!("packages.sh"),
    library!("facts.py"),
    library!("network.py"),
    library!("kubeadm.py"),
];

/// On control planes.
pub(super) const CONTROL_PLANE: [Template; 19] = [
    unit!("slipway-health.service"),
    unit!("slipway-rotate.service"),
    unit!("slipway-rotate.timer"),
    unit!("slipway-reconcile.service"),
    unit!("slipway-reconcile.timer"),
    library!("bundle.py"),
    library!("health.py"),
    library!("exoscale.py"),
    library!("account.py"),
    library!("kube.py"),
    library!("rotate.py"),
    library!("renew.py"),
    library!("evidence.py"),
    library!("reconcile.py"),
    library!("addons.py"),
    library!("manifests/cloud-controller.yaml"),
    library!("manifests/calico-operator.yaml"),
    library!("manifests/autoscaler.yaml"),
    library!("manifests/metrics-server.yaml"),
];

/// On control planes whose cluster has volumes.
pub(super) const VOLUMES: [Template; 1] = [library!("manifests/csi.yaml")];

/// On the machine of which an image is made.
pub(super) const IMAGE: [Template; 1] = [library!("clean.sh")];

/// What a machine of this role gets.
pub(super) fn for_role(role: &Role) -> impl Iterator<Item = &'static Template> {
    static SENT: LazyLock<[Vec<Template>; 4]> =
        LazyLock::new(|| [&COMMON[..], &CONTROL_PLANE, &VOLUMES, &IMAGE].map(sent));
    let [common, control_plane, volumes, image] = &*SENT;
    let (more, most): (&[Template], &[Template]) = match role {
        Role::ControlPlane { addons, .. } if addons.csi => (control_plane, volumes),
        Role::ControlPlane { .. } => (control_plane, &[]),
        Role::Node { .. } => (&[], &[]),
        Role::Image { .. } => (image, &[]),
    };
    common.iter().chain(more).chain(most)
}

/// User-data is short of room, so the comments stay here. Once in the life of a process, hence the leak.
pub(super) fn sent(files: &[Template]) -> Vec<Template> {
    let one = |file: &Template| Template {
        content: bare(file.content, step_of(file.path)).leak(),
        ..*file
    };
    files.iter().map(one).collect()
}

/// How many blanks of an indentation become one: in Python the number means nothing.
fn step_of(path: &str) -> usize {
    if path.rsplit('.').next() == Some("py") {
        4
    } else {
        1
    }
}

/// Drops empty lines, lines that are a comment, and Python's docstrings; makes indentations small.
fn bare(text: &str, step: usize) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut quoted = false;
    for line in text.lines() {
        let bare = line.trim_start();
        let mark = bare.starts_with(QUOTES);
        if quoted || mark {
            let one_line = mark && !quoted && bare.len() > QUOTES.len();
            quoted = !(bare.ends_with(QUOTES) && (quoted || one_line));
        } else if line.starts_with("#!") || !(bare.is_empty() || bare.starts_with('#')) {
            let blanks = line.len().saturating_sub(bare.len());
            let fewer = blanks.checked_div(step).unwrap_or(blanks);
            kept.push_str(&" ".repeat(fewer));
            kept.push_str(bare);
            kept.push('\n');
        }
    }
    kept
}

const QUOTES: &str = "\"\"\"";
