//! From nothing to a cluster and back to nothing, for every shape of spec; what it looks like is kept as prose.

use sandbox::Preset;
use shared::run::Outcome;

use crate::golden::assert_golden;
use tests::life::{DEFAULT, Harbour, RUN, launch_plan};

#[test]
fn the_default_cluster_reads_as_prose() {
    let mut harbour = Harbour::open(launch_plan(DEFAULT, RUN), Preset::Calm, 1);
    harbour.live_to(Outcome::Ready);
    assert_golden("launch.txt", &harbour.transcript());
    harbour.destroy();
    assert_golden("destroy.txt", &harbour.transcript());
}

#[test]
fn every_shape_becomes_ready_and_goes_again() {
    for shape in SHAPES {
        let mut harbour = Harbour::open(launch_plan(shape, RUN), Preset::Calm, 7);
        harbour.live();
        assert_eq!(
            harbour.outcome,
            Some(Outcome::Ready),
            "{shape}\n{}",
            harbour.transcript()
        );
        harbour.destroy();
    }
}

const SHAPES: [&str; 5] = [
    DEFAULT,
    r#"{"name":"trio","zone":"at-vie-1","controlPlane":{"count":3}}"#,
    r#"{"name":"pools","zone":"de-fra-1","kubernetes":"1.37","pools":[
        {"name":"small","type":"standard.small","min":1,"max":3,"labels":{"tier":"front"}},
        {"name":"large","type":"cpu.extra-large","min":2,"max":2,"spread":false,"taints":["only=batch:NoSchedule"]},
        {"name":"extra","min":1,"max":8}]}"#,
    r#"{"name":"closed","zone":"ch-gva-2","egress":"list","access":{"api":["203.0.113.0/24"],"ssh":[],"nodePorts":["203.0.113.0/24"]}}"#,
    r#"{"name":"other","zone":"hr-zag-1","network":{"private":"192.168.40.0/24","pods":"10.100.0.0/16","services":"10.101.0.0/16"},"addons":{"metricsServer":false}}"#,
];

#[test]
fn where_a_stopped_instance_cannot_be_put_on_a_network_it_is_started_first() {
    for spec in [
        DEFAULT,
        r#"{"name":"demo","zone":"ch-dk-2","controlPlane":{"count":3}}"#,
    ] {
        let mut harbour = Harbour::open(launch_plan(spec, RUN), Preset::Calm, 1);
        {
            let world = &mut harbour.sea_mut().world;
            let mut switches = world.switches().clone();
            switches.attach_while_stopped = false;
            world.set_switches(switches);
        }
        harbour.live_to(Outcome::Ready);
        harbour.destroy();
    }
}
