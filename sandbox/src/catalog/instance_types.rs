//! Instance types, from a recording of the real list.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::zones;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;
use crate::wire::route::{Ask, Outcome, Route};

pub(crate) const ROUTES: &[Route] = &[("list-instance-types", list), ("get-instance-type", show)];

/// A line of the data file: family, size, id, processors, accelerators, bytes, zones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InstanceType {
    pub(crate) family: &'static str,
    pub(crate) size: &'static str,
    pub(crate) id: &'static str,
    pub(crate) cpus: u64,
    pub(crate) gpus: u64,
    pub(crate) memory: u64,
    zones: &'static str,
}

impl InstanceType {
    pub(crate) fn in_zone(&self, zone: &str) -> bool {
        self.zones == "all" || self.zones.split(',').any(|name| name == zone)
    }

    /// Accelerators need an authorisation that a new organisation does not have.
    pub(crate) fn is_authorized(&self) -> bool {
        self.gpus == 0
    }

    /// The largest disk of a size, in GiB (Exoscale's documentation).
    pub(crate) fn disk_maximum(&self) -> u64 {
        match (self.family, self.size) {
            ("storage", _) => 51_200,
            (_, "micro") => 200,
            (_, "tiny" | "small" | "medium" | "large") => 400,
            (_, "extra-large" | "huge" | "mega") => 800,
            _ => 1_600,
        }
    }
}

/// Read once, in the order of the file.
fn all() -> &'static [InstanceType] {
    static TYPES: LazyLock<Vec<InstanceType>> = LazyLock::new(|| {
        include_str!("../../data/instance-types.txt")
            .lines()
            .filter_map(parse)
            .collect()
    });
    &TYPES
}

pub(crate) fn find(id: &str) -> Option<InstanceType> {
    all().iter().find(|entry| entry.id == id).copied()
}

fn parse(line: &'static str) -> Option<InstanceType> {
    let mut words = line.split(' ');
    Some(InstanceType {
        family: words.next()?,
        size: words.next()?,
        id: words.next()?,
        cpus: words.next()?.parse().ok()?,
        gpus: words.next()?.parse().ok()?,
        memory: words.next()?.parse().ok()?,
        zones: words.next()?,
    })
}

/// Every zone lists the types of all zones, each with its own. The signed list leaves out what the organisation may not use (measured October 2026).
fn list(_ask: &mut Ask<'_>) -> Outcome {
    /// Every run asks for it, and it never changes.
    static LIST: LazyLock<Value> = LazyLock::new(|| {
        let authorized = all().iter().filter(|entry| entry.is_authorized());
        json!({ "instance-types": authorized.map(view).collect::<Vec<_>>() })
    });
    Ok(LIST.clone())
}

/// The unsigned list has everything, and says what would need an authorisation.
pub(crate) fn list_unsigned() -> Value {
    let types: Vec<Value> = all().iter().map(view).collect();
    json!({ "instance-types": types })
}

fn show(ask: &mut Ask<'_>) -> Outcome {
    find(ask.parameter("id"))
        .map(|entry| view(&entry))
        .ok_or_else(|| Refusal::not_found("Instance type"))
}

fn view(entry: &InstanceType) -> Value {
    let zones: Vec<&str> = zones::names().filter(|zone| entry.in_zone(zone)).collect();
    Object::new()
        .with("id", entry.id)
        .with("family", entry.family)
        .with("size", entry.size)
        .with("cpus", entry.cpus)
        .maybe("gpus", (entry.gpus > 0).then_some(entry.gpus))
        .with("memory", entry.memory)
        .with("zones", zones)
        .with("authorized", entry.is_authorized())
        .done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_data_is_read() {
        assert_eq!(all().len(), 49);
        let medium = all()
            .iter()
            .find(|entry| entry.family == "standard" && entry.size == "medium")
            .unwrap();
        assert_eq!(medium.id, "b6e9d1e8-89fc-4db3-aaa4-9b4c5b1d0844");
        assert_eq!(medium.memory, 4 << 30);
        assert!(medium.in_zone("ch-dk-2"));
    }
}
