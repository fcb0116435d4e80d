use awsvpc_auditor_engine::dependencies::text::{
    Certainty, Endpoint, Host, in_arguments, in_text, in_variables,
};
use awsvpc_auditor_engine::net::Protocol;
use proptest::prelude::*;
use proptest::sample::select;

/// Pieces from which texts are made that come near to meaning something.
const PIECES: [&str; 48] = [
    "postgres://",
    "http://",
    "jdbc:",
    "mysql:",
    "oracle:thin:",
    "sqlserver://",
    "mongodb+srv://",
    "dns:///",
    "foo://",
    "db",
    "db.example.com",
    "10.0.1.5",
    "[fd12::5]",
    "fd12::5",
    "x.abc.eu-west-1.rds.amazonaws.com",
    ":5432",
    ":1",
    ":99999",
    "@",
    "/",
    ":",
    ",",
    ";",
    " ",
    "\n",
    "=",
    "host=",
    "port=",
    "Server=",
    "password=",
    "(host=",
    "tcp(",
    ")",
    "{",
    "}",
    "\"host\":",
    "\"",
    "'",
    "[",
    "]",
    "--db-host ",
    "-h ",
    "-p ",
    "?",
    "#",
    "é",
    "localhost",
    "\\",
];

fn text() -> impl Strategy<Value = String> {
    let pieces = proptest::collection::vec(select(&PIECES[..]), 0..16);
    prop_oneof![
        any::<String>(),
        "[ -~]{0,60}",
        pieces.prop_map(|pieces| pieces.concat()),
    ]
}

/// Whether a host is one that a task may connect to.
fn is_valid(host: &Host) -> bool {
    let Host::Name(name) = host else {
        return true;
    };
    let is_label = |label: &str| {
        let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        (1..=63).contains(&label.len())
            && label.chars().all(is_inner)
            && !label.starts_with(['-', '_'])
            && !label.ends_with(['-', '_'])
    };
    let last = name.rsplit('.').next().unwrap();
    name.len() <= 253
        && name != "localhost"
        && name.split('.').all(is_label)
        && last.contains(|c: char| c.is_ascii_lowercase())
}

/// Whether writing it down and reading it again gives the same.
fn is_stable(endpoint: &Endpoint) -> bool {
    let Some(port) = endpoint.port else {
        return true;
    };
    let host = crate::host(&endpoint.host);
    let scheme = if endpoint.protocol == Protocol::UDP {
        "udp"
    } else {
        "tcp"
    };
    let is_same = |other: &Endpoint| {
        (&other.host, other.port) == (&endpoint.host, endpoint.port)
            && other.protocol == endpoint.protocol
    };
    let as_url = in_text(&format!("{scheme}://{host}:{port}"));
    let by_itself = in_text(&format!("{host}:{port}"));
    as_url.iter().any(is_same)
        && (endpoint.certainty == Certainty::Stated || by_itself.contains(endpoint))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn any_text_can_be_read(
        text in text(),
        other in text(),
        name in select(&["DB_HOST", "URL", "X", "HTTP_PROXY", "", "é"][..]),
    ) {
        let mut found = in_text(&text);
        prop_assert!(found.len() <= 64 && found.is_sorted());
        let variables = [(name, text.as_str()), ("DB_PORT", &other), (&other, &text)];
        let in_variables = in_variables(variables);
        prop_assert!(in_variables.is_sorted());
        let in_arguments = in_arguments(["sh", "-c", &text, &other]);
        let placed = in_variables.into_iter().chain(in_arguments);
        found.extend(placed.map(|found| found.endpoint));
        for endpoint in &found {
            prop_assert!(is_valid(&endpoint.host), "{:?}", endpoint);
            prop_assert!(endpoint.port != Some(0) && is_stable(endpoint), "{:?}", endpoint);
        }
    }

    #[test]
    fn the_order_of_variables_does_not_matter(one in text(), other in text()) {
        let given = [("DB_HOST", one.as_str()), ("DB_PORT", "5432"), ("CONFIG", &other)];
        let mut turned = given;
        turned.reverse();
        prop_assert_eq!(in_variables(given), in_variables(turned));
    }
}
