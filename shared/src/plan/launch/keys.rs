//! The keys: the person's for SSH, and one with its own role for each part of the cluster that calls Exoscale.

use super::Builder;
use super::parts::{SHORT_MS, create, step};
use crate::plan::roles::keys;
use crate::plan::{Resource, Step, StepId};

impl Builder<'_> {
    pub(super) fn ssh_key(&self) -> Option<Step> {
        let key = self.spec.ssh_key()?;
        let resource = Resource::SshKey {
            name: self.tag.ssh_key(),
            public_key: key.as_str().to_owned(),
        };
        Some(step(
            "ssh-key",
            "Register the SSH key",
            &["preflight"],
            vec![create(resource, 1_000)],
        ))
    }

    pub(super) fn keys(&self) -> Vec<Step> {
        let both = keys(self.spec).flat_map(|key| {
            let role_id = format!("role-{}", key.name);
            let role = Resource::Role {
                name: self.tag.name_of(key.name),
                policy: key.policy(),
            };
            let minted = Resource::ApiKey {
                name: self.tag.key(key.name),
                role: StepId(role_id.clone()),
            };
            let role_title = format!("Create a role for {}", key.title);
            let make_role = || {
                step(
                    &role_id,
                    &role_title,
                    &["preflight"],
                    vec![create(role, SHORT_MS)],
                )
            };
            let role = (!self.facts.roles.contains_key(&StepId(role_id.clone()))).then(make_role);
            let needs = role.as_ref().map_or("preflight", |_| role_id.as_str());
            let key_title = format!("Mint a key for {}", key.title);
            let mint = step(
                &format!("key-{}", key.name),
                &key_title,
                &[needs],
                vec![create(minted, 500)],
            );
            role.into_iter().chain([mint])
        });
        both.collect()
    }
}
