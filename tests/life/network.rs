//! What happens to calls on their way, as data.

use std::collections::BTreeMap;

use shared::time::Timestamp;

use super::Random;

/// The weather between the launcher and Exoscale.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// How often what happens by itself, in a thousand.
    pub chances: Chances,
    /// What happens to which call that changes something, counted from 0.
    pub script: BTreeMap<u32, Incident>,
    /// From and until when every call is refused as one too many.
    pub flooded: Option<(Timestamp, Timestamp)>,
    /// From and until when the person's key is refused.
    pub revoked: Option<(Timestamp, Timestamp)>,
    /// The longest usual way there, and back. Without one every call is answered at once.
    pub latency_ms: u64,
}

/// Chances in a thousand.
#[derive(Clone, Debug, Default)]
pub struct Chances {
    /// The request never arrives.
    pub request_lost: u32,
    /// It arrives seconds later.
    pub request_late: u32,
    /// It is carried out, and nobody hears of it.
    pub reply_lost: u32,
    /// The reply comes up to a minute later.
    pub reply_late: u32,
    /// 429.
    pub too_many_requests: u32,
    /// 500 or 503.
    pub server_error: u32,
    /// 503, although it was carried out.
    pub gateway_error: u32,
    /// The office of the account cannot be asked, at one wake-up.
    pub office_away: u32,
}

/// What can happen to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incident {
    /// It never arrives.
    RequestLost,
    /// It arrives later than usual.
    RequestLate(u64),
    /// It is carried out, and nobody hears of it.
    ReplyLost,
    /// It is carried out, and the answer comes late.
    ReplyLate(u64),
    /// It is carried out, and a gateway says otherwise.
    GatewayError,
    /// It is refused.
    Refused(Refusal),
}

/// Words of Exoscale's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// How the tally calls it.
    pub name: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The message.
    pub message: &'static str,
}

impl Incident {
    /// How the tally calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RequestLost => "request lost",
            Self::RequestLate(_) => "request late",
            Self::ReplyLost => "applied, reply lost",
            Self::ReplyLate(_) => "reply late",
            Self::GatewayError => "applied, 503",
            Self::Refused(refusal) => refusal.name,
        }
    }
}

impl Network {
    /// What happens to the next call.
    pub(super) fn meets(
        &self,
        random: &mut Random,
        now: Timestamp,
        change: Option<u32>,
    ) -> Option<Incident> {
        let during = |span: Option<(Timestamp, Timestamp)>| {
            span.is_some_and(|(from, until)| (from..until).contains(&now))
        };
        if during(self.flooded) {
            return Some(Incident::Refused(TOO_MANY));
        }
        if during(self.revoked) {
            return Some(Incident::Refused(REVOKED));
        }
        if let Some(scripted) = change.and_then(|number| self.script.get(&number)) {
            return Some(*scripted);
        }
        let chances = &self.chances;
        let all: [(u32, Incident); 7] = [
            (chances.request_lost, Incident::RequestLost),
            (chances.request_late, Incident::RequestLate(LATE_REQUEST_MS)),
            (chances.reply_lost, Incident::ReplyLost),
            (chances.reply_late, Incident::ReplyLate(LATE_REPLY_MS)),
            (chances.too_many_requests, Incident::Refused(TOO_MANY)),
            (chances.server_error, Incident::Refused(BROKEN)),
            (chances.gateway_error, Incident::GatewayError),
        ];
        let mut drawn = u32::try_from(random.below(1_000)).unwrap_or_default();
        for (chance, incident) in all {
            if drawn < chance {
                return Some(match incident {
                    Incident::RequestLate(most) => Incident::RequestLate(random.below(most)),
                    Incident::ReplyLate(most) => Incident::ReplyLate(random.below(most)),
                    Incident::RequestLost
                    | Incident::ReplyLost
                    | Incident::GatewayError
                    | Incident::Refused(_) => incident,
                });
            }
            drawn -= chance;
        }
        None
    }

    /// How long the way there or back takes.
    pub(super) fn way_ms(&self, random: &mut Random) -> u64 {
        random.below(self.latency_ms)
    }
}

/// The key is gone.
const REVOKED: Refusal = Refusal {
    name: "key revoked",
    status: 403,
    message: "Invalid credentials",
};

/// The platform has had enough.
const TOO_MANY: Refusal = Refusal {
    name: "429",
    status: 429,
    message: "Too Many Requests",
};

/// The platform is broken, and nothing was done.
const BROKEN: Refusal = Refusal {
    name: "500",
    status: 500,
    message: "Internal Server Error",
};

/// No more of these.
pub const QUOTA: Refusal = Refusal {
    name: "quota hit",
    status: 409,
    message: "Quota exceeded for resource instance: the limit is 20",
};

/// No room in the zone.
pub const CAPACITY: Refusal = Refusal {
    name: "capacity refused",
    status: 409,
    message: "Insufficient capacity in the zone for this instance type",
};

/// A load balancer still holds it.
pub const LOCKED: Refusal = Refusal {
    name: "NLB lock",
    status: 403,
    message: "Operation on resource is forbidden - reason: Locked by NLB 5f1c1b5e",
};

/// Something still uses it.
pub const STILL_IN_USE: Refusal = Refusal {
    name: "412",
    status: 412,
    message: "Precondition failed: the resource is still in use",
};

/// No, and that is final.
pub const REFUSED: Refusal = Refusal {
    name: "400",
    status: 400,
    message: "no",
};

/// A request is under way for this long at most. What is looked for twice, four seconds apart, has arrived by then.
const LATE_REQUEST_MS: u64 = 4_000;

/// And an answer for this long.
const LATE_REPLY_MS: u64 = 60_000;
