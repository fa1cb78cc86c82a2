//! Lives a run from its first line to its end, machines included; then the next thing that a person does.

use std::cell::{Ref, RefMut};
use std::collections::BTreeMap;

use sandbox::{Faults, Options, Preset};
use shared::exoscale::{Call, Kind, Reply};
use shared::plan::{ClusterRef, Facts, Plan, Seen, Standing, check, destroy, launch};
use shared::run::{Command, Outcome, Run};
use shared::spec::Spec;
use shared::time::Timestamp;

use super::{Berth, Incident, Life, Sea};

/// A sandbox account with one run at a time.
pub struct Harbour {
    /// The newest run's.
    pub plan: Plan,
    /// How the newest run ended.
    pub outcome: Option<Outcome>,
    life: Life,
}

/// The plan of a spec given as JSON.
pub fn launch_plan(spec: &str, run: &str) -> Plan {
    let spec = Spec::from_json(spec).unwrap();
    launch(&spec, facts(run))
}

/// What the tests know when they plan.
pub fn facts(run: &str) -> Facts {
    Facts {
        run: run.to_owned(),
        origin: "https://slipway.example".to_owned(),
        caller: vec!["198.51.100.7/32".parse().unwrap()],
        kubernetes: "1.36.4".to_owned(),
        key: None,
        roles: BTreeMap::new(),
        standing: None,
    }
}

impl Harbour {
    /// A fresh account with a run that has just been accepted.
    pub fn open(plan: Plan, preset: Preset, seed: u64) -> Self {
        let options = Options {
            preset,
            seed,
            speed: 1,
        };
        let mut life = Life::open(options, plan.cluster.zone.as_str(), false);
        life.begin(plan.clone());
        Self {
            plan,
            outcome: None,
            life,
        }
    }

    /// Another run in the same account: the next thing that a person does.
    pub fn next_run(&mut self, plan: Plan) {
        self.life.pilots.clear();
        {
            let mut sea = self.sea_mut();
            sea.calls.clear();
            sea.requests.clear();
            sea.network.script.clear();
            sea.changes = 0;
        }
        self.life.begin(plan.clone());
        self.plan = plan;
        self.outcome = None;
    }

    /// What the account says of the cluster.
    pub fn standing(&self) -> Standing {
        self.life.standing(&self.plan)
    }

    /// What the account says of the cluster, and what it shows of it.
    pub fn survey(&self) -> (Standing, Seen) {
        self.life.survey(&self.plan)
    }

    /// Lives a change to its end, which is a good one.
    pub fn change(&mut self, plan: Plan) {
        assert_eq!(check(&plan), []);
        self.next_run(plan);
        self.live_to(Outcome::Done);
    }

    /// From here on the platform behaves.
    pub fn calm_down(&mut self) {
        self.sea_mut().world.set_faults(Faults::calm());
    }

    /// Destroys the cluster, from nothing but its name, and shows that nothing is left.
    pub fn destroy(&mut self) {
        self.destroy_but(&[]);
    }

    /// Destroys the cluster, and shows that these are all that is left, in the order of their names.
    pub fn destroy_but(&mut self, images: &[String]) {
        self.begin_destroy();
        self.finish_destroy(images);
    }

    /// A person asks for the cluster's end, from nothing but its name.
    pub fn begin_destroy(&mut self) {
        let cluster = ClusterRef {
            id: None,
            ..self.plan.cluster.clone()
        };
        let facts = Facts {
            standing: None,
            ..self.plan.facts.clone()
        };
        self.next_run(destroy(cluster, &[], facts));
    }

    /// Lives a destroy to its end, which is a good one, and shows that these images are all that is left.
    pub fn finish_destroy(&mut self, images: &[String]) {
        self.live_to(Outcome::Destroyed);
        let mut left: Vec<String> = self.census().into_values().flatten().collect();
        left.sort();
        assert_eq!(left, images, "{}", self.transcript());
    }

    /// What the next members of each pool boot from.
    pub fn templates_of_pools(&self) -> Vec<String> {
        let mut sea = self.sea_mut();
        let Reply::List(pools) = sea.ask(&Call::List(Kind::InstancePool)).unwrap() else {
            panic!("no pools")
        };
        let ids = pools.iter().filter_map(|pool| pool.id.clone());
        let each = ids.map(|id| sea.raw(&Call::Get(Kind::InstancePool, id)));
        each.map(|pool| pool["template"]["id"].to_string())
            .collect()
    }

    /// Lives until the run has an outcome or is stuck, or fails after so many hours of its own time.
    pub fn live(&mut self) {
        let end = self.sea().now.plus_ms(LIFE_MS);
        self.live_until(end);
        let over = self.outcome.is_some() || self.life.is_stuck(0);
        assert!(over, "no end in sight:\n{}", self.transcript());
    }

    /// Lives to this end.
    pub fn live_to(&mut self, outcome: Outcome) {
        self.live();
        assert_eq!(self.outcome, Some(outcome), "{}", self.transcript());
    }

    /// Lives so many seconds, or until the run has ended.
    pub fn live_for(&mut self, seconds: u64) {
        let end = self.sea().now.plus_ms(seconds * 1_000);
        self.live_until(end);
    }

    fn live_until(&mut self, end: Timestamp) {
        // A ready run keeps the authority for a day; the life is lived far enough once it has ended.
        while self.outcome.is_none() && !self.life.is_stuck(0) && self.life.step(end) {
            self.outcome = self.life.outcome(0);
        }
        assert_eq!(
            self.sea().watch.violations,
            [""; 0],
            "{}",
            self.transcript()
        );
    }

    /// The account.
    pub fn sea(&self) -> Ref<'_, Sea> {
        self.life.sea()
    }

    /// The account, to be changed.
    pub fn sea_mut(&self) -> RefMut<'_, Sea> {
        self.life.sea_mut()
    }

    /// The newest run's rows.
    pub fn berth(&self) -> Ref<'_, Berth> {
        self.life.pilots[0].berth.borrow()
    }

    /// After so many more lines or calls the process dies.
    pub fn die_after(&mut self, places: u64) {
        self.life.pilots[0]
            .berth
            .borrow_mut()
            .dies_at
            .insert(places);
    }

    /// How often the process died.
    pub fn deaths(&self) -> u32 {
        self.life.pilots[0].deaths
    }

    /// Something happens to this call, counted from 0 among those that change something.
    pub fn befall(&mut self, call: u32, incident: Incident) {
        self.sea_mut().network.script.insert(call, incident);
    }

    /// The run as its journal tells it.
    pub fn run(&self) -> Run {
        self.berth().replayed()
    }

    /// The run as prose.
    pub fn transcript(&self) -> String {
        self.life.transcript(0)
    }

    /// A person or a machine says something.
    pub fn command(&mut self, command: Command) {
        self.life.pilots[0].post(command);
    }

    /// The names of each kind that are in the account, whoever's they are; what every account has is left out.
    pub fn census(&self) -> BTreeMap<Kind, Vec<String>> {
        let mut census: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
        for thing in self.life.census() {
            census.entry(thing.kind).or_default().push(thing.name);
        }
        census
    }
}

/// Longer than any run is patient.
const LIFE_MS: u64 = 6 * 3_600_000;
