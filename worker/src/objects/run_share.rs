//! A run's own half of its sealing key. It lies outside the object, whose history is kept for thirty days: without it
//! nothing that was ever sealed opens any more.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use shared::exoscale::Credentials;
use shared::run::Shred;
use shared::seal::Ring;
use shared::secret::Secret;
use worker::Response;

use super::run::RunObject;
use super::run_doors::Vault;
use super::run_store::RunStore;
use crate::answer::{Failure, json as answer};
use crate::config::{SHARES, masters, random};
use crate::log;

/// A run's own half of its sealing key.
pub(super) struct Share {
    pub(super) name: String,
    pub(super) run: String,
    pub(super) bytes: Secret<[u8; 32]>,
}

impl RunObject {
    /// New credentials for a run that is stuck.
    pub(super) async fn keep_credentials(
        &self,
        credentials: Credentials,
    ) -> Result<Response, Failure> {
        let store = self.store()?;
        let run = store.run()?.ok_or_else(Failure::not_found)?;
        let share = match self.share_of(&store).await? {
            Some(share) => share,
            // With another share, nothing that was sealed before would open: only a run that has nothing left gets one.
            None if run.state().shredded == Some(Shred::All) => {
                self.new_share(&run.plan().facts.run).await?
            }
            None => return Err(Failure::internal(&"the sealing share cannot be read")),
        };
        self.vault(&share)?.keep_credentials(&credentials)?;
        store.set_fact(SHARE, &share.name)?;
        answer(200, &json!({}))
    }

    /// Opens and closes what is sealed; refuses where something could not be opened, since it would seem to be gone.
    pub(super) fn vault(&self, share: &Share) -> Result<Vault, Failure> {
        let seals = Ring::new(&masters(&self.env)?, share.bytes.expose(), &share.run)
            .map_err(|error| Failure::internal(&error))?;
        let store = self.store()?;
        let needed = store.masters_needed()?;
        match needed.iter().find(|id| !seals.knows(id)) {
            None => Ok(Vault { seals, store }),
            Some(id) => Err(other_master(id)),
        }
    }

    /// Whether what is sealed can be opened, as far as there is anything.
    pub(super) async fn is_openable(&self) -> Result<(), Failure> {
        match self.share_of(&self.store()?).await? {
            Some(share) => self.vault(&share).map(|_| ()),
            None => Ok(()),
        }
    }

    pub(super) async fn new_share(&self, run: &str) -> Result<Share, Failure> {
        let (bytes, nonce) = (random()?, random()?);
        let name = format!(
            "{run}/{}",
            URL_SAFE_NO_PAD.encode(nonce.get(..9).unwrap_or_default())
        );
        let put = self
            .env
            .kv(SHARES)?
            .put(&name, URL_SAFE_NO_PAD.encode(bytes))
            .map_err(|error| Failure::internal(&error))?;
        put.execute()
            .await
            .map_err(|error| Failure::internal(&error))?;
        Ok(Share {
            name,
            run: run.to_owned(),
            bytes: Secret::new(bytes),
        })
    }

    pub(super) async fn share_of(&self, store: &RunStore) -> Result<Option<Share>, Failure> {
        let Some(name) = store.fact::<String>(SHARE)? else {
            return Ok(None);
        };
        let text = self
            .env
            .kv(SHARES)?
            .get(&name)
            .text()
            .await
            .map_err(|error| Failure::internal(&error))?;
        let bytes = text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok());
        let run = name.split('/').next().unwrap_or_default().to_owned();
        Ok(bytes.map(|bytes| Share {
            name,
            run,
            bytes: Secret::new(bytes),
        }))
    }
}

/// The operator can mend it, and until then nothing is lost.
fn other_master(id: &str) -> Failure {
    log::mistake(&format!(
        "a run is sealed under master secret {id}: put it into MASTER_SECRET_OLD"
    ));
    let message = "the launcher's master secret was changed, and this run needs the old one";
    let hint =
        "Nothing is lost: whoever runs this launcher has to set MASTER_SECRET_OLD to the old one.";
    Failure::new(503, "other_master", message, hint)
}

/// The name of the share.
pub(super) const SHARE: &str = "share";
