//! The way out: a launch's plan as Terraform, with cloud-init, kubeadm's configuration and the manifests.
//!
//! Everything is made from the plan's own steps, so that what `terraform apply` makes cannot drift from what a launch
//! makes. No secret is in any file: Terraform makes them on the person's machine.

mod access;
mod hcl;
mod kubeadm;
mod locals;
mod machines;
mod network;
mod readme;
mod terraform;
#[cfg(test)]
mod tests;
mod told;
mod yaml;
mod zip;

pub use zip::zip;

use crate::plan::{Facts, Plan, launch};
use crate::spec::Spec;

/// One file of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it stands, with `/` between folders.
    pub path: String,
    /// What is in it.
    pub content: String,
}

impl File {
    fn new(path: impl Into<String>, content: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            content: content.into(),
        }
    }
}

/// Everything that makes the same cluster without a launcher. It never holds a secret.
pub fn eject(spec: &Spec, facts: Facts) -> Vec<File> {
    files(&plan(spec, facts))
}

/// The launch's plan for machines that ask themselves instead of a launcher.
pub fn plan(spec: &Spec, facts: Facts) -> Plan {
    let origin = ON_THE_MACHINE.to_owned();
    launch(spec, Facts { origin, ..facts })
}

/// The files of a plan that [`plan`] made.
pub fn files(plan: &Plan) -> Vec<File> {
    let mut files = vec![
        File::new("README.md", readme::readme(plan)),
        File::new("versions.tf", include_str!("files/versions.tf")),
        File::new("variables.tf", include_str!("files/variables.tf")),
        File::new("locals.tf", locals::locals(plan)),
        File::new("pki.tf", include_str!("files/pki.tf")),
        File::new("outputs.tf", include_str!("files/outputs.tf")),
    ];
    files.extend(terraform::sheets(plan));
    files.extend(told::files(plan));
    files.extend(kubeadm::files(plan));
    files
}

/// Where `files/launcher.py` listens, on the machine itself.
const ON_THE_MACHINE: &str = "http://127.0.0.1:6442";
