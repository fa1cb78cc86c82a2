//! Wakes the driver of one run, and lets it die.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use shared::exoscale::CallError;
use shared::office::{Allowance, Asking};
use shared::plan::Plan;
use shared::run::{CallId, Command, Input, Run};
use shared::time::Timestamp;
use worker_edge::driver::{Pause, drive};

use super::berth::Broken;
use super::{Berth, Quay, Sea};

/// One run and whoever drives it.
pub struct Pilot {
    /// The run's rows.
    pub berth: Rc<RefCell<Berth>>,
    /// How its alarms behave.
    pub alarms: Alarms,
    /// Whether a run stays in memory between two wake-ups; else each begins with a replay.
    pub remembers: bool,
    /// How often the process died.
    pub deaths: u32,
    /// How long the processor was busy in each wake-up, if anybody wants to know.
    pub measures: Option<Vec<Duration>>,
    /// The most calls of a wake-up.
    pub calls_most: u32,
    sea: Rc<RefCell<Sea>>,
    ready_made: bool,
    alarm: Timestamp,
    drives: Vec<Drive>,
    kept: Option<Run>,
}

/// Chances in a thousand that something happens to an alarm.
#[derive(Clone, Debug, Default)]
pub struct Alarms {
    /// Up to a minute late, as when a machine fails over.
    pub late: u32,
    /// Lost: somebody who looks at the run sets it again.
    pub lost: u32,
    /// It comes twice.
    pub doubled: u32,
    /// It comes again while the first still waits for answers, on another machine.
    pub zombie: u32,
}

/// The run, and why the loop stopped.
type Driven = (Run, Result<Pause, Broken>);

/// One wake-up that waits for answers.
struct Drive {
    epoch: u64,
    future: Pin<Box<dyn Future<Output = Driven>>>,
}

impl Pilot {
    /// A run that has just been accepted.
    pub fn new(sea: &Rc<RefCell<Sea>>, plan: Plan, ready_made: bool) -> Self {
        Self {
            berth: Rc::new(RefCell::new(Berth::new(plan))),
            alarms: Alarms::default(),
            remembers: false,
            deaths: 0,
            measures: None,
            calls_most: 0,
            sea: Rc::clone(sea),
            ready_made,
            alarm: sea.borrow().now,
            drives: Vec::new(),
            kept: None,
        }
    }

    /// When the driver is next to be woken. An alarm waits for the one that is still being served.
    pub fn next_alarm(&self) -> Option<Timestamp> {
        self.drives.is_empty().then_some(self.alarm)
    }

    /// Puts something into the inbox, and wakes the driver.
    pub fn post(&mut self, command: Command) {
        self.berth.borrow_mut().inbox.push(command);
        self.alarm = self.sea.borrow().now;
    }

    /// What the journal adds up to now.
    pub fn with_run<T>(&mut self, look: impl FnOnce(&Run) -> T) -> T {
        let run = self.current();
        let result = look(&run);
        self.kept = Some(run);
        result
    }

    /// The run in memory, if nothing was written without it; else a replay.
    fn current(&mut self) -> Run {
        let written = self.berth.borrow().journal.len() as u64;
        match self.kept.take() {
            Some(run) if run.state().seq == written => run,
            _ => self.berth.borrow().replayed(),
        }
    }

    /// A wake-up begins.
    pub fn wake(&mut self) {
        if let Some(measures) = &mut self.measures {
            measures.push(Duration::ZERO);
        }
        let began = self.clock();
        self.begin();
        self.busy_since(began);
        self.go_on();
        let alone = self.drives.len() == 1;
        if alone && self.sea.borrow_mut().random.chance(self.alarms.zombie) {
            self.sea.borrow_mut().watch.struck("zombie instance");
            self.wake();
        }
    }

    /// The wall clock, for who measures.
    #[expect(clippy::disallowed_methods, reason = "what is measured is real time")]
    fn clock(&self) -> Option<Instant> {
        self.measures.as_ref().map(|_| Instant::now())
    }

    fn busy_since(&mut self, began: Option<Instant>) {
        let busy = began.map(|began| began.elapsed()).unwrap_or_default();
        if let Some(last) = self.measures.as_mut().and_then(|all| all.last_mut()) {
            *last += busy;
        }
    }

    fn begin(&mut self) {
        if !self.remembers {
            self.kept = None;
        }
        let mut run = self.current();
        if self.remembers && self.sea.borrow_mut().random.chance(COMPARED) {
            self.compare(&run);
        }
        // An answer of an earlier wake-up, or the same one twice: nobody waits for it any more.
        let why = "late".to_owned();
        let result = Err(CallError::Lost { why });
        run.handle(
            self.sea.borrow().now,
            Input::Reply {
                call: CallId(1),
                result,
            },
        );
        let allowance = self.asks(&run);
        let quay = {
            let mut berth = self.berth.borrow_mut();
            berth.epoch += 1;
            Quay {
                sea: Rc::clone(&self.sea),
                berth: Rc::clone(&self.berth),
                epoch: berth.epoch,
                ready_made: self.ready_made,
                allowed: Rc::new(Cell::new(allowance.calls())),
            }
        };
        let epoch = quay.epoch;
        let future = Box::pin(async move {
            let pause = drive(&quay, &mut run, allowance).await;
            (run, pause)
        });
        self.drives.push(Drive { epoch, future });
    }

    /// What the office of the account allows, if it can be asked.
    fn asks(&self, run: &Run) -> Allowance {
        let sea = &mut *self.sea.borrow_mut();
        if sea.random.chance(sea.network.chances.office_away) {
            sea.watch.struck("office away");
            return Allowance::Alone;
        }
        let asking = Asking {
            run: run.plan().facts.run.clone(),
            now: sea.now,
            met: self.berth.borrow_mut().met.take(),
        };
        let allowance = sea.office.ask(&asking);
        match allowance {
            Allowance::Calls(1) => sea.watch.struck("one call to try"),
            Allowance::NotBefore(_) => sea.watch.struck("told to wait"),
            Allowance::Calls(_) | Allowance::Alone => {}
        }
        allowance
    }

    /// A replay must know what the run in memory knows.
    fn compare(&self, run: &Run) {
        let replayed = self.berth.borrow().replayed();
        let told = |run: &Run| format!("{:?}", run.state());
        if told(&replayed) != told(run) {
            let what = "a replay differs from the run in memory";
            self.sea.borrow_mut().watch.violation(what);
        }
    }

    /// Answers may have come.
    pub fn go_on(&mut self) {
        let began = self.clock();
        self.poll_drives();
        self.busy_since(began);
    }

    fn poll_drives(&mut self) {
        for mut drive in std::mem::take(&mut self.drives) {
            let mut context = Context::from_waker(Waker::noop());
            let polled = drive.future.as_mut().poll(&mut context);
            if self.berth.borrow().is_dead {
                return self.die();
            }
            self.berth.borrow_mut().commit();
            match polled {
                Poll::Pending => self.drives.push(drive),
                Poll::Ready((run, pause)) => self.paused(run, &pause, drive.epoch),
            }
        }
        if self.drives.is_empty() {
            self.berth.borrow_mut().forget_intents();
        }
    }

    /// The process is gone, and everything that waited in it.
    pub fn die(&mut self) {
        self.deaths += 1;
        let mut sea = self.sea.borrow_mut();
        sea.watch.struck("crash");
        self.drives.clear();
        self.kept = None;
        self.berth.borrow_mut().roll_back();
        // The platform runs the alarm again at once, or the one that was armed first fires.
        let away = if self.alarms.late > 0 && sea.random.chance(300) {
            SAFETY_NET_MS
        } else {
            RESTART_MS
        };
        self.alarm = sea.now.plus_ms(away);
    }

    fn paused(&mut self, run: Run, pause: &Result<Pause, Broken>, epoch: u64) {
        self.calls_most = self.calls_most.max(run.met().calls);
        if self.berth.borrow().epoch == epoch && pause.is_ok() {
            self.berth.borrow_mut().met = Some(run.met().clone());
        }
        // A run that stopped half-way knows lines that were never written.
        self.kept = matches!(pause, Ok(Pause::Until(_) | Pause::Over(_))).then_some(run);
        if self.berth.borrow().epoch != epoch {
            return;
        }
        let now = self.sea.borrow().now;
        if !self.berth.borrow().inbox.is_empty() {
            self.alarm = now;
            return;
        }
        self.alarm = match pause {
            Ok(Pause::Until(at)) => self.armed((*at).max(now.plus_ms(1))),
            Ok(Pause::Over(_)) => NEVER,
            Ok(Pause::Superseded) | Err(Broken::Forked | Broken::Died) => {
                now.plus_ms(SAFETY_NET_MS)
            }
        };
    }

    /// When an alarm that is set for a moment really comes.
    fn armed(&self, at: Timestamp) -> Timestamp {
        let sea = &mut *self.sea.borrow_mut();
        if sea.random.chance(self.alarms.late) {
            sea.watch.struck("alarm late");
            at.plus_ms(sea.random.below(60_000))
        } else if sea.random.chance(self.alarms.lost) {
            sea.watch.struck("alarm lost");
            at.plus_ms(ALARM_LOST_MS + sea.random.below(5_000))
        } else if sea.random.chance(self.alarms.doubled) {
            sea.watch.struck("alarm doubled");
            sea.now.plus_ms(1)
        } else {
            at
        }
    }
}

/// How long a process that has died is away.
const RESTART_MS: u64 = 1_000;

/// If a wake-up dies with its machine, the next one comes after this.
const SAFETY_NET_MS: u64 = 30_000;

/// Whoever looks at a run takes an alarm for lost that is later than this.
const ALARM_LOST_MS: u64 = 90_000;

/// So many wake-ups in a thousand compare the run in memory with a replay.
const COMPARED: u32 = 5;

/// Nobody is woken any more.
const NEVER: Timestamp = Timestamp::from_millis(u64::MAX);
