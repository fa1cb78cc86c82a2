//! Lives a run from its first line to its end, machines included.

use std::cell::{Ref, RefCell};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use sandbox::{Faults, GuestCall, Options, Preset, World};
use shared::bootstrap::Report;
use shared::exoscale::{Call, Credentials, Kind, Listed, Reply};
use shared::plan::{ClusterRef, Facts, Plan, Standing, Survey, check, destroy, launch};
use shared::run::{Caller, Command, Denied, Outcome, Run, transcript};
use shared::secret::Secret;
use shared::spec::Spec;
use shared::time::Timestamp;
use worker_edge::driver::{Pause, drive};

use super::doors::{Died, Outside, Quay, Uncommitted};

/// A run in a sandbox account.
pub(crate) struct Harbour {
    pub(crate) plan: Plan,
    pub(crate) quay: Quay,
    alarm: Timestamp,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) deaths: u32,
}

/// The plan of a spec given as JSON.
pub(crate) fn launch_plan(spec: &str, run: &str) -> Plan {
    let spec = Spec::from_json(spec).unwrap();
    launch(&spec, facts(run))
}

pub(crate) fn facts(run: &str) -> Facts {
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
    pub(crate) fn open(plan: Plan, preset: Preset, seed: u64) -> Self {
        let now = Timestamp::from_unix_seconds(1_795_000_000);
        let options = Options {
            preset,
            seed,
            speed: 1,
        };
        let (world, keys) = World::open("testaccoun", options, [7; 32], now.millis());
        let outside = Outside {
            world,
            credentials: Credentials {
                key: keys.key,
                secret: Secret::new(keys.secret),
            },
            zone: plan.cluster.zone.as_str().to_owned(),
            now,
            journal: Vec::new(),
            inbox: vec![Command::Start],
            uncommitted: Uncommitted::default(),
            secrets: BTreeMap::new(),
            ever_secret: BTreeMap::new(),
            calls: Vec::new(),
            heard: String::new(),
            requests: Vec::new(),
            random: seed,
            incident: None,
            changes: 0,
            dies_after: None,
            dead: false,
        };
        Self {
            plan,
            quay: Quay(Rc::new(RefCell::new(outside))),
            alarm: now,
            outcome: None,
            deaths: 0,
        }
    }

    /// Another run in the same account: the next thing that a person does.
    pub(crate) fn next_run(&mut self, plan: Plan) {
        let mut outside = self.quay.0.borrow_mut();
        outside.journal.clear();
        outside.calls.clear();
        outside.requests.clear();
        outside.secrets.clear();
        outside.inbox = vec![Command::Start];
        outside.incident = None;
        outside.changes = 0;
        self.alarm = outside.now;
        self.plan = plan;
        self.outcome = None;
    }

    /// What the account says of the cluster.
    pub(crate) fn standing(&self) -> Standing {
        let mut outside = self.quay.0.borrow_mut();
        let cluster = ClusterRef {
            id: None,
            ..self.plan.cluster.clone()
        };
        let mut ask = |calls: Vec<Call>| -> Vec<Reply> {
            let answers = calls.iter().map(|call| outside.send(call).unwrap());
            answers.collect()
        };
        let survey = Survey::new(&cluster, ask(Survey::calls())).unwrap();
        let more = ask(survey.more_calls());
        survey.standing(more).unwrap()
    }

    /// Lives a change to its end, which is a good one.
    pub(crate) fn change(&mut self, plan: Plan) {
        assert_eq!(check(&plan), []);
        self.next_run(plan);
        self.live();
        assert_eq!(self.outcome, Some(Outcome::Done), "{}", self.transcript());
    }

    /// From here on the platform behaves.
    pub(crate) fn calm_down(&mut self) {
        self.quay.0.borrow_mut().world.set_faults(Faults::calm());
    }

    /// Destroys the cluster, from nothing but its name, and shows that nothing is left.
    pub(crate) fn destroy(&mut self) {
        self.destroy_but(&[]);
    }

    /// Destroys the cluster, and shows that these are all that is left, in the order of their names.
    pub(crate) fn destroy_but(&mut self, images: &[String]) {
        let cluster = ClusterRef {
            id: None,
            ..self.plan.cluster.clone()
        };
        let facts = Facts {
            standing: None,
            ..self.plan.facts.clone()
        };
        self.next_run(destroy(cluster, facts));
        self.live();
        assert_eq!(
            self.outcome,
            Some(Outcome::Destroyed),
            "{}",
            self.transcript()
        );
        let mut left: Vec<String> = self.census().into_values().flatten().collect();
        left.sort();
        assert_eq!(left, images, "{}", self.transcript());
    }

    /// What the next members of each pool boot from.
    pub(crate) fn templates_of_pools(&self) -> Vec<String> {
        let mut outside = self.quay.0.borrow_mut();
        let Reply::List(pools) = outside.send(&Call::List(Kind::InstancePool)).unwrap() else {
            panic!("no pools")
        };
        let ids = pools.iter().filter_map(|pool| pool.id.clone());
        let each = ids.map(|id| outside.raw(&Call::Get(Kind::InstancePool, id)));
        each.map(|pool| pool["template"]["id"].to_string())
            .collect()
    }

    /// Lives until the run has an outcome or is stuck, or fails after so many hours of its own time.
    pub(crate) fn live(&mut self) {
        let end = self.outside().now.plus_ms(LIFE_MS);
        self.live_until(end);
        let over = self.outcome.is_some() || self.is_stuck();
        assert!(over, "no end in sight:\n{}", self.transcript());
    }

    /// Lives so many seconds, or until the run has ended.
    pub(crate) fn live_for(&mut self, seconds: u64) {
        let end = self.outside().now.plus_ms(seconds * 1_000);
        self.live_until(end);
    }

    fn live_until(&mut self, end: Timestamp) {
        while self.outcome.is_none() && !self.is_stuck() {
            let next_guest = self.outside().world.next_wake().map(Timestamp::from_millis);
            let next = next_guest.map_or(self.alarm, |guest| guest.min(self.alarm));
            if next >= end {
                self.quay.0.borrow_mut().now = end;
                return;
            }
            {
                let mut outside = self.quay.0.borrow_mut();
                outside.now = outside.now.max(next);
            }
            self.serve_guests();
            if self.alarm <= self.outside().now {
                self.wake();
            }
        }
    }

    pub(crate) fn outside(&self) -> Ref<'_, Outside> {
        self.quay.0.borrow()
    }

    pub(crate) fn run(&self) -> Run {
        Run::replay(self.plan.clone(), &self.outside().journal).unwrap()
    }

    pub(crate) fn transcript(&self) -> String {
        transcript(&self.plan, &self.outside().journal)
    }

    pub(crate) fn command(&mut self, command: Command) {
        let mut outside = self.quay.0.borrow_mut();
        outside.inbox.push(command);
        self.alarm = outside.now;
    }

    /// How many of each kind are in the account, whoever's they are; what every account has is left out.
    pub(crate) fn census(&self) -> BTreeMap<Kind, Vec<String>> {
        let mut outside = self.quay.0.borrow_mut();
        let mut census = BTreeMap::new();
        for kind in Kind::ALL {
            let Ok(Reply::List(listed)) = outside.send(&Call::List(kind)) else {
                panic!("no listing of {kind:?}")
            };
            let own_key = outside.credentials.key.clone();
            let foreign = |one: &Listed| one.key.as_ref().is_none_or(|key| key.0 != own_key);
            let names: Vec<String> = listed
                .iter()
                .filter(|one| foreign(one))
                .filter_map(|one| one.name.clone())
                .filter(|name| !is_standard(name))
                .collect();
            if !names.is_empty() {
                census.insert(kind, names);
            }
        }
        census
    }

    fn is_stuck(&self) -> bool {
        self.run().state().stuck.is_some()
    }

    fn wake(&mut self) {
        let mut run = self.run();
        let quay = self.quay.clone();
        let mut driving = pin!(drive(&quay, &mut run));
        // Every door answers at once, so one poll is the whole wake-up.
        let Poll::Ready(pause) = driving
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        else {
            panic!("a door did not answer");
        };
        if pause.is_ok() {
            self.quay.0.borrow_mut().commit();
        }
        match pause {
            Ok(Pause::Until(at)) => {
                let soonest = self.outside().now.plus_ms(1);
                self.alarm = at.max(soonest);
            }
            Ok(Pause::Over(outcome)) => self.outcome = Some(outcome),
            Ok(Pause::Superseded) => panic!("superseded by nobody"),
            Err(Died) => {
                self.deaths += 1;
                let mut outside = self.quay.0.borrow_mut();
                outside.roll_back();
                self.alarm = outside.now.plus_ms(RESTART_MS);
            }
        }
        // A ready run keeps the authority for a day; the life is lived far enough once it has ended.
        if let Some((outcome, _)) = self.run().state().outcome {
            self.outcome = Some(outcome);
        }
    }

    fn serve_guests(&mut self) {
        loop {
            let call = {
                let mut outside = self.quay.0.borrow_mut();
                let now = outside.now.millis();
                outside.world.poll(now, now)
            };
            let Some(call) = call else { return };
            let (status, body) = self.serve(&call);
            let mut outside = self.quay.0.borrow_mut();
            let now = outside.now.millis();
            outside.world.answer(now, call.id, Some((status, &body)));
        }
    }

    /// What the routes of the machines do.
    fn serve(&mut self, call: &GuestCall) -> (u16, String) {
        let run = self.run();
        if !call.url.contains(&self.plan.facts.run) {
            return (410, "{}".to_owned());
        }
        let (path, action) = call.url.rsplit_once('/').unwrap();
        let machine = path.rsplit_once('/').unwrap().1;
        let caller = Caller {
            machine,
            ticket: &call.bearer,
            address: Some(IpAddr::V4(call.source)),
        };
        if !run.knows_ticket(&caller) {
            return (403, "{}".to_owned());
        }
        if run.state().outcome.is_some() {
            return (410, "{}".to_owned());
        }
        match action {
            "bundle" => {
                let outside = self.quay.0.borrow();
                match run.bundle(&caller, outside.now, |name| {
                    outside.secrets.get(name).cloned()
                }) {
                    Ok(bundle) => (200, bundle.to_json().expose().clone()),
                    Err(Denied::Forbidden) => (403, "{}".to_owned()),
                    Err(Denied::TooEarly) => (425, "{}".to_owned()),
                    Err(Denied::Gone) => (410, "{}".to_owned()),
                }
            }
            "confirm" => {
                self.command(Command::Confirm {
                    machine: machine.to_owned(),
                });
                (200, "{}".to_owned())
            }
            "report" => {
                let report = Report::parse(call.body.as_bytes()).unwrap();
                self.command(Command::Report {
                    machine: machine.to_owned(),
                    report,
                });
                (200, "{}".to_owned())
            }
            other => panic!("a machine asks for {other}"),
        }
    }
}

/// Longer than any run is patient.
const LIFE_MS: u64 = 6 * 3_600_000;

/// How long a process that has died is away.
const RESTART_MS: u64 = 1_000;

/// Whether something is in every account from the start.
fn is_standard(name: &str) -> bool {
    matches!(name, "default" | "Owner" | "owner")
}
