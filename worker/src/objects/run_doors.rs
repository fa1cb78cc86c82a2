//! The doors of the driver loop at the edge: the run's rows, its sealed secrets, its clock, Exoscale.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;

use shared::exoscale::{Call, CallError, Credentials, Reply};
use shared::pace::Pace;
use shared::plan::Make;
use shared::run::{Command, Entry, Product, Run, Shred, Workshop, make};
use shared::seal::{Ring, Sealed};
use shared::secret::Secret;
use shared::time::Timestamp;
use shared::view::View;
use worker::{Env, Error, Result};

use super::run_store::RunStore;
use super::socket::Listeners;
use crate::config::{SHARES, random, wall};
use crate::driver::Doors;
use crate::exoscale::Door;

/// Everything that the driver loop reaches.
pub(super) struct EdgeDoors {
    pub(super) env: Env,
    pub(super) store: RunStore,
    pub(super) pace: Rc<Cell<Pace>>,
    pub(super) epoch: u64,
    pub(super) zone: String,
    /// The share's place, outside this object; none once everything is shredded.
    pub(super) share: Option<String>,
    pub(super) vault: Option<Vault>,
    pub(super) listeners: Listeners,
    pub(super) unsent: RefCell<Vec<Entry>>,
    pub(super) shredded: Cell<bool>,
}

/// Opens and closes what is sealed.
pub(super) struct Vault {
    pub(super) seals: Ring,
    pub(super) store: RunStore,
}

impl Vault {
    pub(super) fn open(&self, name: &str) -> Option<Secret<String>> {
        let sealed: Sealed = self.store.sealed(name).ok()??.parse().ok()?;
        let plain = self.seals.open(name, &sealed).ok()?;
        String::from_utf8(plain.expose().clone())
            .ok()
            .map(Secret::new)
    }

    pub(super) fn keep(&self, name: &str, secret: &Secret<String>) -> Result<()> {
        let fresh = random().map_err(|_| unsealable())?;
        let mut nonce = [0; 12];
        nonce
            .iter_mut()
            .zip(fresh)
            .for_each(|(byte, random)| *byte = random);
        let sealed = self
            .seals
            .seal(name, nonce, secret.expose().as_bytes())
            .map_err(|_| unsealable())?;
        self.store.set_sealed(name, &sealed.to_string())
    }

    /// The person's key and secret.
    pub(super) fn credentials(&self) -> Option<Credentials> {
        let key = self.open(CREDENTIALS_KEY)?;
        Some(Credentials {
            key: key.expose().clone(),
            secret: self.open(CREDENTIALS_SECRET)?,
        })
    }

    pub(super) fn keep_credentials(&self, credentials: &Credentials) -> Result<()> {
        self.keep(CREDENTIALS_KEY, &Secret::new(credentials.key.clone()))?;
        self.keep(CREDENTIALS_SECRET, &credentials.secret)
    }
}

impl EdgeDoors {
    /// Tells whoever listens what was recorded, with the view that it adds up to.
    pub(super) fn publish(&self, run: &Run) {
        let entries = self.unsent.take();
        if !entries.is_empty() && !self.listeners.is_empty() {
            self.listeners.tell(
                &entries,
                &View::of(run, self.now(), &self.pace.get()),
                &self.pace.get(),
            );
        }
    }
}

impl Doors for EdgeDoors {
    type Error = Error;
    type Answer = Pin<Box<dyn Future<Output = core::result::Result<Reply, CallError>>>>;

    fn now(&self) -> Timestamp {
        self.pace.get().run_at(wall())
    }

    fn is_current(&self) -> Result<bool> {
        Ok(self.store.fact::<u64>(EPOCH)?.unwrap_or_default() == self.epoch)
    }

    fn take_inbox(&self) -> Result<Vec<Command>> {
        self.store.take_inbox()
    }

    fn record(&self, entry: &Entry) -> Result<()> {
        self.store.append(entry)?;
        self.unsent.borrow_mut().push(entry.clone());
        Ok(())
    }

    fn keep(&self, name: &str, secret: &Secret<String>) -> Result<()> {
        self.vault
            .as_ref()
            .ok_or_else(unsealable)?
            .keep(name, secret)
    }

    fn make(&self, order: &Make, run: &Run) -> core::result::Result<Product, String> {
        let fresh = (0..RANDOMS)
            .map(|_| random())
            .collect::<core::result::Result<Vec<_>, _>>();
        let fresh = fresh.map_err(|_| "there is no randomness".to_owned())?;
        make(
            order,
            &mut Shop {
                doors: self,
                run,
                fresh,
            },
        )
    }

    fn send(&self, call: Call) -> Self::Answer {
        let Some((vault, credentials)) = self
            .vault
            .as_ref()
            .and_then(|vault| Some((vault, vault.credentials()?)))
        else {
            let why = "the credentials are no longer kept".to_owned();
            return Box::pin(std::future::ready(Err(CallError::Unmade { why })));
        };
        let door = Door::new(self.env.clone(), self.zone.clone(), credentials)
            .pacing(Rc::clone(&self.pace));
        Box::pin(door.send(call, |name| vault.open(name)))
    }

    async fn shred(&self, what: Shred) -> Result<()> {
        match what {
            Shred::AllButAuthority => self.store.shred_all_but(AUTHORITY_KEY),
            Shred::All => {
                self.store.shred_all_but("")?;
                self.shredded.set(true);
                match &self.share {
                    // Without the share, no copy of these rows opens any more, however old.
                    Some(share) => Ok(self.env.kv(SHARES)?.delete(share).await?),
                    None => Ok(()),
                }
            }
        }
    }

    fn publish(&self, run: &Run) {
        Self::publish(self, run);
    }
}

struct Shop<'a> {
    doors: &'a EdgeDoors,
    run: &'a Run,
    fresh: Vec<[u8; 32]>,
}

impl Workshop for Shop<'_> {
    fn random(&mut self) -> Option<[u8; 32]> {
        self.fresh.pop()
    }

    fn open(&self, name: &str) -> Option<Secret<String>> {
        self.doors.vault.as_ref()?.open(name)
    }

    fn public(&self, name: &str) -> Option<String> {
        self.run.state().public.get(name).cloned()
    }

    fn wall(&self) -> Timestamp {
        wall()
    }
}

fn unsealable() -> Error {
    Error::RustError("a secret could not be sealed".to_owned())
}

/// The fact that fences: the wake-up that drives the run.
pub(super) const EPOCH: &str = "epoch";

/// What signs the admin's certificate, the last secret to go.
const AUTHORITY_KEY: &str = "pki/ca.key";

const CREDENTIALS_KEY: &str = "credentials/key";
const CREDENTIALS_SECRET: &str = "credentials/secret";

/// More than any one thing that is made needs: the tokens of three control planes take four.
const RANDOMS: usize = 8;
