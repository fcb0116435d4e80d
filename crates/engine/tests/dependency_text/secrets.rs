//! No secret gets out, wherever it stands and however carelessly it is written.

use awsvpc_auditor_engine::dependencies::text::{in_arguments, in_text, in_variables};
use proptest::prelude::*;
use proptest::sample::select;

/// Where a value holds a secret, `§`; `◊` is a host and `%` a port. What can't be told from a host by
/// any reader, such as a whole secret of the form `name:1234` in a variable of any name, isn't here.
const TEMPLATES: [&str; 42] = [
    "postgres://user:§@◊:%/app",
    "postgres://user:§@◊/app?sslmode=require",
    "redis://:§@◊:%/0",
    "amqps://user:§@◊:%,other:5671/vhost",
    "mongodb://user:§@◊,other:27018/app?replicaSet=x",
    "mongodb+srv://user:§@◊/app",
    "https://user:§@◊:%/path",
    "https://◊/path?token=§",
    "https://◊/path#§",
    "https://◊:%/hooks/§",
    "http://one.example.com/,https://user:§@◊/",
    "jdbc:postgresql://◊:%/app?user=u&password=§",
    "jdbc:mysql://user:§@◊:%/app",
    "jdbc:mysql://(host=◊,port=%,user=u,password=§)/app",
    "jdbc:sqlserver://◊:%;databaseName=app;user=sa;password=§;encrypt=true",
    "jdbc:oracle:thin:user/§@◊:%/svc",
    "jdbc:oracle:thin:user/§@//◊:%/svc",
    "user:§@tcp(◊:%)/app",
    "host=◊ port=% user=u password='§' dbname=app",
    "password='§' host=◊ user=u",
    "Server=tcp:◊,%;Database=app;User ID=sa;Password=§;",
    "Data Source=◊,%;Initial Catalog=app;Password=§",
    "Host=◊;Port=%;Username=u;Password=\"§\"",
    "Endpoint=sb://◊/;SharedAccessKeyName=x;SharedAccessKey=§",
    "◊:%,password=§,ssl=True",
    r#"{"host":"◊","port":%,"username":"u","password":"§"}"#,
    r#"{"url":"postgres://u:§@◊:%/app"}"#,
    r#"{"db":{"host":"◊","auth":{"user":"u","secret":"§"}}}"#,
    r#"{"tokens":["§"],"host":"◊"}"#,
    r#"{"host":"◊","password":"§", broken"#,
    "spring.password=§\nspring.url=http://◊:%/",
    "password: §\nhost: ◊\nport: %",
    "app --password § --db-host ◊ --db-port %",
    "app --password='§' --db-host=◊",
    "mysql -h ◊ -P % -p§",
    "curl -u user:§ http://◊:%/x",
    "curl -H 'Authorization: Bearer §' https://◊/x",
    "-Ddb.password=§ -Ddb.host=◊ -Ddb.port=%",
    "user:§@◊:%",
    "§@◊:%",
    "-----BEGIN KEY-----\n§\n-----END KEY-----",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:§",
];

const VARIABLES: [&str; 10] = [
    "DATABASE_URL",
    "DB_HOST",
    "KAFKA_BROKERS",
    "CONFIG",
    "DB_SECRET",
    "HTTPS_PROXY",
    "OPTS",
    "REDIS_NODES",
    "ConnectionStrings__Default",
    "API_ENDPOINT",
];

/// Names under which the value is the secret itself.
const SECRETS: [&str; 9] = [
    "DB_PASSWORD",
    "API_TOKEN",
    "SECRET",
    "AWS_SECRET_ACCESS_KEY",
    "apiKey",
    "BASIC_AUTH",
    "PGPASSWORD",
    "db.passwd",
    "JWT_PRIVATE_KEY",
];

/// Secrets as generators make them, as people do, and as makes a reader stumble.
fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z0-9]{8,40}",
        "[a-z]{6,12}[0-9]{2,5}",
        "[a-z0-9@:/.!-]{8,24}",
        "[a-z]{6,9}[@:/][0-9]{2,5}",
        "[a-z]{6,9}[@:/][a-z]{6,9}(:[0-9]{2,5})?",
        "[a-z]{6,9}[@/:,][a-z]{6,9}\\.[a-z]{6,9}[@/:][0-9]{2,5}",
        "(ghp_|AKIA|sk_live_)[A-Za-z0-9]{16,30}",
        "[A-Za-z0-9+/]{20,40}={0,2}",
    ]
}

fn host() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("db.example.com".to_owned()),
        Just("db".to_owned()),
        Just("10.0.1.5".to_owned()),
        Just("x.abc.eu-west-1.rds.amazonaws.com".to_owned()),
        Just("localhost".to_owned()),
    ]
}

/// Whether six characters in a row are in what was found. Those that the template has by itself don't
/// count.
fn leaked(secret: &str, found: &str, around: &str) -> Option<String> {
    let characters: Vec<_> = secret.to_lowercase().chars().collect();
    let (found, around) = (found.to_lowercase(), around.to_lowercase());
    let mut parts = characters
        .windows(6)
        .map(|part| part.iter().collect::<String>());
    parts.find(|part| found.contains(part) && !around.contains(part))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn no_secret_gets_out(
        template in select(&TEMPLATES[..]),
        variable in select(&VARIABLES[..]),
        secret in secret(),
        host in host(),
        port in 10_u16..,
    ) {
        let around = template.replace('◊', &host).replace('%', &port.to_string());
        let value = around.replace('§', &secret);
        // A command line may stand there word by word.
        let arguments: Vec<_> = if template.contains(" -") {
            value.split_whitespace().collect()
        } else {
            vec![value.as_str()]
        };
        let found = format!(
            "{:?} {:?} {:?} {:?}",
            in_text(&value),
            in_variables([(variable, value.as_str())]),
            in_arguments(["sh", "-c", &value]),
            in_arguments(arguments),
        );
        prop_assert_eq!(leaked(&secret, &found, &around), None, "{}: {}", value, found);
    }

    #[test]
    fn no_secret_is_an_endpoint(name in select(&SECRETS[..]), secret in secret()) {
        let option = format!("--{name}={secret}");
        let flag = format!("--{name}");
        let assigned = format!("{name}={secret}");
        prop_assert_eq!(in_variables([(name, secret.as_str())]), []);
        prop_assert_eq!(in_arguments([option.as_str(), &assigned, &flag, &secret]), []);
        prop_assert_eq!(in_text(&assigned), []);
    }
}
