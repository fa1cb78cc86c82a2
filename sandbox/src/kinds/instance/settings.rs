//! The settings of a machine: what an update changes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Instance, lifecycle};
use crate::kinds::common::{self, Labels, check_user_data};
use crate::kinds::kind::Editable;
use crate::machine::day_two;
use crate::store::State;
use crate::wire::refusal::Refusal;

/// The public side of a machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PublicIp {
    #[default]
    Inet4,
    Dual,
    None,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Settings {
    pub(crate) name: String,
    pub(crate) labels: Labels,
    pub(crate) user_data: Option<String>,
    pub(crate) public_ip_assignment: PublicIp,
    pub(crate) application_consistent_snapshot_enabled: bool,
}

impl Editable for Instance {
    type Settings = Settings;

    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    fn modern(body: Value) -> Value {
        common::modern(body)
    }

    fn check(
        settings: &Settings,
        _before: Option<&Settings>,
        _zone: &str,
        _state: &State,
    ) -> Result<(), Refusal> {
        check_user_data(settings.user_data.as_ref())
    }

    fn changed(state: &mut State, id: &str) {
        lifecycle::readdress(state, id);
        day_two::machine_changed(state, id);
    }
}
