//! The constant files of machines: as they stand in `templates/`, without what only a reader there needs.
//! Nothing is ever put into them. What a control plane needs last comes with its bundle: user-data is short of room.

use std::sync::LazyLock;

use serde::Serialize;

use super::machine::Role;

/// A constant file, as cloud-init and the bundle write it down.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct ConstantFile {
    /// Where it stands on the machine.
    pub(crate) path: &'static str,
    /// Its mode, in octal.
    pub(crate) permissions: &'static str,
    /// What is in it.
    pub(crate) content: &'static str,
}

macro_rules! template {
    ($path:expr, $permissions:literal, $file:literal) => {
        ConstantFile {
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
pub(super) const COMMON: [ConstantFile; 8] = [
    template!(
        "/usr/local/sbin/slipway-bootstrap",
        "0700",
        "slipway-bootstrap.sh"
    ),
    unit!("slipway-bootstrap.service"),
    template!(
        "/etc/networkd-dispatcher/routable.d/50-slipway",
        "0700",
        "link-up.sh"
    ),
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

/// On control planes from the start.
pub(super) const CONTROL_PLANE: [ConstantFile; 1] = [library!("bundle.py")];

/// On control planes that have their bundle.
pub(super) const BUNDLED: [ConstantFile; 18] = [
    unit!("slipway-health.service"),
    unit!("slipway-rotate.service"),
    unit!("slipway-rotate.timer"),
    unit!("slipway-reconcile.service"),
    unit!("slipway-reconcile.timer"),
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

/// On those whose cluster has volumes.
pub(super) const VOLUMES: [ConstantFile; 1] = [library!("manifests/csi.yaml")];

/// On the machine of which an image is made.
pub(super) const IMAGE: [ConstantFile; 1] = [library!("clean.sh")];

/// What stands in the user-data of a machine of this role.
pub(crate) fn in_user_data(role: &Role) -> impl Iterator<Item = &'static ConstantFile> {
    static SENT: LazyLock<[Vec<ConstantFile>; 3]> =
        LazyLock::new(|| [&COMMON[..], &CONTROL_PLANE, &IMAGE].map(slim));
    let [common, control_plane, image] = &*SENT;
    let more: &[ConstantFile] = match role {
        Role::ControlPlane { .. } => control_plane,
        Role::Node { .. } => &[],
        Role::Image { .. } => image,
    };
    common.iter().chain(more)
}

/// What comes with the bundle of a machine of this role.
pub(crate) fn in_bundle(role: &Role) -> impl Iterator<Item = &'static ConstantFile> {
    static SENT: LazyLock<[Vec<ConstantFile>; 2]> =
        LazyLock::new(|| [&BUNDLED[..], &VOLUMES].map(slim));
    let [bundled, volumes] = &*SENT;
    let (files, more): (&[ConstantFile], &[ConstantFile]) = match role {
        Role::ControlPlane { addons, .. } if addons.csi => (bundled, volumes),
        Role::ControlPlane { .. } => (bundled, &[]),
        Role::Node { .. } | Role::Image { .. } => (&[], &[]),
    };
    files.iter().chain(more)
}

/// The files without what only a reader needs. It is for once in the life of a process, hence the leak.
pub(crate) fn slim(files: &[ConstantFile]) -> Vec<ConstantFile> {
    let one = |file: &ConstantFile| ConstantFile {
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
