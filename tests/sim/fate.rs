//! What befalls a life, as data: drawn from its seed and from nothing else.

use std::collections::BTreeMap;

use sandbox::{Faults, Preset};
use tests::life::{
    Alarms, CAPACITY, Chances, Incident, LOCKED, QUOTA, REFUSED, Random, STILL_IN_USE,
};

/// Everything that goes wrong in one life.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fate {
    /// What is drawn later is drawn from this.
    pub(crate) seed: u64,
    /// What happens to calls by chance.
    pub(crate) chances: Chances,
    /// What goes wrong at Exoscale.
    pub(crate) faults: Faults,
    /// What happens to which call of the launch that changes something.
    pub(crate) script: BTreeMap<u32, Incident>,
    /// What happens to alarms.
    pub(crate) alarms: Alarms,
    /// At which lines and calls the process dies.
    pub(crate) deaths: Vec<u64>,
    /// When it dies while it waits.
    pub(crate) deaths_at_ms: Vec<u64>,
    /// When a person cancels.
    pub(crate) cancel_at_ms: Option<u64>,
    /// When the key is revoked, and for how long.
    pub(crate) revoked_ms: Option<(u64, u64)>,
    /// When everything is refused as too much, and for how long.
    pub(crate) flooded_ms: Option<(u64, u64)>,
    /// When a person says `retry` although nothing is stuck.
    pub(crate) retry_at_ms: Option<u64>,
    /// When a browser sends another key.
    pub(crate) admin_key_at_ms: Option<u64>,
    /// How many load balancers people make on the cluster.
    pub(crate) services: u64,
    /// Who else works on the cluster.
    pub(crate) rival: Option<Rival>,
    /// Whether the destroy has bad luck, too.
    pub(crate) destroy_suffers: bool,
}

/// Somebody else at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rival {
    /// Another run destroys the cluster, from this moment of the launch on.
    Destroy(u64),
    /// An image is baked, and so much later the cluster is destroyed.
    Bake(u64),
}

impl Fate {
    /// The fate of a seed.
    pub(crate) fn of(seed: u64) -> Self {
        let mut random = Random::new(seed.wrapping_mul(0x5851_F42D_4C95_7F2D) ^ 0x14_057B);
        let mut fate = Self {
            seed,
            ..Self::default()
        };
        // One in ten has no bad luck with its calls, three in ten a great deal.
        let storm = match random.below(10) {
            0 => 0,
            1..=6 => 1,
            _ => 4,
        };
        fate.weather(&mut random, storm);
        fate.accidents(&mut random);
        fate.people(&mut random);
        fate.crowding(&mut random, storm);
        fate
    }

    fn weather(&mut self, random: &mut Random, storm: u32) {
        let mut upto =
            |most: u32| u32::try_from(random.below(u64::from(most) + 1)).unwrap() * storm;
        self.chances = Chances {
            request_lost: upto(8),
            request_late: upto(8),
            reply_lost: upto(8),
            reply_late: upto(4),
            too_many_requests: upto(8),
            server_error: upto(8),
            gateway_error: upto(4),
            office_away: 0,
        };
        self.faults = Faults {
            operation_failure: upto(4),
            operation_timeout: upto(2),
            operation_percent: 100 + upto(40),
            machine_never_boots: upto(6),
            machine_slow_boot: upto(30),
            stale_list: upto(60),
            ..Faults::of(Preset::Calm)
        };
        self.alarms = Alarms {
            late: upto(6),
            lost: upto(2),
            doubled: upto(8),
            zombie: upto(6),
        };
    }

    fn accidents(&mut self, random: &mut Random) {
        for _ in 0..random.below(3) {
            let call = u32::try_from(random.below(45)).unwrap();
            let incident = match random.below(10) {
                0 => Incident::RequestLost,
                1 => Incident::ReplyLost,
                2 => Incident::ReplyLate(random.below(60_000)),
                3 => Incident::RequestLate(random.below(4_000)),
                4 => Incident::GatewayError,
                5 => Incident::Refused(QUOTA),
                6 => Incident::Refused(CAPACITY),
                7 => Incident::Refused(LOCKED),
                8 => Incident::Refused(STILL_IN_USE),
                _ => Incident::Refused(REFUSED),
            };
            self.script.insert(call, incident);
        }
        for _ in 0..random.below(3) {
            self.deaths.push(random.below(500));
        }
        if random.chance(200) {
            self.deaths_at_ms.push(random.below(300_000));
        }
        if random.chance(60) {
            let forever = random.chance(500);
            let lasts = if forever {
                u64::from(u32::MAX)
            } else {
                random.below(600_000)
            };
            self.revoked_ms = Some((random.below(240_000), lasts));
        }
    }

    /// What happens to the runs of an account together.
    fn crowding(&mut self, random: &mut Random, storm: u32) {
        self.chances.office_away = u32::try_from(random.below(20)).unwrap() * storm;
        self.flooded_ms = random
            .chance(100)
            .then(|| (random.below(240_000), random.below(240_000)));
    }

    fn people(&mut self, random: &mut Random) {
        self.cancel_at_ms = random.chance(120).then(|| random.below(300_000));
        self.retry_at_ms = random.chance(50).then(|| random.below(400_000));
        self.admin_key_at_ms = random.chance(30).then(|| random.below(400_000));
        self.services = if random.chance(100) {
            1 + random.below(2)
        } else {
            0
        };
        self.rival = match random.below(100) {
            0..3 => Some(Rival::Destroy(random.below(300_000))),
            3..6 => Some(Rival::Bake(random.below(400_000))),
            _ => None,
        };
        self.destroy_suffers = random.chance(500);
    }
}
