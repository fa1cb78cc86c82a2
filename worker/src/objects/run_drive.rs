//! Drives a run as far as it goes, and gives its cluster's name back at the end.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join;
use shared::plan::Plan;
use shared::run::{Outcome, Run, Shred};

use super::account;
use super::run::{RunObject, SAFETY_NET};
use super::run_doors::{EPOCH, EdgeDoors};
use super::run_office::MET;
use super::run_store::{PACE, RunStore};
use super::socket::Listeners;
use crate::answer::Failure;
use crate::config::{ACCOUNTS, wall};
use crate::driver::{Pause, drive};
use crate::log;

impl RunObject {
    /// Drives the run as far as it goes now; says when to go on.
    pub(super) async fn drive(&self) -> worker::Result<Option<Duration>> {
        let store = RunStore::open(self.state.storage().sql())?;
        let Some(mut run) = store.run()? else {
            return Ok(None);
        };
        let epoch = store
            .fact::<u64>(EPOCH)?
            .unwrap_or_default()
            .saturating_add(1);
        store.set_fact(EPOCH, &epoch)?;
        let (share, allowance) = join(self.share_of(&store), self.allowance(&store, &run)).await;
        let share = share.map_err(internal)?;
        if share.is_none() && run.state().shredded != Some(Shred::All) {
            // A share that cannot be read now may be read later; without it every secret would seem to be gone.
            return Err(worker::Error::RustError(
                "the sealing share cannot be read".to_owned(),
            ));
        }
        let vault = share
            .as_ref()
            .map(|share| self.vault(share))
            .transpose()
            .map_err(internal)?;
        let pace = self.pace().map_err(internal)?;
        let doors = EdgeDoors {
            env: self.env.clone(),
            store: store.clone(),
            pace: Rc::new(Cell::new(pace)),
            epoch,
            zone: run.plan().cluster.zone.as_str().to_owned(),
            share: share.map(|share| share.name),
            vault,
            listeners: Listeners::of(&self.state),
            unsent: RefCell::default(),
            shredded: Cell::default(),
        };
        let before = became(&run);
        let pause = drive(&doors, &mut run, allowance).await?;
        if pause != Pause::Superseded {
            store.set_fact(MET, &Some(run.met()))?;
            if let Some(now) = became(&run).filter(|_| before != became(&run)) {
                self.log(run.plan(), now, None);
            }
        }
        let heard = doors.pace.get();
        if heard != pace {
            store.set_fact(PACE, &heard)?;
        }
        self.call_off(&store, &run).await?;
        if run.state().outcome.is_some() || run.state().stuck.is_some() {
            self.release(&store, &run).await?;
        }
        // What came in while the name was given back has set the alarm, and that alarm is about to be replaced.
        if !store.inbox_is_empty()? {
            return Ok(Some(Duration::ZERO));
        }
        Ok(match pause {
            Pause::Until(at) => {
                let wait_ms = heard.wall_at(at).since_ms(wall());
                Some(Duration::from_millis(wait_ms))
            }
            // Whoever took over arms its own alarm; the safety net stays.
            Pause::Superseded => Some(SAFETY_NET),
            Pause::Over(_) => None,
        })
    }

    /// Tells the operator's log what became of the run, in our own words.
    pub(super) fn log(&self, plan: &Plan, what: &str, caller: Option<&str>) {
        let what = format!("{:?} {what}", plan.kind).to_lowercase();
        log::run(&self.env, &what, &plan.facts.run, caller);
    }

    /// Gives the cluster's name back, so that another run may work on it.
    async fn release(&self, store: &RunStore, run: &Run) -> worker::Result<()> {
        let Some(account) = store.fact::<Option<String>>(ACCOUNT)?.flatten() else {
            return Ok(());
        };
        account::release(
            &self.env.durable_object(ACCOUNTS)?.get_by_name(&account)?,
            run.plan(),
        )
        .await?;
        store.set_fact(ACCOUNT, &Option::<String>::None)
    }
}

/// What the operator's log says of how a run came to rest.
fn became(run: &Run) -> Option<&'static str> {
    let state = run.state();
    match state.outcome.map(|(outcome, _)| outcome) {
        Some(Outcome::Ready) => Some("ended: ready"),
        Some(Outcome::Destroyed) => Some("ended: destroyed"),
        Some(Outcome::Done) => Some("ended: done"),
        Some(Outcome::Undone) => Some("ended: taken back"),
        None => state.stuck.as_ref().map(|_| "is stuck"),
    }
}

fn internal(_told: Failure) -> worker::Error {
    worker::Error::RustError("the run could not be opened".to_owned())
}

/// The account that leases the cluster's name to this run.
pub(super) const ACCOUNT: &str = "account";
