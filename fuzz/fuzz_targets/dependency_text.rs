//! Any bytes as the text of a container definition, and as what stands around a secret.
#![no_main]

use awsvpc_auditor_engine::dependencies::text::{Host, in_arguments, in_text, in_variables};
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "hunter2secret";

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (name, value) = text.split_once('\n').unwrap_or(("DB_HOST", &text));
    let mut found = in_text(&text);
    assert!(found.len() <= 64 && found.is_sorted());
    let in_variables = in_variables([(name, value), ("DB_PORT", "5432"), ("DB_HOST", value)]);
    let in_arguments = in_arguments(text.split('\0'));
    let placed = in_variables.into_iter().chain(in_arguments);
    found.extend(placed.map(|found| found.endpoint));
    for endpoint in &found {
        assert!(is_valid(&endpoint.host), "{endpoint:?}");
        assert!(endpoint.port != Some(0), "{endpoint:?}");
    }
    no_secret_gets_out(bytes);
});

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
    name.len() <= 253 && name != "localhost" && name.split('.').all(is_label)
}

/// A secret in the place of a password, with what careless people have in one around it.
fn no_secret_gets_out(bytes: &[u8]) {
    let around: String = bytes
        .iter()
        .map(|byte| char::from(byte & 0x7f))
        .filter(|c| c.is_ascii_alphanumeric() || "@:/.-_!$+".contains(*c))
        .take(40)
        .collect();
    let (front, back) = around.split_at(around.len() / 2);
    let secret = format!("{front}{SECRET}{back}");
    for text in [
        format!("postgres://user:{secret}@db.example.com/app"),
        format!("mongodb://user:{secret}@db.example.com,other:27018/app"),
        format!("jdbc:mysql://user:{secret}@db.example.com/app"),
        format!("jdbc:oracle:thin:user/{secret}@db.example.com:1521/app"),
        format!("jdbc:sqlserver://db.example.com;user=sa;password={secret}"),
        format!("user:{secret}@tcp(db.example.com:3306)/app"),
        format!("host=db.example.com user=app password={secret}"),
        format!("Server=db.example.com,1433;User ID=sa;Password={secret}"),
        format!("--db-host db.example.com --db-password {secret}"),
        format!("host: db.example.com\npassword: {secret}"),
        format!(r#"{{"host":"db.example.com","password":"{secret}"}}"#),
        format!("db.example.com:6379,password={secret}"),
    ] {
        let variables = [("DATABASE_URL", text.as_str()), ("DB_PASSWORD", &secret)];
        let found = format!(
            "{:?} {:?} {:?}",
            in_text(&text),
            in_variables(variables),
            in_arguments(["sh", "-c", &text])
        );
        assert!(!found.contains(SECRET), "{text}: {found}");
    }
}
