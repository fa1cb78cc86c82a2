//! The doors of the driver loop, opened onto the sandbox in the same process.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Ready;
use std::rc::Rc;

use sandbox::{Answer, World};
use shared::exoscale::{Call, CallError, Credentials, Reply, Request, sign};
use shared::plan::Make;
use shared::run::{Command, Entry, Product, Run, Shred, Workshop, make};
use shared::secret::Secret;
use shared::time::Timestamp;
use worker_edge::driver::Doors;

/// Everything outside a run, as one value.
pub(crate) struct Outside {
    pub(crate) world: World,
    pub(crate) credentials: Credentials,
    pub(crate) zone: String,
    pub(crate) now: Timestamp,
    pub(crate) journal: Vec<Entry>,
    pub(crate) inbox: Vec<Command>,
    /// Lines and commands that a death would take back: what is written without an await in between is one
    /// transaction, and it is on disk before anything leaves.
    pub(crate) uncommitted: Uncommitted,
    pub(crate) secrets: BTreeMap<String, Secret<String>>,
    /// Every secret there ever was, also after it has been shredded.
    pub(crate) ever_secret: BTreeMap<String, Secret<String>>,
    pub(crate) calls: Vec<String>,
    /// The last answer, as it came.
    pub(crate) heard: String,
    /// The same calls as they went over the wire.
    pub(crate) requests: Vec<Request>,
    pub(crate) random: u64,
    /// What happens to which call that changes something, counted from 0.
    pub(crate) incident: Option<(u32, Incident)>,
    pub(crate) changes: u32,
    /// After so many more lines or calls the process dies.
    pub(crate) dies_after: Option<u32>,
    pub(crate) dead: bool,
}

/// What was written since the last thing that left.
#[derive(Default)]
pub(crate) struct Uncommitted {
    lines: usize,
    taken: Vec<Command>,
}

/// What can happen to a call on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Incident {
    /// It never arrives.
    RequestLost,
    /// It is carried out, and nobody hears of it.
    ReplyLost,
    /// It is refused for good.
    Refused,
}

/// A handle to it.
#[derive(Clone)]
pub(crate) struct Quay(pub(crate) Rc<RefCell<Outside>>);

/// The process has died.
#[derive(Debug)]
pub(crate) struct Died;

impl From<Infallible> for Died {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl Outside {
    /// Counts down to the process's death.
    fn step(&mut self) -> Result<(), Died> {
        if let Some(left) = self.dies_after {
            if left == 0 {
                self.dies_after = None;
                self.dead = true;
            } else {
                self.dies_after = Some(left - 1);
            }
        }
        if self.dead { Err(Died) } else { Ok(()) }
    }

    /// What was written is on disk.
    pub(crate) fn commit(&mut self) {
        self.uncommitted = Uncommitted::default();
    }

    /// The process is gone, and with it what was not on disk.
    pub(crate) fn roll_back(&mut self) {
        let Uncommitted { lines, taken } = std::mem::take(&mut self.uncommitted);
        self.journal.truncate(self.journal.len() - lines);
        self.inbox.splice(0..0, taken);
        self.dead = false;
    }
}

impl Doors for Quay {
    type Error = Died;
    type Answer = Ready<Result<Reply, CallError>>;

    fn now(&self) -> Timestamp {
        self.0.borrow().now
    }

    fn is_current(&self) -> Result<bool, Died> {
        Ok(true)
    }

    fn take_inbox(&self) -> Result<Vec<Command>, Died> {
        let mut outside = self.0.borrow_mut();
        let taken = std::mem::take(&mut outside.inbox);
        outside.uncommitted.taken.extend(taken.clone());
        Ok(taken)
    }

    fn record(&self, entry: &Entry) -> Result<(), Died> {
        let mut outside = self.0.borrow_mut();
        outside.step()?;
        // What is stored is JSON, so what is replayed has been through it.
        let text = serde_json::to_string(entry).unwrap();
        outside.journal.push(serde_json::from_str(&text).unwrap());
        outside.uncommitted.lines += 1;
        Ok(())
    }

    fn keep(&self, name: &str, secret: &Secret<String>) -> Result<(), Died> {
        let outside = &mut *self.0.borrow_mut();
        for secrets in [&mut outside.secrets, &mut outside.ever_secret] {
            secrets.insert(name.to_owned(), secret.clone());
        }
        Ok(())
    }

    fn make(&self, order: &Make, run: &Run) -> Result<Product, String> {
        make(order, &mut Shop { quay: self, run })
    }

    fn send(&self, call: Call) -> Self::Answer {
        let mut outside = self.0.borrow_mut();
        if outside.step().is_err() {
            return std::future::ready(Err(CallError::Lost {
                why: "died".to_owned(),
            }));
        }
        outside.commit();
        let incident = outside.incident_of(&call);
        let lost = || CallError::Lost {
            why: "the connection was reset".to_owned(),
        };
        std::future::ready(match incident {
            None => outside.send(&call),
            Some(Incident::RequestLost) => Err(lost()),
            Some(Incident::ReplyLost) => {
                let _nobody_hears = outside.send(&call);
                Err(lost())
            }
            Some(Incident::Refused) => Err(CallError::Refused {
                status: 400,
                message: "no".to_owned(),
            }),
        })
    }

    async fn shred(&self, what: Shred) -> Result<(), Died> {
        let mut outside = self.0.borrow_mut();
        outside
            .secrets
            .retain(|name, _| what == Shred::AllButAuthority && name == "pki/ca.key");
        Ok(())
    }
}

impl Outside {
    fn incident_of(&mut self, call: &Call) -> Option<Incident> {
        if !call.mutates() {
            return None;
        }
        let number = self.changes;
        self.changes += 1;
        self.incident
            .filter(|(at, _)| *at == number)
            .map(|(_, incident)| incident)
    }

    pub(crate) fn send(&mut self, call: &Call) -> Result<Reply, CallError> {
        self.calls.push(call.operation());
        let secrets = &self.secrets;
        let request = Request::new(call, |name| secrets.get(name).cloned()).map_err(|error| {
            CallError::Unmade {
                why: error.to_string(),
            }
        })?;
        self.requests.push(request.clone());
        match self.deliver(&request) {
            Answer::Response { status, body } => {
                let reply = Reply::parse(call, status, body.as_bytes());
                self.heard = body;
                reply
            }
            Answer::Lost => Err(CallError::Lost {
                why: "the connection was reset".to_owned(),
            }),
        }
    }

    /// Signs a request and hands it in.
    pub(crate) fn deliver(&mut self, request: &Request) -> Answer {
        let authorization = sign(request, &self.credentials, self.now.seconds() + 60);
        let target = request.target();
        let wire = sandbox::Request {
            zone: &self.zone,
            method: request.method.as_str(),
            target: &target,
            authorization: Some(&authorization),
            body: request.body.as_deref().unwrap_or_default().as_bytes(),
        };
        let now = self.now.millis();
        self.world.handle(now, now, &wire)
    }

    /// The whole of an answer, as it came.
    pub(crate) fn raw(&mut self, call: &Call) -> serde_json::Value {
        self.send(call).unwrap();
        serde_json::from_str(&self.heard).unwrap()
    }
}

struct Shop<'a> {
    quay: &'a Quay,
    run: &'a Run,
}

impl Workshop for Shop<'_> {
    fn random(&mut self) -> Option<[u8; 32]> {
        let mut outside = self.quay.0.borrow_mut();
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_mut(8) {
            // splitmix64: reproducible, and no key of it ever guards anything.
            outside.random = outside.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = outside.random;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
        }
        Some(bytes)
    }

    fn open(&self, name: &str) -> Option<Secret<String>> {
        self.quay.0.borrow().secrets.get(name).cloned()
    }

    fn public(&self, name: &str) -> Option<String> {
        self.run.state().public.get(name).cloned()
    }

    fn wall(&self) -> Timestamp {
        self.quay.0.borrow().now
    }
}
