//! How much longer a launch or a destroy takes than it must, and how many calls it sends, under the virtual clock.
//!
//! The rival is the same run in the same account, asking after everything every 20 ms: what it waits for then is only
//! what the account drew, and nothing can end sooner. Both live the same seeds.

use std::collections::BTreeSet;

use sandbox::{Options, Preset};
use serde_json::{Value, json};
use shared::plan::{ClusterRef, Facts, Plan, destroy};
use shared::run::Outcome;
use shared::sabotage::{Bug, bring_back};
use tests::life::{Life, RUN, launch_plan};

use crate::row;

/// The shapes that are launched, by name. The account's quota is twenty instances.
pub(crate) const SHAPES: [(&str, &str); 3] = [
    (
        "default",
        r#"{"name":"demo","zone":"ch-dk-2","image":"stock"}"#,
    ),
    (
        "3 control planes, 3 pools",
        r#"{"name":"demo","zone":"ch-dk-2","image":"stock","controlPlane":{"count":3},"pools":[{"name":"web","min":2,"max":4},{"name":"batch","min":1,"max":3},{"name":"data","min":1,"max":2}]}"#,
    ),
    (
        "one pool of 19",
        r#"{"name":"demo","zone":"ch-dk-2","image":"stock","pools":[{"name":"web","min":19,"max":19,"spread":false}]}"#,
    ),
];

/// What one run took.
#[derive(Clone, Copy, Default)]
struct Took {
    ms: u64,
    calls: usize,
    /// How many of its calls would be enough, did it know beforehand how long things take: all listings, each being
    /// a step of its own, and of the others the first of each.
    fewest: usize,
}

impl std::ops::AddAssign for Took {
    fn add_assign(&mut self, other: Self) {
        self.ms += other.ms;
        self.calls += other.calls;
        self.fewest += other.fewest;
    }
}

/// Prints the rows.
pub(crate) fn print() {
    for ((name, spec), first) in SHAPES.into_iter().zip((1..).step_by(1_000)) {
        let plan = launch_plan(spec, RUN);
        let lives = |bug| {
            bring_back(bug);
            let lives: Vec<[Took; 2]> = (first..first + SEEDS)
                .map(|seed| lived(&plan, seed))
                .collect();
            bring_back(None);
            lives
        };
        let (real, limit) = (lives(None), lives(Some(Bug::Restless)));
        let limits: Vec<[u64; 2]> = limit.iter().map(|life| life.map(|took| took.ms)).collect();
        let spec: Value = serde_json::from_str(spec).unwrap();
        println!(
            "{}",
            json!({ "shape": name, "spec": spec, "first": first, "limits": limits })
        );
        for (which, what) in ["launch", "destroy"].iter().enumerate() {
            let (real, limit) = (sum(&real, which), sum(&limit, which));
            let mean = |ms: u64| ms as f64 / SEEDS as f64 / 1_000.0;
            row::print_beside(
                &format!("{what}, {name}"),
                (mean(real.ms), mean(limit.ms)),
                "s",
                &format!("virtual clock, mean of {SEEDS} seeds, beside the limit"),
            );
            row::print(
                &format!("{what} over its limit, {name}"),
                real.ms as f64 / limit.ms as f64,
                "×",
                "against the same run asking after everything every 20 ms",
            );
            row::print(
                &format!("calls of a {what} over its fewest, {name}"),
                real.calls as f64 / real.fewest as f64,
                "×",
                &format!(
                    "{:.0} calls, of which {:.0} would be enough",
                    real.calls as f64 / SEEDS as f64,
                    real.fewest as f64 / SEEDS as f64
                ),
            );
        }
    }
}

fn sum(lives: &[[Took; 2]], which: usize) -> Took {
    let mut sum = Took::default();
    for life in lives {
        sum += life[which];
    }
    sum
}

/// A launch and a destroy.
fn lived(plan: &Plan, seed: u64) -> [Took; 2] {
    let options = Options {
        preset: Preset::Calm,
        seed,
        speed: 1,
    };
    let mut life = Life::open(options, plan.cluster.zone.as_str(), true);
    let launched = to_the_end(&mut life, plan.clone(), Outcome::Ready);
    let cluster = ClusterRef {
        id: None,
        ..plan.cluster.clone()
    };
    let facts = Facts {
        standing: None,
        ..plan.facts.clone()
    };
    let destroyed = to_the_end(&mut life, destroy(cluster, &[], facts), Outcome::Destroyed);
    [launched, destroyed]
}

fn to_the_end(life: &mut Life, plan: Plan, outcome: Outcome) -> Took {
    life.pilots.clear();
    life.sea_mut().requests.clear();
    life.sea_mut().calls.clear();
    let began = life.sea().now;
    life.begin(plan).remembers = true;
    let end = began.plus_ms(3_600_000);
    while life.outcome(0).is_none() && life.step(end) {}
    assert_eq!(life.outcome(0), Some(outcome), "{}", life.transcript(0));
    let sea = life.sea();
    let named = sea.calls.iter().zip(&sea.requests);
    let (lists, others): (Vec<_>, Vec<_>) = named.partition(|(name, _)| name.starts_with("list-"));
    let others: BTreeSet<String> = others.iter().map(|(_, one)| format!("{one:?}")).collect();
    Took {
        ms: sea.now.since_ms(began),
        calls: sea.requests.len(),
        fewest: lists.len() + others.len(),
    }
}

/// Enough that the mean of what they draw is known to a fraction of a per cent.
const SEEDS: u64 = 40;
