//! The kubeconfig of a run: a key that was born in this tab, a certificate for it, and both put together.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::pki::Kubeconfig;
use shared::plan::PlanKind;
use shared::secret::Secret;
use shared::view::{ClusterView, View};

use super::{Following, RunKeys};
use crate::{api, crypto};

/// How the kubeconfig stands.
#[derive(Clone, Debug)]
pub enum Certificate {
    /// There is nothing to say yet.
    NotYet,
    /// The launcher has been asked for a certificate.
    Asked,
    /// The file.
    Here(Secret<String>),
    /// The authority is gone, and the key is not in this tab.
    Gone,
}

impl Following {
    /// How the kubeconfig stands.
    pub fn certificate(self) -> Certificate {
        let id = self.link.with_value(|link| link.id.clone());
        let kubeconfig = self
            .tab
            .keys
            .with(|keys| keys.get(&id).and_then(|keys| keys.kubeconfig.clone()));
        let has_keys = self.tab.keys.with(|keys| keys.contains_key(&id));
        let certifies = |view: &View| matches!(view.kind, PlanKind::Launch | PlanKind::Renew);
        let Some(view) = self.view.get().filter(certifies) else {
            return Certificate::NotYet;
        };
        match kubeconfig {
            Some(text) => Certificate::Here(text),
            None if view.kind == PlanKind::Launch && !view.can_certify => Certificate::Gone,
            None if has_keys => Certificate::Asked,
            None => Certificate::NotYet,
        }
    }

    /// Makes a new key here and asks for its certificate.
    pub async fn ask_for_certificate(self) {
        let Ok(admin) = crypto::admin_key().await else {
            return;
        };
        let Some(link) = self.link.try_get_value() else {
            return;
        };
        match api::send_admin_key(&link, &admin.public).await {
            Ok(_) => self.tab.keys.update(|all| {
                let ssh = all.remove(&link.id).and_then(|old: RunKeys| old.ssh);
                all.insert(
                    link.id,
                    RunKeys {
                        admin,
                        ssh,
                        kubeconfig: None,
                    },
                );
            }),
            // What reads a run and can do nothing else is a share token.
            Err(error) if error.is("forbidden") || error.is("not_found") => {
                self.say(|| self.watching.set(true));
            }
            Err(error) => self.say(|| self.refusal.set(Some(error))),
        }
    }

    /// The person has the kubeconfig, so that the launcher need not keep the authority.
    pub async fn collect(self) {
        let Some(link) = self.link.try_get_value() else {
            return;
        };
        // When it does not arrive, the authority is shredded by its own clock.
        let _ = api::collected(&link).await;
    }

    /// Puts the kubeconfig together once the certificate for this tab's key is there.
    pub(super) fn take_certificate(self, view: &View) {
        let id = self.link.with_value(|link| link.id.clone());
        let made = self.tab.keys.with_untracked(|all| {
            let keys = all.get(&id).filter(|keys| keys.kubeconfig.is_none())?;
            kubeconfig(&view.cluster, keys)
        });
        if let Some(text) = made {
            self.tab.keys.update(|all| {
                all.entry(id)
                    .and_modify(|keys| keys.kubeconfig = Some(text));
            });
        }
    }

    /// A tab without a key asks for a certificate by itself, once.
    pub(super) fn want_certificate(self) {
        let id = self.link.with_value(|link| link.id.clone());
        let has_keys = self.tab.keys.with_untracked(|keys| keys.contains_key(&id));
        let can = self.view.with_untracked(|view| {
            view.as_ref()
                .is_some_and(|view| view.kind == PlanKind::Launch && view.can_certify)
        });
        let looks = self.watching.get_untracked();
        if can && !has_keys && !looks && !self.asked.get_value() {
            self.asked.set_value(true);
            spawn_local(self.ask_for_certificate());
        }
    }
}

fn kubeconfig(cluster: &ClusterView, keys: &RunKeys) -> Option<Secret<String>> {
    if cluster.admin_public_key.as_deref() != Some(keys.admin.public.as_str()) {
        return None;
    }
    let file = Kubeconfig {
        cluster_name: &cluster.name,
        server_url: cluster.endpoint.as_deref()?,
        tls_server_name: &format!("api.{}.slipway.internal", cluster.id.as_deref()?),
        ca_pem: cluster.ca_certificate.as_deref()?,
        client_certificate_pem: cluster.client_certificate.as_deref()?,
        client_key_pem: &keys.admin.private_pem,
    };
    file.render().ok()
}
