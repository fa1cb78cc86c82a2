//! One account, the clock, and the calls that are on their way.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use sandbox::{Answer, Options, World};
use shared::exoscale::{Call, CallError, Credentials, Reply, Request, sign};
use shared::office::Office;
use shared::secret::Secret;
use shared::time::Timestamp;

use super::{Incident, Network, Random, Watch};

/// Everything outside the launcher.
pub struct Sea {
    /// The pretend Exoscale.
    pub world: World,
    /// The person's.
    pub credentials: Credentials,
    /// Where everything is.
    pub zone: String,
    /// The virtual time.
    pub now: Timestamp,
    /// What is drawn by chance.
    pub random: Random,
    /// What happens to calls.
    pub network: Network,
    /// What must never happen.
    pub watch: Watch,
    /// What was asked, by Exoscale's names.
    pub calls: Vec<String>,
    /// The same calls as they went over the wire, if anybody wants them.
    pub requests: Vec<Request>,
    /// Whether anybody does.
    pub keeps_requests: bool,
    /// When each call left, and of which run, if anybody wants the requests.
    pub left: Vec<(Timestamp, String)>,
    /// What the runs in this account may send.
    pub office: Office,
    /// How many calls were to change something.
    pub changes: u32,
    /// The last answer, as it came.
    heard: String,
    parcels: BTreeMap<(Timestamp, u64), Parcel>,
    posted: u64,
}

/// Something on its way.
enum Parcel {
    Request {
        letter: Box<Letter>,
        slot: Slot,
        back: Option<u64>,
        garbled: bool,
    },
    Reply {
        result: Result<Reply, CallError>,
        slot: Slot,
    },
}

/// A signed request, and what it was made from.
struct Letter {
    call: Call,
    request: Request,
    authorization: String,
}

/// Where an answer is put.
type Slot = Rc<RefCell<(Option<Result<Reply, CallError>>, Option<Waker>)>>;

/// An answer that is on its way.
pub struct Answering(Slot);

impl Answering {
    /// Whoever waits for this waits for ever.
    pub(super) fn never() -> Self {
        Self(Slot::default())
    }
}

impl Future for Answering {
    type Output = Result<Reply, CallError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let (result, waker) = &mut *self.0.borrow_mut();
        if let Some(result) = result.take() {
            return Poll::Ready(result);
        }
        *waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Sea {
    /// A fresh account.
    pub fn open(options: Options, zone: &str) -> Self {
        let now = Timestamp::from_unix_seconds(1_795_000_000);
        let seed = options.seed;
        let (world, keys) = World::open("testaccoun", options, [7; 32], now.millis());
        let mut watch = Watch::default();
        watch.secret(&keys.secret);
        Self {
            world,
            credentials: Credentials {
                key: keys.key,
                secret: Secret::new(keys.secret),
            },
            zone: zone.to_owned(),
            now,
            random: Random::new(seed),
            network: Network::default(),
            watch,
            calls: Vec::new(),
            requests: Vec::new(),
            keeps_requests: true,
            left: Vec::new(),
            office: Office::default(),
            changes: 0,
            heard: String::new(),
            parcels: BTreeMap::new(),
            posted: 0,
        }
    }

    /// Asks as a person would who has the key and no bad luck.
    pub fn ask(&mut self, call: &Call) -> Result<Reply, CallError> {
        let request = Self::built(call, |_| None)?;
        let letter = self.signed(call.clone(), request);
        self.carry_out(&letter)
    }

    /// The whole of an answer, as it came.
    pub fn raw(&mut self, call: &Call) -> serde_json::Value {
        self.ask(call).unwrap();
        serde_json::from_str(&self.heard).unwrap()
    }

    /// A call of a run's leaves.
    pub(super) fn leaves(&mut self, run: &str) {
        if self.keeps_requests {
            self.left.push((self.now, run.to_owned()));
        }
    }

    /// Sends a call; what happens to it is the network's business.
    pub fn send(&mut self, call: Call, open: impl Fn(&str) -> Option<Secret<String>>) -> Answering {
        let slot = Slot::default();
        let change = call.mutates().then_some(self.changes);
        self.changes += u32::from(change.is_some());
        self.calls.push(call.operation());
        let request = match Self::built(&call, open) {
            Ok(request) => request,
            Err(error) => {
                slot.borrow_mut().0 = Some(Err(error));
                return Answering(slot);
            }
        };
        self.watch.leaves(&request);
        if self.keeps_requests {
            self.requests.push(request.clone());
        }
        let incident = self.network.meets(&mut self.random, self.now, change);
        if let Some(incident) = incident {
            self.watch.struck(incident.name());
        }
        let letter = Box::new(self.signed(call, request));
        self.post(letter, incident, &slot);
        Answering(slot)
    }

    fn post(&mut self, letter: Box<Letter>, incident: Option<Incident>, slot: &Slot) {
        let slot = Rc::clone(slot);
        let mut there = self.network.way_ms(&mut self.random);
        let mut back = Some(self.network.way_ms(&mut self.random));
        let mut garbled = false;
        match incident {
            None => {}
            Some(Incident::RequestLost) => {
                let result = Err(lost());
                return self.later(there, Parcel::Reply { result, slot });
            }
            Some(Incident::Refused(refusal)) => {
                let (status, message) = (refusal.status, refusal.message.to_owned());
                let result = Err(CallError::Refused { status, message });
                return self.later(there, Parcel::Reply { result, slot });
            }
            Some(Incident::RequestLate(ms)) => there += ms,
            Some(Incident::ReplyLost) => back = None,
            Some(Incident::ReplyLate(ms)) => back = back.map(|back| back + ms),
            Some(Incident::GatewayError) => garbled = true,
        }
        self.later(
            there,
            Parcel::Request {
                letter,
                slot,
                back,
                garbled,
            },
        );
    }

    /// At once, if there is no way to go.
    fn later(&mut self, ms: u64, parcel: Parcel) {
        self.posted += 1;
        if self.network.latency_ms == 0 && ms == 0 {
            self.arrive(parcel);
        } else {
            self.parcels
                .insert((self.now.plus_ms(ms), self.posted), parcel);
        }
    }

    /// When the next parcel arrives.
    pub fn next_arrival(&self) -> Option<Timestamp> {
        self.parcels.first_key_value().map(|((at, _), _)| *at)
    }

    /// Hands over what has arrived; whether there was anything.
    pub fn deliver(&mut self) -> bool {
        let mut any = false;
        while let Some(first) = self.parcels.first_entry()
            && first.key().0 <= self.now
        {
            let parcel = first.remove();
            self.arrive(parcel);
            any = true;
        }
        any
    }

    fn arrive(&mut self, parcel: Parcel) {
        match parcel {
            Parcel::Request {
                letter,
                slot,
                back,
                garbled,
            } => {
                let mut result = self.carry_out(&letter);
                if garbled {
                    let message = "upstream".to_owned();
                    result = Err(CallError::Refused {
                        status: 503,
                        message,
                    });
                }
                match back {
                    Some(back) => self.later(back, Parcel::Reply { result, slot }),
                    // Nobody waits for ever: the connection breaks in the end.
                    None => self.later(
                        BROKEN_MS.min(self.network.latency_ms * 50),
                        Parcel::Reply {
                            result: Err(lost()),
                            slot,
                        },
                    ),
                }
            }
            Parcel::Reply { result, slot } => {
                let (place, waker) = &mut *slot.borrow_mut();
                *place = Some(result);
                if let Some(waker) = waker.take() {
                    waker.wake();
                }
            }
        }
    }

    /// Somebody with the same key, and without Slipway, asks for something.
    pub fn by_hand(&mut self, request: &Request) {
        let authorization = sign(request, &self.credentials, self.now.seconds() + 60);
        self.handed_in(request, &authorization);
    }

    fn handed_in(&mut self, request: &Request, authorization: &str) -> Answer {
        let target = request.target();
        let wire = sandbox::Request {
            zone: &self.zone,
            method: request.method.as_str(),
            target: &target,
            authorization: Some(authorization),
            body: request.body.as_deref().unwrap_or_default().as_bytes(),
        };
        let now = self.now.millis();
        self.world.handle(now, now, &wire)
    }

    fn built(
        call: &Call,
        open: impl Fn(&str) -> Option<Secret<String>>,
    ) -> Result<Request, CallError> {
        Request::new(call, open).map_err(|error| CallError::Unmade {
            why: error.to_string(),
        })
    }

    fn signed(&self, call: Call, request: Request) -> Letter {
        let authorization = sign(&request, &self.credentials, self.now.seconds() + 60);
        Letter {
            call,
            request,
            authorization,
        }
    }

    fn carry_out(&mut self, letter: &Letter) -> Result<Reply, CallError> {
        let result = match self.handed_in(&letter.request, &letter.authorization) {
            Answer::Response { status, body } => {
                let reply = Reply::parse(&letter.call, status, body.as_bytes());
                self.heard = body;
                reply
            }
            Answer::Lost => {
                self.watch.struck("lost in the sandbox");
                Err(lost())
            }
        };
        self.watch.carried_out(&letter.call, &result, &self.world);
        result
    }
}

fn lost() -> CallError {
    CallError::Lost {
        why: "the connection was reset".to_owned(),
    }
}

/// After this long without an answer a connection is given up.
const BROKEN_MS: u64 = 10_000;
