//! The plan that makes a golden image: a machine that installs what members need, wipes itself and becomes a
//! template. It is a run of its own, so that a launch never waits for it and a failed one harms nobody.

use std::sync::LazyLock;

use super::launch::parts::{SHORT_MS, create, step, task};
use super::machines::image_facts;
use super::{
    Action, Change, ClusterRef, ClusterTag, Facts, Gather, InstancePlan, Make, PLANNER, Plan,
    PlanKind, Resource, SCHEMA, Step, StepId, Task, Watch, Word, removal,
};
use crate::bootstrap;
use crate::catalog::bill;
use crate::exoscale::Kind;
use crate::pki::hash_hex;
use crate::spec::Spec;
use crate::time::Timestamp;

/// By this the names of our images begin.
pub const IMAGE_PREFIX: &str = "slipway-";

/// The hash of the constant part, made once: a plan asks for the name at each machine.
static RECIPE: LazyLock<String> = LazyLock::new(|| hash_hex(&bootstrap::recipe()));

/// The name of the image for this spec: what goes into it decides, so that one name never means two things.
pub fn image_name(spec: &Spec, kubernetes: &str) -> String {
    let bill = bill(spec.kubernetes());
    let recipe = [
        bill.template.to_owned(),
        kubernetes.to_owned(),
        bill.images(spec.addons()).join(" "),
        RECIPE.clone(),
    ];
    let mut hash = hash_hex(&recipe.join("\n"));
    hash.truncate(HASH_CHARS);
    format!("{IMAGE_PREFIX}{kubernetes}-{hash}")
}

/// Whether an image of that age, in RFC 3339, is still to be used: an older one has packages with known holes in it.
pub fn is_fresh(created_at: &str, now: Timestamp) -> bool {
    // RFC 3339 in UTC sorts as text.
    created_at > now.minus_ms(FRESH_MS).to_string().as_str()
}

/// The run that bakes beside a launch: whoever knows the launch's id knows this one, and its capability is the same.
pub fn bake_run(launch: &str) -> String {
    let hash = hash_hex(&format!("bake/{launch}"));
    // Five bits of every two digits: the alphabet of run ids.
    let digits = hash.as_bytes().chunks_exact(2).take(launch.len());
    digits
        .filter_map(|pair| {
            let byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
            BASE32
                .get(usize::from(byte % 32))
                .map(|letter| char::from(*letter))
        })
        .collect()
}

const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The plan that makes the image for this spec in its zone. The pools of `cluster` then boot their next members from
/// it.
pub fn bake(spec: &Spec, cluster: Option<ClusterTag>, facts: Facts) -> Plan {
    let tag = ClusterTag {
        name: "image".to_owned(),
        id: facts.cluster_id(),
    };
    let name = image_name(spec, &facts.kubernetes);
    let mut steps = beginning(&name);
    steps.push(machine(spec, &tag, &facts, &name));
    steps.extend(ending(&name, spec));
    let mut last = "template";
    if let Some(cluster) = cluster {
        let title = format!("Have the next nodes of {} boot from it", cluster.name);
        let point = Action::Point {
            cluster,
            template: "template".into(),
        };
        last = "point";
        steps.push(step(
            last,
            &title,
            &["template"],
            vec![task(point, SHORT_MS)],
        ));
    }
    steps.extend(clearing(last));
    Plan {
        schema: SCHEMA,
        planner: PLANNER.to_owned(),
        kind: PlanKind::Bake,
        cluster: ClusterRef {
            name: tag.name,
            id: Some(tag.id),
            zone: spec.zone(),
        },
        spec: None,
        steps,
        undo: removal(&name),
        facts,
    }
}

fn beginning(name: &str) -> Vec<Step> {
    let preflight = Action::Gather {
        gather: Gather::Preflight,
    };
    let tokens = Action::Make {
        make: Make::Tokens {
            machines: vec![MACHINE.to_owned()],
        },
    };
    let group = Resource::SecurityGroup {
        name: format!("{name}-firewall"),
    };
    vec![
        step(
            "preflight",
            "Check the key and the quota",
            &[],
            vec![task(preflight, 1_000)],
        ),
        step(
            "tokens",
            "Make a ticket for the machine",
            &["preflight"],
            vec![task(tokens, 100)],
        ),
        // Without a rule nobody comes in.
        step(
            "firewall",
            "Close the firewall around it",
            &["preflight"],
            vec![create(group, SHORT_MS)],
        ),
    ]
}

fn machine(spec: &Spec, tag: &ClusterTag, facts: &Facts, name: &str) -> Step {
    let instance = InstancePlan {
        name: tag.name_of("machine"),
        machine: MACHINE.to_owned(),
        instance_type: spec.control_plane().instance_type.as_str().to_owned(),
        template: bill(spec.kubernetes()).template.to_owned(),
        golden: None,
        disk_gib: DISK_GIB,
        security_group: "firewall".into(),
        anti_affinity: None,
        ssh_key: None,
        facts: image_facts(spec, facts, tag, name, MACHINE),
    };
    let start = Action::Start {
        instance: MACHINE.into(),
    };
    let watch = Watch::InstanceRunning {
        instance: MACHINE.into(),
    };
    let after = |before: usize, action: Action, typical_ms: u64| Task {
        needs: vec![before],
        ..task(action, typical_ms)
    };
    let tasks = vec![
        create(Resource::Instance(Box::new(instance)), 5_000),
        after(0, start, 5_000),
        after(1, Action::Watch { watch }, 20_000),
    ];
    let title = "Start the machine that becomes the image";
    step(MACHINE, title, &["tokens", "firewall"], tasks)
}

fn ending(name: &str, spec: &Spec) -> Vec<Step> {
    let word = Word::Clean {
        machine: MACHINE.to_owned(),
    };
    let stopped = Change::Stopped {
        instance: MACHINE.into(),
    };
    let snapshot = Resource::Snapshot {
        instance: MACHINE.into(),
    };
    let exported = Change::Exported {
        snapshot: "snapshot".into(),
    };
    let watch = Watch::Exported {
        snapshot: "snapshot".into(),
    };
    let fetchable = Task {
        needs: vec![0],
        ..task(Action::Watch { watch }, 1_000)
    };
    let template = Resource::Template {
        name: name.to_owned(),
        description: format!("Kubernetes {} by Slipway", spec.kubernetes()),
    };
    vec![
        step(
            "clean",
            "Install Kubernetes and wipe what clones must not share",
            &[MACHINE],
            vec![task(Action::Hear { word }, INSTALL_MS)],
        ),
        step(
            "stop",
            "Stop the machine",
            &["clean"],
            vec![task(Action::Set { change: stopped }, 20_000)],
        ),
        step(
            "snapshot",
            "Copy its disk",
            &["stop"],
            vec![create(snapshot, 60_000)],
        ),
        step(
            "export",
            "Make the copy fetchable",
            &["snapshot"],
            vec![task(Action::Set { change: exported }, 30_000), fetchable],
        ),
        step(
            "template",
            "Register the template",
            &["export"],
            vec![create(template, 30_000)],
        ),
    ]
}

/// The machine takes its snapshot along.
fn clearing(after: &str) -> [Step; 2] {
    let remove = |kind, made: &str| {
        let action = Action::Remove {
            kind,
            step: StepId::from(made),
        };
        vec![task(action, 10_000)]
    };
    [
        step(
            "remove-machine",
            "Remove the machine",
            &[after],
            remove(Kind::Instance, MACHINE),
        ),
        step(
            "remove-firewall",
            "Remove its firewall",
            &["remove-machine"],
            remove(Kind::SecurityGroup, "firewall"),
        ),
    ]
}

/// As its routes and its step name it.
const MACHINE: &str = "image";

/// As little as Ubuntu, Kubernetes and the images need: no node has a smaller disk.
const DISK_GIB: u32 = 10;

/// Packages and images on a stock machine.
const INSTALL_MS: u64 = 150_000;

/// Enough to tell recipes apart.
const HASH_CHARS: usize = 8;

/// A month, as the packages of Ubuntu and Kubernetes go.
const FRESH_MS: u64 = 30 * 24 * 3_600_000;
