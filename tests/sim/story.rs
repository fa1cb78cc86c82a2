//! Lives one fate: a launch, what is done with it, and a destroy; and judges how each ended.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::{Faults, Load, Options, Preset, Service};
use shared::exoscale::{Kind, ResourceId};
use shared::plan::{ClusterRef, Facts, Plan, bake, bake_run, destroy, launch};
use shared::run::{Command, Outcome, Phase};
use shared::spec::Spec;
use shared::time::Timestamp;
use tests::life::{Act, Alarms, DEFAULT, Life, Network, RUN, Thing, facts};

use crate::fate::{Fate, Rival};
use crate::foreign::Foreign;

/// What came of a life.
#[derive(Debug, Default)]
pub(crate) struct Ending {
    /// What must not have happened.
    pub(crate) violations: Vec<String>,
    /// How its runs ended.
    pub(crate) outcomes: Vec<String>,
    /// What went wrong on purpose.
    pub(crate) faults: BTreeMap<&'static str, u64>,
    /// Before what the process died.
    pub(crate) died_before: BTreeSet<String>,
    /// How long it took, in its own time.
    pub(crate) simulated_ms: u64,
    /// How many calls left.
    pub(crate) calls: usize,
    /// What happened, as prose.
    pub(crate) transcript: String,
}

/// A life that is being lived.
struct Story {
    fate: Fate,
    life: Life,
    foreign: Foreign,
    baseline: BTreeSet<Thing>,
    began: Timestamp,
    outcomes: Vec<String>,
}

/// What a run cannot know.
struct Doubted {
    /// How its last calls ended.
    ids: BTreeSet<ResourceId>,
    kinds: BTreeSet<Kind>,
    /// Whose a load balancer is that a controller made and never put anything on: the run leaves it alone, and says so.
    suspects: BTreeSet<ResourceId>,
}

/// Lives a fate. With `told` the transcript is kept.
pub(crate) fn live(fate: Fate, told: bool) -> Ending {
    let mut story = Story::open(fate);
    story.launch();
    if story.sea_is_clean() {
        story.destroy(story.fate.destroy_suffers);
    }
    if story.sea_is_clean() {
        story.finish();
    }
    story.end(told)
}

impl Story {
    fn open(fate: Fate) -> Self {
        let options = Options {
            preset: Preset::Calm,
            seed: fate.seed,
            speed: 1,
        };
        let life = Life::open(options, "ch-dk-2", true);
        let (foreign, baseline) = Foreign::settle(&life);
        {
            let mut sea = life.sea_mut();
            sea.calls.clear();
            sea.keeps_requests = false;
        }
        let began = life.sea().now;
        Self {
            fate,
            life,
            foreign,
            baseline,
            began,
            outcomes: Vec::new(),
        }
    }

    fn sea_is_clean(&self) -> bool {
        self.life.sea().watch.violations.is_empty()
    }

    fn violation(&self, what: impl Into<String>) {
        self.life.sea_mut().watch.violation(what);
    }

    /// From here on things go wrong as the fate has it.
    fn rough(&self) {
        let fate = &self.fate;
        let mut sea = self.life.sea_mut();
        sea.world.set_faults(fate.faults.clone());
        let now = sea.now;
        sea.network = Network {
            chances: fate.chances.clone(),
            script: fate.script.clone(),
            revoked: fate.revoked_ms.map(|(from, lasts)| {
                let from = now.plus_ms(from);
                (from, from.plus_ms(lasts))
            }),
            flooded: fate.flooded_ms.map(|(from, lasts)| {
                let from = now.plus_ms(from);
                (from, from.plus_ms(lasts))
            }),
            latency_ms: LATENCY_MS,
        };
        sea.changes = 0;
    }

    /// From here on nothing goes wrong.
    fn calm(&mut self) {
        let mut sea = self.life.sea_mut();
        sea.world.set_faults(Faults::calm());
        sea.network = Network {
            latency_ms: LATENCY_MS,
            ..Network::default()
        };
        drop(sea);
        for pilot in &mut self.life.pilots {
            pilot.alarms = Alarms::default();
            pilot.berth.borrow_mut().dies_at.clear();
        }
        self.life.acts.clear();
    }

    fn begin(&mut self, plan: Plan, suffers: bool) -> usize {
        let alarms = if suffers {
            self.fate.alarms.clone()
        } else {
            Alarms::default()
        };
        let pilot = self.life.begin(plan);
        pilot.alarms = alarms;
        pilot.remembers = true;
        self.life.pilots.len() - 1
    }

    fn launch(&mut self) {
        let plan = default_plan();
        self.rough();
        let run = self.begin(plan.clone(), true);
        self.life.pilots[run]
            .berth
            .borrow_mut()
            .dies_at
            .extend(self.fate.deaths.iter());
        self.plan_acts(run, &plan);
        self.live_until_over();
        let rivals = matches!(self.fate.rival, Some(Rival::Destroy(_)));
        self.judge(run, rivals);
        if self.life.outcome(run) == Some(Outcome::Ready) && !rivals {
            self.use_cluster(&plan);
        }
    }

    fn plan_acts(&mut self, run: usize, plan: &Plan) {
        let now = self.life.sea().now;
        let fate = self.fate.clone();
        let mut say = |at: Option<u64>, command: Command| {
            if let Some(ms) = at {
                self.life.plan_act(now.plus_ms(ms), Act::Say(run, command));
            }
        };
        say(fate.cancel_at_ms, Command::Cancel);
        say(fate.retry_at_ms, Command::Retry);
        let public_key = ADMIN_KEY.to_owned();
        say(fate.admin_key_at_ms, Command::AdminKey { public_key });
        for ms in fate.deaths_at_ms {
            self.life.plan_act(now.plus_ms(ms), Act::Die(run));
        }
        if let Some(Rival::Destroy(ms)) = fate.rival {
            let plan = Box::new(destroy_plan(plan));
            self.life.plan_act(now.plus_ms(ms), Act::Begin(plan));
        }
    }

    /// What people do with a cluster that is ready.
    fn use_cluster(&mut self, plan: &Plan) {
        self.calm();
        if self.fate.services > 0 {
            let services = (0..self.fate.services).map(|number| Service {
                name: format!("service-{number}"),
                pool: None,
            });
            let load = Load {
                services: services.collect(),
                ..Load::default()
            };
            let cluster = plan.cluster.id.clone().unwrap();
            if !self.life.sea_mut().world.set_load(&cluster, load) {
                self.violation("the cluster that is ready is not there");
            }
            self.pass(60_000);
        }
        if let Some(Rival::Bake(ms)) = self.fate.rival {
            let facts = Facts {
                run: bake_run(RUN),
                ..plan.facts.clone()
            };
            let spec = plan.spec.clone().unwrap();
            self.rough();
            self.begin(bake(&spec, plan.cluster.tag(), facts), true);
            self.pass(ms);
        }
    }

    fn destroy(&mut self, suffers: bool) {
        if suffers {
            self.rough();
            // Whatever was to befall one call or the key befell the launch.
            let mut sea = self.life.sea_mut();
            sea.network.revoked = None;
        } else {
            self.calm();
        }
        let run = self.begin(destroy_plan(&default_plan()), suffers);
        self.live_until_over();
        let bakes = matches!(self.fate.rival, Some(Rival::Bake(_)));
        self.judge(run, bakes);
    }

    /// Whatever came before: with nothing going wrong, what is stuck is retried, and a last destroy finds or leaves
    /// nothing.
    fn finish(&mut self) {
        let runs = self.life.pilots.len();
        let is_over = self.life.outcome(runs - 1) == Some(Outcome::Destroyed);
        if runs > 2 || self.fate.destroy_suffers || !is_over {
            self.last_destroy();
        }
        let runs = 0..self.life.pilots.len();
        let suspects: BTreeSet<ResourceId> =
            runs.flat_map(|run| self.told(run).1.suspects).collect();
        let census = self.life.census();
        let left = census.difference(&self.baseline);
        let left = left.filter(|thing| thing.kind != Kind::Template);
        let left: Vec<&Thing> = left.filter(|thing| !suspects.contains(&thing.id)).collect();
        if !left.is_empty() {
            self.violation(format!("left behind after everything: {left:?}"));
        }
        let missing: Vec<&Thing> = self.baseline.difference(&census).collect();
        if !missing.is_empty() {
            self.violation(format!("taken from others: {missing:?}"));
        }
        self.foreign.check(&self.life);
    }

    fn last_destroy(&mut self) {
        self.calm();
        for run in 0..self.life.pilots.len() {
            if self.life.is_stuck(run) {
                self.life.pilots[run].post(Command::Retry);
                self.outcomes.push("retried".to_owned());
            }
        }
        self.live_until_over();
        for run in 0..self.life.pilots.len() {
            if self.life.is_stuck(run) {
                self.violation("stuck again although nothing went wrong");
            }
        }
        let run = self.begin(destroy_plan(&default_plan()), false);
        self.live_until_over();
        if self.life.outcome(run) != Some(Outcome::Destroyed) {
            self.violation("a destroy did not end well although nothing went wrong");
        }
    }

    fn pass(&mut self, ms: u64) {
        let end = self.life.sea().now.plus_ms(ms);
        while self.life.step(end) {}
    }

    fn live_until_over(&mut self) {
        let end = self.life.sea().now.plus_ms(LIFE_MS);
        loop {
            let open = (0..self.life.pilots.len())
                .any(|run| self.life.outcome(run).is_none() && !self.life.is_stuck(run));
            // What was to happen later does not happen any more.
            if !open {
                self.life.acts.clear();
                return;
            }
            if !self.life.step(end) {
                return self.violation("no end in sight");
            }
            if !self.sea_is_clean() {
                return;
            }
        }
    }

    /// What is there and was not there before; members of pools go with them.
    fn extra(&self) -> BTreeSet<Thing> {
        let census = self.life.census();
        census
            .difference(&self.baseline)
            .filter(|thing| !thing.is_member)
            .cloned()
            .collect()
    }

    /// Whether a run that has come to rest has told the truth. With another run at work nobody can tell.
    fn judge(&mut self, run: usize, others: bool) {
        let kind = self.life.pilots[run].berth.borrow().plan.kind;
        let outcome = self.life.outcome(run);
        let name = outcome.map_or_else(|| "Stuck".to_owned(), |outcome| format!("{outcome:?}"));
        self.outcomes.push(format!("{kind:?} {name}"));
        if others {
            return;
        }
        let there = self.extra();
        let (told, doubted) = self.told(run);
        let unnamed: Vec<&Thing> = there
            .iter()
            .filter(|thing| !told.contains(&thing.id))
            .collect();
        let gone: Vec<&ResourceId> = told
            .iter()
            .filter(|id| there.iter().all(|thing| thing.id != **id))
            .collect();
        let agrees = match outcome {
            Some(Outcome::Undone | Outcome::Destroyed) => there
                .iter()
                .all(|thing| doubted.suspects.contains(&thing.id)),
            Some(Outcome::Ready | Outcome::Done) => unnamed.is_empty() && gone.is_empty(),
            // Nobody can name what only a lost answer named, or know the end of what nobody could ask about.
            None => {
                unnamed
                    .iter()
                    .all(|thing| doubted.kinds.contains(&thing.kind))
                    && gone.iter().all(|id| doubted.ids.contains(*id))
            }
        };
        if !agrees {
            self.violation(format!(
                "{kind:?} ended {name}, there and not named: {unnamed:?}; named and not there: {gone:?}"
            ));
        }
    }

    /// What a run says is there, and what it cannot know.
    fn told(&mut self, run: usize) -> (BTreeSet<ResourceId>, Doubted) {
        self.life.pilots[run].with_run(|run| {
            let state = run.state();
            let told = match &state.stuck {
                Some(leftovers) => leftovers.iter().map(|left| left.item.id.clone()).collect(),
                None => state.ids.values().cloned().collect(),
            };
            let suspects = state.kept.iter();
            let suspects = suspects.filter(|kept| kept.item.kind == Kind::LoadBalancer);
            let open = state
                .tasks
                .iter()
                .filter(|(_, task)| task.phase != Phase::Done && task.attempts > 0);
            let ids = open.filter_map(|(target, _)| {
                target
                    .item
                    .clone()
                    .or_else(|| state.ids.get(&target.step).cloned())
            });
            (
                told,
                Doubted {
                    ids: ids.collect(),
                    kinds: state.doubted.clone(),
                    suspects: suspects.map(|kept| kept.item.id.clone()).collect(),
                },
            )
        })
    }

    fn end(self, told: bool) -> Ending {
        let transcript = if told {
            self.transcript()
        } else {
            String::new()
        };
        let pilots = self.life.pilots.iter();
        let died_before = pilots
            .flat_map(|pilot| {
                let berth = pilot.berth.borrow();
                let kind = berth.plan.kind;
                let places = berth.died_before.iter();
                places
                    .map(|place| format!("{kind:?} {place}"))
                    .collect::<Vec<_>>()
            })
            .collect();
        let mut sea = self.life.sea_mut();
        let struck = sea.world.struck();
        for (what, count) in [
            ("listings that lag", struck.stale_lists),
            ("dead machines", struck.dead_machines),
            ("slow machines", struck.slow_machines),
        ] {
            *sea.watch.faults.entry(what).or_default() += count;
        }
        Ending {
            violations: std::mem::take(&mut sea.watch.violations),
            outcomes: self.outcomes,
            faults: std::mem::take(&mut sea.watch.faults),
            died_before,
            simulated_ms: sea.now.since_ms(self.began),
            calls: sea.calls.len(),
            transcript,
        }
    }

    fn transcript(&self) -> String {
        let runs = 0..self.life.pilots.len();
        let told: Vec<String> = runs.map(|run| self.life.transcript(run)).collect();
        format!("{:#?}\n\n{}", self.fate, told.join("\n"))
    }
}

thread_local! {
    static DEFAULT_PLAN: Plan = launch(&Spec::from_json(DEFAULT).unwrap(), facts(RUN));
}

/// The launch of the default shape.
pub(crate) fn default_plan() -> Plan {
    DEFAULT_PLAN.with(Plan::clone)
}

/// The destroy of what a plan has made, from nothing but its name.
pub(crate) fn destroy_plan(plan: &Plan) -> Plan {
    let cluster = ClusterRef {
        id: None,
        ..plan.cluster.clone()
    };
    destroy(
        cluster,
        &[],
        Facts {
            run: DESTROY.to_owned(),
            ..facts(RUN)
        },
    )
}

/// The longest usual way to Exoscale, and back.
const LATENCY_MS: u64 = 200;

/// Longer than any run is patient.
const LIFE_MS: u64 = 24 * 3_600_000;

/// The destroying run.
const DESTROY: &str = "destroydestroydestroydest2";

/// A browser's.
pub(crate) const ADMIN_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==";
