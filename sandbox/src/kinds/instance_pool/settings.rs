//! The settings of a pool: what its members to come are made from.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::kinds::common::{self, Labels, Reference as Given, check_user_data};
use crate::kinds::elastic_ip::ElasticIp;
use crate::kinds::instance::{self, Order, PublicIp, check_order};
use crate::kinds::kind;
use crate::kinds::private_network::PrivateNetwork;
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;

const PREFIX: &str = "pool";
const PREFIX_MAX: usize = 30;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Settings {
    pub(crate) name: String,
    description: String,
    min_available: Option<u64>,
    instance_prefix: Option<String>,
    #[serde(with = "common::reference")]
    instance_type: String,
    #[serde(with = "common::reference")]
    pub(crate) template: String,
    disk_size: u64,
    labels: Labels,
    user_data: Option<String>,
    #[serde(with = "common::references")]
    pub(crate) private_networks: Vec<String>,
    #[serde(with = "common::references")]
    pub(crate) security_groups: Vec<String>,
    #[serde(with = "common::references")]
    pub(crate) anti_affinity_groups: Vec<String>,
    #[serde(with = "common::references")]
    pub(crate) elastic_ips: Vec<String>,
    #[serde(with = "common::names")]
    ssh_keys: Vec<String>,
    public_ip_assignment: PublicIp,
    application_consistent_snapshot_enabled: bool,
    deploy_target: Option<Given>,
}

impl Settings {
    /// Everything it refers to exists, and everything is of the right size.
    pub(super) fn check(
        &self,
        before: Option<&Self>,
        zone: &str,
        state: &State,
    ) -> Result<(), Refusal> {
        if !(1..=PREFIX_MAX).contains(&self.prefix().chars().count()) {
            return Err(Refusal::invalid(format!(
                "Invalid request body: instance-prefix must have 1 to {PREFIX_MAX} characters"
            )));
        }
        let private = |settings: &Self| settings.public_ip_assignment == PublicIp::None;
        if before.is_some_and(private) && !private(self) {
            return Err(Refusal::invalid(
                "The public-ip-assignment none of an instance pool is final",
            ));
        }
        check_user_data(self.user_data.as_ref())?;
        check_order(state, zone, &self.order(), 0)?;
        let networks = self.private_networks.iter().map(String::as_str);
        kind::check_all::<PrivateNetwork>(state, zone, networks)?;
        let addresses = self.elastic_ips.iter().map(String::as_str);
        kind::check_all::<ElasticIp>(state, zone, addresses)
    }

    pub(super) fn prefix(&self) -> &str {
        self.instance_prefix.as_deref().unwrap_or(PREFIX)
    }

    pub(super) fn order(&self) -> Order {
        Order {
            disk_size: self.disk_size,
            instance_type: self.instance_type.clone(),
            template: self.template.clone(),
            security_groups: self.security_groups.clone(),
            anti_affinity_groups: self.anti_affinity_groups.clone(),
            ssh_keys: self.ssh_keys.clone(),
            deploy_target: self.deploy_target.clone(),
            ..Order::default()
        }
    }

    /// Those of a member, but for its name.
    pub(super) fn of_member(&self) -> instance::Settings {
        instance::Settings {
            name: String::new(),
            labels: self.labels.clone(),
            user_data: self.user_data.clone(),
            public_ip_assignment: self.public_ip_assignment,
            application_consistent_snapshot_enabled: self.application_consistent_snapshot_enabled,
        }
    }

    pub(super) fn view(&self) -> Object {
        let first = self.ssh_keys.first();
        Object::of(self)
            .with("instance-prefix", self.prefix())
            .maybe("ssh-key", first.map(|name| json!({ "name": name })))
    }
}
