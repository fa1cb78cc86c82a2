//! What will happen by itself, in the order of time.

use serde::{Deserialize, Serialize};

use crate::kinds::{instance, instance_pool};
use crate::machine::{guest, tick};
use crate::operation;
use crate::store::State;
use crate::usage;

/// One thing that will happen; its table is keyed by time and number, so the first row is the next.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Scheduled {
    pub(crate) due: u64,
    pub(crate) what: Happening,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Happening {
    OperationEnds(String),
    Instance(String, instance::Moment),
    Pool(String, instance_pool::Moment),
    Machine(String),
    Cluster(String),
    KeyDies(String),
    PoolUnlocks(String),
}

impl State {
    pub(crate) fn schedule(&mut self, delay: u64, what: Happening) {
        let due = self.meta.now.saturating_add(delay);
        let number = self.next_sequence();
        self.future
            .insert(&format!("{due:015}-{number:010}"), Scheduled { due, what });
    }

    /// Schedules it a fifth sooner or later.
    pub(crate) fn schedule_about(&mut self, delay: u64, what: Happening) {
        let delay = self.meta.random.jitter(delay);
        self.schedule(delay, what);
    }

    /// Lives through everything that is due. A smaller `now` is treated as the last one seen.
    pub(crate) fn advance(&mut self, now: u64, wall: Option<u64>) {
        let now = now.max(self.meta.now);
        if let Some(wall) = wall {
            self.meta.wall = wall;
        }
        while let Some((id, scheduled)) = self.next_due(now) {
            self.future.remove(&id);
            self.pass_until(scheduled.due);
            self.happen(scheduled.what);
        }
        self.pass_until(now);
    }

    fn pass_until(&mut self, moment: u64) {
        usage::pass(self, moment.saturating_sub(self.meta.now));
        self.meta.now = self.meta.now.max(moment);
    }

    fn next_due(&self, now: u64) -> Option<(String, Scheduled)> {
        let (id, scheduled) = self.future.iter().next()?;
        (scheduled.due <= now).then(|| (id.clone(), scheduled.clone()))
    }

    fn happen(&mut self, what: Happening) {
        match what {
            Happening::OperationEnds(id) => operation::end(self, &id),
            Happening::Instance(id, moment) => instance::lifecycle::happen(self, &id, moment),
            Happening::Pool(id, moment) => instance_pool::members::happen(self, &id, moment),
            Happening::Machine(id) => guest::wake(self, &id),
            Happening::Cluster(id) => tick::happen(self, &id),
            Happening::KeyDies(key) => {
                self.keys.remove(&key);
            }
            Happening::PoolUnlocks(id) => {
                if let Some(pool) = self.pools.get_mut(&id) {
                    pool.lingering_lock = None;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Client;
    use serde_json::json;

    #[test]
    fn time_does_not_go_backwards() {
        let mut client = Client::calm();
        let body = client.instance(json!({}));
        let id = client.done("POST", "/instance", body);
        client.pass(60);
        let path = format!("/instance/{id}");
        assert_eq!(client.get(&path)["state"], "running");
        client.now = 0;
        assert_eq!(client.get(&path)["state"], "running");
    }
}
