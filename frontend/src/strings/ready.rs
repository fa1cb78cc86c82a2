//! Texts of what a run leaves behind: a cluster and its kubeconfig, or nothing and its receipt.

pub mod kubeconfig {
    //! The kubeconfig.

    pub const HEADING: &str = "Kubeconfig";
    pub const TEXT: &str =
        "Put together in this tab. Its private key was born here and has never been anywhere else.";
    pub const DOWNLOAD: &str = "Download kubeconfig";
    pub const COPY: &str = "Copy kubeconfig";
    pub const MAKING: &str = "This tab makes a key.";
    pub const WAITING: &str = "Waiting for a certificate for this tab's key.";
    pub const ASK_AGAIN: &str = "Ask again";
    pub const WATCHING: &str = "This address may look, and do nothing else.";
    pub const GONE: &str = "The kubeconfig was collected in another tab, or its 24 hours are over, and the authority that signs has been destroyed here.";
    pub const GONE_HINT: &str = "Use the file that was downloaded. If it is lost, SSH to the control plane and copy /etc/kubernetes/admin.conf.";
}

pub mod ssh {
    //! The SSH key.

    pub const HEADING: &str = "SSH key";
    pub const TEXT: &str =
        "Also born in this tab, for the control plane. It is gone when the tab is closed.";
    pub const DOWNLOAD: &str = "Download SSH key";
}

pub mod cancel {
    //! Cancelling.

    use std::collections::BTreeMap;

    use shared::catalog::Money;
    use shared::view::ResourceView;

    use crate::format::rate;

    pub const CANCEL: &str = "Cancel launch";
    pub const HEADING: &str = "Cancel this launch?";
    pub const CONFIRM: &str = "Take everything back";
    pub const BACK: &str = "Go on launching";

    /// What exists now, by kind, and what it costs.
    pub fn text(exists: &[ResourceView]) -> String {
        if exists.is_empty() {
            return "Nothing has been made yet. It cannot be resumed.".to_owned();
        }
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for resource in exists {
            let count = counts.entry(resource.kind.noun()).or_default();
            *count = count.saturating_add(1);
        }
        let counts: Vec<String> = counts
            .into_iter()
            .map(|(noun, count)| format!("{count}\u{a0}×\u{a0}{noun}"))
            .collect();
        let hourly: Money = exists.iter().map(|resource| resource.hourly).sum();
        format!(
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

    pub const HEADING: &str = "Destroy";
    pub const TYPE_THE_NAME: &str = "Type the name to confirm";
    pub const NO_CREDENTIALS: &str = "type the API key and its secret first.";
    pub const LOOK: &str = "Show what would go";
    pub const STAYS: &str = "Stays, and goes on billing:";
    pub const UNKNOWN: &str = "The key may not list these, so nobody knows whether there are any:";

    pub fn would_go(removal: &Removal) -> String {
        let count = counted(
            u64::try_from(removal.items.len()).unwrap_or(u64::MAX),
            "resource goes",
            "resources go",
        );
        format!("{count}: {} is saved.", sum(removal.hourly))
    }

    pub fn goes(resources: &[ResourceView]) -> String {
        let count = counted(
            u64::try_from(resources.len()).unwrap_or(u64::MAX),
            "resource goes",
            "resources go",
        );
        let hourly: Money = resources.iter().map(|resource| resource.hourly).sum();
        format!(
            "{count}, with everything on their disks, and {} per hour is saved, or more if it has grown. Volumes of your workloads stay and are named.",
            rate(hourly)
        )
    }

    pub fn button(name: &str) -> String {
        format!("Destroy {name}")
    }
}

pub mod receipt {
    //! The receipt.

    use shared::run::{Proof, Rate};
    use shared::view::RemovedView;

    use crate::clock;
    use crate::format::sum;

    pub const KIND: &str = "Kind";
    pub const NAME: &str = "Name";
    pub const ID: &str = "Id";
    pub const STATE: &str = "State";
    pub const GONE: &str = "gone";
    pub const COST: &str = "Cost";
    pub const KEPT: &str = "Left alone";

    pub fn heading(kept: usize) -> String {
        match kept {
            0 => "Nothing is left".to_owned(),
            1 => "Nothing is left but one thing that stays".to_owned(),
            _ => format!("Nothing is left but {kept} things that stay"),
        }
    }

    pub fn proof(gone: &RemovedView) -> String {
        let at = gone.gone_at.map(clock::time_of_day).unwrap_or_default();
        match &gone.proof {
            Some(Proof::Operation(id)) => format!("{GONE} at {at}: operation {} succeeded", id.0),
            Some(Proof::NotFound) => format!("{GONE} at {at}: not found by its id"),
            Some(Proof::Listing) => format!("{GONE} at {at}: a listing shows it no more"),
            None => GONE.to_owned(),
        }
    }

    pub fn saved(before: Rate, after: Rate) -> String {
        format!("Before: {}. Now: {}.", sum(before), sum(after))
    }

    pub const SAVE: &str = "Download receipt";

    pub fn agrees(kinds: usize) -> String {
        format!(
            "A fresh listing of {kinds} kinds of resources agrees: none of them is this cluster's."
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
