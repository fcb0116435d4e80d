use std::time::{Duration, Instant};

use awsvpc_auditor_engine::dependencies::text::{in_arguments, in_text, in_variables};

const LONG: usize = 100_000;

/// Texts of up to 100 kB that a careless reader walks through again and again.
fn texts() -> Vec<String> {
    let parts = [
        "a",
        ":",
        "/",
        "@",
        "=",
        "(",
        "[",
        "{",
        "\"",
        "'",
        "\\",
        ",",
        "://",
        "a://",
        "a://b@",
        "a://b,",
        ",a://b:1",
        "x=",
        "x=y;",
        "x='",
        "x={;",
        "x=\";",
        "k='v' ",
        "a ",
        "a:10 ",
        "a:10,",
        "--a ",
        "--a=b ",
        "a: ",
        "'a ",
        "=' ",
        "{\"a\":",
        "[",
        "{\"a\":[",
        "(host=a",
        "(host=",
        "@tcp(",
        "a@tcp(b)",
        "jdbc:",
        "?a=",
        "#",
        "é",
        "a.",
        "a-",
        "1.",
        "1:",
        "fe80::",
        "&& ",
        "; ",
        "a@b ",
        "-----BEGIN ",
        "http://a:b/@",
        "x=y:10 ",
    ];
    let repeated = |length: usize| parts.map(|part| part.repeat(length / part.len()));
    let fronts = [
        "postgres://",
        "jdbc:sqlserver://;",
        "jdbc:mysql://(",
        "host=a ",
        "{",
        "[",
        "x=",
    ];
    let short = repeated(LONG / 5);
    let mixed = fronts
        .iter()
        .flat_map(|front| short.iter().map(move |text| format!("{front}{text}")));
    repeated(LONG).into_iter().chain(mixed).collect()
}

#[test]
fn long_texts_are_read_in_linear_time() {
    for text in texts() {
        let start = Instant::now();
        assert!(in_text(&text).len() <= 64);
        let took = start.elapsed();
        let front: String = text.chars().take(40).collect();
        assert!(took < Duration::from_secs(5), "{front}… took {took:?}");
    }
}

#[test]
fn long_values_have_their_endpoints_found() {
    let certificate = "QUJD\n".repeat(LONG / 5);
    let text = format!("{certificate} postgres://u:p@db/x {certificate}");
    assert_eq!(in_text(&text).len(), 1);
    let json = format!(
        r#"{{"data":"{}","host":"db","port":5432}}"#,
        "x".repeat(LONG)
    );
    assert_eq!(in_text(&json).len(), 1);
    let url = format!("postgres://u:{}@db/x", "p@/:".repeat(LONG / 4));
    assert_eq!(in_text(&url).len(), 1);
    assert_eq!(in_arguments(["sh", "-c", &text]).len(), 1);
}

#[test]
fn no_more_than_64_are_found_in_one_text() {
    let hosts: Vec<_> = (0..5000)
        .map(|n| format!("k{n}.example.com:9092"))
        .collect();
    assert_eq!(in_text(&hosts.join(",")).len(), 64);
    let urls: Vec<_> = (0..5000)
        .map(|n| format!("http://k{n}.example.com"))
        .collect();
    assert_eq!(in_text(&urls.join(" ")).len(), 64);
}

#[test]
fn many_variables_are_read_in_linear_time() {
    let variables: Vec<_> = (0..5000)
        .map(|n| (format!("A{n}_HOST"), format!("h{n}.example.com")))
        .collect();
    let start = Instant::now();
    let pairs = variables
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    assert_eq!(in_variables(pairs).len(), 5000);
    assert!(start.elapsed() < Duration::from_secs(5));
}
