//! A spec as JSON: every field written, in one order, and read back only through [`parse`](super::parse()).

use serde::de::Error as _;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{
    ControlPlanes, DiskGib, Hours, Image, InstanceTypeName, PortRange, Problem, Refusal, Spec,
    parse,
};

impl Spec {
    /// Reads a spec from JSON text.
    pub fn from_json(json: &str) -> Result<Self, Vec<Problem>> {
        let raw: Value = serde_json::from_str(json).map_err(|error| {
            let refusal = Refusal::new("A spec is JSON.", format!("The reader says: {error}."));
            vec![Problem::hiding("", refusal)]
        })?;
        parse(&raw)
    }

    /// The canonical JSON: every field, in the order of the documentation, without spaces.
    pub fn to_json(&self) -> String {
        // Every key is text and every value plain: there is nothing in a spec that JSON could refuse.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The canonical JSON as a value.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Spec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse(&Value::deserialize(deserializer)?).map_err(|problems| {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            D::Error::custom(problems.join(" "))
        })
    }
}

impl Serialize for Image {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::Stock => serializer.serialize_str("stock"),
            Self::Templates {
                control_plane,
                nodes,
            } => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("controlPlane", control_plane)?;
                map.serialize_entry("nodes", nodes)?;
                map.end()
            }
        }
    }
}

impl Serialize for ControlPlanes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.get())
    }
}

impl Serialize for InstanceTypeName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for DiskGib {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.get())
    }
}

impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.get())
    }
}

impl Serialize for PortRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
