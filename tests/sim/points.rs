//! Deaths at every place of every shape of plan: one at each, two at every pair of the short ones, more by chance.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use sandbox::{Options, Preset};
use serde_json::Value;
use shared::exoscale::Kind;
use shared::plan::{Plan, access, bake, launch, renew, resize};
use shared::run::Outcome;
use shared::spec::{Access, Spec, parse};
use tests::life::{DEFAULT, Life, Network, Random, facts};

use crate::story::{ADMIN_KEY, destroy_plan};

/// A kind of plan, and what stands before it.
#[derive(Clone, Copy)]
struct Shape {
    name: &'static str,
    spec: &'static str,
    next: Next,
}

/// What is lived with deaths.
#[derive(Clone, Copy)]
enum Next {
    Launch,
    Destroy,
    Access,
    Pools(&'static str),
    Renew,
    Bake,
}

/// What must be there in the end: how it ended, and the names of everything, by kind.
type Stands = (Option<Outcome>, BTreeMap<Kind, Vec<String>>);

/// Lives through all of it, and says how many there were and what went wrong.
pub(crate) fn all(pairs: bool) -> bool {
    let mut well = true;
    let wanted = std::env::var("SHAPE").ok();
    let is_wanted = |shape: &Shape| wanted.as_ref().is_none_or(|name| name == shape.name);
    for shape in SHAPES.into_iter().filter(is_wanted) {
        let (expected, places) = undisturbed(shape);
        let singles: Vec<Vec<u64>> = (0..places).map(|place| vec![place]).collect();
        well &= live_all(shape, &expected, &singles, "one death");
        if pairs && SHORT.contains(&shape.name) {
            let pairs =
                (0..places).flat_map(|one| (one..places + 40).map(move |two| vec![one, two]));
            well &= live_all(
                shape,
                &expected,
                &pairs.collect::<Vec<_>>(),
                "every two deaths",
            );
        } else {
            let mut random = Random::new(places);
            let sampled =
                (0..SAMPLED).map(|_| vec![random.below(places), random.below(places + 40)]);
            well &= live_all(
                shape,
                &expected,
                &sampled.collect::<Vec<_>>(),
                "two deaths, sampled",
            );
        }
    }
    well
}

fn live_all(shape: Shape, expected: &Stands, all: &[Vec<u64>], what: &str) -> bool {
    let next = AtomicU64::new(0);
    let work = || {
        let mut wrong = Vec::new();
        while let Some(deaths) =
            all.get(usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap())
        {
            let Lived {
                found, violations, ..
            } = lived(shape, deaths);
            if found != *expected || !violations.is_empty() {
                let what = format!("{deaths:?}: {found:?} {violations:?}, not {expected:?}");
                wrong.push((deaths, what));
            }
        }
        wrong
    };
    let wrong = std::thread::scope(|scope| {
        let other = scope.spawn(work);
        let mut wrong = work();
        wrong.extend(other.join().unwrap());
        wrong
    });
    println!(
        "{}: {what}: {} lives, {} wrong",
        shape.name,
        all.len(),
        wrong.len()
    );
    for (_, what) in wrong.iter().take(5) {
        println!("  {what}");
    }
    if let Some((deaths, _)) = wrong.first() {
        println!("{}", lived(shape, deaths).told);
    }
    wrong.is_empty()
}

fn undisturbed(shape: Shape) -> (Stands, u64) {
    let Lived {
        found,
        places,
        violations,
        ..
    } = lived(shape, &[]);
    assert!(violations.is_empty(), "{}: {violations:?}", shape.name);
    assert!(found.0.is_some(), "{} does not end by itself", shape.name);
    (found, places)
}

/// What came of a life.
struct Lived {
    found: Stands,
    /// At how many places its process could have died.
    places: u64,
    violations: Vec<String>,
    /// Its last run, as prose.
    told: String,
}

fn lived(shape: Shape, deaths: &[u64]) -> Lived {
    let first = launch(
        &Spec::from_json(shape.spec).unwrap(),
        facts(tests::life::RUN),
    );
    let options = Options {
        preset: Preset::Calm,
        seed: 1,
        speed: 1,
    };
    let mut life = Life::open(options, first.cluster.zone.as_str(), true);
    {
        let mut sea = life.sea_mut();
        sea.keeps_requests = false;
        sea.network = Network {
            latency_ms: 200,
            ..Network::default()
        };
    }
    if !matches!(shape.next, Next::Launch) {
        live(&mut life, first.clone(), &[]);
    }
    let plan = planned(&life, shape, first);
    live(&mut life, plan, deaths);
    let mut census: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
    for thing in life.census().into_iter().filter(|thing| !thing.is_member) {
        census.entry(thing.kind).or_default().push(thing.name);
    }
    for names in census.values_mut() {
        names.sort();
    }
    let run = life.pilots.len() - 1;
    let places = life.pilots[run].berth.borrow().places;
    let violations = std::mem::take(&mut life.sea_mut().watch.violations);
    Lived {
        found: (life.outcome(run), census),
        places,
        violations,
        told: life.transcript(run),
    }
}

fn live(life: &mut Life, plan: Plan, deaths: &[u64]) {
    let pilot = life.begin(plan);
    pilot.remembers = true;
    pilot.berth.borrow_mut().dies_at.extend(deaths);
    let run = life.pilots.len() - 1;
    let end = life.sea().now.plus_ms(6 * 3_600_000);
    while life.outcome(run).is_none() && !life.is_stuck(run) && life.step(end) {}
}

fn planned(life: &Life, shape: Shape, first: Plan) -> Plan {
    let standing = || life.standing(&first);
    match shape.next {
        Next::Launch => first,
        Next::Destroy => destroy_plan(&first),
        Next::Access => {
            let standing = standing();
            let api = vec!["203.0.113.0/24".parse().unwrap()];
            let wanted = Access {
                api,
                ssh: Vec::new(),
                ..standing.spec.access().clone()
            };
            access(standing, &wanted, facts(LATER)).unwrap()
        }
        Next::Pools(pools) => {
            let standing = standing();
            let mut wanted = standing.spec.to_value();
            wanted["pools"] = serde_json::from_str::<Value>(pools).unwrap();
            resize(standing, &parse(&wanted).unwrap(), facts(LATER)).unwrap()
        }
        Next::Renew => renew(standing(), ADMIN_KEY, facts(LATER)).unwrap(),
        Next::Bake => {
            let standing = standing();
            bake(&standing.spec, Some(standing.tag.clone()), facts(LATER))
        }
    }
}

/// Another run.
const LATER: &str = "laterlaterlaterlaterlater2";

/// As many pairs of those plans of which not every pair is lived.
const SAMPLED: u64 = 200;

const TRIO: &str = r#"{"name":"trio","zone":"at-vie-1","controlPlane":{"count":3}}"#;
const POOLS: &str = r#"{"name":"pools","zone":"de-fra-1","kubernetes":"1.37","pools":[
    {"name":"small","type":"standard.small","min":1,"max":3,"labels":{"tier":"front"}},
    {"name":"large","type":"cpu.extra-large","min":2,"max":2,"spread":false,"taints":["only=batch:NoSchedule"]},
    {"name":"extra","min":1,"max":8}]}"#;
const CLOSED: &str = r#"{"name":"closed","zone":"ch-gva-2","egress":"list","access":{"api":["203.0.113.0/24"],"ssh":[],"nodePorts":["203.0.113.0/24"]}}"#;
const BARE: &str =
    r#"{"name":"bare","zone":"hr-zag-1","addons":{"metricsServer":false,"csi":true}}"#;

const fn shape(name: &'static str, spec: &'static str, next: Next) -> Shape {
    Shape { name, spec, next }
}

/// Shapes with so few places that every two of them are tried; those of a destroy take an hour.
const SHORT: [&str; 4] = ["access", "renew", "bounds", "destroy"];

const SHAPES: [Shape; 12] = [
    shape("launch", DEFAULT, Next::Launch),
    shape("launch of three control planes", TRIO, Next::Launch),
    shape("launch of three pools", POOLS, Next::Launch),
    shape("launch behind closed doors", CLOSED, Next::Launch),
    shape("launch with volumes", BARE, Next::Launch),
    shape("destroy", DEFAULT, Next::Destroy),
    shape("destroy of three control planes", TRIO, Next::Destroy),
    shape("access", DEFAULT, Next::Access),
    shape(
        "bounds",
        DEFAULT,
        Next::Pools(r#"[{"name":"workers","min":2,"max":7}]"#),
    ),
    shape(
        "another pool",
        DEFAULT,
        Next::Pools(r#"[{"name":"workers"},{"name":"fresh","min":2,"max":3}]"#),
    ),
    shape("renew", DEFAULT, Next::Renew),
    shape("bake", DEFAULT, Next::Bake),
];
