//! Texts of what a run leaves behind: a cluster and its kubeconfig, or nothing and its receipt.

pub mod kubeconfig {
    //! The kubeconfig.

    use crate::tongue::Text;

    pub const HEADING: Text = Text("Kubeconfig");
    pub const TEXT: Text = Text(
        "Put together in this tab. Its private key was born here and has never been anywhere else.",
    );
    pub const DOWNLOAD: Text = Text("Download kubeconfig");
    pub const COPY: Text = Text("Copy kubeconfig");
    pub const MAKING: Text = Text("This tab makes a key.");
    pub const WAITING: Text = Text("Waiting for a certificate for this tab's key.");
    pub const ASK_AGAIN: Text = Text("Ask again");
    pub const WATCHING: Text = Text("This address may look, and do nothing else.");
    pub const GONE: Text = Text(
        "The kubeconfig was collected in another tab, or its 24 hours are over, and the authority that signs has been destroyed here.",
    );
    pub const GONE_HINT: Text = Text(
        "Use the file that was downloaded. If it is lost, SSH to the control plane and copy /etc/kubernetes/admin.conf.",
    );
}

pub mod ssh {
    //! The SSH key.

    use crate::tongue::Text;

    pub const HEADING: Text = Text("SSH key");
    pub const TEXT: Text =
        Text("Also born in this tab, for the control plane. It is gone when the tab is closed.");
    pub const DOWNLOAD: Text = Text("Download SSH key");
}

pub mod cancel {
    //! Cancelling.

    use std::collections::BTreeMap;

    use shared::catalog::Money;
    use shared::view::ResourceView;

    use crate::format::rate;
    use crate::tongue::{Text, tr};

    pub const CANCEL: Text = Text("Cancel launch");
    pub const HEADING: Text = Text("Cancel this launch?");
    pub const CONFIRM: Text = Text("Take everything back");
    pub const BACK: Text = Text("Go on launching");

    /// What exists now, by kind, and what it costs.
    pub fn text(exists: &[ResourceView]) -> String {
        if exists.is_empty() {
            return tr!("Nothing has been made yet. It cannot be resumed.").to_owned();
        }
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for resource in exists {
            let count = counts.entry(resource.kind.noun()).or_default();
            *count = count.saturating_add(1);
        }
        let counts: Vec<String> = counts
            .into_iter()
            .map(|(noun, count)| format!("{count}\u{a0}×\u{a0}{}", crate::tongue::said(noun)))
            .collect();
        let hourly: Money = exists.iter().map(|resource| resource.hourly).sum();
        tr!(
            "What has been made so far is removed in reverse order, and everything is listed again: {}. It costs {} per hour now, and nothing then. It cannot be resumed.",
            counts.join(", "),
            rate(hourly)
        )
    }
}

pub mod destroy {
    //! Destroying.

    use shared::catalog::Money;
    use shared::run::Removal;
    use shared::view::ResourceView;

    use crate::format::{counted, rate, sum};
    use crate::tongue::{Text, tr};

    pub const HEADING: Text = Text("Destroy");
    pub const TYPE_THE_NAME: Text = Text("Type the name to confirm");
    pub const OF_ANOTHER_TAB: Text = Text(
        "The key of this pretend account stayed in the tab that launched it. Nobody has to remove anything: the account goes by itself after two hours.",
    );
    pub const NO_CREDENTIALS: Text = Text("type the API key and its secret first.");
    pub const LOOK: Text = Text("Show what would go");
    pub const STAYS: Text = Text("Stays, and goes on billing:");
    pub const UNKNOWN: Text =
        Text("The key may not list these, so nobody knows whether there are any:");

    pub fn would_go(removal: &Removal) -> String {
        let count = counted(
            u64::try_from(removal.items.len()).unwrap_or(u64::MAX),
            "resource goes",
            "resources go",
        );
        tr!("{count}: {} is saved.", count, sum(removal.hourly))
    }

    pub fn goes(resources: &[ResourceView]) -> String {
        let count = counted(
            u64::try_from(resources.len()).unwrap_or(u64::MAX),
            "resource goes",
            "resources go",
        );
        let hourly: Money = resources.iter().map(|resource| resource.hourly).sum();
        tr!(
            "{count}, with everything on their disks, and {} per hour is saved, or more if it has grown. Volumes of your workloads stay and are named.",
            count,
            rate(hourly)
        )
    }

    pub fn button(name: &str) -> String {
        tr!("Destroy {name}", name)
    }
}

pub mod receipt {
    //! The receipt.

    use shared::run::{Proof, Rate};
    use shared::view::RemovedView;

    use crate::clock;
    use crate::format::sum;
    use crate::tongue::{Text, tr};

    pub const KIND: Text = Text("Kind");
    pub const NAME: Text = Text("Name");
    pub const ID: Text = Text("Id");
    pub const STATE: Text = Text("State");
    pub const GONE: Text = Text("gone");
    pub const COST: Text = Text("Cost");
    pub const KEPT: Text = Text("Left alone");

    pub fn heading(kept: usize) -> String {
        match kept {
            0 => tr!("Nothing is left").to_owned(),
            1 => tr!("Nothing is left but one thing that stays").to_owned(),
            _ => tr!("Nothing is left but {kept} things that stay", kept),
        }
    }

    pub fn proof(gone: &RemovedView) -> String {
        let at = gone.gone_at.map(clock::time_of_day).unwrap_or_default();
        match &gone.proof {
            Some(Proof::Operation(id)) => {
                tr!("{GONE} at {at}: operation {} succeeded", GONE, at, id.0)
            }
            Some(Proof::NotFound) => tr!("{GONE} at {at}: not found by its id", GONE, at),
            Some(Proof::Listing) => tr!("{GONE} at {at}: a listing shows it no more", GONE, at),
            None => GONE.shown().to_owned(),
        }
    }

    pub fn saved(before: Rate, after: Rate) -> String {
        tr!("Before: {}. Now: {}.", sum(before), sum(after))
    }

    pub const SAVE: Text = Text("Download receipt");

    pub fn agrees(kinds: usize) -> String {
        tr!(
            "A fresh listing of {kinds} kinds of resources agrees: none of them is this cluster's.",
            kinds
        )
    }

    pub fn removed(count: usize) -> String {
        crate::format::counted(
            u64::try_from(count).unwrap_or(u64::MAX),
            "resource was removed",
            "resources were removed",
        )
    }

    pub fn file(name: &str) -> String {
        format!("{name}-receipt.json")
    }
}
