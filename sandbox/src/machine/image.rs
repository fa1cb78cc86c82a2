//! What is on the disk that a machine starts from.

use serde::{Deserialize, Serialize};

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

/// The image behind a template. Whoever registers a private one writes its row.
pub(crate) fn of(state: &State, template: &str) -> Image {
    state.images.get(template).copied().unwrap_or(STOCK)
}
