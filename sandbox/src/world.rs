//! The world: opened or loaded, asked, advanced, saved.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::faults::{Faults, Struck};
use crate::future::{Happening, Scheduled};
use crate::iam;
use crate::inside::{self, Inside};
use crate::kinds::instance::Moment;
use crate::kinds::{self, Thing, api_key, iam_role, security_group};
use crate::machine::load::Load;
use crate::machine::outbox::{self, GuestCall};
use crate::machine::{cluster, day_two, reach};
use crate::options::Options;
use crate::random::Random;
use crate::store::{LoadError, Meta, State};
use crate::switches::Switches;
use crate::usage::Usage;
use crate::wire::{Answer, Request, door};

/// One pretend account and everything in it.
#[derive(Debug)]
pub struct World {
    state: State,
    /// Guest calls that the host is making. Not stored: whoever loads the world makes them again.
    in_flight: BTreeSet<u64>,
}

impl World {
    /// A new account with its first, unrestricted key. `now` is virtual milliseconds.
    pub fn open(
        account: &str,
        options: Options,
        entropy: [u8; 32],
        now: u64,
    ) -> (Self, Credentials) {
        let mut random = Random::new(options.seed);
        let meta = Meta {
            account: account.to_owned(),
            organization: random.uuid(),
            entropy,
            clock: Clock {
                wall: now,
                account: now,
                speed: options.speed,
            },
            usage: Usage::default(),
            opened_at: now,
            now,
            wall: 0,
            sequence: 0,
            asked: 0,
            keys_minted: 0,
            addresses: 0,
            random,
            faults: Faults::of(options.preset),
            struck: Struck::default(),
            switches: Switches::default(),
            options,
        };
        let mut state = State::new(meta);
        let role = iam_role::found(&mut state);
        let credentials = api_key::mint(&mut state, "first", &role, now);
        security_group::found(&mut state);
        (
            Self {
                state,
                in_flight: BTreeSet::new(),
            },
            credentials,
        )
    }

    /// The world again, from the rows that `take_changes` gave.
    pub fn load(rows: Vec<(String, String)>) -> Result<Self, LoadError> {
        Ok(Self {
            state: State::load(rows)?,
            in_flight: BTreeSet::new(),
        })
    }

    /// Answers a request. `now` is virtual milliseconds, `wall` Unix milliseconds (signatures, creation dates).
    pub fn handle(&mut self, now: u64, wall: u64, request: &Request<'_>) -> Answer {
        self.state.advance(now, Some(wall));
        door::answer(&mut self.state, request)
    }

    /// Advances the world to `now` and hands out one guest call that is due; call until there is none.
    pub fn poll(&mut self, now: u64, wall: u64) -> Option<GuestCall> {
        self.state.advance(now, Some(wall));
        outbox::hand_out(&self.state, &mut self.in_flight)
    }

    /// What came of a guest call; `None` when the launcher could not be reached.
    pub fn answer(&mut self, now: u64, call: u64, reply: Option<(u16, &str)>) {
        self.state.advance(now, None);
        self.in_flight.remove(&call);
        outbox::answered(&mut self.state, call, reply);
    }

    /// When `poll` should be asked again although nobody else calls: the earliest thing that happens by itself
    /// and may make a machine call home.
    pub fn next_wake(&self) -> Option<u64> {
        let calls = outbox::next_due(&self.state, &self.in_flight);
        let steps = self
            .state
            .future
            .values()
            .find(|next| self.may_call_home(next))
            .map(|next| next.due);
        calls.into_iter().chain(steps).min()
    }

    /// The rows that changed since the last time: key, and JSON or `None` when the entity is gone.
    pub fn take_changes(&mut self) -> Vec<(String, Option<String>)> {
        self.state.take_changes()
    }

    /// How the account was opened.
    pub fn options(&self) -> &Options {
        &self.state.meta.options
    }

    /// The virtual time of `open`.
    pub fn opened_at(&self) -> u64 {
        self.state.meta.opened_at
    }

    /// How the account's time passes for a host that keeps it by the wall clock.
    pub fn clock(&self) -> Clock {
        self.state.meta.clock
    }

    /// From now on, time passes at another speed.
    pub fn set_speed(&mut self, wall: u64, speed: u32) {
        self.state.meta.clock = self.state.meta.clock.turned(wall, speed);
    }

    /// May whoever has this look inside? Any key of the account may.
    pub fn knows(&self, key: &str, secret: &str) -> bool {
        iam::known_key(&self.state, key).is_ok_and(|known| known.secret == secret)
    }

    /// What a person sees who looks inside.
    pub fn look(&mut self, now: u64) -> Inside {
        self.state.advance(now, None);
        inside::look(&self.state)
    }

    /// Everything that exists, as it stands at the last moment that this world has seen.
    pub fn things(&self) -> Vec<Thing> {
        kinds::things(&self.state)
    }

    /// What was used so far, as a bill would have it.
    pub fn usage(&self) -> &Usage {
        &self.state.meta.usage
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.state.meta.faults
    }

    /// How often what nobody outside can see went wrong.
    pub fn struck(&self) -> Struck {
        self.state.meta.struck
    }

    /// From now on, these things go wrong.
    pub fn set_faults(&mut self, faults: Faults) {
        self.state.meta.faults = faults;
    }

    /// The guesses about the real API that this world lives by.
    pub fn switches(&self) -> &Switches {
        &self.state.meta.switches
    }

    /// From now on, these are the guesses.
    pub fn set_switches(&mut self, switches: Switches) {
        self.state.meta.switches = switches;
    }

    /// From the last moment this world has seen, this is what people run on the cluster with that id; `false` when
    /// there is none.
    pub fn set_load(&mut self, cluster: &str, load: Load) -> bool {
        cluster::set_load(&mut self.state, cluster, load)
    }

    /// Would a TCP connection from that address, a machine's or any other, be answered at this one?
    pub fn answers(&self, from: Ipv4Addr, to: Ipv4Addr, port: u16) -> bool {
        reach::answers(&self.state, from, to, port)
    }

    /// Everything, for tests that do what no client can.
    #[cfg(test)]
    pub(crate) fn state(&mut self) -> &mut State {
        &mut self.state
    }

    /// Has anything of ours run on the disk of this instance?
    #[cfg(test)]
    pub(crate) fn has_run_on(&self, instance: &str) -> bool {
        self.state.machines.get(instance).is_some()
    }

    /// Members of pools are nodes, and nodes call nobody.
    fn may_call_home(&self, next: &Scheduled) -> bool {
        match &next.what {
            Happening::Machine(id) => self.state.machines.get(id).is_some_and(|machine| {
                machine.facts.callback.is_some() && machine.wake_at.is_some()
            }),
            Happening::Instance(id, Moment::Running(_)) => {
                self.state.instances.get(id).is_some_and(|instance| {
                    instance.settings.user_data.is_some() && instance.manager.is_none()
                })
            }
            Happening::Cluster(id) => day_two::may_call(&self.state, id, next.due),
            Happening::OperationEnds(id) => day_two::may_begin(&self.state, id),
            Happening::Instance(
                _,
                Moment::Destroyed | Moment::Forgotten | Moment::Interface(_),
            )
            | Happening::Pool(..)
            | Happening::KeyDies(_)
            | Happening::PoolUnlocks(_) => false,
        }
    }
}

#[cfg(test)]
mod tests;
