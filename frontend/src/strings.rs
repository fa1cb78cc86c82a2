//! Every text of the page, in one place and in English. Code elsewhere names a text; it does not write one.

mod check_list;
pub mod fields;
pub mod inside;
mod journal_words;
mod key;
mod link_words;
mod offer;
mod page;
mod problem_words;
mod ready;
mod run_words;
mod spec;
mod standing;
mod watch;

pub use check_list::first_steps;
pub use key::{key_check, key_roles};
pub use link_words::{forecast, sharing, steps};
pub use offer::{bill, compose, firewall, launch, panel, picture, price};
pub use page::{account, api, app, clusters, parts};
pub use problem_words::problem;
pub use ready::{cancel, destroy, kubeconfig, receipt, ssh};
pub use run_words::{checks, evidence, journal, resources, run};
pub use spec::{access, advanced, cluster, control_plane, machines, network, pools};
pub use standing::{berth, change, drift, image};
pub use watch::{boot, connection, share, timeline};
