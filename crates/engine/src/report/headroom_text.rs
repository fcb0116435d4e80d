use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets::NOTHING};

use super::Style;
use super::audit_text::{Told, clean, entry};
use crate::checks::{HeadroomReport, Outcome, Summary};
use crate::facts::Missing;
use crate::headroom::{
    Assessed, Assessment, Cluster, ClusterSlots, Fit, Host, Launch, Surge, Trunking,
};

/// The most instances that are shown one by one; those with the fewest free slots.
const SHOWN: usize = 20;

/// What is left, for people: tables first, then what is wrong.
pub fn headroom_text(report: &HeadroomReport<'_, '_>, style: Style) -> String {
    let mut text = String::new();
    for assessment in &report.assessments {
        let region = assessment.region;
        let heading = format!("Headroom of {} in account {}", region.name, region.account);
        let _ = writeln!(text, "{}", style.strong(&clean(&heading)));
        if let Some(time) = &report.observed_at {
            let _ = writeln!(text, "  facts of {}", clean(time));
        }
        tables(&mut text, assessment, style);
    }
    findings(&mut text, report, style);
    let Summary {
        pass,
        fail,
        unknown,
        skipped,
    } = report.summary();
    let _ = writeln!(
        text,
        "\n{fail} failed, {unknown} unknown, {pass} passed, {skipped} skipped"
    );
    if fail > 0 || unknown > 0 {
        let _ = writeln!(text, "More about a check: awsvpc-auditor explain CHECK");
    }
    text
}

fn findings(text: &mut String, report: &HeadroomReport<'_, '_>, style: Style) {
    let mut told = Told::default();
    for (outcome, title) in [
        (Outcome::Fail, "What is wrong"),
        (Outcome::Unknown, "Not known"),
    ] {
        let results = report.results.iter();
        let mut results: Vec<_> = results.filter(|result| result.outcome == outcome).collect();
        if results.is_empty() {
            continue;
        }
        results.sort_by_key(|result| std::cmp::Reverse(result.severity));
        let _ = writeln!(text, "\n{}", style.strong(title));
        for result in results {
            entry(text, result, &mut told, style);
        }
    }
}

fn tables(text: &mut String, assessment: &Assessment<'_, '_>, style: Style) {
    let region = assessment.region;
    let clusters = region.clusters.iter().map(cluster_row).collect();
    let head = [
        "cluster",
        "instances",
        "slots",
        "used",
        "free",
        "full",
        "trunks",
        "stuck tasks",
    ];
    table(text, "Clusters", &head, clusters, style);
    instances(text, assessment, style);
    let services = assessment.services.iter().map(service_row).collect();
    let head = [
        "service",
        "runs on",
        "more fit",
        "by slots",
        "by CPU, memory",
        "by addresses",
        "by quota",
        "a deployment",
    ];
    table(
        text,
        "Services: how many more tasks fit, and what a deployment would do",
        &head,
        services,
        style,
    );
    let subnets = region.subnets.iter().map(|room| {
        let zone = room.subnet.availability_zone.clone();
        let known = |number: Option<u64>| number.map_or_else(|| "?".to_owned(), |n| n.to_string());
        let (size, free) = match (room.size, &room.free) {
            (None, _) => ("IPv6".to_owned(), "endless".to_owned()),
            (size, free) => (known(size), known(free.as_ref().ok().copied())),
        };
        let percent = room
            .percent_free()
            .map_or_else(String::new, |percent| format!("{percent} %"));
        vec![
            room.subnet.subnet_id.to_string(),
            zone.unwrap_or_default(),
            size,
            free,
            percent,
        ]
    });
    let head = ["subnet", "zone", "addresses", "free", ""];
    table(text, "Subnets", &head, subnets.collect(), style);
    let head = ["in use", "", "of", ""];
    table(
        text,
        "Quotas, and what nothing uses",
        &head,
        quotas(assessment),
        style,
    );
}

fn cluster_row(cluster: &Cluster<'_>) -> Vec<String> {
    let name = cluster.arn.name().to_owned();
    let stuck = cluster.stuck.as_ref();
    let stuck = stuck.map_or_else(|_| "?".to_owned(), |stuck| stuck.len().to_string());
    if cluster.hosts.is_err() {
        let mut row = vec![name];
        row.resize(7, "?".to_owned());
        row.push(stuck);
        return row;
    }
    let slots = ClusterSlots::of(cluster);
    let hosts = cluster.known_hosts();
    let trunks = hosts
        .iter()
        .filter(|host| host.trunking == Trunking::Has)
        .count();
    let number = |number: u32| number.to_string();
    vec![
        name,
        hosts.len().to_string(),
        number(slots.total),
        number(slots.used),
        number(slots.free),
        number(slots.full),
        trunks.to_string(),
        stuck,
    ]
}

fn instances(text: &mut String, assessment: &Assessment<'_, '_>, style: Style) {
    let clusters = assessment.region.clusters.iter();
    let mut hosts: Vec<_> = clusters
        .flat_map(|cluster| {
            cluster
                .known_hosts()
                .iter()
                .map(move |host| (cluster, host))
        })
        .collect();
    // Those of which nobody knows, then the fullest.
    hosts.sort_by_key(|(_, host)| host.slots.as_ref().map_or(0, |slots| slots.free() + 1));
    let more = hosts.len().saturating_sub(SHOWN);
    let rows = hosts
        .iter()
        .take(SHOWN)
        .map(|(cluster, host)| instance_row(cluster, host));
    let head = [
        "instance",
        "cluster",
        "type",
        "zone",
        "slots",
        "used",
        "not ECS's",
        "free",
        "CPU left",
        "MiB left",
        "trunk",
    ];
    table(
        text,
        "Container instances, the fullest first",
        &head,
        rows.collect(),
        style,
    );
    if more > 0 {
        let _ = writeln!(
            text,
            "   and {more} more with no fewer free slots (all of them in --format json)"
        );
    }
}

fn instance_row(cluster: &Cluster<'_>, host: &Host<'_>) -> Vec<String> {
    let unknown = || "?".to_owned();
    let (total, used, foreign, free) = match &host.slots {
        Ok(slots) if slots.total == slots.total_at_most => (
            slots.total.to_string(),
            slots.used.to_string(),
            slots
                .foreign
                .map_or_else(unknown, |count| count.to_string()),
            slots.free().to_string(),
        ),
        Ok(slots) => (
            format!("{}-{}", slots.total, slots.total_at_most),
            slots.used.to_string(),
            slots
                .foreign
                .map_or_else(unknown, |count| count.to_string()),
            format!("{}+", slots.free()),
        ),
        Err(_) => (unknown(), unknown(), unknown(), unknown()),
    };
    let trunk = match &host.trunking {
        Trunking::Has => "yes".to_owned(),
        Trunking::Could { tasks, .. } => format!("no; with one {tasks}"),
        Trunking::Cannot(_) => "can't".to_owned(),
        Trunking::Unknown(_) => unknown(),
    };
    let room = host.room();
    vec![
        host.name().to_owned(),
        cluster.arn.name().to_owned(),
        host.type_name().map_or_else(unknown, str::to_owned),
        host.zone.clone().unwrap_or_else(unknown),
        total,
        used,
        foreign,
        free,
        room.cpu.to_string(),
        room.memory.to_string(),
        trunk,
    ]
}

fn service_row(service: &Assessed<'_, '_>) -> Vec<String> {
    let bound = |tasks: u64| {
        if tasks < Fit::ENDLESS {
            tasks.to_string()
        } else {
            "-".to_owned()
        }
    };
    let fit = service.fit.as_ref().map(|fit| {
        [
            fit.tasks,
            fit.by_slots,
            fit.by_resources,
            fit.by_addresses,
            fit.by_quota,
        ]
        .map(bound)
    });
    let mut row = vec![service.plan.name(), launch(service.plan.launch).to_owned()];
    row.extend(fit.unwrap_or_else(|_| std::array::from_fn(|_| "?".to_owned())));
    row.push(match &service.surge {
        Surge::Finishes(course) if course.waited => "finishes, after waiting".to_owned(),
        Surge::Finishes(_) => "finishes".to_owned(),
        Surge::FinishesByScaling { instances, .. } => {
            format!("finishes with {instances} more instance(s)")
        }
        Surge::Stalls { course, .. } => {
            let short: Vec<_> = course.short.iter().map(|lack| lack.text()).collect();
            let short = if course.no_step {
                "percentages".to_owned()
            } else {
                short.join(", ")
            };
            format!("STOPS at {} of {}: {short}", course.placed, course.desired)
        }
        Surge::Unknown(_) => "not known".to_owned(),
    });
    row
}

fn launch(launch: Launch) -> &'static str {
    match launch {
        Launch::Instances => "instances",
        Launch::Fargate => "Fargate",
        Launch::FargateSpot => "Fargate Spot",
        Launch::Managed => "managed instances",
        Launch::External => "external",
    }
}

fn quotas(assessment: &Assessment<'_, '_>) -> Vec<Vec<String>> {
    let region = assessment.region;
    let mut rows = Vec::new();
    let quota = &region.interfaces.quota;
    let limit = quota
        .as_ref()
        .map_or_else(|_| "?".to_owned(), |quota| quota.value.to_string());
    let note = quota.as_ref().map_or("", |quota| {
        if quota.is_default {
            "AWS's default"
        } else {
            ""
        }
    });
    let row = |count: String, what: String, limit: String, note: &str| {
        vec![count, what, limit, note.to_owned()]
    };
    match &region.interfaces.in_use {
        Ok(zones) => rows.extend(zones.iter().map(|(zone, count)| {
            row(
                count.to_string(),
                format!("network interfaces in {zone}"),
                limit.clone(),
                note,
            )
        })),
        Err(missing) => rows.push(row(
            "?".to_owned(),
            "network interfaces".to_owned(),
            limit,
            &why(missing),
        )),
    }
    for (usage, name) in region.fargate.iter().zip(["Fargate", "Fargate Spot"]) {
        let used = usage.in_use.as_ref().map_or_else(
            |_| "?".to_owned(),
            |cpu| {
                format!(
                    "{}",
                    f64::from(i32::try_from(*cpu).unwrap_or(i32::MAX)) / 1024.0
                )
            },
        );
        let limit = usage
            .quota
            .as_ref()
            .map_or_else(|_| "?".to_owned(), |quota| quota.value.to_string());
        rows.push(row(used, format!("vCPUs of {name}"), limit, ""));
    }
    let (count, note) = match &region.orphans {
        Ok(orphans) => (orphans.len().to_string(), String::new()),
        Err(missing) => ("?".to_owned(), why(missing)),
    };
    rows.push(row(
        count,
        "network interfaces attached to nothing".to_owned(),
        String::new(),
        &note,
    ));
    rows
}

fn why(missing: &Missing) -> String {
    missing.reason.to_string()
}

pub(super) fn table(
    text: &mut String,
    title: &str,
    head: &[&str],
    rows: Vec<Vec<String>>,
    style: Style,
) {
    if rows.is_empty() {
        return;
    }
    let mut table = Table::new();
    table.load_preset(NOTHING).set_header(head.iter().copied());
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    // Numbers stand below each other.
    for (index, column) in table.column_iter_mut().enumerate() {
        let is_number = |row: &Vec<String>| {
            let cell = row.get(index).map_or("", String::as_str);
            cell.is_empty() || cell.starts_with(|c: char| c.is_ascii_digit() || "?-".contains(c))
        };
        if rows.iter().all(is_number) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for row in rows {
        table.add_row(row.iter().map(|cell| clean(cell)));
    }
    let _ = writeln!(text, "\n{}", style.strong(title));
    for line in table.lines() {
        let _ = writeln!(text, "   {}", line.trim_end());
    }
}
