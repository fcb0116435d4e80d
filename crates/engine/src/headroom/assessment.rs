use super::fit::Fit;
use super::region::{Cluster, Region};
use super::service::ServicePlan;
use super::surge::Surge;
use super::together::{Together, together};
use crate::facts::Missing;

/// A region with what its services would do in it.
#[derive(Debug)]
pub struct Assessment<'r, 'a> {
    /// The region.
    pub region: &'r Region<'a>,
    /// Its services in awsvpc mode, cluster by cluster.
    pub services: Vec<Assessed<'r, 'a>>,
    /// What the services would do to each other that are asked to deploy together.
    pub together: Option<Result<Together<'r, 'a>, Missing>>,
}

/// A service with what a deployment of it would do.
#[derive(Debug)]
pub struct Assessed<'r, 'a> {
    /// Its cluster.
    pub cluster: &'r Cluster<'a>,
    /// The service.
    pub plan: &'r ServicePlan<'a>,
    /// How many more tasks of it fit.
    pub fit: Result<Fit, Missing>,
    /// What a deployment of it would do.
    pub surge: Surge,
}

impl<'r, 'a> Assessment<'r, 'a> {
    /// Plays every service's deployment through, each alone, and those that are named together.
    pub fn of(region: &'r Region<'a>) -> Self {
        let services = region.clusters.iter().flat_map(|cluster| {
            let awsvpc = cluster
                .known_services()
                .iter()
                .filter(|plan| plan.is_awsvpc());
            awsvpc.map(move |plan| Assessed {
                cluster,
                plan,
                fit: fit(cluster, plan),
                surge: Surge::of(region, cluster, plan),
            })
        });
        Self {
            region,
            services: services.collect(),
            together: together(region),
        }
    }
}

/// How many more tasks of a service fit. Interfaces that nobody saw, or a quota that nobody knows, can't
/// make less of none.
fn fit(cluster: &Cluster<'_>, plan: &ServicePlan<'_>) -> Result<Fit, Missing> {
    let rollout = plan.rollout.as_ref().map_err(Clone::clone)?;
    if let Some(missing) = &plan.unclear {
        return Err(missing.clone());
    }
    let fit = Fit::of(cluster, rollout);
    match &plan.unseen {
        Some(missing) if fit.tasks > 0 => Err(missing.clone()),
        _ => Ok(fit),
    }
}
