//! Texts of the frame around the places, and of parts that several places share.

pub mod app {
    //! Header, footer, titles.

    use crate::state::Theme;
    use crate::tongue::{Text, tr};

    pub const NAME: Text = Text("Slipway");
    pub const TITLE: Text = Text("Slipway: launch Kubernetes on Exoscale");
    pub const TITLE_CLUSTERS: Text = Text("Clusters · Slipway");
    pub const TITLE_INSIDE: Text = Text("Inside the sandbox · Slipway");
    pub const SKIP: Text = Text("Skip to the content");
    pub const PLACES: Text = Text("Places");
    pub const COMPOSE: Text = Text("Compose");
    pub const RUN: Text = Text("Run");
    pub const CLUSTERS: Text = Text("Clusters");
    pub const THEME: Text = Text("Theme");
    pub const LANGUAGE: Text = Text("Language");
    pub const DOCS_API: &str = "/api/openapi.json";
    pub const DOCS_API_NAME: Text = Text("API (OpenAPI)");
    pub const LICENCE: Text = Text("MIT licence");
    pub const DOCS_EXOSCALE: &str = "https://community.exoscale.com/documentation/";
    pub const DOCS_EXOSCALE_NAME: Text = Text("Exoscale docs");
    pub const DOCS_KUBERNETES: &str = "https://kubernetes.io/docs/";
    pub const DOCS_KUBERNETES_NAME: Text = Text("Kubernetes docs");

    pub fn theme(theme: Theme) -> &'static str {
        match theme {
            Theme::Auto => tr!("Auto"),
            Theme::Light => tr!("Light"),
            Theme::Dark => tr!("Dark"),
        }
    }
}

pub mod parts {
    //! Parts that several places share.

    use crate::tongue::Text;

    pub const FEWER: Text = Text("Less");
    pub const MORE: Text = Text("More");
    pub const COPIED: Text = Text("Copied");
    pub const NOT_COPIED: Text = Text("The browser does not let us copy");
    pub const SANDBOX: Text = Text("Sandbox:");
    pub const SANDBOX_NOTE: Text = Text("nothing here is real and nothing costs.");
    pub const LOOK_INSIDE: Text = Text("Look inside");
}

pub mod account {
    //! Whose account.

    use crate::tongue::{Text, tr};

    pub const HEADING: Text = Text("Account");
    pub const WHOSE: Text = Text("Which account?");
    pub const SANDBOX: Text = Text("Try it without an account");
    pub const SANDBOX_HINT: Text = Text(
        "A pretend Exoscale that takes its time and says no like the real one. Nothing is real and nothing costs.",
    );
    pub const EXOSCALE: Text = Text("Use an Exoscale key");
    pub const EXOSCALE_HINT: Text =
        Text("A real cluster on your account, from the moment you launch it.");
    pub const SPEED: Text = Text("Pretend time passes");
    pub const KEY: Text = Text("API key");
    pub const SECRET: Text = Text("API secret");
    pub const SHOW: Text = Text("Show");
    pub const WHERE_IT_GOES: Text = Text(
        "Both go once to this site's Worker, which signs the calls to Exoscale with them, \
        keeps them encrypted while the run lasts and destroys them when it ends. They are never stored in this browser.",
    );

    pub fn speed(speed: u32) -> String {
        if speed == 1 {
            tr!("in real time").to_owned()
        } else {
            tr!("{speed} times as fast", speed)
        }
    }
}

pub mod api {
    //! Requests that came to nothing.

    use crate::tongue::{Text, tr};

    pub const NO_ANSWER: Text = Text("the launcher does not answer.");
    pub const NO_ANSWER_HINT: Text =
        Text("You may be offline. A run that has begun goes on without this tab.");
    pub const UNREADABLE: Text = Text("the launcher's answer makes no sense to this page.");
    pub const UNREADABLE_HINT: Text = Text("It may have been updated meanwhile: reload the page.");

    pub fn refused(status: u16) -> String {
        tr!("the launcher answered {status}.", status)
    }
}

pub mod clusters {
    //! The place where clusters are found.

    use shared::plan::PlanKind;

    use crate::format::counted;
    use crate::tongue::{Text, tr};

    pub const HEADING: Text = Text("Clusters");
    pub const LEAD: Text = Text(
        "Every resource that Slipway makes carries its cluster's name, so that a key is enough to find a cluster again, and to remove it.",
    );
    pub const LOOK: Text = Text("List clusters");
    pub const LOOKING: Text = Text("Looking");
    pub const FOUND: Text = Text("Found");
    pub const RUNS: Text = Text("Runs of this tab");
    pub const NO_CREDENTIALS: Text = Text("type the API key and its secret first.");

    pub fn found(count: usize) -> String {
        match u64::try_from(count).unwrap_or(u64::MAX) {
            0 => tr!("No cluster of ours is in this zone.").to_owned(),
            count => tr!("{} found.", counted(count, "cluster", "clusters")),
        }
    }

    pub fn about(zone: &str, resources: u64) -> String {
        tr!(
            "In {zone}, {}.",
            zone,
            counted(resources, "resource", "resources")
        )
    }

    pub fn destroy(tag: &str) -> String {
        tr!("Remove {tag}", tag)
    }

    pub const RENEW: Text = Text("New kubeconfig");
    pub const RENEW_HINT: Text =
        Text("A key is born in this tab and the cluster signs a certificate for it.");

    pub fn run(name: &str, kind: PlanKind) -> String {
        match kind {
            PlanKind::Launch => tr!("Launch {name}", name),
            PlanKind::Destroy => tr!("Destroy {name}", name),
            PlanKind::Resize => tr!("Resize {name}", name),
            PlanKind::Access => tr!("Change who may reach {name}", name),
            PlanKind::Renew => tr!("Renew access to {name}", name),
            PlanKind::Bake => tr!("Make an image").to_owned(),
        }
    }
}
