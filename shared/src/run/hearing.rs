//! Waits for what a machine says of its own accord: because a label asks it to, or because it is done.

use std::collections::BTreeMap;

use super::ending::Trouble;
use super::schedule::EVIDENCE_PATIENCE_MS;
use super::{Event, Run, Target, TaskState};
use crate::bootstrap::report::{PoolBounds, Signed};
use crate::bootstrap::{Evidence, Stage, StageState};
use crate::exoscale::Class;
use crate::pki::{AdminPublicKey, is_certified};
use crate::plan::Word;
use crate::time::Timestamp;

impl Run {
    pub(super) fn hear(&mut self, now: Timestamp, target: &Target, state: &TaskState, word: &Word) {
        if self.give_up_on_machines(now, target) {
            return;
        }
        let heard = match word {
            Word::Clean { machine } => self.is_clean(machine).then(String::new),
            Word::Flags { bounds } => self.evidence_shows(|seen| flags(seen, bounds)),
            Word::Retired { pool } => self.evidence_shows(|seen| {
                seen.retired
                    .contains(pool)
                    .then(|| "its nodes are drained".to_owned())
            }),
            Word::Joined {
                pool,
                prefix,
                nodes,
            } => self.evidence_shows(|seen| joined(seen, pool, prefix, *nodes)),
            Word::Signed { public_key } => return self.take_certificate(now, target, public_key),
        };
        match heard {
            Some(detail) => self.done(
                now,
                target,
                Some(detail).filter(|detail| !detail.is_empty()),
            ),
            None => self.due(state.patient_since.plus_ms(EVIDENCE_PATIENCE_MS)),
        }
    }

    fn evidence_shows(&self, shows: impl Fn(&Evidence) -> Option<String>) -> Option<String> {
        shows(self.last_evidence()?)
    }

    fn is_clean(&self, machine: &str) -> bool {
        let reports = self.state.reports.get(machine).into_iter().flatten();
        reports
            .filter(|(_, report)| report.stage == Stage::Clean && report.state == StageState::Done)
            .count()
            > 0
    }

    /// Whether a certificate has come, for this key and from the cluster's own authority.
    fn take_certificate(&mut self, now: Timestamp, target: &Target, public_key: &str) {
        let Ok(key) = AdminPublicKey::parse(public_key) else {
            return self.fail_with(
                now,
                target,
                &Trouble {
                    class: Class::Configuration,
                    why: "this is no public key",
                    hint: "Make a new key.",
                },
            );
        };
        let signed = self.last_evidence().and_then(|seen| seen.signed.clone());
        let Some(signed) = signed.filter(|signed| signed.request == key.compressed()) else {
            return;
        };
        let Signed {
            certificate,
            authority,
            ..
        } = signed;
        if !is_certified(&key, &certificate, &authority).unwrap_or_default() {
            let what = "the control plane sent a certificate that is not for this key";
            return self.fail_with(
                now,
                target,
                &Trouble {
                    class: Class::Machine,
                    why: what,
                    hint: "Renew once more.",
                },
            );
        }
        let public = BTreeMap::from([
            ("ca.crt".to_owned(), authority),
            ("admin.crt".to_owned(), certificate),
            ("admin-key".to_owned(), public_key.to_owned()),
        ]);
        let made = Event::Made {
            target: Some(target.clone()),
            public,
        };
        self.record(now, made);
        self.done(now, target, None);
    }
}

fn flags(seen: &Evidence, bounds: &[PoolBounds]) -> Option<String> {
    let all = bounds.iter().all(|bound| seen.flags.contains(bound));
    all.then(|| format!("bounds of {} pools", bounds.len()))
}

fn joined(seen: &Evidence, pool: &str, prefix: &str, nodes: u32) -> Option<String> {
    let members = seen
        .nodes
        .iter()
        .filter(|node| node.name.starts_with(&format!("{prefix}-")))
        .filter(|node| node.ready && node.initialised)
        .count();
    let rotated = seen
        .rotation
        .iter()
        .any(|rotation| rotation.pool == pool && rotation.read_back);
    let enough = members >= usize::try_from(nodes).unwrap_or(usize::MAX);
    (enough && rotated).then(|| format!("{members} nodes ready"))
}
