//! Whether a control plane gets its bundle now, and what is in it.
//!
//! The ticket is a bearer of the cluster's keys, and any key that may read an instance can read it. So it is good for
//! one machine, from that machine's own address, for twenty minutes, until the machine says that it has the bundle.

use std::net::IpAddr;

use super::evidence::keys;
use super::{Run, Target};
use crate::bootstrap::machine::{ApiKey, Bundle, Programs, Role};
use crate::bootstrap::{Stage, StageState};
use crate::pki;
use crate::plan::{Resource, StepId};
use crate::secret::Secret;
use crate::time::Timestamp;

/// Why a machine gets no bundle now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// Not this ticket, not from this address, or too late.
    Forbidden,
    /// Ask again.
    TooEarly,
    /// Confirmed before, or the run has ended.
    Gone,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// As the routes name it.
    pub machine: &'a str,
    /// Its bearer.
    pub ticket: &'a str,
    /// Where it asks from.
    pub address: Option<IpAddr>,
}

impl Run {
    /// Whether this is the machine that it says it is, going by its ticket and where it asks from.
    pub fn knows_ticket(&self, caller: &Caller<'_>) -> bool {
        let stored = self
            .state
            .public
            .get(&format!("ticket-hash/{}", caller.machine));
        let Some(standing) = &self.plan.facts.standing else {
            let address = self.state.addresses.get(&StepId::from(caller.machine));
            // Until it is known where the machine is, nobody can say that this is another one.
            let here = address.is_none_or(|own| caller.address == Some(IpAddr::V4(*own)));
            return here && stored.is_some_and(|hash| pki::hash_matches(caller.ticket, hash));
        };
        // A machine that stands shows the ticket it was born with, and only from its own address: that ticket has
        // lain in its user-data ever since.
        let mut planes = standing.control_planes.iter();
        planes.any(|plane| {
            plane.machine == caller.machine
                && plane.address.map(IpAddr::V4) == caller.address
                && pki::hash_matches(caller.ticket, &plane.ticket_hash)
        })
    }

    /// The bundle, if it is this machine's and the time is right. `open` opens sealed secrets.
    pub fn bundle(
        &self,
        caller: &Caller<'_>,
        now: Timestamp,
        open: impl Fn(&str) -> Option<Secret<String>>,
    ) -> Result<Bundle, Denied> {
        if !self.knows_ticket(caller) {
            return Err(Denied::Forbidden);
        }
        let over = self.state.outcome.is_some() || self.state.undoing.is_some();
        if over || self.state.confirmed.contains(caller.machine) {
            return Err(Denied::Gone);
        }
        let step = StepId::from(caller.machine);
        let started = self
            .state
            .tasks
            .get(&Target::task(&step, START_TASK))
            .ok_or(Denied::TooEarly)?;
        // A machine that asks before the launcher has woken up is not to blame for its absence.
        let waited_ms = now.since_ms(started.patient_since);
        if waited_ms.saturating_sub(self.away_ms(now)) > TICKET_MS {
            return Err(Denied::Forbidden);
        }
        let address = self.state.addresses.get(&step).ok_or(Denied::TooEarly)?;
        if caller.address != Some(IpAddr::V4(*address)) {
            return Err(Denied::Forbidden);
        }
        if !self.predecessor_has_joined(caller.machine) {
            return Err(Denied::TooEarly);
        }
        self.fill(&step, open).ok_or(Denied::TooEarly)
    }

    /// Control planes join one after the other: parallel joins fail.
    fn predecessor_has_joined(&self, machine: &str) -> bool {
        let Some((kind, number)) = machine.rsplit_once('-') else {
            return true;
        };
        let before = number.parse::<u32>().unwrap_or(1).saturating_sub(1);
        if before == 0 {
            return true;
        }
        let reports = self
            .state
            .reports
            .get(&format!("{kind}-{before}"))
            .into_iter()
            .flatten();
        reports
            .filter(|(_, report)| {
                let joined = report.stage == Stage::Kubeadm && report.state == StageState::Done;
                joined || report.stage > Stage::Kubeadm
            })
            .count()
            > 0
    }

    fn fill(&self, step: &StepId, open: impl Fn(&str) -> Option<Secret<String>>) -> Option<Bundle> {
        let public = PUBLIC
            .iter()
            .map(|file| Some((*file, Secret::new(self.state.public.get(*file)?.clone()))));
        let secret = SECRET
            .iter()
            .map(|file| Some((*file, open(&format!("pki/{file}"))?)));
        let pki = public
            .chain(secret)
            .map(|file| file.map(|(name, pem)| (name.to_owned(), pem)));
        let keys = keys(&self.plan).map(|(name, step)| {
            let key = self.state.ids.get(step)?.0.clone();
            Some((
                name,
                ApiKey {
                    key,
                    secret: open(&format!("key/{step}"))?,
                },
            ))
        });
        Some(Bundle {
            pki: pki.collect::<Option<_>>()?,
            join_token: open("join-token")?,
            keys: keys.collect::<Option<_>>()?,
            files: Programs::of(self.role(step)?),
        })
    }

    fn role(&self, step: &StepId) -> Option<&Role> {
        self.plan.step(step)?.resources().find_map(|resource| {
            let Resource::Instance(instance) = resource else {
                return None;
            };
            Some(&instance.facts.role)
        })
    }
}

/// How long a ticket is good after its machine was started.
const TICKET_MS: u64 = 20 * 60_000;

/// Which task of a control plane's step starts it.
const START_TASK: usize = 2;

const PUBLIC: [&str; 4] = ["ca.crt", "etcd/ca.crt", "front-proxy-ca.crt", "sa.pub"];
const SECRET: [&str; 4] = ["ca.key", "etcd/ca.key", "front-proxy-ca.key", "sa.key"];
