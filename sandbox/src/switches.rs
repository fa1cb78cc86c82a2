//! What nobody could verify about the real API: each guess is a switch with a default and its reason,
//! so that a client can be tested both ways.

use serde::{Deserialize, Serialize};

/// One field a guess.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent guesses, each on or off"
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Switches {
    /// Does `parameters.id` hold the id of the path in rules for `compute`? On: the documents say that
    /// parameters of body and path are bound; only their names for pools are unproven.
    pub parameters_bind_compute: bool,
    /// How long a new key is refused, in milliseconds. Short: "a new key's rights may take a while to hold".
    pub key_holds_after_ms: u64,
    /// How long a deleted key still works, in milliseconds. Short, for the same reason.
    pub key_revoked_after_ms: u64,
    /// The farthest `expires` accepted, in seconds from now. One hour: clients use ten minutes, the
    /// server's limit is undocumented.
    pub expires_at_most_seconds: u64,
    /// May an instance that does not run be attached to a private network? On: inferred from Terraform.
    pub attach_while_stopped: bool,
    /// Is an instance refused every action while its creation is pending? On: the `busy` and `conflict`
    /// reasons of operations suggest it.
    pub busy_while_creating: bool,
    /// The status of a change to a pool that is not at rest. 409: the nearest documented meaning.
    pub busy_pool_status: u16,
    /// Is a pool or instance that would overfill an anti-affinity group refused at once? On; the other
    /// reading is a pool that never grows to its size.
    pub full_group_refuses: bool,
    /// Do security groups filter what a machine sends from its public interface? On: documented for
    /// groups, unproven for what a machine needs at boot.
    pub egress_filters_machines: bool,
    /// Does a guest's NIC attached to a running instance come up? On: measured for pools only.
    pub hot_plug: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            parameters_bind_compute: true,
            key_holds_after_ms: 3_000,
            key_revoked_after_ms: 3_000,
            expires_at_most_seconds: 3_600,
            attach_while_stopped: true,
            busy_while_creating: true,
            busy_pool_status: 409,
            full_group_refuses: true,
            egress_filters_machines: true,
            hot_plug: true,
        }
    }
}
