//! The doors of the driver loop, opened onto a berth and the sea.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use shared::exoscale::Call;
use shared::plan::Make;
use shared::run::{Command, Entry, Product, Run, Shred, Workshop, make};
use shared::secret::Secret;
use shared::time::Timestamp;
use worker_edge::driver::Doors;

use super::berth::Broken;
use super::sea::Answering;
use super::{Berth, Random, Sea, pki};

/// What one wake-up reaches.
#[derive(Clone)]
pub struct Quay {
    pub(super) sea: Rc<RefCell<Sea>>,
    pub(super) berth: Rc<RefCell<Berth>>,
    /// The wake-up's number.
    pub(super) epoch: u64,
    /// Whether authorities come out of the store.
    pub(super) ready_made: bool,
    /// How many calls may still leave.
    pub(super) allowed: Rc<Cell<u32>>,
}

impl Doors for Quay {
    type Error = Broken;
    type Answer = Answering;

    fn now(&self) -> Timestamp {
        self.sea.borrow().now
    }

    fn is_current(&self) -> Result<bool, Broken> {
        Ok(self.berth.borrow().epoch == self.epoch)
    }

    fn take_inbox(&self) -> Result<Vec<Command>, Broken> {
        Ok(self.berth.borrow_mut().take_inbox())
    }

    fn record(&self, entry: &Entry) -> Result<(), Broken> {
        let mut sea = self.sea.borrow_mut();
        self.berth.borrow_mut().record(entry, &mut sea.watch)
    }

    fn keep(&self, name: &str, secret: &Secret<String>) -> Result<(), Broken> {
        self.sea.borrow_mut().watch.secret(secret.expose());
        self.berth.borrow_mut().keep(name, secret);
        Ok(())
    }

    fn make(&self, order: &Make, run: &Run) -> Result<Product, String> {
        let now = self.now();
        if self.ready_made
            && let Some(product) = pki::ready_made(order, now)
        {
            return Ok(product);
        }
        make(order, &mut Shop { quay: self, run })
    }

    fn send(&self, call: Call) -> Answering {
        let mut sea = self.sea.borrow_mut();
        let mut berth = self.berth.borrow_mut();
        if berth.pass(|| format!("call {}", call.operation())).is_err() {
            return Answering::never();
        }
        berth.commit();
        if let Some(left) = self.allowed.get().checked_sub(1) {
            self.allowed.set(left);
        } else {
            let operation = call.operation();
            sea.watch
                .violation(format!("{operation}, more than the office allows"));
        }
        sea.leaves(&berth.plan.facts.run);
        if call.mutates() {
            berth.leaves(&call.operation(), &mut sea.watch);
            if berth.epoch != self.epoch {
                let operation = call.operation();
                sea.watch
                    .violation(format!("{operation} by a wake-up that was superseded"));
            }
        }
        sea.send(call, |name| berth.secrets.get(name).cloned())
    }

    async fn shred(&self, what: Shred) -> Result<(), Broken> {
        let mut berth = self.berth.borrow_mut();
        berth.pass(|| "shredding".to_owned())?;
        berth
            .secrets
            .retain(|name, _| what == Shred::AllButAuthority && name == "pki/ca.key");
        berth.commit();
        Ok(())
    }
}

struct Shop<'a> {
    quay: &'a Quay,
    run: &'a Run,
}

impl Workshop for Shop<'_> {
    fn random(&mut self) -> Option<[u8; 32]> {
        let random: &mut Random = &mut self.quay.sea.borrow_mut().random;
        Some(random.bytes())
    }

    fn open(&self, name: &str) -> Option<Secret<String>> {
        self.quay.berth.borrow().secrets.get(name).cloned()
    }

    fn public(&self, name: &str) -> Option<String> {
        self.run.state().public.get(name).cloned()
    }

    fn wall(&self) -> Timestamp {
        self.quay.now()
    }
}
