//! Questions about an organisation that no run asks: whoever looks, checks a key or plans a change. They take their
//! turn in the same office as the runs, and what they meet is felt there.

use shared::exoscale::{Call, Reply};
use shared::pki;
use shared::time::Timestamp;
use worker::Env;

use super::start::{no_answer, refused};
use crate::answer::Failure;
use crate::config::{ACCOUNTS, wall};
use crate::exoscale::Door;
use crate::log;
use crate::objects::{Visiting, admit, hear};

/// Somebody who asks about an organisation.
pub(super) struct Visit<'a> {
    env: &'a Env,
    pub(super) door: &'a Door,
    /// The organisation, in whose office runs and visits take their turn.
    pub(super) account: String,
}

impl<'a> Visit<'a> {
    /// Begins with whose key it is, so that a wrong key is said at once. A key that may not ask is told apart from one
    /// that is wrong; it then stands for itself.
    pub(super) async fn begin(env: &'a Env, door: &'a Door) -> Result<Self, Failure> {
        let ask = || door.send(Call::Organization, |_| None);
        let answer = match ask().await {
            Err(error) if !error.is_denial() && !error.is_credentials() => ask().await,
            settled => settled,
        };
        let account = match answer {
            Ok(Reply::Organization(organization)) => organization.id,
            Err(error) if error.is_denial() => pki::hash_hex(door.key()),
            Err(error) if error.is_credentials() => return Err(refused(&error)),
            Ok(_) | Err(_) => return Err(no_answer()),
        };
        Ok(Self { env, door, account })
    }

    /// Asks all this, if the office allows so many calls.
    pub(super) async fn ask<T>(
        &self,
        calls: usize,
        questions: impl AsyncFnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let calls = u32::try_from(calls).unwrap_or(u32::MAX);
        let office = self.env.durable_object(ACCOUNTS)?;
        let office = office.get_by_name(&self.account)?;
        if let Err(until) = admit(&office, &self.visiting(calls)).await? {
            return Err(busy(self.door, until));
        }
        let answered = questions().await;
        if self.door.met().is_trouble()
            && let Err(error) = hear(&office, &self.visiting(0)).await
        {
            log::mistake(&format!("an office could not be told: {error}"));
        }
        answered
    }

    fn visiting(&self, calls: u32) -> Visiting {
        Visiting {
            now: self.door.pace().run_at(wall()),
            calls,
            met: self.door.met(),
        }
    }
}

/// Exoscale has had enough of this organisation for now, or of everybody.
fn busy(door: &Door, until: Timestamp) -> Failure {
    let ms = door.pace().wall_at(until).since_ms(wall());
    let seconds = u16::try_from(ms.div_ceil(1_000)).unwrap_or(u16::MAX).max(1);
    let message =
        "Exoscale is left alone for a moment: it has been asked too much, or it is in trouble";
    let hint =
        format!("Try again in {seconds} s. Nothing was changed, and runs go on by themselves.");
    Failure::new(429, "too_many", message, hint).retry_after_s(seconds)
}
