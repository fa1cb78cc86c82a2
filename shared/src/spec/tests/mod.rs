//! Specs: defaults, derivations, round trips, differences and drafts. What is refused stands in `refusals`.

mod refusals;

use std::net::Ipv4Addr;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Draft, Egress, Image, InstanceTypeName, Minor, Source, Spec, Zone, arbitrary, parse};
use crate::catalog::InstanceType;

/// A public key that was made for these tests.
pub(super) const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f tester@example.com";

fn demo() -> Spec {
    spec(&json!({"name": "demo", "zone": "ch-dk-2"}))
}

fn spec(raw: &Value) -> Spec {
    parse(raw).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// The default cluster with one more field.
fn with(field: &str, value: Value) -> Spec {
    let mut raw = json!({"name": "demo", "zone": "ch-dk-2"});
    raw[field] = value;
    spec(&raw)
}

#[test]
fn name_and_zone_are_enough() {
    let expected = json!({
        "name": "demo", "zone": "ch-dk-2", "kubernetes": "1.36",
        "controlPlane": {"count": 1, "type": "standard.medium", "disk": 25},
        "pools": [{
            "name": "workers", "type": "standard.medium", "disk": 25, "min": 1, "max": 5,
            "labels": {}, "taints": [], "spread": true,
        }],
        "network": {
            "private": "10.0.0.0/24", "dhcpStart": "10.0.0.10", "dhcpEnd": "10.0.0.253", "controlPlane": "10.0.0.1",
            "pods": "10.244.0.0/16", "services": "10.245.0.0/16", "domain": "cluster.internal",
            "nodePorts": "30000-32767",
        },
        "access": {"api": ["caller"], "ssh": ["caller"], "nodePorts": ["0.0.0.0/0", "::/0"]},
        "egress": "open", "image": "auto", "addons": {"metricsServer": true, "csi": false},
        "kubeconfigHours": 720, "sshKey": null, "ingressPool": "workers",
    });
    assert_eq!(demo().to_value(), expected);
}

#[test]
fn json_has_one_order() {
    assert!(demo().to_json().starts_with(
        r#"{"name":"demo","zone":"ch-dk-2","kubernetes":"1.36","controlPlane":{"count":1,"type":"standard.medium","disk":25},"pools":[{"name":"workers","#
    ));
}

#[test]
fn defaults_are_what_an_empty_spec_parses_to_in_every_zone() {
    for zone in Zone::ALL.iter().copied() {
        let default = Spec::default_for("demo".parse().unwrap(), zone);
        assert_eq!(spec(&json!({"name": "demo", "zone": zone})), default);
        assert!(InstanceType::STANDARD_MEDIUM.offered_in(zone));
    }
    assert_eq!(InstanceTypeName::default().as_str(), "standard.medium");
}

#[test]
fn addresses_follow_the_private_network() {
    for (private, control_plane, start, end) in [
        ("10.1.0.0/24", "10.1.0.1", "10.1.0.10", "10.1.0.253"),
        (
            "192.168.64.0/22",
            "192.168.64.1",
            "192.168.64.10",
            "192.168.67.253",
        ),
        ("10.9.9.240/28", "10.9.9.241", "10.9.9.250", "10.9.9.253"),
    ] {
        let pools = json!([{"name": "workers", "max": 2}]);
        let spec = spec(
            &json!({"name": "demo", "zone": "ch-dk-2", "pools": pools, "network": {"private": private}}),
        );
        let network = spec.network();
        assert_eq!(network.control_plane.to_string(), control_plane);
        assert_eq!(network.dhcp_start.to_string(), start);
        assert_eq!(network.dhcp_end.to_string(), end);
    }
}

#[test]
fn three_control_planes_stand_in_a_row() {
    let spec = with("controlPlane", json!({"count": 3}));
    let expected: Vec<Ipv4Addr> = (1..=3).map(|last| Ipv4Addr::new(10, 0, 0, last)).collect();
    assert_eq!(spec.control_plane_addresses(), expected);
    assert!(spec.has_elastic_ip());
    assert_eq!(spec.machines_max(), 8);
    assert!(!demo().has_elastic_ip());
}

#[test]
fn a_network_knows_its_fixed_points() {
    let demo = demo();
    assert_eq!(demo.network().dhcp_server(), Ipv4Addr::new(10, 0, 0, 254));
    assert_eq!(demo.network().netmask(), Ipv4Addr::new(255, 255, 255, 0));
    assert_eq!(demo.network().dns(), Ipv4Addr::new(10, 245, 0, 10));
}

#[test]
fn pools_are_spread_where_exoscale_can() {
    let spread = |pool: Value| with("pools", json!([pool])).pools()[0].spread;
    assert!(spread(json!({"name": "a", "max": 8})));
    assert!(!spread(json!({"name": "a", "max": 9})));
    assert!(!spread(json!({"name": "a", "max": 3, "spread": false})));
}

#[test]
fn a_pools_maximum_follows_a_large_minimum() {
    let pools = with("pools", json!([{"name": "a", "min": 7}]))
        .pools()
        .to_vec();
    assert_eq!((pools[0].min, pools[0].max, pools[0].spread), (7, 7, true));
}

#[test]
fn the_ingress_pool_is_the_first_unless_said() {
    let pools = json!([{"name": "front"}, {"name": "back"}]);
    assert_eq!(
        with("pools", pools.clone()).ingress_pool().as_str(),
        "front"
    );
    let spec =
        spec(&json!({"name": "demo", "zone": "ch-dk-2", "pools": pools, "ingressPool": "back"}));
    assert_eq!(spec.ingress_pool().as_str(), "back");
    assert!(spec.pool("back").is_some() && spec.pool("side").is_none());
}

#[test]
fn values_are_written_in_one_form() {
    let access = with("access", json!({"api": ["203.0.113.7", "2001:DB8:0::/32"]}));
    let api: Vec<String> = access.access().api.iter().map(Source::to_string).collect();
    assert_eq!(api, ["203.0.113.7/32", "2001:db8::/32"]);
    let taints = with(
        "pools",
        json!([{"name": "a", "taints": ["dedicated:NoSchedule"]}]),
    );
    assert_eq!(
        taints.pools()[0].taints[0].to_string(),
        "dedicated=:NoSchedule"
    );
    let key = with("sshKey", json!(format!("  {ED25519} \n")));
    assert_eq!(key.ssh_key().unwrap().as_str(), ED25519);
    assert_eq!(key.ssh_key().unwrap().algorithm(), "ssh-ed25519");
    assert_eq!(key.ssh_key().unwrap().comment(), "tester@example.com");
}

#[test]
fn choices_are_read() {
    let id = "71004023-BB72-4a97-b1e9-bc66dfce9470";
    let templates = with("image", json!({"controlPlane": id, "nodes": id}));
    let lower = id.to_lowercase();
    assert!(matches!(templates.image(), Image::Templates { nodes, .. } if nodes.as_str() == lower));
    assert_eq!(with("image", json!("stock")).image(), &Image::Stock);
    assert_eq!(with("egress", json!("list")).egress(), Egress::List);
    assert_eq!(with("kubernetes", json!("1.37")).kubernetes(), Minor::V1_37);
    let addons = with("addons", json!({"csi": true})).addons();
    assert!(addons.csi && addons.metrics_server);
    assert!(
        with("access", json!({"ssh": [], "nodePorts": []}))
            .access()
            .ssh
            .is_empty()
    );
    let labels = json!({"team": "data", "example.com/tier": "", "node.kubernetes.io/pool": "a"});
    let pool = with("pools", json!([{"name": "a", "labels": labels}])).pools()[0].clone();
    assert_eq!(pool.labels.iter().count(), 3);
}

#[test]
fn a_spec_is_read_back_by_serde() {
    let spec = with("sshKey", json!(ED25519));
    assert_eq!(serde_json::from_str::<Spec>(&spec.to_json()).unwrap(), spec);
    let error = serde_json::from_str::<Spec>(r#"{"name":"demo"}"#).unwrap_err();
    assert!(
        error.to_string().contains("zone: This field is required."),
        "{error}"
    );
}

#[test]
fn differences_go_by_field_and_pool() {
    let front = json!({"name": "front"});
    let one = with("pools", json!([front, {"name": "back", "max": 3}]));
    let two = spec(&json!({
        "name": "demo", "zone": "ch-dk-2", "kubernetes": "1.37", "ingressPool": "front",
        "pools": [{"name": "back", "max": 4}, front, {"name": "side"}],
    }));
    let found = one.differences(&two);
    let fields: Vec<&str> = found
        .iter()
        .map(|difference| difference.field.as_str())
        .collect();
    assert_eq!(fields, ["kubernetes", "pools[back].max", "pools[side]"]);
    assert_eq!((&found[1].from, &found[1].to), (&json!(3), &json!(4)));
    assert_eq!(found[2].from, Value::Null);
    assert_eq!(one.differences(&one), []);
}

#[test]
fn a_draft_keeps_what_was_typed() {
    let mut draft = Draft::from(&demo());
    draft.set_text("pools[0].max", "many");
    assert_eq!(draft.text("pools[0].max"), "many");
    assert_eq!(draft.parse().unwrap_err()[0].field, "pools[0].max");
    draft.set_text("pools[0].max", " 7 ");
    draft.set_text("name", "2048");
    draft.set_lines("access.api", "caller\n\n 203.0.113.7 \n");
    draft.set_pairs("pools[0].labels", "team = data\nempty");
    draft.set("addons.csi", json!(true));
    let spec = draft.parse().unwrap();
    assert_eq!(
        (spec.pools()[0].max, spec.name().as_str(), spec.addons().csi),
        (7, "2048", true)
    );
    assert_eq!(spec.access().api.len(), 2);
    assert_eq!(draft.text("access.api"), "caller\n203.0.113.7");
    assert_eq!(draft.text("pools[0].labels"), "empty=\nteam=data");
}

#[test]
fn a_draft_grows_and_shrinks() {
    let mut draft = Draft::default();
    draft.set_text("name", "demo");
    draft.set_text("zone", "ch-dk-2");
    draft.set_text("network.private", "10.3.0.0/24");
    assert_eq!(
        draft.parse().unwrap().network().control_plane,
        Ipv4Addr::new(10, 3, 0, 1)
    );
    draft.clear("network.private");
    draft.clear("access.api");
    assert_eq!(draft.parse().unwrap(), demo());
    draft.add_pool("more");
    assert_eq!(
        draft.parse().unwrap().pools().len(),
        2,
        "the default pool stays"
    );
    draft.remove_pool(0);
    draft.remove_pool(9);
    assert_eq!(draft.parse().unwrap().pools()[0].name.as_str(), "more");
    assert_eq!(draft.value("pools[3].name"), None);
    assert_eq!(draft.text("pools[x"), "");
}

proptest! {
    #[test]
    fn json_is_exact(spec in arbitrary::spec()) {
        prop_assert_eq!(Spec::from_json(&spec.to_json()), Ok(spec.clone()));
        prop_assert_eq!(Draft::from(&spec).parse(), Ok(spec));
    }

    #[test]
    fn a_spec_hangs_together(spec in arbitrary::spec()) {
        let network = spec.network();
        let planes = spec.control_plane_addresses();
        prop_assert_eq!(planes.len(), usize::from(spec.control_plane().count.get()));
        for address in planes {
            prop_assert!(network.private.contains(&address));
            prop_assert!(!(network.dhcp_start..=network.dhcp_end).contains(&address));
            prop_assert!(address != network.dhcp_server());
        }
        let leases = u32::from(network.dhcp_end) - u32::from(network.dhcp_start) + 1;
        prop_assert!(leases >= spec.nodes_max() + 2);
        prop_assert!(1 << (24 - network.pods.prefix_len()) >= spec.machines_max());
        prop_assert!(spec.pool(spec.ingress_pool().as_str()).is_some());
        for pool in spec.pools() {
            prop_assert!(1 <= pool.min && pool.min <= pool.max);
            prop_assert!(!pool.spread || pool.max <= 8);
            prop_assert!(pool.instance_type.details().offered_in(spec.zone()));
        }
    }
}
