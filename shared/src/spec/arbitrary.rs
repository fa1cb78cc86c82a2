//! Generators of valid specs for property tests: everyday ones, and the worst that a link must hold.

mod raw;

use std::ops::RangeInclusive;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use self::raw::{Machine, Raw, RawNetwork, RawPool};
use super::{Spec, parse};
use crate::catalog::{Minor, Zone};
use crate::limits;

/// Any valid spec, small or large.
pub fn spec() -> impl Strategy<Value = Spec> {
    (raw(&ANY), 0..=limits::FREE_TEXT_CHARS_MAX).prop_filter_map("is a spec", valid)
}

/// A spec that fills every list and every budget with text that does not compress.
pub fn worst_spec() -> impl Strategy<Value = Spec> {
    (raw(&WORST), Just(limits::FREE_TEXT_CHARS_MAX)).prop_filter_map("is a spec", valid)
}

/// How much of everything a generator draws.
struct Shape {
    cluster: &'static str,
    pool: &'static str,
    pools: RangeInclusive<usize>,
    domain: &'static str,
    comment: &'static str,
    labels: RangeInclusive<usize>,
    templates: f64,
}

const ANY: Shape = Shape {
    cluster: "[a-z0-9]{1,20}",
    pool: "[a-z0-9]{1,19}",
    pools: 1..=limits::POOLS_MAX,
    domain: "[a-z0-9]{1,31}(\\.[a-z0-9]{1,31})?",
    comment: "[!#-\\[\\]-~]{0,100}",
    labels: 0..=6,
    templates: 0.3,
};

const WORST: Shape = Shape {
    cluster: "[a-z0-9]{20}",
    pool: "[a-z0-9]{19}",
    pools: limits::POOLS_MAX..=limits::POOLS_MAX,
    domain: "[a-z0-9]{31}\\.[a-z0-9]{31}",
    comment: "[!#-\\[\\]-~]{100}",
    labels: 0..=12,
    templates: 0.99,
};

fn valid((raw, budget): (Raw, usize)) -> Option<Spec> {
    parse(&raw.json(budget)).ok()
}

fn raw(shape: &Shape) -> impl Strategy<Value = Raw> + use<> {
    let zone = proptest::sample::select(Zone::ALL);
    let minor = proptest::sample::select(Minor::ALL);
    let uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    let parts = (
        (shape.cluster, zone, minor),
        (any::<bool>(), machine()),
        vec(pool(shape), shape.pools.clone()),
        network(shape.domain),
        vec(source(), 0..24),
        option::of(ssh_key(shape.comment)),
    );
    let choices = (
        any::<bool>(),
        option::weighted(shape.templates, (uuid, uuid)),
        any::<bool>(),
        any::<bool>(),
        1..=8_760_u16,
    );
    (parts, choices, any::<[u8; 3]>()).prop_map(
        |((head, planes, pools, network, sources, key), choices, order)| Raw {
            head,
            planes,
            pools,
            network,
            sources,
            key,
            choices,
            order,
        },
    )
}

fn machine() -> impl Strategy<Value = Machine> {
    (any::<usize>(), any::<u32>())
}

fn pool(shape: &Shape) -> impl Strategy<Value = RawPool> + use<> {
    let key = "([a-z0-9]{1,20}\\.[a-z]{2,8}/)?[a-zA-Z0-9]([-_.a-zA-Z0-9]{0,40}[a-zA-Z0-9])?";
    let value = "([a-zA-Z0-9]([-_.a-zA-Z0-9]{0,50}[a-zA-Z0-9])?)?";
    let taint = "[a-zA-Z0-9]{1,30}=[a-zA-Z0-9]{0,30}:(NoSchedule|PreferNoSchedule|NoExecute)";
    // A pool's name of 19 characters: its index makes it unique.
    let parts = (
        shape.pool,
        machine(),
        // Small pools as often as large ones: only they can be spread.
        prop_oneof![(1..=8_u16, 1..=8_u16), (1..=100_u16, 1..=100_u16)],
        any::<bool>(),
    );
    (
        parts,
        vec((key, value), shape.labels.clone()),
        vec(taint, 0..4),
    )
        .prop_map(
            |((name, machine, bounds, spread), labels, taints)| RawPool {
                name,
                machine,
                bounds,
                spread,
                labels,
                taints,
            },
        )
}

fn network(domain: &'static str) -> impl Strategy<Value = RawNetwork> {
    let ports = (20_000..30_000_u16, 64..2_000_u16);
    (any::<[u8; 2]>(), 0..16_u8, any::<[u8; 2]>(), domain, ports).prop_map(
        |(private, pods, services, domain, node_ports)| RawNetwork {
            private,
            pods,
            services,
            domain,
            node_ports,
        },
    )
}

fn source() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just("caller".to_owned()),
        2 => (1..=9_u8, any::<[u8; 3]>()).prop_map(|(a, [b, c, d])| format!("{a}.{b}.{c}.{d}/32")),
        4 => any::<[u16; 7]>().prop_map(|groups| {
            let groups: Vec<String> = groups.iter().map(|group| format!("{group:x}")).collect();
            format!("2a01:{}", groups.join(":"))
        }),
    ]
}

fn ssh_key(comment: &'static str) -> impl Strategy<Value = (Vec<u8>, String)> {
    let modulus = prop_oneof![Just(32_usize), Just(256), Just(512)]
        .prop_flat_map(|length| vec(any::<u8>(), length));
    (modulus, comment)
}
