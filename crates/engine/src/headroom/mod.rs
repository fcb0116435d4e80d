//! Whether the next task, and the next deployment, still get an interface and an address.
//!
//! [`measure`] turns a snapshot into one [`Region`] for each region: what its container instances,
//! subnets and quotas have left, and what its services would need. [`simulate`] plays a deployment
//! through.

mod assessment;
mod constraint;
mod demand;
mod eligibility;
mod figures;
mod fit;
mod forecast;
mod growth;
mod host;
mod hosts;
pub mod instance_types;
mod old_tasks;
mod options;
mod orphan;
mod placement;
mod progress;
mod quota;
mod region;
mod rollout;
mod scaling;
mod service;
mod site;
mod slots;
mod stuck;
mod subnet;
mod surge;
mod terrain;
mod together;
mod trunking;

pub use assessment::{Assessed, Assessment};
pub use constraint::{Constraint, Unreadable};
pub use eligibility::Launch;
pub use figures::{ClusterSlots, Figure, ending_figures, figures};
pub use fit::Fit;
pub use forecast::Forecast;
pub use growth::Growth;
pub use host::Host;
pub use hosts::{Wanted, hosts};
pub use options::{Options, Thresholds};
pub use orphan::Orphan;
pub use placement::Order;
pub use quota::{FARGATE, FargateUse, INTERFACES, InterfaceUse, Quota};
pub use region::{Cluster, Region, measure};
pub use rollout::{Count, Course, Rollout, simulate};
pub use service::ServicePlan;
pub use site::{AddressPool, Demand, HostPort, Lack, Resources, Site, Spot, Transport, World};
pub use slots::Slots;
pub use stuck::Stuck;
pub use subnet::SubnetRoom;
pub use surge::{Remedy, Surge};
pub use together::{Together, together};
pub use trunking::{TrunkObstacle, TrunkStep, Trunking, trunking_setting};
