//! Templates: the public ones of the catalogue, and private ones registered, promoted or copied; zonal.

mod register;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use self::register::promote;
use super::kind::{self, Editable, Kind};
use crate::catalog::templates::{self, BootMode};
use crate::durations::{SMALL_CHANGE, TEMPLATE_REGISTER};
use crate::machine::guest::Machine;
use crate::store::State;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};
use crate::wire::time::rfc3339;

pub(crate) const ROUTES: &[Route] = &[
    ("list-templates", list),
    ("get-template", show),
    ("register-template", register::register),
    ("copy-template", register::copy),
    ("update-template", kind::update::<Template>),
    ("delete-template", kind::remove::<Template>),
];

const GIBIBYTE: u64 = 1 << 30;

/// What a machine finds when it starts from a template.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Image {
    pub(crate) boot_mode: BootMode,
    pub(crate) size_gib: u64,
    pub(crate) password_enabled: bool,
    /// `None`: nobody here made it.
    pub(crate) origin: Option<Origin>,
}

/// The disk that an image is a copy of, as it was when it was taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub(crate) snapshot: String,
    pub(crate) instance: String,
    /// `None`: nothing of ours ran on it.
    pub(crate) machine: Option<Machine>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Template {
    id: String,
    zone: String,
    settings: Settings,
    details: Details,
    image: Image,
    /// Nobody sees it before it is there.
    ready: bool,
    created_at: u64,
    born: u64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    name: String,
    description: String,
}

/// What whoever made it says of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Details {
    boot_mode: BootMode,
    build: Option<String>,
    checksum: Option<String>,
    default_user: Option<String>,
    maintainer: Option<String>,
    version: Option<String>,
    ssh_key_enabled: bool,
    password_enabled: bool,
    application_consistent_snapshot_enabled: bool,
}

impl Kind for Template {
    const NAME: &'static str = "template";
    const PLURAL: &'static str = "templates";
    const TITLE: &'static str = "Template";
    const CHANGE_MS: u64 = SMALL_CHANGE;
    const MAKE_MS: u64 = TEMPLATE_REGISTER;

    fn zone(&self) -> Option<&str> {
        Some(&self.zone)
    }

    fn born(&self) -> u64 {
        self.born
    }

    fn is_visible(&self) -> bool {
        self.ready
    }

    /// Only public templates have a family.
    fn is_asked_for(&self, query: &BTreeMap<String, String>) -> bool {
        let private = query
            .get("visibility")
            .is_some_and(|asked| asked == "private");
        private && !query.contains_key("family")
    }

    fn summary(&self, _state: &State) -> Object {
        Object::of(&self.settings)
            .and(&self.details)
            .with("id", &self.id)
            .with("size", self.image.size_gib * GIBIBYTE)
            .with("visibility", "private")
            .with("created-at", rfc3339(self.created_at))
    }

    fn check_removable(&self, state: &State) -> Result<(), Refusal> {
        let by_pool = state
            .pools
            .values()
            .any(|pool| pool.settings.template == self.id);
        let by_machine = state
            .instances
            .values()
            .any(|instance| instance.template == self.id);
        if by_pool || by_machine {
            return Err(Refusal::in_use("Template is in use by virtual machines"));
        }
        Ok(())
    }

    fn made(state: &mut State, id: &str) {
        if let Some(template) = state.templates.get_mut(id) {
            template.ready = true;
        }
    }
}

impl Editable for Template {
    type Settings = Settings;

    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    fn check(
        _settings: &Settings,
        _before: Option<&Settings>,
        _zone: &str,
        _state: &State,
    ) -> Result<(), Refusal> {
        Ok(())
    }
}

/// What a machine started from this template of this zone finds.
pub(crate) fn find(state: &State, zone: &str, id: &str) -> Option<Image> {
    if let Some(public) = templates::find(zone, id) {
        return Some(Image {
            boot_mode: public.boot_mode(),
            size_gib: templates::Template::SIZE_GIB,
            password_enabled: true,
            origin: None,
        });
    }
    let private = kind::find::<Template>(state, zone, id).ok()?;
    Some(private.image.clone())
}

/// Public ones unless private ones are asked for.
fn list(ask: &mut Ask<'_>) -> Outcome {
    let visibility = ask.query.get("visibility");
    if visibility.is_some_and(|asked| asked == "private") {
        return kind::list::<Template>(ask);
    }
    let family = ask.query.get("family").map(String::as_str);
    let public: Vec<Value> = templates::list(ask.zone, family).collect();
    Ok(json!({ Template::PLURAL: public }))
}

fn show(ask: &mut Ask<'_>) -> Outcome {
    match templates::find(ask.zone, ask.id()) {
        Some(public) => Ok(public.view(ask.zone)),
        None => kind::show::<Template>(ask),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, NOBODY, ZONE};
    use serde_json::{Value, json};

    fn body(url: &str, checksum: &str) -> Value {
        json!({
            "name": "node", "url": url, "checksum": checksum, "boot-mode": "uefi",
            "ssh-key-enabled": true, "password-enabled": false, "default-user": "ubuntu",
        })
    }

    /// A snapshot of a machine with a disk of 25 GiB, exported: its id, its address, its checksum.
    fn exported(client: &mut Client) -> (String, String, String) {
        let machine = client.instance(json!({ "auto-start": false }));
        let machine = client.done("POST", "/instance", machine);
        let make = format!("/instance/{machine}:create-snapshot");
        let id = client.done("POST", &make, Value::Null);
        client.done("POST", &format!("/snapshot/{id}:export"), Value::Null);
        let export = client.get(&format!("/snapshot/{id}"))["export"].clone();
        let text = |name: &str| export[name].as_str().unwrap().to_owned();
        (id, text("presigned-url"), text("md5sum"))
    }

    #[test]
    fn a_whole_life() {
        let mut client = Client::calm();
        let (snapshot, url, md5sum) = exported(&mut client);
        client.refused(400, "POST", "/template", body(&url, "0123"));
        client.refused(400, "POST", "/template", body(&format!("{url}0"), &md5sum));
        let id = client.done("POST", "/template", body(&url, &md5sum));
        let path = format!("/template/{id}");
        let template = client.get(&path);
        assert_eq!(template["size"], 25_u64 << 30);
        assert_eq!(template["boot-mode"], "uefi");
        assert_eq!(template["visibility"], "private");
        assert!(template.get("url").is_none(), "the address is a secret");
        let private = client.get("/template?visibility=private");
        assert_eq!(private, json!({ "templates": [template] }));
        assert_eq!(
            client.get("/template")["templates"]
                .as_array()
                .unwrap()
                .len(),
            5
        );
        let debian = client.get("/template?family=debian&visibility=public");
        assert_eq!(debian["templates"].as_array().unwrap().len(), 2);
        client.done("PUT", &path, json!({ "description": "of today" }));
        assert_eq!(client.get(&path)["description"], "of today");
        assert_eq!(client.get(&path)["name"], "node");
        client.done("DELETE", &format!("/snapshot/{snapshot}"), Value::Null);
        client.refused(400, "POST", "/template", body(&url, &md5sum));
        client.done("DELETE", &path, Value::Null);
        client.refused(404, "GET", &path, Value::Null);
    }

    #[test]
    fn machines_and_pools_start_from_it_and_keep_it() {
        let mut client = Client::calm();
        let (_, url, md5sum) = exported(&mut client);
        let (_, operation) = client.call("POST", "/template", &body(&url, &md5sum));
        let id = operation["reference"]["id"].as_str().unwrap().to_owned();
        let own = json!({ "template": { "id": id } });
        let early = client.instance(own.clone());
        client.refused(404, "POST", "/instance", early);
        client.ended(operation["id"].as_str().unwrap());
        let small = client.instance(json!({ "template": { "id": id }, "disk-size": 24 }));
        client.refused(400, "POST", "/instance", small);
        let machine = client.instance(own);
        let machine = client.done("POST", "/instance", machine);
        let pool = client.pool(json!({ "size": 1, "template": { "id": id } }));
        let pool = client.done("POST", "/instance-pool", pool);
        let path = format!("/template/{id}");
        client.refused(412, "DELETE", &path, Value::Null);
        client.done("DELETE", &format!("/instance-pool/{pool}"), Value::Null);
        client.done("DELETE", &format!("/instance/{machine}"), Value::Null);
        client.pass(10);
        client.done("DELETE", &path, Value::Null);
    }

    #[test]
    fn what_an_address_leads_to() {
        let mut client = Client::calm();
        for (url, says) in [
            ("ftp://example.com/node.qcow2", "http"),
            ("https://", "http"),
            ("https://example.com/node.raw?signed=1", "1363560955"),
            ("http://example.com/node.iso", "1363560955"),
        ] {
            let message = client.refused(400, "POST", "/template", body(url, "0123"));
            assert!(message.contains(says), "{url}: {message}");
        }
        let foreign = body("http://example.com/node.qcow2", "0123");
        let id = client.done("POST", "/template", foreign.clone());
        assert_eq!(client.get(&format!("/template/{id}"))["size"], 10_u64 << 30);
        let mut unsaid = foreign.clone();
        unsaid.as_object_mut().unwrap().remove("boot-mode");
        let id = client.done("POST", "/template", unsaid);
        let template = client.get(&format!("/template/{id}"));
        assert_eq!(template["boot-mode"], "legacy", "the default of the API");
        for _ in 2..30 {
            assert_eq!(client.call("POST", "/template", &foreign).0, 200);
        }
        client.refused(409, "POST", "/template", foreign);
    }

    #[test]
    fn a_copy_lives_in_the_other_zone() {
        let mut client = Client::calm();
        let foreign = body("https://example.com/node.qcow2", "0123");
        let id = client.done("POST", "/template", foreign);
        let path = format!("/template/{id}");
        let to = |zone: &str| json!({ "target-zone": { "name": zone } });
        client.refused(409, "POST", &path, to(ZONE));
        client.refused(404, "POST", &format!("/template/{NOBODY}"), to("de-fra-1"));
        let copy = client.done("POST", &path, to("de-fra-1"));
        client.refused(404, "GET", &format!("/template/{copy}"), Value::Null);
        client.zone = "de-fra-1".to_owned();
        assert_eq!(
            client.get(&format!("/template/{copy}"))["boot-mode"],
            "uefi"
        );
        client.refused(404, "GET", &path, Value::Null);
    }

    #[test]
    fn a_promotion_says_all_but_the_boot_mode() {
        let mut client = Client::calm();
        let (snapshot, ..) = exported(&mut client);
        let body = json!({
            "name": "node", "description": "d".repeat(300), "password-enabled": true, "default-user": "me",
        });
        let id = client.done("POST", &format!("/snapshot/{snapshot}:promote"), body);
        let template = client.get(&format!("/template/{id}"));
        assert_eq!(template["size"], 25_u64 << 30);
        assert_eq!(template["default-user"], "me");
        assert_eq!(template["password-enabled"], true);
        assert_eq!(template["description"].as_str().unwrap().len(), 255);
    }
}
