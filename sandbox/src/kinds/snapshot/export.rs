//! Exporting a snapshot: an address and a checksum from which a template can be registered.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Change, Snapshot, SnapshotState};
use crate::durations::SNAPSHOT_EXPORT;
use crate::hex::hex;
use crate::kinds;
use crate::kinds::kind::{self, Kind as _};
use crate::operation::{self, Failure, Reference};
use crate::store::State;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome};

pub(super) fn export(ask: &mut Ask<'_>) -> Outcome {
    let snapshot = kind::own::<Snapshot>(ask)?;
    snapshot.check_free(ask.state)?;
    let id = snapshot.id.clone();
    if let Some(snapshot) = ask.state.snapshots.get_mut(&id) {
        snapshot.begin(SnapshotState::Exporting);
    }
    let reference = Reference::new(Snapshot::NAME, &id);
    let change = kinds::Change::Snapshot(Change::Exported(id));
    Ok(operation::begin(ask, reference, SNAPSHOT_EXPORT, change))
}

pub(super) fn exported(state: &mut State, id: &str) -> Result<(), Failure> {
    let gone = || Failure::new("interrupted", "The snapshot is gone");
    let snapshot = state.snapshots.get_mut(id).ok_or_else(gone)?;
    snapshot.state = SnapshotState::Exported;
    snapshot.before = None;
    snapshot.fetchable = true;
    Ok(())
}

pub(super) fn view(state: &State, snapshot: &Snapshot) -> Value {
    json!({ "presigned-url": url(state, snapshot), "md5sum": checksum(&snapshot.id) })
}

/// The snapshot that this address leads to. `None`: the address is none of ours.
/// Refused: it is, but nothing lies there, or something else than the checksum says.
pub(crate) fn exported_at<'a>(
    state: &'a State,
    address: &str,
    md5sum: &str,
) -> Result<Option<&'a Snapshot>, Refusal> {
    let Some(id) = id_in(address) else {
        return Ok(None);
    };
    let found = state.snapshots.get(id).filter(|one| one.fetchable);
    let found = found.filter(|one| url(state, one) == address);
    let found = found.ok_or_else(|| Refusal::invalid("The template URL cannot be fetched"))?;
    if checksum(id) != md5sum {
        return Err(Refusal::invalid("The checksum does not match the template"));
    }
    Ok(Some(found))
}

/// `https://sos-<zone>.exo.io/snapshots/<id>.qcow2?…`
fn id_in(address: &str) -> Option<&str> {
    let (host, path) = address.strip_prefix("https://sos-")?.split_once('/')?;
    let (id, _) = path.strip_prefix("snapshots/")?.split_once(".qcow2?")?;
    host.ends_with(".exo.io").then_some(id)
}

/// Only who was told it knows the signature.
fn url(state: &State, snapshot: &Snapshot) -> String {
    let (zone, id) = (&snapshot.zone, &snapshot.id);
    let digest = Sha256::new()
        .chain_update(state.meta.entropy)
        .chain_update(id)
        .finalize();
    let signature = hex(&digest);
    format!("https://sos-{zone}.exo.io/snapshots/{id}.qcow2?X-Amz-Signature={signature}")
}

/// As long as an MD5 is; what is on the disk is not modelled to the byte.
fn checksum(id: &str) -> String {
    let digest = Sha256::digest(id);
    hex(digest.get(..16).unwrap_or_default())
}
