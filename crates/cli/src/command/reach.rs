use awsvpc_auditor_engine::facts::SecurityGroupId;
use awsvpc_auditor_engine::fix::fixes_of;
use awsvpc_auditor_engine::reach::{Destination, Origin, Question, Verdict, analyze};
use awsvpc_auditor_engine::report::{json_v1::ReachV1, reach_text};
use clap::Args;

use crate::facts::{Source, Wanted};
use crate::output::{self, Format, Status, Usage};

/// Answer one reachability question, there and back
#[derive(Debug, Args)]
pub(crate) struct Reach {
    /// Who opens the connection: eni-…, i-…, a task ARN, subnet-… with --security-group, internet,
    /// or an address
    #[arg(long, value_name = "WHAT")]
    from: Origin,

    /// Where to: eni-…, i-…, a task ARN, subnet-… (whatever is in it), ADDRESS[:PORT][/PROTOCOL], internet[:PORT], or an endpoint's host name
    #[arg(long, value_name = "WHAT")]
    to: Destination,

    /// A security group of a task that would be started in the subnet given by --from; repeatable
    #[arg(long, value_name = "GROUP")]
    security_group: Vec<SecurityGroupId>,

    /// The task would get a public address, as Fargate tasks can
    #[arg(long)]
    assign_public_ip: bool,

    #[command(flatten)]
    source: Source,

    /// How the report is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Reach {
    pub(super) fn run(self) -> anyhow::Result<Status> {
        let question = Question {
            from: self.origin()?,
            to: self.to.clone(),
        };
        let snapshot = self.source.facts(&[Wanted::Reach(&question)])?;
        let answer = analyze(&snapshot, &question);
        let fixes = fixes_of(&snapshot, &question, &answer);
        match self.format {
            Format::Text => {
                output::print(&reach_text(&question, &answer, &fixes, output::style()))?;
            }
            Format::Json => output::print_json(&ReachV1::new(&question, &answer, &fixes))?,
        }
        Ok(match answer.verdict {
            Verdict::Reachable => Status::Passed,
            Verdict::Unreachable => Status::Fault,
            Verdict::Unknown => Status::Unknown,
        })
    }

    fn origin(&self) -> Result<Origin, Usage> {
        match &self.from {
            Origin::Placement { subnet, .. } if self.security_group.is_empty() => {
                Err(Usage(format!(
                    "--from {subnet} needs --security-group: the groups that the task would have"
                )))
            }
            Origin::Placement { subnet, .. } => Ok(Origin::Placement {
                subnet: subnet.clone(),
                groups: self.security_group.clone(),
                assign_public_ip: self.assign_public_ip,
            }),
            other if !self.security_group.is_empty() || self.assign_public_ip => {
                Err(Usage(format!(
                    "--security-group and --assign-public-ip go with --from subnet-…, not with {other}: \
                 an interface has its own"
                )))
            }
            other => Ok(other.clone()),
        }
    }
}
