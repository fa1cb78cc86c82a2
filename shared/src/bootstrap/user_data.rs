//! User-data: a constant cloud-config skeleton with one variable part, the base64 of `machine.json`.
//! [`render`] writes it and [`read`] reads it back, so that an account can tell what stands in it.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::gzip::{self, Tail};
use super::machine::{MachineFacts, Role, SCHEMA};
use super::templates;

/// Exoscale accepts fewer characters than this.
pub const USER_DATA_CHARS_LIMIT: usize = 32_768;
/// Where the facts stand on the machine.
const MACHINE_JSON: &str = "/etc/slipway/machine.json";
/// Decides the format, so it must be the first line.
const HEAD: &str = "#cloud-config\n";
/// Without waiting: cloud-init shall finish, and a reboot in the middle shall not lose anything.
const RUN: [&[&str]; 2] = [
    &["systemctl", "daemon-reload"],
    &[
        "systemctl",
        "enable",
        "--now",
        "--no-block",
        "slipway-bootstrap.service",
    ],
];

/// Why user-data could not be written or read.
#[derive(Debug, Error)]
pub enum UserDataError {
    /// Exoscale would refuse it.
    #[error(
        "the user-data has {0} characters, and Exoscale takes fewer than {USER_DATA_CHARS_LIMIT}"
    )]
    TooLong(usize),
    /// Not written by this software.
    #[error("this user-data is not ours: {0}")]
    NotOurs(&'static str),
    /// Ours, but the facts in it are not.
    #[error("the facts in this user-data cannot be read")]
    Facts(#[from] serde_json::Error),
    /// Written by a newer release.
    #[error("the facts have schema {0}, which this release does not know")]
    UnknownSchema(u32),
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    permissions: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'a str>,
    content: &'a str,
}

/// The user-data of a machine as the API takes it: base64 of gzip of cloud-config.
/// Of all secrets only a control plane's ticket or a node's join token is in it.
pub fn render(facts: &MachineFacts) -> Result<String, UserDataError> {
    let machine_json = STANDARD.encode(serde_json::to_string(facts)?);
    let machine = File {
        path: MACHINE_JSON,
        permissions: "0600",
        encoding: Some("b64"),
        content: &machine_json,
    };
    let head = format!(
        "{HEAD}{{\"write_files\":[{}",
        serde_json::to_string(&machine)?
    );
    let user_data = STANDARD.encode(gzip::compress(head.as_bytes(), rest(&facts.role)));
    if user_data.len() < USER_DATA_CHARS_LIMIT {
        Ok(user_data)
    } else {
        Err(UserDataError::TooLong(user_data.len()))
    }
}

/// What follows the facts on every machine of a role. Constant files stand in plain text, for gzip finds little in
/// base64; packing them takes longer than all else that is done for a machine, so it is done once.
fn rest(role: &Role) -> &'static Tail {
    static RESTS: [OnceLock<Tail>; 3] = [const { OnceLock::new() }; 3];
    let [control_plane, node, image] = &RESTS;
    let rest = match role {
        Role::ControlPlane { .. } => control_plane,
        Role::Node { .. } => node,
        Role::Image { .. } => image,
    };
    rest.get_or_init(|| {
        let constant = templates::in_user_data(role).map(|file| File {
            path: file.path,
            permissions: file.permissions,
            encoding: None,
            content: file.content,
        });
        let files = constant.filter_map(|file| serde_json::to_string(&file).ok());
        let files: String = files.flat_map(|file| [",".to_owned(), file]).collect();
        let run = serde_json::to_string(&RUN).unwrap_or_default();
        Tail::new(format!("{files}],\"runcmd\":{run}}}"))
    })
}

/// The facts in user-data that the account gave back, gzipped or not.
pub fn read(user_data: &str) -> Result<MachineFacts, UserDataError> {
    #[derive(Deserialize)]
    struct Config {
        write_files: Vec<Written>,
    }
    #[derive(Deserialize)]
    struct Written {
        path: String,
        content: String,
    }
    let text = cloud_config(user_data)?;
    let body = text
        .strip_prefix(HEAD)
        .ok_or(UserDataError::NotOurs("no cloud-config"))?;
    let config: Config =
        serde_json::from_str(body).map_err(|_| UserDataError::NotOurs("no JSON"))?;
    let file = config
        .write_files
        .iter()
        .find(|file| file.path == MACHINE_JSON);
    let file = file.ok_or(UserDataError::NotOurs("no machine.json"))?;
    let json = STANDARD
        .decode(&file.content)
        .map_err(|_| UserDataError::NotOurs("no base64 in machine.json"))?;
    let json =
        str::from_utf8(&json).map_err(|_| UserDataError::NotOurs("no text in machine.json"))?;
    let facts: MachineFacts = serde_json::from_str(json)?;
    if facts.schema == SCHEMA {
        Ok(facts)
    } else {
        Err(UserDataError::UnknownSchema(facts.schema))
    }
}

/// The launch link in a control plane's user-data; a node's has none.
pub fn launch_link(facts: &MachineFacts) -> Option<&str> {
    match &facts.role {
        Role::ControlPlane { spec, .. } => Some(spec),
        Role::Node { .. } | Role::Image { .. } => None,
    }
}

fn cloud_config(user_data: &str) -> Result<String, UserDataError> {
    if user_data.len() > USER_DATA_CHARS_LIMIT {
        return Err(UserDataError::TooLong(user_data.len()));
    }
    let bytes = STANDARD
        .decode(user_data)
        .map_err(|_| UserDataError::NotOurs("no base64"))?;
    let plain = if gzip::is_compressed(&bytes) {
        gzip::decompress(&bytes).ok_or(UserDataError::NotOurs("broken gzip"))?
    } else {
        bytes
    };
    String::from_utf8(plain).map_err(|_| UserDataError::NotOurs("no text"))
}
