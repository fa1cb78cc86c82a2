//! A person whose certificate has ended asks for another one: the authority's key is nowhere but on control planes.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::machine::certificate::{self, Authority};
use crate::store::State;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Signed {
    request: String,
    certificate: String,
    authority: String,
}

/// Signs what is asked for, once for each key.
pub(super) fn sign(state: &mut State, id: &str, holder: &str, wanted: Option<(String, u64)>) {
    let before = state
        .clusters
        .get(id)
        .and_then(|cluster| cluster.day_two.signed.clone());
    let signed = match (wanted, before) {
        (None, None) => return,
        (None, Some(_)) => None,
        (Some((request, _)), Some(before)) if before.request == request => return,
        (Some((request, hours)), _) => signed(state, holder, request, hours),
    };
    if let Some(cluster) = state.clusters.get_mut(id) {
        cluster.day_two.signed = signed;
    }
}

fn signed(state: &mut State, holder: &str, request: String, hours: u64) -> Option<Signed> {
    let bundle = state.machines.get(holder)?.bundle.as_ref()?;
    let authority: Authority = bundle.authority.clone()?;
    // Positive, and never empty.
    let mut serial = vec![0x40];
    serial.extend(state.meta.random.next().to_be_bytes());
    let now = state.meta.wall / 1_000;
    let certificate = certificate::sign(&authority, &request, hours, &serial, now)?;
    Some(Signed {
        request,
        certificate,
        authority: authority.certificate,
    })
}

impl Signed {
    /// As evidence shows it.
    pub(super) fn view(&self) -> Value {
        json!({ "request": self.request, "certificate": self.certificate, "authority": self.authority })
    }
}
