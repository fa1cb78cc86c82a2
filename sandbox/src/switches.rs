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
    /// Are properties of a body that the document does not know refused? On: a misspelt name should not pass here and
    /// fail there; the real API's reading is undocumented.
    pub unknown_fields_refused: bool,
    /// The status of a refusal to delete a protected instance. 403: what other locks answer.
    pub protected_status: u16,
    /// Must an instance be stopped before its TPM can be enabled? On: it is a change of hardware; undocumented.
    pub tpm_needs_stopped: bool,
    /// Does a snapshot come to `exported` by itself? On: seen lately; the other end is `ready`.
    pub snapshots_export_themselves: bool,
    /// Does a template promoted from a snapshot boot as its machine did? Off: undocumented, and the request cannot say
    /// it; off is the API's default, `legacy`, with which Ubuntu never boots.
    pub promote_keeps_boot_mode: bool,
    /// The smallest volume, in GiB. Ten: the documentation's older table; the API's document says one.
    pub volume_minimum_gib: u64,
    /// Is the size in a volume's resize in bytes? Off: the API's document says GiB; one client has measured bytes.
    pub volume_resize_in_bytes: bool,
    /// Does a volume with snapshots refuse to be deleted? Off: a snapshot tells the size of its volume, as if it might
    /// outlive it; undocumented.
    pub volume_snapshots_hold_their_volume: bool,
    /// Do security groups filter what a machine sends from its public interface? On: documented for
    /// groups, unproven for what a machine needs at boot.
    pub egress_filters_machines: bool,
    /// Do health checks of load balancers pass through the security groups of the members? On: seen with
    /// `public-nlb-healthcheck-sources`.
    pub healthchecks_are_filtered: bool,
    /// Does an update of a load balancer's service need all its fields? Off: the document requires none; clients send
    /// them all.
    pub service_update_is_whole: bool,
    /// May an elastic IP without a health check be attached to several instances? On: the documents name that for
    /// failover, and no refusal is known.
    pub manual_address_is_shared: bool,
    /// Is a change of a private network refused that would leave a lease outside its subnet? On: such a machine could
    /// not be reached any more.
    pub networks_keep_their_leases: bool,
    /// Does `"editable": false` fix the whole role? On: the document calls it the role's mutability; where roles are made
    /// it speaks of the policy alone.
    pub fixed_role_is_wholly_fixed: bool,
    /// Does the reset of the organisation's policy take the permission of that name? On: nothing else explains it.
    pub policy_reset_needs_permission: bool,
    /// Are keys of those who assume a role among the API keys? Off: they are not made there, and end by themselves.
    pub session_keys_listed: bool,
    /// The longest session of a role that names none, in seconds. One hour, as elsewhere in the field.
    pub session_ttl_default_seconds: u64,
    /// Do groups also filter what a machine asks of its metadata service? Off: the address is link-local and
    /// the host's own. If they do, port 80 is needed for user-data, and port 8080 saves 70 s at each boot.
    pub groups_filter_link_local: bool,
    /// Do members from an image that was not cleaned all get the same private address? On: they show the same
    /// DHCP client id. The bootstrap asks by hardware address, which ought to help; nobody has tried.
    pub uncleaned_images_share_a_lease: bool,
    /// Do health checks of elastic addresses come from where load balancers probe? Off: nothing is published
    /// about their sources.
    pub elastic_probes_are_published: bool,
    /// Are calls of machines to a loopback origin carried by the sandbox's host? On: it delivers them itself.
    /// Off, as on the real platform: nobody reaches a loopback origin.
    pub host_carries_loopback: bool,
    /// Does local storage keep a node from being taken away? Off: the manifests say so, and the autoscaler's
    /// own default is the other way.
    pub autoscaler_skips_local_storage: bool,
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
            unknown_fields_refused: true,
            protected_status: 403,
            tpm_needs_stopped: true,
            snapshots_export_themselves: true,
            promote_keeps_boot_mode: false,
            volume_minimum_gib: 10,
            volume_resize_in_bytes: false,
            volume_snapshots_hold_their_volume: false,
            egress_filters_machines: true,
            healthchecks_are_filtered: true,
            service_update_is_whole: false,
            manual_address_is_shared: true,
            networks_keep_their_leases: true,
            fixed_role_is_wholly_fixed: true,
            policy_reset_needs_permission: true,
            session_keys_listed: false,
            session_ttl_default_seconds: 3_600,
            groups_filter_link_local: false,
            uncleaned_images_share_a_lease: true,
            elastic_probes_are_published: false,
            host_carries_loopback: true,
            autoscaler_skips_local_storage: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Client;
    use serde_json::{Value, json};

    fn with(change: impl Fn(&mut Switches)) -> Client {
        let mut client = Client::calm();
        let mut switches = client.world.switches().clone();
        change(&mut switches);
        client.world.set_switches(switches);
        client
    }

    #[test]
    fn parameters_may_not_bind_for_compute() {
        for (binds, status) in [(true, 404), (false, 403)] {
            let mut client = with(|switches| switches.parameters_bind_compute = binds);
            client.credentials = client.restricted("parameters.id == 'x'");
            client.refused(status, "GET", "/instance/x", Value::Null);
        }
    }

    #[test]
    fn keys_may_hold_and_die_at_once() {
        let mut client = with(|switches| {
            switches.key_holds_after_ms = 0;
            switches.key_revoked_after_ms = 0;
        });
        let role = client.done("POST", "/iam-role", json!({ "name": "r" }));
        let body = json!({ "name": "k", "role-id": role });
        let (_, minted) = client.call("POST", "/api-key", &body);
        let text = |name: &str| minted[name].as_str().unwrap().to_owned();
        let own = client.credentials.clone();
        let new = crate::Credentials {
            key: text("key"),
            secret: text("secret"),
        };
        client.credentials = new.clone();
        client.get("/instance");
        client.credentials = own;
        client.done("DELETE", &format!("/api-key/{}", new.key), Value::Null);
        client.credentials = new;
        client.refused(403, "GET", "/instance", Value::Null);
    }

    #[test]
    fn the_farthest_expiry() {
        let mut client = with(|switches| switches.expires_at_most_seconds = 599);
        client.refused(403, "GET", "/instance", Value::Null);
    }

    #[test]
    fn attaching_may_need_a_running_machine() {
        for (allowed, status) in [(true, 200), (false, 409)] {
            let mut client = with(|switches| switches.attach_while_stopped = allowed);
            let network = client.network();
            let body = client.instance(json!({ "auto-start": false }));
            let id = client.done("POST", "/instance", body);
            let attach = json!({ "instance": { "id": id } });
            let path = format!("/private-network/{network}:attach");
            assert_eq!(client.call("PUT", &path, &attach).0, status);
        }
    }

    fn stopped(client: &mut Client) -> String {
        let body = client.instance(json!({ "auto-start": false }));
        let id = client.done("POST", "/instance", body);
        format!("/instance/{id}")
    }

    #[test]
    fn a_protected_instance_may_answer_otherwise() {
        let mut client = with(|switches| switches.protected_status = 409);
        let path = stopped(&mut client);
        client.done("PUT", &format!("{path}:add-protection"), Value::Null);
        client.refused(409, "DELETE", &path, Value::Null);
    }

    #[test]
    fn a_tpm_may_need_a_stopped_machine() {
        for (needed, status) in [(true, 400), (false, 200)] {
            let mut client = with(|switches| switches.tpm_needs_stopped = needed);
            let path = stopped(&mut client);
            client.done("PUT", &format!("{path}:start"), json!({}));
            let enable = format!("{path}:enable-tpm");
            assert_eq!(client.call("POST", &enable, &Value::Null).0, status);
        }
    }

    #[test]
    fn how_a_snapshot_and_its_template_end() {
        for (itself, state, keeps, boot_mode) in [
            (true, "exported", true, "uefi"),
            (false, "ready", false, "legacy"),
        ] {
            let mut client = with(|switches| {
                switches.snapshots_export_themselves = itself;
                switches.promote_keeps_boot_mode = keeps;
            });
            let path = stopped(&mut client);
            let id = client.done("POST", &format!("{path}:create-snapshot"), Value::Null);
            assert_eq!(client.get(&format!("/snapshot/{id}"))["state"], state);
            let promote = format!("/snapshot/{id}:promote");
            let template = client.done("POST", &promote, json!({ "name": "node" }));
            let template = client.get(&format!("/template/{template}"));
            assert_eq!(template["boot-mode"], boot_mode);
        }
    }

    #[test]
    fn volumes_by_either_reading() {
        for (minimum, unit, status) in [(10, 1, 400), (1, 1_u64 << 30, 200)] {
            let mut client = with(|switches| {
                switches.volume_minimum_gib = minimum;
                switches.volume_resize_in_bytes = unit > 1;
            });
            let small = json!({ "size": 9 });
            assert_eq!(client.call("POST", "/block-storage", &small).0, status);
            let id = client.done("POST", "/block-storage", json!({ "size": 10 }));
            let path = format!("/block-storage/{id}");
            client.call(
                "PUT",
                &format!("{path}:resize-volume"),
                &json!({ "size": 12 * unit }),
            );
            assert_eq!(client.get(&path)["size"], 12);
        }
    }

    #[test]
    fn snapshots_may_hold_their_volume() {
        for (hold, status) in [(true, 412), (false, 200)] {
            let mut client = with(|switches| switches.volume_snapshots_hold_their_volume = hold);
            let id = client.done("POST", "/block-storage", json!({}));
            let path = format!("/block-storage/{id}");
            client.done("POST", &format!("{path}:create-snapshot"), json!({}));
            assert_eq!(client.call("DELETE", &path, &Value::Null).0, status);
        }
    }

    #[test]
    fn a_busy_pool_may_answer_otherwise() {
        let mut client = with(|switches| switches.busy_pool_status = 403);
        let body = client.pool(json!({}));
        let (_, operation) = client.call("POST", "/instance-pool", &body);
        let id = operation["reference"]["id"].as_str().unwrap();
        client.refused(
            403,
            "PUT",
            &format!("/instance-pool/{id}"),
            json!({ "name": "x" }),
        );
    }
}
