//! Images that have little: the shell sees their files only, and the lab's network.

use std::fs;
use std::path::Path;
use std::process::Command;

use awsvpc_auditor_engine::probe::{Connected, PathSize, Probe, Resolved};
use awsvpc_auditor_lab::namespaces::{Lab, Link, Names, Reply};
use awsvpc_auditor_probe::script::Script;
use tempfile::TempDir;

use crate::leftovers::files;
use crate::network::ask;
use crate::shell::Line;
use crate::{limits, targets};

pub(crate) fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output
        .unwrap_or_else(|error| panic!("{program}: {error}; see main.rs for what to install"));
    assert!(output.status.success(), "{program} {arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn which(program: &str) -> String {
    output("sh", &["-c", &format!("command -v {program}")])
        .trim()
        .to_owned()
}

/// A file system with an empty home and a name in its hosts file.
fn image() -> TempDir {
    let image = tempfile::tempdir().unwrap();
    for folder in ["bin", "etc", "tmp", "root", "dev", "proc", "sys"] {
        fs::create_dir(image.path().join(folder)).unwrap();
    }
    let hosts = "# * none *\n127.0.0.1\tlocalhost\n10.0.2.2\tcache.local db.local\n";
    fs::write(image.path().join("etc/hosts"), hosts).unwrap();
    let name_server = format!("search lab\nnameserver {}", Lab::NAME_SERVER);
    fs::write(image.path().join("etc/resolv.conf"), name_server).unwrap();
    image
}

/// Everything that `busybox` is, and nothing else.
fn busybox() -> TempDir {
    let image = image();
    let bin = image.path().join("bin");
    fs::copy(which("busybox"), bin.join("busybox")).unwrap();
    for applet in output("busybox", &["--list"]).lines() {
        let _ = std::os::unix::fs::symlink("busybox", bin.join(applet));
    }
    image
}

/// A shell with the libraries that it needs.
fn bare(shell: &str) -> TempDir {
    let image = image();
    let shell = which(shell);
    fs::copy(&shell, image.path().join("bin/sh")).unwrap();
    for library in output("ldd", &[&shell])
        .split_whitespace()
        .filter(|word| word.starts_with('/'))
    {
        let copy = image.path().join(&library[1..]);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(library, copy).unwrap();
    }
    image
}

/// Mounts of the lab's client: they end with it.
fn mount(lab: &Lab, image: &Path, what: &[&str]) {
    for name in what {
        let to = image.join(name);
        let mut command = lab.client().command("mount");
        match *name {
            "dev" => command.args(["--rbind", "/dev"]),
            "proc" => command.args(["-t", "proc", "proc"]),
            _ => command.args(["-t", "sysfs", "sysfs"]),
        };
        assert!(command.arg(to).status().unwrap().success());
    }
}

fn ask_image(lab: &Lab, image: &Path, line: Line, texts: &[&str]) -> Probe {
    let script = Script::new(&targets(texts), &limits(3, 20));
    let before = files(image);
    let probe = ask(
        lab,
        &script,
        &["chroot", image.to_str().unwrap(), "/bin/sh"],
        line,
    );
    assert_eq!(files(image), before);
    probe
}

#[test]
fn busybox_alone_tells() {
    for (line, mounts) in [
        (Line::Terminal, ["dev", "proc", "sys"].as_slice()),
        (Line::Pipe, &["dev", "proc", "sys"]),
        (Line::Terminal, &["dev"]),
    ] {
        let lab = Lab::new(Link::Jumbo).unwrap();
        let names = Names::known([("db.lab", vec![Lab::SERVER])]);
        let _names = lab.name_server(names).unwrap();
        let _port = lab.port(5432, Reply::Nothing).unwrap();
        let image = busybox();
        mount(&lab, image.path(), mounts);
        let probe = ask_image(
            &lab,
            image.path(),
            line,
            &[
                "db.local:5432",
                "db.lab:5432",
                "nosuch.lab:5432",
                "10.0.2.2:6379",
                "10.0.3.7:5432",
                "10.0.4.2:5432",
            ],
        );
        assert_eq!(probe.name_servers, [Lab::NAME_SERVER]);
        assert_eq!(probe.interfaces[0].mtu, 9001);
        for probed in &probe.targets[..2] {
            let addresses = matches!(&probed.resolved, Resolved::Addresses { addresses, .. } if *addresses == [Lab::SERVER]);
            assert!(addresses, "{probed:?}");
            assert!(
                matches!(probed.connected, Connected::Open { .. }),
                "{probed:?}"
            );
            let cant_tell = PathSize::CantTell {
                why: "the image's ping can't keep packets whole".to_owned(),
            };
            assert_eq!(probed.path, cant_tell);
        }
        let [_, _, nosuch, refused, silent, no_way] = probe.targets.as_slice() else {
            panic!("{probe:?}");
        };
        assert!(
            matches!(nosuch.resolved, Resolved::NoSuchName { .. }),
            "{nosuch:?}"
        );
        assert!(
            matches!(refused.connected, Connected::Refused { .. }),
            "{refused:?}"
        );
        assert!(
            matches!(silent.connected, Connected::Silent { .. }),
            "{silent:?}"
        );
        assert!(
            matches!(no_way.connected, Connected::NoWay { .. }),
            "{no_way:?}"
        );
    }
}

#[test]
fn a_shell_alone_tells_where_it_is_and_what_it_lacks() {
    for shell in ["dash", "busybox"] {
        for line in [Line::Terminal, Line::Pipe] {
            let lab = Lab::new(Link::Jumbo).unwrap();
            let image = match shell {
                // Without its other applets' links, and without /proc where it finds itself.
                "busybox" => {
                    let image = image();
                    fs::copy(which("busybox"), image.path().join("bin/sh")).unwrap();
                    image
                }
                shell => bare(shell),
            };
            mount(&lab, image.path(), &["dev", "sys"]);
            let probe = ask_image(
                &lab,
                image.path(),
                line,
                &["db.local:5432", "db.lab:443/tls", "10.0.2.2:5432"],
            );
            assert_eq!(probe.name_servers, [Lab::NAME_SERVER]);
            let interfaces: Vec<_> = probe
                .interfaces
                .iter()
                .map(|i| (i.name.as_str(), i.mtu))
                .collect();
            assert_eq!(interfaces, [("eth0", 9001)]);
            let [listed, named, address] = probe.targets.as_slice() else {
                panic!("{probe:?}");
            };
            assert!(
                matches!(listed.resolved, Resolved::Addresses { .. }),
                "{listed:?}"
            );
            if shell == "busybox" {
                for probed in [listed, named, address] {
                    let is_unknown = matches!(probed.connected, Connected::CantTell { .. });
                    assert!(is_unknown, "{probed:?}");
                }
                continue;
            }
            let asks_no_name = Resolved::CantTell {
                why: "the image has neither getent, nslookup, dig, host, python3 nor perl"
                    .to_owned(),
            };
            assert_eq!(named.resolved, asks_no_name);
            let connects_nowhere = Connected::CantTell {
                why: "the image has neither nc, curl, wget, bash, perl nor python3".to_owned(),
            };
            for probed in [listed, named, address] {
                assert_eq!(probed.connected, connects_nowhere);
            }
        }
    }
}

#[test]
fn a_tool_that_nothing_could_end_isnt_started() {
    let lab = Lab::new(Link::Jumbo).unwrap();
    let image = bare("bash");
    fs::copy(image.path().join("bin/sh"), image.path().join("bin/bash")).unwrap();
    mount(&lab, image.path(), &["dev", "proc", "sys"]);
    let probe = ask_image(&lab, image.path(), Line::Terminal, &["10.0.3.7:5432"]);
    let cant_tell = Connected::CantTell {
        why: "the image has no sleep that works, without which nothing can be given up in time"
            .to_owned(),
    };
    assert_eq!(probe.targets[0].connected, cant_tell);
}
