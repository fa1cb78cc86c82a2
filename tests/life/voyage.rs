//! One account and the runs in it, in the order of time.

use std::cell::{Ref, RefCell, RefMut};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use sandbox::{Faults, Options};
use shared::exoscale::{Call, Kind, Listed, Reply};
use shared::plan::{ClusterRef, Plan, Seen, Standing, Survey};
use shared::run::{Command, Outcome, transcript};
use shared::time::Timestamp;

use super::{Pilot, Sea, Thing, machines};

/// An account and its runs.
pub struct Life {
    /// The account.
    pub sea: Rc<RefCell<Sea>>,
    /// The runs, in the order in which they were begun.
    pub pilots: Vec<Pilot>,
    /// What happens at which moment of its own accord.
    pub acts: BTreeMap<(Timestamp, usize), Act>,
    ready_made: bool,
}

/// Something that a person does, or that befalls a run.
#[derive(Clone, Debug)]
pub enum Act {
    /// A person says something to a run.
    Say(usize, Command),
    /// A run's process dies while it waits.
    Die(usize),
    /// Another run begins.
    Begin(Box<Plan>),
}

impl Life {
    /// A fresh account. With `ready_made` authorities come out of a store.
    pub fn open(options: Options, zone: &str, ready_made: bool) -> Self {
        Self {
            sea: Rc::new(RefCell::new(Sea::open(options, zone))),
            pilots: Vec::new(),
            acts: BTreeMap::new(),
            ready_made,
        }
    }

    /// Accepts a run.
    pub fn begin(&mut self, plan: Plan) -> &mut Pilot {
        let pilot = Pilot::new(&self.sea, plan, self.ready_made);
        self.pilots.push(pilot);
        self.pilots.last_mut().unwrap()
    }

    /// Something will happen.
    pub fn plan_act(&mut self, at: Timestamp, act: Act) {
        let number = self.acts.len();
        self.acts.insert((at, number), act);
    }

    /// The account.
    pub fn sea(&self) -> Ref<'_, Sea> {
        self.sea.borrow()
    }

    /// The account, to be changed.
    pub fn sea_mut(&self) -> RefMut<'_, Sea> {
        self.sea.borrow_mut()
    }

    /// Lives the next moment in which something happens; `false` when there is none before `end`.
    pub fn step(&mut self, end: Timestamp) -> bool {
        let next = self.next_moment().filter(|next| *next < end);
        {
            let mut sea = self.sea.borrow_mut();
            sea.now = sea.now.max(next.unwrap_or(end));
        }
        if next.is_none() {
            return false;
        }
        while self.sea.borrow_mut().deliver() {
            self.pilots.iter_mut().for_each(Pilot::go_on);
        }
        self.serve_guests();
        self.act();
        let now = self.sea().now;
        for pilot in &mut self.pilots {
            if pilot.next_alarm().is_some_and(|at| at <= now) {
                pilot.wake();
            }
        }
        true
    }

    fn next_moment(&self) -> Option<Timestamp> {
        let sea = self.sea();
        let machines = sea.world.next_wake().map(Timestamp::from_millis);
        let alarms = self.pilots.iter().filter_map(Pilot::next_alarm).min();
        let act = self.acts.first_key_value().map(|((at, _), _)| *at);
        [machines, sea.next_arrival(), alarms, act]
            .into_iter()
            .flatten()
            .min()
    }

    fn act(&mut self) {
        let now = self.sea().now;
        while let Some(first) = self.acts.first_entry()
            && first.key().0 <= now
        {
            match first.remove() {
                Act::Say(run, command) => {
                    self.sea.borrow_mut().watch.struck(said(&command));
                    self.pilots[run].post(command);
                }
                Act::Die(run) => self.pilots[run].die(),
                Act::Begin(plan) => drop(self.begin(*plan)),
            }
        }
    }

    fn serve_guests(&mut self) {
        let now = self.sea().now;
        loop {
            let call = self.sea.borrow_mut().world.poll(now.millis(), now.millis());
            let Some(call) = call else { return };
            let (status, body) = machines::serve(&mut self.pilots, &call, now);
            let world = &mut self.sea.borrow_mut().world;
            world.answer(now.millis(), call.id, Some((status, &body)));
        }
    }

    /// How a run ended.
    pub fn outcome(&self, run: usize) -> Option<Outcome> {
        self.pilots[run].berth.borrow().outcome()
    }

    /// Whether a run waits for a person.
    pub fn is_stuck(&self, run: usize) -> bool {
        let berth = self.pilots[run].berth.borrow();
        berth.is_stuck() && berth.inbox.is_empty()
    }

    /// A run as prose.
    pub fn transcript(&self, run: usize) -> String {
        let berth = self.pilots[run].berth.borrow();
        transcript(&berth.plan, &berth.journal)
    }

    /// What the account says of the cluster that a plan made.
    pub fn standing(&self, plan: &Plan) -> Standing {
        self.survey(plan).0
    }

    /// What the account says of the cluster that a plan made, and what it shows of it.
    pub fn survey(&self, plan: &Plan) -> (Standing, Seen) {
        let mut sea = self.sea_mut();
        let cluster = ClusterRef {
            id: None,
            ..plan.cluster.clone()
        };
        let mut ask = |calls: Vec<Call>| -> Vec<Reply> {
            let answers = calls.iter().map(|call| sea.ask(call).unwrap());
            answers.collect()
        };
        let survey = Survey::new(&cluster, ask(Survey::calls())).unwrap();
        let more = ask(survey.more_calls());
        let seen = survey.seen(&more);
        (survey.standing(more).unwrap(), seen)
    }

    /// Everything in the account that was not there from the start, by a listing that tells the truth.
    pub fn census(&self) -> BTreeSet<Thing> {
        let mut sea = self.sea.borrow_mut();
        let faults = sea.world.faults().clone();
        sea.world.set_faults(Faults::calm());
        let own_key = sea.credentials.key.clone();
        let mut census = BTreeSet::new();
        for kind in Kind::ALL {
            let Ok(Reply::List(listed)) = sea.ask(&Call::List(kind)) else {
                panic!("no listing of {kind:?}")
            };
            let others = listed
                .iter()
                .filter(|one| one.key.as_ref().is_none_or(|key| key.0 != own_key));
            census.extend(others.filter_map(|one| thing(kind, one)));
        }
        sea.world.set_faults(faults);
        census
    }
}

fn thing(kind: Kind, listed: &Listed) -> Option<Thing> {
    let name = listed
        .name
        .clone()
        .or_else(|| listed.description.clone())
        .unwrap_or_default();
    let is_standard = matches!(name.as_str(), "default" | "Owner" | "owner");
    let id = listed.id_of(kind)?;
    let is_member = listed.manager.is_some();
    (!is_standard).then_some(Thing {
        kind,
        id,
        name,
        is_member,
    })
}

const fn said(command: &Command) -> &'static str {
    match command {
        Command::Cancel => "cancel",
        Command::Retry => "retry",
        Command::AdminKey { .. } => "another admin key",
        Command::Start | Command::Collected | Command::Report { .. } | Command::Confirm { .. } => {
            "something said"
        }
    }
}
