use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use super::{Function, Outcome};
use crate::tools;

const TIMEOUT: Duration = Duration::from_secs(2);

/// A function of a few lines, in the Python that the tools bring.
const FUNCTION: &str = r#"
import json, os, sys, time
from urllib.request import Request, urlopen
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime"
def post(path, body):
    urlopen(Request(api + path, data=json.dumps(body).encode())).read()
if "BROKEN" in os.environ:
    post("/init/error", {"errorType": "Broken"})
    sys.exit(1)
print("started", flush=True)
while True:
    work = urlopen(api + "/invocation/next")
    id = work.headers["Lambda-Runtime-Aws-Request-Id"]
    left = int(work.headers["Lambda-Runtime-Deadline-Ms"]) / 1000 - time.time()
    event = json.loads(work.read())
    if event == "exit": sys.exit(7)
    if event == "sleep": time.sleep(3)
    if event == "fail": post(f"/invocation/{id}/error", {"errorType": "Failed"})
    else: post(f"/invocation/{id}/response", [event, 1 < left <= 2])
"#;

fn function() -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("bootstrap");
    let python = tools::directory().join("python");
    fs::write(&path, format!("#!{}\n{FUNCTION}", python.display())).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    (directory, path)
}

#[test]
fn one_process_answers_in_order() {
    let (_directory, binary) = function();
    let mut function = Function::start(&binary, &[], TIMEOUT);
    for number in 0..20 {
        let expected = Outcome::Response(json!([{ "number": number }, true]));
        assert_eq!(function.invoke(&json!({ "number": number })), expected);
    }
    assert_eq!(function.output(), "started\n");
    assert!(function.first_next() > Duration::ZERO);
    assert!(function.peak_memory() > 1_000_000);
}

#[test]
fn an_error_leaves_it_warm() {
    let (_directory, binary) = function();
    let mut function = Function::start(&binary, &[], TIMEOUT);
    let failed = Outcome::Error(json!({"errorType": "Failed"}));
    assert_eq!(function.invoke(&json!("fail")), failed);
    let answered = Outcome::Response(json!(["again", true]));
    assert_eq!(function.invoke(&json!("again")), answered);
    assert_eq!(function.output(), "started\n");
}

#[test]
fn tells_how_a_process_ended() {
    let (_directory, binary) = function();
    let mut function = Function::start(&binary, &[], TIMEOUT);
    assert_eq!(function.invoke(&json!("exit")), Outcome::Exit(7));
    let mut function = Function::start(&binary, &[("BROKEN", "1")], TIMEOUT);
    let broken = Outcome::InitError(json!({"errorType": "Broken"}));
    assert_eq!(function.invoke(&json!("work")), broken);
}

#[test]
fn an_answer_that_comes_too_late_is_not_taken_for_the_next() {
    let (_directory, binary) = function();
    let mut function = Function::start(&binary, &[], TIMEOUT);
    assert_eq!(function.invoke(&json!("sleep")), Outcome::Timeout);
    let answered = Outcome::Response(json!(["next", true]));
    assert_eq!(function.invoke(&json!("next")), answered);
}
