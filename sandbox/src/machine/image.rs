//! What is on the disk that a machine starts from.

use crate::kinds::instance::Instance;
use crate::kinds::template;
use crate::machine::guest::Machine;
use crate::store::State;

/// A template's inside, as far as it matters to a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    /// Does it start in the boot mode that its template names? The API's default, `legacy`, never boots Ubuntu.
    pub(crate) boots: bool,
    /// Was the machine it was taken from cleaned (`cloud-init clean --machine-id`)? If not, every machine made
    /// from it shows the same DHCP client id.
    pub(crate) cleaned: bool,
    /// The Kubernetes that is installed already, with CRI-O.
    pub(crate) kubernetes: Option<String>,
}

/// Every public template: boots as it says, nobody's machine before, no packages of ours.
const STOCK: Image = Image {
    boots: true,
    cleaned: true,
    kubernetes: None,
};

/// The image that a machine starts from: a snapshot remembers what ran on the disk that it was taken from.
pub(crate) fn of(state: &State, instance: &Instance) -> Image {
    let template = template::find(state, &instance.zone, &instance.template);
    let Some((template, origin)) = template.and_then(|template| {
        let origin = template.origin.clone()?;
        Some((template, origin))
    }) else {
        return STOCK;
    };
    let machine = origin.machine.as_ref();
    let installed = machine.filter(|machine| machine.has_packages());
    Image {
        boots: template.boot_mode == origin.made_for,
        cleaned: machine.is_none_or(Machine::is_clean),
        kubernetes: installed.map(|machine| machine.facts.kubernetes.version.clone()),
    }
}
