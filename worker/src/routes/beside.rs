//! What is done beside a launch: where there is no fresh image of our own, one is baked, so that the cluster's next
//! nodes boot fast. A launch neither waits for it nor fails with it.

use shared::exoscale::{Call, Reply, Template};
use shared::plan::{Facts, Plan, PlanKind, Resource, bake as plan_bake, bake_run, is_fresh};

use super::start::Launcher;
use crate::answer::Failure;
use crate::config::wall;
use crate::exoscale::Door;
use crate::log;

/// Starts a bake where the launch would have liked an image and there is none.
pub(super) async fn bake(launcher: &Launcher<'_>, door: &Door, launch: &Plan) {
    if let Err(failure) = try_bake(launcher, door, launch).await {
        // Somebody else may be baking the same image: that is as good.
        log::note(&format!("no bake beside a launch: {}", failure.code()));
    }
}

async fn try_bake(launcher: &Launcher<'_>, door: &Door, launch: &Plan) -> Result<(), Failure> {
    let (PlanKind::Launch, Some(spec), Some(name)) = (launch.kind, &launch.spec, golden(launch))
    else {
        return Ok(());
    };
    let Ok(Reply::Templates(own)) = door.send(Call::OwnTemplates, |_| None).await else {
        return Ok(());
    };
    let fresh = |one: &&Template| one.name == name && is_fresh(&one.created_at, wall());
    if own.iter().any(|one| fresh(&one)) {
        return Ok(());
    }
    let facts = Facts {
        run: bake_run(&launch.facts.run),
        ..launch.facts.clone()
    };
    let plan = plan_bake(spec, launch.cluster.tag(), facts);
    launcher.begin(&plan, None).await.map(|_| ())
}

/// The image that the launch would take.
fn golden(plan: &Plan) -> Option<&str> {
    plan.resources().find_map(|resource| {
        let Resource::InstancePool(pool) = resource else {
            return None;
        };
        pool.golden.as_deref()
    })
}
