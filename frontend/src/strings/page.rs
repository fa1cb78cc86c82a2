//! Texts of the frame around the places, and of parts that several places share.

pub mod app {
    //! Header, footer, titles.

    use crate::state::Theme;

    pub const NAME: &str = "Slipway";
    pub const TITLE: &str = "Slipway: launch Kubernetes on Exoscale";
    pub const TITLE_CLUSTERS: &str = "Clusters · Slipway";
    pub const TITLE_INSIDE: &str = "Inside the sandbox · Slipway";
    pub const SKIP: &str = "Skip to the content";
    pub const PLACES: &str = "Places";
    pub const COMPOSE: &str = "Compose";
    pub const RUN: &str = "Run";
    pub const CLUSTERS: &str = "Clusters";
    pub const THEME: &str = "Theme";
    pub const DOCS_API: &str = "/api/openapi.json";
    pub const DOCS_API_NAME: &str = "API (OpenAPI)";
    pub const LICENCE: &str = "MIT licence";
    pub const DOCS_EXOSCALE: &str = "https://community.exoscale.com/documentation/";
    pub const DOCS_EXOSCALE_NAME: &str = "Exoscale docs";
    pub const DOCS_KUBERNETES: &str = "https://kubernetes.io/docs/";
    pub const DOCS_KUBERNETES_NAME: &str = "Kubernetes docs";

    pub const fn theme(theme: Theme) -> &'static str {
        match theme {
            Theme::Auto => "Auto",
            Theme::Light => "Light",
            Theme::Dark => "Dark",
        }
    }
}

pub mod parts {
    //! Parts that several places share.

    pub const FEWER: &str = "Less";
    pub const MORE: &str = "More";
    pub const COPIED: &str = "Copied";
    pub const NOT_COPIED: &str = "The browser does not let us copy";
    pub const SANDBOX: &str = "Sandbox:";
    pub const SANDBOX_NOTE: &str = "nothing here is real and nothing costs.";
    pub const LOOK_INSIDE: &str = "Look inside";
}

pub mod account {
    //! Whose account.

    pub const HEADING: &str = "Account";
    pub const WHOSE: &str = "Which account?";
    pub const SANDBOX: &str = "Try it without an account";
    pub const SANDBOX_HINT: &str = "A pretend Exoscale that takes its time and says no like the real one. Nothing is real and nothing costs.";
    pub const EXOSCALE: &str = "Use an Exoscale key";
    pub const EXOSCALE_HINT: &str =
        "A real cluster on your account, from the moment you launch it.";
    pub const SPEED: &str = "Pretend time passes";
    pub const KEY: &str = "API key";
    pub const SECRET: &str = "API secret";
    pub const SHOW: &str = "Show";
    pub const WHERE_IT_GOES: &str = "Both go once to this site's Worker, which signs the calls to Exoscale with them, \
        keeps them encrypted while the run lasts and destroys them when it ends. They are never stored in this browser.";

    pub fn speed(speed: u32) -> String {
        if speed == 1 {
            "in real time".to_owned()
        } else {
            format!("{speed} times as fast")
        }
    }
}

pub mod api {
    //! Requests that came to nothing.

    pub const NO_ANSWER: &str = "the launcher does not answer.";
    pub const NO_ANSWER_HINT: &str =
        "You may be offline. A run that has begun goes on without this tab.";
    pub const UNREADABLE: &str = "the launcher's answer makes no sense to this page.";
    pub const UNREADABLE_HINT: &str = "It may have been updated meanwhile: reload the page.";

    pub fn refused(status: u16) -> String {
        format!("the launcher answered {status}.")
    }
}

pub mod clusters {
    //! The place where clusters are found.

    use shared::plan::PlanKind;

    use crate::format::counted;

    pub const HEADING: &str = "Clusters";
    pub const LEAD: &str = "Every resource that Slipway makes carries its cluster's name, so that a key is enough to find a cluster again, and to remove it.";
    pub const LOOK: &str = "List clusters";
    pub const LOOKING: &str = "Looking";
    pub const FOUND: &str = "Found";
    pub const RUNS: &str = "Runs of this tab";
    pub const NO_CREDENTIALS: &str = "type the API key and its secret first.";

    pub fn found(count: usize) -> String {
        match u64::try_from(count).unwrap_or(u64::MAX) {
            0 => "No cluster of ours is in this zone.".to_owned(),
            count => format!("{} found.", counted(count, "cluster", "clusters")),
        }
    }

    pub fn about(zone: &str, resources: u64) -> String {
        format!(
            "In {zone}, {}.",
            counted(resources, "resource", "resources")
        )
    }

    pub fn destroy(tag: &str) -> String {
        format!("Remove {tag}")
    }

    pub const RENEW: &str = "New kubeconfig";
    pub const RENEW_HINT: &str =
        "A key is born in this tab and the cluster signs a certificate for it.";

    pub fn run(name: &str, kind: PlanKind) -> String {
        match kind {
            PlanKind::Launch => format!("Launch {name}"),
            PlanKind::Destroy => format!("Destroy {name}"),
            PlanKind::Resize => format!("Resize {name}"),
            PlanKind::Access => format!("Change who may reach {name}"),
            PlanKind::Renew => format!("Renew access to {name}"),
            PlanKind::Bake => "Make an image".to_owned(),
        }
    }
}
