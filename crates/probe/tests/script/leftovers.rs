//! Nothing is left: no process and no file.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use awsvpc_auditor_engine::probe::Resolved;
use awsvpc_auditor_lab::namespaces::{Lab, Link};
use awsvpc_auditor_probe::script::Script;

use crate::images::which;
use crate::shell::{Line, SHELLS, Shell, assert_nothing_runs};
use crate::{limits, read, targets};

/// Every file below a folder, with what changes when it is written to.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, (u64, u32, i64, i64)> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let metadata = fs::symlink_metadata(&folder).unwrap();
        files.insert(folder.clone(), of(&metadata));
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let metadata = entry.metadata().unwrap();
            if metadata.is_dir() {
                folders.push(entry.path());
            } else {
                files.insert(entry.path(), of(&metadata));
            }
        }
    }
    files
}

fn of(metadata: &fs::Metadata) -> (u64, u32, i64, i64) {
    (
        metadata.len(),
        metadata.mode(),
        metadata.mtime(),
        metadata.mtime_nsec(),
    )
}

#[test]
fn home_and_temporary_folders_stay_as_they_were() {
    let place = tempfile::tempdir().unwrap();
    for folder in ["home", "tmp"] {
        fs::create_dir(place.path().join(folder)).unwrap();
    }
    let enter = |program: &str| {
        let mut command = Command::new(program);
        command.current_dir(place.path());
        command.env("HOME", place.path().join("home"));
        command.env("TMPDIR", place.path().join("tmp"));
        command
    };
    let before = files(place.path());
    for shell in SHELLS {
        for line in [Line::Terminal, Line::Pipe] {
            let script = Script::new(&targets(&["localhost:1/tls", "[::1]:1"]), &limits(3, 10));
            let transcript = Shell::start(&script, shell, line, enter).finish(&script);
            assert_eq!(read(&script, &transcript).unwrap().cut_short, None);
            assert_eq!(files(place.path()), before, "{shell:?}");
        }
    }
}

/// What `getent` is in some images: a script that starts others, here one that stays for long.
#[test]
fn what_tools_have_started_is_ended_too() {
    let place = tempfile::tempdir().unwrap();
    let getent = place.path().join("getent");
    fs::write(&getent, "#!/bin/sh\nsleep 300 &\nsleep 300\n:\n").unwrap();
    fs::set_permissions(&getent, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!(
        "{}:{}",
        place.path().display(),
        std::env::var("PATH").unwrap()
    );
    for shell in [["dash"].as_slice(), &["bash", "--posix"]] {
        for line in [Line::Terminal, Line::Pipe] {
            let limits = limits(1, 10);
            let script = Script::new(&targets(&["db.example.com:5432"; 10]), &limits);
            let started = Instant::now();
            let run = Shell::start(&script, shell, line, |program| {
                let mut command = Command::new(program);
                command.env("PATH", &path);
                command
            });
            let probe = read(&script, &run.finish(&script)).unwrap();
            assert!(started.elapsed() < limits.whole);
            assert_nothing_runs(&script, Duration::from_secs(1));
            for probed in probe.targets {
                assert!(
                    matches!(probed.resolved, Resolved::Silent { .. }),
                    "{probed:?}"
                );
            }
        }
    }
}

/// Without `setsid`, what a tool has started is unknown; it must not hold up the rest.
#[test]
fn what_cant_be_ended_holds_nothing_up() {
    let place = tempfile::tempdir().unwrap();
    let getent = place.path().join("getent");
    fs::write(&getent, "#!/bin/sh\nsleep 40\n:\n").unwrap();
    fs::set_permissions(&getent, fs::Permissions::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink(which("sleep"), place.path().join("sleep")).unwrap();
    for shell in ["dash", "bash"] {
        let script = Script::new(&targets(&["db.example.com:5432"]), &limits(1, 3));
        let started = Instant::now();
        let run = Shell::start(&script, &[&which(shell)], Line::Pipe, |program| {
            let mut command = Command::new(program);
            command.env("PATH", place.path());
            command
        });
        let probe = read(&script, &run.finish(&script)).unwrap();
        assert!(started.elapsed() < Duration::from_secs(30));
        let why = probe.cut_short.unwrap();
        assert_eq!(why, "a tool that couldn't be ended held it up");
    }
}

#[test]
fn a_session_that_breaks_off_leaves_nothing_running() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    for shell in SHELLS {
        let script = Script::new(&targets(&["10.0.3.7:443/tls"; 10]), &limits(3, 20));
        let mut run = Shell::start(&script, shell, Line::Terminal, |program| {
            lab.client().command(program)
        });
        run.wait_for(&script.ready_marker());
        run.type_in(&script.input());
        run.wait_for(" 10 at ");
        run.hang_up();
        assert_nothing_runs(&script, Duration::from_secs(20));
        let probe = read(&script, &run.said()).unwrap();
        assert_eq!(
            probe.cut_short.as_deref(),
            Some("the output ends before the script does")
        );
    }
}

#[test]
fn half_a_script_isnt_run() {
    for shell in SHELLS {
        let script = Script::new(&targets(&["localhost:1"]), &limits(3, 10));
        let mut run = Shell::start(&script, shell, Line::Pipe, |program| Command::new(program));
        run.wait_for(&script.ready_marker());
        let (all_but_its_end, _) = script
            .input()
            .rsplit_once("# end")
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        run.type_in(&all_but_its_end);
        run.end_input();
        assert_nothing_runs(&script, Duration::from_secs(10));
        assert_eq!(run.said(), format!("{}\n", script.ready_marker()));
    }
}
