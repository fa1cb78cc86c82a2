//! From nothing to a cluster and back to nothing, for the default cluster.

use sandbox::Preset;
use shared::plan::{ClusterRef, destroy};
use shared::run::Outcome;

use crate::life::{Harbour, launch_plan};

const RUN: &str = "k3x9qaaaaaaaaaaaaaaaaaaaaa";
const DEFAULT: &str = r#"{"name":"demo","zone":"ch-dk-2"}"#;

#[test]
fn the_default_cluster_becomes_ready_and_goes_again() {
    let mut harbour = Harbour::open(launch_plan(DEFAULT, RUN), Preset::Calm, 1);
    harbour.live();
    println!("{}", harbour.transcript());
    assert_eq!(
        harbour.outcome,
        Some(Outcome::Ready),
        "{}",
        harbour.transcript()
    );
    assert!(!harbour.census().is_empty());

    let cluster = ClusterRef {
        id: None,
        ..harbour.plan.cluster.clone()
    };
    let facts = harbour.plan.facts.clone();
    harbour.next_run(destroy(cluster, facts));
    harbour.live();
    println!("{}", harbour.transcript());
    assert_eq!(
        harbour.outcome,
        Some(Outcome::Destroyed),
        "{}",
        harbour.transcript()
    );
    assert_eq!(harbour.census(), std::collections::BTreeMap::new());
}
