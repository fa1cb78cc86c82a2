//! What is on the disk that a machine starts from.

use serde::{Deserialize, Serialize};

use crate::kinds::instance::Instance;
use crate::kinds::template;
use crate::store::State;

/// A template's inside, as far as it matters to a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Image {
    /// Does it start in the boot mode that its template names? The API's default, `legacy`, never boots Ubuntu.
    pub(crate) boots: bool,
    /// Was the machine it was taken from cleaned (`cloud-init clean --machine-id`)? If not, every machine made
    /// from it shows the same DHCP client id.
    pub(crate) cleaned: bool,
    /// Kubernetes and CRI-O are installed already.
    pub(crate) has_packages: bool,
}

/// Every public template: boots as it says, nobody's machine before, no packages of ours.
const STOCK: Image = Image {
    boots: true,
    cleaned: true,
    has_packages: false,
};

/// The image that a machine starts from. A bake writes a row for what it has cleaned; a snapshot of any other machine
/// remembers who it was taken from.
pub(crate) fn of(state: &State, instance: &Instance) -> Image {
    if let Some(baked) = state.images.get(&instance.template) {
        return *baked;
    }
    let template = template::find(state, &instance.zone, &instance.template);
    let Some((template, origin)) = template.and_then(|template| {
        let origin = template.origin.clone()?;
        Some((template, origin))
    }) else {
        return STOCK;
    };
    Image {
        boots: template.boot_mode == origin.made_for,
        cleaned: origin.machine.is_none(),
        has_packages: origin.machine.is_some_and(|machine| machine.has_packages()),
    }
}
