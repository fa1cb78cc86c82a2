//! Launching and destroying: what is sent, and where the page goes then.

use std::collections::BTreeSet;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use shared::catalog::Zone;
use shared::plan::{ClusterTag, Plan, PlanKind};
use shared::spec::Spec;

use super::compose::ssh_comment;
use super::{AccountChoice, Compose, KnownRun, RunKeys, Tab};
use crate::api::{self, Account, ApiError, Credentials, RunLink, SandboxAccount, Start};
use crate::crypto::{self, AdminKey};
use crate::strings::launch as t;

/// How far a launch is.
#[derive(Clone, Debug, Default)]
pub enum Launching {
    /// Nobody has asked for it.
    #[default]
    No,
    /// The launcher is being asked.
    Asking,
    /// It came to nothing.
    Failed(ApiError),
    /// This browser cannot make keys.
    NoKeys,
    /// The plan that would run is another one; the person decides.
    Changed {
        /// The plan that would run.
        new: Box<Plan>,
        /// What is different about it, in words.
        changes: Vec<String>,
    },
}

/// Launches what is on screen.
pub async fn launch(tab: Tab, compose: Compose) {
    compose.launching.set(Launching::Asking);
    tab.hear_offer().await;
    let Some(preview) = compose.preview.get_untracked() else {
        return compose.launching.set(Launching::No);
    };
    match begin(tab, compose, preview.plan).await {
        Ok(launched) => launched.await,
        Err(_) => compose.launching.set(Launching::Failed(ApiError::NoAnswer)),
    }
}

/// Launches by the plan that the launcher has offered instead.
pub async fn launch_changed(tab: Tab, compose: Compose, plan: Plan) {
    send(tab, compose, plan).await;
}

#[wasm_split(launch, wasm_split_path = leptos::wasm_split, fallible)]
fn begin(tab: Tab, compose: Compose, plan: Plan) -> Result<Going, SplitLoaderError> {
    Ok(Box::pin(send(tab, compose, plan)))
}

type Going = Pin<Box<dyn Future<Output = ()>>>;

async fn send(tab: Tab, compose: Compose, plan: Plan) {
    let plan = &plan;
    let Some(spec) = &plan.spec else { return };
    compose.launching.set(Launching::Asking);
    let Some(admin) = compose.admin.get_untracked() else {
        compose.launching.set(Launching::NoKeys);
        return;
    };
    let (account, sandbox) = match account(tab).await {
        Ok(found) => found,
        Err(error) => return compose.launching.set(Launching::Failed(error)),
    };
    let run = compose.run.get_untracked();
    let start = Start::Launch {
        spec,
        credentials: &account,
        admin_public_key: &admin.public,
        plan_hash: &plan.digest(),
        roles: &tab.given_roles(),
    };
    if let Err(error) = api::start(&run, &start).await {
        let new = if error.is("plan_changed") {
            replanned(tab, compose).await
        } else {
            None
        };
        let new = new.filter(|new| new.digest() != plan.digest());
        let changed = new.map(|new| Launching::Changed {
            changes: changes(plan, &new),
            new: Box::new(new),
        });
        return compose
            .launching
            .set(changed.unwrap_or(Launching::Failed(error)));
    }
    arrive(
        tab,
        compose,
        spec,
        KnownRun::launch(run, spec, sandbox),
        admin,
    );
}

/// Remembers what was launched and the keys that belong to it, and goes to where it can be watched.
fn arrive(tab: Tab, compose: Compose, spec: &Spec, run: KnownRun, admin: AdminKey) {
    let name = spec.name().as_str();
    let born = compose.ssh.get_untracked().filter(|key| {
        let comment = ssh_comment(name);
        spec.ssh_key()
            .is_some_and(|used| used.as_str() == key.public_line(&comment))
    });
    let keys = RunKeys {
        admin,
        ssh: born.map(|key| (key, ssh_comment(name))),
        kubeconfig: None,
    };
    tab.keys.update(|all| {
        all.insert(run.link.id.clone(), keys);
    });
    let address = run.link.address();
    tab.remember(run);
    compose.launching.set(Launching::No);
    compose.submitted.set(false);
    compose.renew();
    tab.go(&address);
}

/// The plan that this page makes of what the launcher says now, if it is another one.
async fn replanned(tab: Tab, compose: Compose) -> Option<Plan> {
    tab.catalog.set(Some(api::catalog().await));
    compose.preview.get_untracked().map(|preview| preview.plan)
}

async fn account(tab: Tab) -> Result<(Credentials, Option<SandboxAccount>), ApiError> {
    match tab.choice.get_untracked() {
        AccountChoice::Sandbox => {
            let sandbox = tab.sandbox_account().await?;
            Ok((Account::from(sandbox.clone()).credentials, Some(sandbox)))
        }
        AccountChoice::Exoscale => {
            let typed = tab
                .typed_account()
                .map(|account| (account.credentials, None));
            typed.ok_or_else(|| ApiError::about_credentials(t::NO_CREDENTIALS.shown()))
        }
    }
}

/// A cluster that stands, and on which a run is to work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stands {
    /// What the person calls it.
    pub name: String,
    /// Its random id, where it is known.
    pub id: Option<String>,
    /// Where it stands.
    pub zone: String,
}

impl Stands {
    /// Reads `<name>-<id>.<zone>`.
    pub fn parse(fragment: &str) -> Option<Self> {
        let (tag, zone) = fragment.split_once('.')?;
        let ClusterTag { name, id } = ClusterTag::parse(tag)?;
        zone.parse::<Zone>().ok()?;
        Some(Self {
            name,
            id: Some(id),
            zone: zone.to_owned(),
        })
    }

    /// The address of the cluster's page; without an id, of all clusters'.
    pub fn address(&self) -> String {
        let Self { name, id, zone } = self;
        id.as_ref().map_or_else(
            || "/clusters".to_owned(),
            |id| format!("/clusters#{name}-{id}.{zone}"),
        )
    }
}

/// Destroys a cluster, and goes to where that can be watched.
pub async fn destroy(
    tab: Tab,
    run: RunLink,
    cluster: &Stands,
    account: &Account,
) -> Result<(), ApiError> {
    let Stands { name, id, zone } = cluster;
    let start = Start::Destroy {
        name,
        id: id.as_deref(),
        zone,
        credentials: &account.credentials,
    };
    api::start(&run, &start).await?;
    follow(tab, run, cluster, account, PlanKind::Destroy);
    Ok(())
}

/// Asks a cluster for a certificate for a new key of this tab, and goes to where that can be watched.
pub async fn renew(
    tab: Tab,
    run: RunLink,
    cluster: &Stands,
    account: &Account,
) -> Result<(), ApiError> {
    let admin = crypto::admin_key()
        .await
        .map_err(|_| ApiError::about_credentials(t::NO_KEYS.shown()))?;
    let Stands { name, id, zone } = cluster;
    let start = Start::Renew {
        name,
        id: id.as_deref(),
        zone,
        credentials: &account.credentials,
        admin_public_key: &admin.public,
    };
    api::start(&run, &start).await?;
    let keys = RunKeys {
        admin,
        ssh: None,
        kubeconfig: None,
    };
    tab.keys.update(|all| {
        all.insert(run.id.clone(), keys);
    });
    follow(tab, run, cluster, account, PlanKind::Renew);
    Ok(())
}

/// Remembers a run that works on a cluster which stands, and goes to where it can be watched.
pub(super) fn follow(tab: Tab, run: RunLink, cluster: &Stands, account: &Account, kind: PlanKind) {
    let sandbox = account.sandbox.then(|| SandboxAccount {
        key: account.credentials.key.clone(),
        secret: account.credentials.secret.expose().clone(),
        speed: tab.speed.get_untracked(),
    });
    let address = run.address();
    tab.remember(KnownRun {
        link: run,
        name: cluster.name.clone(),
        spec: None,
        sandbox,
        kind,
    });
    tab.go(&address);
}

/// What is different between the plan that was shown and the one that would run, in words.
fn changes(shown: &Plan, new: &Plan) -> Vec<String> {
    let titles = |plan: &Plan| {
        plan.steps
            .iter()
            .map(|step| step.title.clone())
            .collect::<BTreeSet<_>>()
    };
    let (before, after) = (titles(shown), titles(new));
    let mut changes: Vec<String> = after
        .difference(&before)
        .map(|title| t::added(title))
        .collect();
    changes.extend(before.difference(&after).map(|title| t::removed(title)));
    if shown.facts.kubernetes != new.facts.kubernetes {
        changes.push(t::other_version(
            &shown.facts.kubernetes,
            &new.facts.kubernetes,
        ));
    }
    if shown.facts.caller != new.facts.caller {
        let listed = |plan: &Plan| {
            plan.facts
                .caller
                .iter()
                .map(|net| net.addr().to_string())
                .collect::<Vec<_>>()
                .join(", ")
        };
        changes.push(t::other_caller(&listed(shown), &listed(new)));
    }
    if changes.is_empty() {
        changes.push(t::OTHER_DETAILS.shown().to_owned());
    }
    changes
}
