//! What one run has on disk: its plan, journal, inbox and secrets, and the fact that fences.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shared::office::Met;
use shared::plan::Plan;
use shared::run::{Command, Entry, Event, Outcome, Run};
use shared::secret::Secret;

use super::Watch;

/// The rows of one run.
pub struct Berth {
    /// Made once, and stored.
    pub plan: Arc<Plan>,
    /// The journal as it is stored.
    pub rows: Vec<String>,
    /// The same, as it was written.
    pub journal: Vec<Entry>,
    /// What waits for the driver.
    pub inbox: Vec<Command>,
    /// What is kept sealed.
    pub secrets: BTreeMap<String, Secret<String>>,
    /// Every secret there ever was, also after it has been shredded.
    pub ever_secret: BTreeMap<String, Secret<String>>,
    /// The wake-up that drives the run.
    pub epoch: u64,
    /// What the calls of the last wake-up met.
    pub met: Option<Met>,
    /// The places at which the process dies, counted in lines, calls and shreddings.
    pub dies_at: BTreeSet<u64>,
    /// How many such places there have been.
    pub places: u64,
    /// What was about to happen at each death.
    pub died_before: Vec<String>,
    /// The process is gone; nothing more gets through.
    pub(super) is_dead: bool,
    uncommitted: Uncommitted,
    intents: Vec<String>,
    ended: Option<Outcome>,
    stuck: bool,
    /// So many rows have been read back and were as they were written.
    read_back: Cell<usize>,
}

/// What a death takes back: what is written without an await in between is one transaction, and it is on disk before
/// anything leaves.
#[derive(Default)]
struct Uncommitted {
    lines: usize,
    taken: Vec<Command>,
    kept: Vec<(String, Option<Secret<String>>)>,
    ended: Option<Outcome>,
    stuck: bool,
}

/// Why a door could not be used.
#[derive(Debug)]
pub enum Broken {
    /// The process has died.
    Died,
    /// Somebody else has written that line.
    Forked,
}

impl Berth {
    /// A run that has just been accepted.
    pub fn new(plan: Plan) -> Self {
        Self {
            plan: Arc::new(plan),
            rows: Vec::new(),
            journal: Vec::new(),
            inbox: vec![Command::Start],
            secrets: BTreeMap::new(),
            ever_secret: BTreeMap::new(),
            epoch: 0,
            met: None,
            dies_at: BTreeSet::new(),
            places: 0,
            died_before: Vec::new(),
            is_dead: false,
            uncommitted: Uncommitted::default(),
            intents: Vec::new(),
            ended: None,
            stuck: false,
            read_back: Cell::new(0),
        }
    }

    /// How the run ended.
    pub const fn outcome(&self) -> Option<Outcome> {
        self.ended
    }

    /// Whether the run waits for a person.
    pub const fn is_stuck(&self) -> bool {
        self.stuck
    }

    /// The run as its stored journal tells it.
    pub fn replayed(&self) -> Run {
        let rows = self.rows.iter().zip(&self.journal);
        for (row, entry) in rows.skip(self.read_back.replace(self.rows.len())) {
            let stored: Entry = serde_json::from_str(row).unwrap();
            assert!(
                stored == *entry,
                "a line is read otherwise than it was written"
            );
        }
        Run::replay(Arc::clone(&self.plan), &self.journal).unwrap()
    }

    /// Whether the process gets past the next line or call.
    pub(super) fn pass(&mut self, what: impl Fn() -> String) -> Result<(), Broken> {
        if self.is_dead {
            return Err(Broken::Died);
        }
        self.is_dead = self.dies_at.remove(&self.places);
        self.places += 1;
        if self.is_dead {
            self.died_before.push(what());
            return Err(Broken::Died);
        }
        Ok(())
    }

    pub(super) fn take_inbox(&mut self) -> Vec<Command> {
        let taken = std::mem::take(&mut self.inbox);
        self.uncommitted.taken.extend(taken.iter().cloned());
        taken
    }

    pub(super) fn record(&mut self, entry: &Entry, watch: &mut Watch) -> Result<(), Broken> {
        self.pass(|| label(entry))?;
        if entry.seq != self.journal.len() as u64 + 1 {
            return Err(Broken::Forked);
        }
        let row = serde_json::to_string(entry).unwrap();
        watch.shown(&row);
        self.check_order(&entry.event, watch);
        if let Event::Intended { call, .. } = &entry.event {
            self.intents.push(call.clone());
        }
        self.rows.push(row);
        self.journal.push(entry.clone());
        self.uncommitted.lines += 1;
        Ok(())
    }

    /// What has ended stays ended, and what is stuck moves only when a person says so.
    fn check_order(&mut self, event: &Event, watch: &mut Watch) {
        let after_the_end = matches!(
            event,
            Event::Collected
                | Event::Shredded { .. }
                | Event::AdminKey { .. }
                | Event::Made { target: None, .. }
                | Event::Slept { .. }
        );
        let while_stuck = after_the_end
            || matches!(
                event,
                Event::Retried
                    | Event::Reported { .. }
                    | Event::Confirmed { .. }
                    | Event::Away { .. }
            );
        if (self.ended.is_some() && !after_the_end) || (self.stuck && !while_stuck) {
            watch.violation(format!("{event:?} after the end"));
        }
        if let Event::Finished { outcome } = event {
            self.ended = Some(*outcome);
        }
        self.stuck =
            (self.stuck && *event != Event::Retried) || matches!(event, Event::Stuck { .. });
    }

    /// A call that changes something leaves: its intent is on disk, and it is the first to use it.
    pub(super) fn leaves(&mut self, call: &str, watch: &mut Watch) {
        match self.intents.iter().position(|intended| intended == call) {
            Some(index) => drop(self.intents.swap_remove(index)),
            None => watch.violation(format!("{call} without an intent")),
        }
        if self.ended.is_some() || self.stuck {
            watch.violation(format!("{call} after the end"));
        }
    }

    pub(super) fn keep(&mut self, name: &str, secret: &Secret<String>) {
        let before = self.secrets.insert(name.to_owned(), secret.clone());
        self.ever_secret.insert(name.to_owned(), secret.clone());
        self.uncommitted.kept.push((name.to_owned(), before));
    }

    /// What was written is on disk.
    pub(super) fn commit(&mut self) {
        self.uncommitted = Uncommitted {
            ended: self.ended,
            stuck: self.stuck,
            ..Uncommitted::default()
        };
    }

    /// The process is gone, and with it what was not on disk.
    pub(super) fn roll_back(&mut self) {
        let gone = std::mem::take(&mut self.uncommitted);
        self.rows.truncate(self.rows.len() - gone.lines);
        self.read_back
            .set(self.read_back.get().min(self.rows.len()));
        self.journal.truncate(self.rows.len());
        self.inbox.splice(0..0, gone.taken);
        for (name, before) in gone.kept.into_iter().rev() {
            match before {
                Some(before) => self.secrets.insert(name, before),
                None => self.secrets.remove(&name),
            };
        }
        (self.ended, self.stuck) = (gone.ended, gone.stuck);
        self.commit();
        self.forget_intents();
        self.is_dead = false;
    }

    /// Nobody drives any more.
    pub(super) fn forget_intents(&mut self) {
        self.intents.clear();
    }
}

/// What a line is about, for the list of places where a process died.
fn label(entry: &Entry) -> String {
    let event = format!("{:?}", entry.event);
    let name = event.split([' ', '{']).next().unwrap_or_default();
    match entry.event.target() {
        Some(target) => format!("line {name} {}.{}", target.step, target.task),
        None => format!("line {name}"),
    }
}
