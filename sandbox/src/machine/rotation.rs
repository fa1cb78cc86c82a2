//! Token rotation: a fresh join token is written into the user-data of every pool, and read back.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::bundle::TOKEN_ROTATION;
use super::caller::{self, Caller};
use super::day_two::LivePool;
use super::facts::Facts;
use super::user_data::{self, Opened};
use crate::durations::{ROTATION_PERIOD, TOKEN_LIFETIME};
use crate::store::State;

/// How far the rotation of one pool is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Rotation {
    /// Written; the operation is under way.
    Written {
        pool: String,
        operation: String,
        token: String,
    },
    /// Read back: is it what was written?
    Done(bool),
}

pub(super) fn run(state: &mut State, id: &str) {
    let now = state.meta.now;
    let Some(caller) = Caller::of(state, id, TOKEN_ROTATION) else {
        return;
    };
    let Some(cluster) = state.clusters.get_mut(id) else {
        return;
    };
    if cluster.rotate_at <= now {
        cluster.rotate_at = now + ROTATION_PERIOD;
        cluster.moved_at = now;
        cluster.rotations.clear();
    }
    cluster.tokens.retain(|_, expires_at| *expires_at > now);
    let pools = cluster.day_two.pools.clone();
    let rotations = cluster.rotations.clone();
    for live in pools {
        let next = match rotations.get(&live.name) {
            None | Some(Rotation::Done(false)) => write(state, &caller, id, &live),
            Some(Rotation::Written {
                pool,
                operation,
                token,
            }) => read_back(state, &caller, pool, operation, token),
            Some(Rotation::Done(true)) => continue,
        };
        let Some(cluster) = state.clusters.get_mut(id) else {
            return;
        };
        match next {
            Progress::Now(rotation) => {
                cluster.rotations.insert(live.name, rotation);
            }
            Progress::Again => {
                cluster.rotations.remove(&live.name);
            }
            Progress::Wait => {}
        }
    }
}

enum Progress {
    Now(Rotation),
    Again,
    Wait,
}

/// Writes only the pool's user-data. A busy pool, a missing one and a denial are all tried again.
fn write(state: &mut State, caller: &Caller, id: &str, pool: &LivePool) -> Progress {
    let path = format!("/instance-pool/{}", pool.id);
    let current = caller.get(state, &path).ok().filter(rests);
    let token = format!(
        "{}.{}",
        state.meta.random.letters(6),
        state.meta.random.letters(16)
    );
    let fresh = current
        .as_ref()
        .and_then(|current| user_data::open(current.get("user-data")?.as_str()?))
        .filter(|current| is_of(current, id, &pool.name))
        .and_then(|current| current.with_join_token(&token));
    let Some(fresh) = fresh else {
        return Progress::Wait;
    };
    let expires_at = state.meta.now + TOKEN_LIFETIME;
    if let Some(cluster) = state.clusters.get_mut(id) {
        cluster.tokens.insert(token.clone(), expires_at); // valid before anybody can read it
    }
    let body = json!({ "user-data": fresh });
    let written = caller.begin(state, "PUT", &path, &body);
    let operation = written.map(|begun| begun.operation);
    if let Some(operation) = operation {
        return Progress::Now(Rotation::Written {
            pool: pool.id.clone(),
            operation,
            token,
        });
    }
    if let Some(cluster) = state.clusters.get_mut(id) {
        cluster.tokens.remove(&token);
    }
    Progress::Wait
}

fn read_back(
    state: &mut State,
    caller: &Caller,
    pool: &str,
    operation: &str,
    token: &str,
) -> Progress {
    match caller.progress(state, operation) {
        caller::Progress::Pending => Progress::Wait,
        caller::Progress::Succeeded => {
            let current = caller.get(state, &format!("/instance-pool/{pool}")).ok();
            let found = current
                .and_then(|current| user_data::join_token(current.get("user-data")?.as_str()?));
            Progress::Now(Rotation::Done(found.as_deref() == Some(token)))
        }
        caller::Progress::Failed => Progress::Again,
    }
}

fn rests(pool: &Value) -> bool {
    pool.get("state").and_then(Value::as_str) == Some("running")
}

/// Does this user-data say that it is a node's, of that pool of that cluster?
fn is_of(user_data: &Opened, cluster: &str, pool: &str) -> bool {
    let facts = user_data.facts().and_then(|content| Facts::parse(&content));
    facts.is_some_and(|facts| {
        facts.cluster.id == cluster && facts.pool.is_some_and(|own| own.name == pool)
    })
}
