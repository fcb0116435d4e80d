//! Probes in saved files.

use awsvpc_auditor_engine::facts::{Snapshot, SnapshotReader, Timestamp};
use awsvpc_auditor_engine::probe::{Connected, Vantage};

fn read(text: &str) -> Result<Snapshot, String> {
    let mut reader = SnapshotReader::default();
    reader
        .add("probes.json", text)
        .map_err(|error| error.to_string())?;
    reader.finish().map_err(|error| error.to_string())
}

const PROBE: &str = r#"{"Probes": [{
  "vantage": {"here": {"name": "subnet-app"}},
  "askedAt": "2026-06-02T08:20:31Z",
  "nameServers": ["10.0.0.2"],
  "interfaces": [{"name": "eth1", "mtu": 9001}],
  "targets": [{
    "target": "db.example.com:5432",
    "resolved": {"answer": "addresses", "addresses": ["10.0.20.5"], "tookMs": 4},
    "connected": {"answer": "silent", "waitedMs": 3000},
    "handshake": {"answer": "notTried"},
    "path": {"answer": "notTried"}
  }],
  "cutShort": null
}]}"#;

#[test]
fn a_probe_is_read() {
    let snapshot = read(PROBE).unwrap();
    let [probe] = snapshot.probes.as_slice() else {
        panic!("{:?}", snapshot.probes);
    };
    let name = "subnet-app".to_owned();
    assert_eq!(probe.vantage, Vantage::Here { name });
    assert_eq!(probe.asked_at, Timestamp::parse("2026-06-02T08:20:31Z"));
    let connected = &probe.targets[0].connected;
    assert!(matches!(connected, Connected::Silent { waited_ms } if waited_ms.0 == 3000));
}

#[test]
fn a_probe_that_noted_no_time_is_read() {
    let text = PROBE.replace(r#""askedAt": "2026-06-02T08:20:31Z","#, "");
    assert_eq!(read(&text).unwrap().probes[0].asked_at, None);
}

#[test]
fn without_the_key_nothing_was_probed() {
    assert_eq!(read(r#"{"Vpcs": []}"#).unwrap().probes, []);
}

#[test]
fn probes_of_several_files_are_all_there() {
    let mut reader = SnapshotReader::default();
    for name in ["a.json", "b.json"] {
        reader.add(name, PROBE).unwrap();
    }
    assert_eq!(reader.finish().unwrap().probes.len(), 2);
}

#[test]
fn what_is_broken_is_named_with_its_place() {
    for (good, broken, said) in [
        (
            r#""mtu": 9001"#,
            r#""mtu": -1"#,
            "probes.json, line 5, column 43: `Probes`: `[0].interfaces[0].mtu`: invalid value: \
             integer `-1`, expected u32",
        ),
        (
            "db.example.com:5432",
            "db.example.com",
            "probes.json, line 7, column 30: `Probes`: `[0].targets[0].target`: `db.example.com` is \
             no target: expected HOST:PORT or HOST:PORT/tls, such as db.example.com:5432",
        ),
        (
            "2026-06-02T08:20:31Z",
            "yesterday",
            "probes.json, line 3, column 24: `Probes`: `[0].askedAt`: no such time: yesterday",
        ),
    ] {
        assert_eq!(read(&PROBE.replace(good, broken)).unwrap_err(), said);
    }
    let unknown = PROBE.replace(r#""answer": "silent""#, r#""answer": "sleeps""#);
    let said = read(&unknown).unwrap_err();
    assert!(
        said.starts_with("probes.json, line 9, column ") && said.contains("`sleeps`"),
        "{said}"
    );
}
