//! Instance types, disks, hours and ports: values that are only right within bounds.

use std::fmt;
use std::str::FromStr;

use super::Refusal;
use crate::catalog::{InstanceType, Zone, instance_type};
use crate::limits;

/// An instance type that Exoscale has, offered in the spec's zone and large enough for its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstanceTypeName(&'static InstanceType);

/// What a machine of the cluster does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineRole {
    /// It runs the API server and etcd.
    ControlPlane,
    /// It runs workloads.
    Node,
}

impl InstanceTypeName {
    /// The type of that name, if a machine of this role can be one in this zone.
    ///
    /// An unknown zone (`None`) is somebody else's problem and refuses nothing here.
    pub fn parse(text: &str, role: MachineRole, zone: Option<Zone>) -> Result<Self, Refusal> {
        let entry = instance_type(text).ok_or_else(|| {
            Refusal::new(
                "The type must be one of Exoscale's, written `family.size`.",
                "For instance `standard.medium`.",
            )
        })?;
        Self::fits(entry, role)?;
        if let Some(zone) = zone.filter(|zone| !entry.offered_in(*zone)) {
            let zones: Vec<&str> = entry.zones.iter().map(|zone| zone.as_str()).collect();
            return Err(Refusal::new(
                format!("The type must be offered in {zone}."),
                format!("This one is in {}.", zones.join(", ")),
            ));
        }
        Ok(Self(entry))
    }

    fn fits(entry: &InstanceType, role: MachineRole) -> Result<(), Refusal> {
        if entry.memory_bytes < limits::MACHINE_MEMORY_BYTES_MIN {
            return Err(Refusal::new(
                "A machine of a cluster needs at least 2 GiB of memory.",
                "`standard.small` is the smallest.",
            ));
        }
        match role {
            MachineRole::ControlPlane if entry.gpus > 0 => Err(Refusal::new(
                "A control plane has no GPU.",
                "Give the GPU to a pool; workloads do not run on control planes.",
            )),
            MachineRole::ControlPlane if entry.cpus < limits::CONTROL_PLANE_CPUS_MIN => {
                Err(Refusal::new(
                    "A control plane needs at least 2 vCPU.",
                    "`standard.small` is the smallest.",
                ))
            }
            MachineRole::ControlPlane | MachineRole::Node => Ok(()),
        }
    }

    /// `family.size`.
    pub const fn as_str(self) -> &'static str {
        self.0.name
    }

    /// Its entry in the catalog.
    pub const fn details(self) -> &'static InstanceType {
        self.0
    }
}

/// `standard.medium`: the entry is a constant of its own so that the default cannot fail; a test holds
/// it to the table.
impl Default for InstanceTypeName {
    fn default() -> Self {
        Self(&InstanceType::STANDARD_MEDIUM)
    }
}

impl fmt::Display for InstanceTypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A local disk in GiB, within what its type allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DiskGib(u32);

impl DiskGib {
    /// A disk of that size, if a machine of that type can have one.
    pub fn new(gib: u64, machine: &InstanceType) -> Result<Self, Refusal> {
        let max = machine.disk_gib_max;
        match u32::try_from(gib) {
            Ok(gib) if gib < limits::DISK_GIB_MIN => Err(Refusal::new(
                format!(
                    "A machine's disk has at least {} GiB.",
                    limits::DISK_GIB_MIN
                ),
                "Ubuntu takes 10 and images the rest; a full disk makes Kubernetes evict pods.",
            )),
            Ok(gib) if gib <= max => Ok(Self(gib)),
            Ok(_) | Err(_) => Err(Refusal::new(
                format!("A `{}` has a disk of at most {max} GiB.", machine.name),
                "Take a larger type, or volumes on block storage.",
            )),
        }
    }

    /// The size in GiB.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Default for DiskGib {
    fn default() -> Self {
        Self(25)
    }
}

/// How long the admin's certificate is good, in hours: one hour to one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hours(u16);

impl Hours {
    /// So many hours, if that is between one hour and one year.
    pub fn new(hours: u64) -> Result<Self, Refusal> {
        match u16::try_from(hours) {
            Ok(hours @ 1..=limits::KUBECONFIG_HOURS_MAX) => Ok(Self(hours)),
            Ok(_) | Err(_) => Err(Refusal::new(
                format!(
                    "A kubeconfig is good for 1 to {} hours.",
                    limits::KUBECONFIG_HOURS_MAX
                ),
                "It can be renewed; 720 is a month.",
            )),
        }
    }

    /// The hours.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl Default for Hours {
    fn default() -> Self {
        Self(720)
    }
}

/// A range of ports, both ends in it: `30000-32767`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortRange {
    start: u16,
    end: u16,
}

/// Ports that the cluster itself listens on: kubelet, Calico's Typha, API server, etcd, health checks.
/// `NodePorts` are open to the world, and must not open these.
const CLUSTER_PORTS: [(u16, u16); 6] = [
    (2379, 2381),
    (4789, 4789),
    (5473, 5473),
    (6443, 6444),
    (9090, 9100),
    (10_248, 10_260),
];

impl PortRange {
    /// The first port.
    pub const fn start(self) -> u16 {
        self.start
    }

    /// The last port.
    pub const fn end(self) -> u16 {
        self.end
    }
}

impl Default for PortRange {
    fn default() -> Self {
        Self {
            start: 30_000,
            end: 32_767,
        }
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.start, self.end)
    }
}

impl FromStr for PortRange {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unreadable = || {
            Refusal::new(
                "NodePorts are a range of two ports.",
                "For instance `30000-32767`.",
            )
        };
        let (start, end) = text.split_once('-').ok_or_else(unreadable)?;
        let start = port(start).ok_or_else(unreadable)?;
        let end = port(end).ok_or_else(unreadable)?;
        if start < limits::NODE_PORT_MIN || end > limits::NODE_PORT_MAX {
            return Err(Refusal::new(
                format!(
                    "NodePorts lie between {} and {}.",
                    limits::NODE_PORT_MIN,
                    limits::NODE_PORT_MAX
                ),
                "Lower ones belong to the system, higher ones to outgoing connections.",
            ));
        }
        if end.saturating_sub(start) < limits::NODE_PORTS_MIN - 1 {
            return Err(Refusal::new(
                format!(
                    "NodePorts are at least {} ports, the lower one first.",
                    limits::NODE_PORTS_MIN
                ),
                "The API server keeps 16 of them for ports that people choose.",
            ));
        }
        if let Some((from, to)) = CLUSTER_PORTS
            .iter()
            .find(|(from, to)| start <= *to && *from <= end)
        {
            return Err(Refusal::new(
                "NodePorts are open to others and leave out the cluster's own ports.",
                format!("{from} to {to} are in it; `30000-32767` is free."),
            ));
        }
        Ok(Self { start, end })
    }
}

/// A port in plain decimal: no sign, no leading zero.
fn port(text: &str) -> Option<u16> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| plain)
}
