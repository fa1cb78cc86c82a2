//! Every text of the page, in one place and in English. Code elsewhere names a text; it does not write one.

pub mod fields;
pub mod inside;
mod journal_words;
mod link_words;
mod offer;
mod page;
mod ready;
mod run_words;
mod spec;

pub use link_words::{forecast, sharing, steps};
pub use offer::{bill, compose, firewall, launch, panel, picture, price};
pub use page::{account, api, app, clusters, parts};
pub use ready::{cancel, cluster_ready, destroy, kubeconfig, receipt, ssh};
pub use run_words::{checks, evidence, journal, machine, problem, resources, run};
pub use spec::{access, advanced, cluster, control_plane, machines, network, pools};
