//! Everything a world knows, as typed tables; one row an entity, and only changed rows are written.

mod table;

use std::fmt;

use serde::{Deserialize, Serialize};

pub(crate) use self::table::{Stored, Table};
use crate::clock::Clock;
use crate::faults::{Faults, Struck};
use crate::future::Scheduled;
use crate::iam::policy::Policy;
use crate::kinds::{
    anti_affinity_group, api_key, block_storage, elastic_ip, event, iam_role, instance,
    instance_pool, load_balancer, private_network, reverse_dns, security_group, snapshot, ssh_key,
    template,
};
use crate::machine::cloud_init::Disk;
use crate::machine::cluster::Cluster;
use crate::machine::guest::Machine;
use crate::machine::outbox::Outgoing;
use crate::operation::Operation;
use crate::options::Options;
use crate::random::Random;
use crate::switches::Switches;
use crate::usage::Usage;

const META: &str = "meta";

/// Stored rows that cannot be a world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadError {
    /// A row of no known kind.
    UnknownRow(String),
    /// A row whose JSON is not what its kind holds: key, then reason.
    BrokenRow(String, String),
    /// There is no `meta` row.
    NoMeta,
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownRow(key) => write!(formatter, "row {key} is of no known kind"),
            Self::BrokenRow(key, reason) => write!(formatter, "row {key} cannot be read: {reason}"),
            Self::NoMeta => formatter.write_str("there is no meta row"),
        }
    }
}

impl std::error::Error for LoadError {}

/// What belongs to no entity: identity, clocks, randomness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Meta {
    pub(crate) account: String,
    pub(crate) organization: String,
    pub(crate) options: Options,
    pub(crate) entropy: [u8; 32],
    pub(crate) clock: Clock,
    /// Up to `now`, and like it no change by itself.
    pub(crate) usage: Usage,
    pub(crate) opened_at: u64,
    pub(crate) now: u64,
    pub(crate) wall: u64,
    pub(crate) sequence: u64,
    /// Requests that changed something, or tried to.
    pub(crate) asked: u64,
    pub(crate) keys_minted: u64,
    pub(crate) addresses: u32,
    pub(crate) random: Random,
    pub(crate) faults: Faults,
    #[serde(default)]
    pub(crate) struck: Struck,
    pub(crate) switches: Switches,
}

macro_rules! tables {
    ($($field:ident: $entity:ty = $kind:literal $(of $owners:path)?,)*) => {
        /// The whole world.
        #[derive(Debug)]
        pub(crate) struct State {
            pub(crate) meta: Meta,
            saved: Option<Meta>,
            $(pub(crate) $field: Table<$entity>,)*
        }

        impl State {
            pub(crate) fn new(meta: Meta) -> Self {
                Self { meta, saved: None, $($field: Table::default(),)* }
            }

            fn load_row(&mut self, kind: &str, id: &str, json: &str) -> Option<Result<(), serde_json::Error>> {
                match kind {
                    $($kind => Some(self.$field.load(id, json)),)*
                    _ => None,
                }
            }

            fn drain(&mut self, into: &mut Vec<(String, Option<String>)>) {
                $(self.$field.drain($kind, into);)*
            }
        }

        $(impl Stored for $entity {
            fn table(state: &State) -> &Table<Self> {
                &state.$field
            }

            fn table_mut(state: &mut State) -> &mut Table<Self> {
                &mut state.$field
            }

            fn owners(&self) -> Vec<&str> {
                let owners: &[fn(&Self) -> Vec<&str>] = &[$($owners)?];
                owners.iter().flat_map(|owners| owners(self)).collect()
            }
        })*
    };
}

tables! {
    future: Scheduled = "future",
    operations: Operation = "operation",
    events: event::Event = "event",
    organization_policies: Policy = "iam-organization-policy",
    roles: iam_role::Role = "iam-role",
    keys: api_key::Key = "api-key",
    ssh_keys: ssh_key::SshKey = "ssh-key",
    security_groups: security_group::SecurityGroup = "security-group",
    anti_affinity_groups: anti_affinity_group::AntiAffinityGroup = "anti-affinity-group",
    private_networks: private_network::PrivateNetwork = "private-network",
    instances: instance::Instance = "instance" of instance::Instance::owners,
    pools: instance_pool::Pool = "instance-pool",
    elastic_ips: elastic_ip::ElasticIp = "elastic-ip",
    reverse_dns: reverse_dns::Record = "reverse-dns",
    load_balancers: load_balancer::LoadBalancer = "load-balancer",
    volumes: block_storage::Volume = "block-storage",
    volume_snapshots: block_storage::VolumeSnapshot = "block-storage-snapshot" of block_storage::VolumeSnapshot::owners,
    snapshots: snapshot::Snapshot = "snapshot" of snapshot::Snapshot::owners,
    templates: template::Template = "template",
    disks: Disk = "disk",
    machines: Machine = "machine",
    outbox: Outgoing = "outgoing",
    clusters: Cluster = "cluster",
}

impl State {
    pub(crate) fn load(rows: Vec<(String, String)>) -> Result<Self, LoadError> {
        let meta = rows
            .iter()
            .find(|(key, _)| key == META)
            .ok_or(LoadError::NoMeta)?;
        let meta: Meta = serde_json::from_str(&meta.1)
            .map_err(|error| LoadError::BrokenRow(META.to_owned(), error.to_string()))?;
        let mut state = Self::new(meta);
        state.saved = Some(state.meta.clone());
        for (key, json) in rows.into_iter().filter(|(key, _)| key != META) {
            let loaded = key
                .split_once('/')
                .and_then(|(kind, id)| state.load_row(kind, id, &json));
            match loaded {
                Some(Ok(())) => {}
                Some(Err(error)) => return Err(LoadError::BrokenRow(key, error.to_string())),
                None => return Err(LoadError::UnknownRow(key)),
            }
        }
        Ok(state)
    }

    /// The rows that changed since the last time. Clocks alone are no change: nothing depends on them
    /// until something else happens.
    pub(crate) fn take_changes(&mut self) -> Vec<(String, Option<String>)> {
        let mut changes = Vec::new();
        self.drain(&mut changes);
        let same = self.saved.as_ref().is_some_and(|saved| {
            let clocks = Meta {
                now: self.meta.now,
                wall: self.meta.wall,
                usage: self.meta.usage.clone(),
                ..saved.clone()
            };
            clocks == self.meta
        });
        if !changes.is_empty() || !same {
            changes.push((META.to_owned(), serde_json::to_string(&self.meta).ok()));
            self.saved = Some(self.meta.clone());
        }
        changes
    }

    pub(crate) fn next_sequence(&mut self) -> u64 {
        self.meta.sequence += 1;
        self.meta.sequence
    }

    pub(crate) fn uuid(&mut self) -> String {
        self.meta.random.uuid()
    }

    /// A public address nobody else has: 198.18.0.0/15 is set aside for benchmarks (RFC 2544).
    pub(crate) fn public_address(&mut self) -> std::net::Ipv4Addr {
        self.meta.addresses += 1;
        let offset = self.meta.addresses % 0x1_ff00 + 10;
        std::net::Ipv4Addr::from(u32::from(std::net::Ipv4Addr::new(198, 18, 0, 0)) + offset)
    }

    /// The same from `2001:2::/48`, set aside for benchmarks too (RFC 5180).
    pub(crate) fn public_address_v6(&mut self) -> std::net::Ipv6Addr {
        self.meta.addresses += 1;
        let last = u128::from(self.meta.addresses);
        std::net::Ipv6Addr::from((0x2001_0002 << 96) | last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Client;

    #[test]
    fn only_what_changed_is_written() {
        let mut client = Client::calm();
        assert!(client.world.take_changes().len() > 5);
        client.get("/instance");
        assert_eq!(client.world.take_changes(), []);
        client.network();
        let changes = client.world.take_changes();
        let kinds: Vec<&str> = changes
            .iter()
            .filter_map(|(key, _)| key.split('/').next())
            .collect();
        assert_eq!(
            kinds,
            ["future", "operation", "event", "private-network", "meta"]
        );
        assert_eq!(changes[0].1, None);
    }

    #[test]
    fn broken_rows_are_named() {
        let error = State::load(vec![]).unwrap_err();
        assert_eq!(error, LoadError::NoMeta);
        let mut client = Client::calm();
        let rows = client.world.take_changes();
        let meta = rows.into_iter().find(|(key, _)| key == "meta").unwrap();
        let meta = (meta.0, meta.1.unwrap());
        let odd = ("odd/1".to_owned(), "{}".to_owned());
        let error = State::load(vec![meta.clone(), odd]).unwrap_err();
        assert_eq!(error, LoadError::UnknownRow("odd/1".to_owned()));
        let broken = ("instance/1".to_owned(), "{}".to_owned());
        assert!(matches!(
            State::load(vec![meta, broken]).unwrap_err(),
            LoadError::BrokenRow(..)
        ));
    }
}
