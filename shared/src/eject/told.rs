//! What the machines are told: cloud-init's two templates, the constant files, and each machine's facts.

use std::sync::LazyLock;

use super::File;
use super::hcl::Value;
use super::machines::{instances, pools};
use crate::bootstrap::MachineFacts;
use crate::bootstrap::machine::Role;
use crate::bootstrap::templates::{ConstantFile, in_bundle, in_user_data, slim};
use crate::plan::Plan;

/// Everything under `cloud-init/` and `manifests/`.
pub(super) fn files(plan: &Plan) -> Vec<File> {
    let mut files = vec![
        File::new(
            "cloud-init/control-plane.yaml.tftpl",
            include_str!("files/control-plane.yaml.tftpl"),
        ),
        File::new(
            "cloud-init/node.yaml.tftpl",
            include_str!("files/node.yaml.tftpl"),
        ),
    ];
    let machine = |name: &str, facts: &MachineFacts| {
        let text = serde_json::to_string_pretty(&without_link(facts)).unwrap_or_default();
        File::new(format!("cloud-init/machines/{name}.json"), text + "\n")
    };
    files.extend(instances(plan).map(|one| machine(&one.machine, &one.facts)));
    files.extend(pools(plan).map(|(step, pool)| machine(&step.0, &pool.facts)));
    let constant = on_control_planes(plan).into_iter();
    files.extend(constant.map(|file| File::new(file.place(), file.0.content)));
    files
}

/// The link stands in the README; user-data needs its room for the keys.
fn without_link(facts: &MachineFacts) -> MachineFacts {
    let mut facts = facts.clone();
    if let Role::ControlPlane { spec, .. } = &mut facts.role {
        spec.clear();
    }
    facts
}

/// A constant file on its way to a machine.
pub(super) struct OnMachine(ConstantFile);

impl OnMachine {
    /// Where it stands in the archive; manifests stand where people look for them.
    fn place(&self) -> String {
        let name = self.0.path.rsplit('/').next().unwrap_or_default();
        if self.0.path.contains("/manifests/") {
            format!("manifests/{name}")
        } else {
            format!("cloud-init/files/{name}")
        }
    }

    /// As Terraform is told of it.
    pub(super) fn entry(&self) -> Value {
        let text = |name: &str, text: &str| (name.to_owned(), Value::Text(text.to_owned()));
        Value::Map(vec![
            text("path", self.0.path),
            text("permissions", self.0.permissions),
            text("source", &self.place()),
        ])
    }
}

/// What a node gets: the same as from a launch.
pub(super) fn on_nodes(plan: &Plan) -> Vec<OnMachine> {
    let role = pools(plan).next().map(|(_, pool)| &pool.facts.role);
    let files = role.into_iter().flat_map(in_user_data);
    files.copied().map(OnMachine).collect()
}

/// What a control plane gets: the same as from a launch, but for what it would have a launcher for.
/// Like stands beside like, for gzip looks back 32 KiB only.
pub(super) fn on_control_planes(plan: &Plan) -> Vec<OnMachine> {
    static SLIM: LazyLock<Vec<ConstantFile>> = LazyLock::new(|| slim(&OWN));
    let role = instances(plan).next().map(|one| &one.facts.role);
    let is_own = |file: &ConstantFile| OWN.iter().any(|own| own.path == file.path);
    let launched = role
        .into_iter()
        .flat_map(|role| in_user_data(role).chain(in_bundle(role)));
    let files = launched.filter(|file| !is_own(file)).chain(SLIM.iter());
    let mut files: Vec<OnMachine> = files.copied().map(OnMachine).collect();
    files.sort_by_key(|file| file.0.path.rsplit('.').next());
    files
}

/// What answers in the launcher's place; and a certificate that nobody can ask for needs no room in user-data.
const OWN: [ConstantFile; 3] = [
    ConstantFile {
        path: "/usr/local/lib/slipway/launcher.py",
        permissions: "0644",
        content: include_str!("files/launcher.py"),
    },
    ConstantFile {
        path: "/etc/systemd/system/slipway-launcher.service",
        permissions: "0644",
        content: include_str!("files/slipway-launcher.service"),
    },
    ConstantFile {
        path: "/usr/local/lib/slipway/renew.py",
        permissions: "0644",
        content: include_str!("files/renew.py"),
    },
];
