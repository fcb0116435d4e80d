//! What holds for every message, whatever it tells.

use awsvpc_auditor_engine::alert::Notice;
use awsvpc_auditor_engine::report::machine_v1::NoticeV1;
use awsvpc_auditor_engine::report::{Attribute, Message, SecurityFinding};
use serde_json::Value;

use crate::schema::ChatSchema;

/// SNS: 262,144 bytes with the attributes. What attributes count for is their names, types and values.
fn size(message: &Message) -> usize {
    let attributes = message.attributes.iter().map(|(name, value)| {
        let value = match value {
            Attribute::Text(text) => text.len(),
            Attribute::List(texts) => serde_json::to_string(texts).unwrap().len(),
        };
        name.len() + "String.Array".len() + value
    });
    message.subject.len() + message.body.len() + attributes.sum::<usize>()
}

fn is_clean(text: &str) -> bool {
    let is_harmful = |c: char| {
        let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let is_refused = matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{2028}' | '\u{2029}');
        c.is_control() || turns || is_refused
    };
    !text.chars().any(is_harmful)
}

/// Every text in a JSON document, keys too.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(map) => {
            let pairs = map.iter();
            pairs
                .flat_map(|(key, value)| texts(value).into_iter().chain([key.as_str()]))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn assert_subject(subject: &str) {
    assert!(subject.len() < 100, "{subject}");
    assert!(
        subject.starts_with(|c: char| c.is_ascii_alphabetic()),
        "{subject}"
    );
    assert!(
        subject.chars().all(|c| c.is_ascii_graphic() || c == ' '),
        "{subject}"
    );
}

fn assert_attributes(message: &Message) {
    assert!(message.attributes.len() <= 10);
    for (name, value) in &message.attributes {
        let texts = match value {
            Attribute::Text(text) => std::slice::from_ref(text),
            Attribute::List(texts) => texts.as_slice(),
        };
        assert!(
            !texts.is_empty() && texts.iter().all(|text| !text.is_empty()),
            "{name}"
        );
        assert!(texts.iter().all(|text| is_clean(text)), "{name}: {texts:?}");
    }
}

fn assert_mail(body: &str) {
    assert!(body.split('\n').all(is_clean), "{body:?}");
    for line in body.lines() {
        let is_command = line.starts_with("      ");
        let words = line.trim_start_matches([' ', '-']).split(' ').count();
        // A word that is longer than a line stays whole.
        let is_narrow = line.chars().count() <= 72 || words <= 1;
        let is_own = line.starts_with("  for example in ") || line.starts_with("Thread ");
        assert!(is_command || is_narrow || is_own, "{line:?}");
    }
    let last = body.lines().next_back().unwrap();
    assert!(last.starts_with("Thread "), "{last}");
}

fn assert_chat(document: &Value) {
    for text in texts(document) {
        assert!(text.split('\n').all(is_clean), "{text:?}");
        assert!(!text.contains(['<', '>']), "{text}");
    }
    let description = document["content"]["description"].as_str().unwrap();
    assert!(description.encode_utf16().count() <= 8_000);
    // Marks come in pairs: what other people wrote opens and closes nothing.
    for (number, part) in description.split("```").enumerate() {
        let is_code = number % 2 == 1;
        assert!(!is_code || !part.contains('`'), "{part}");
        let is_even = |line: &str| line.matches('`').count().is_multiple_of(2);
        assert!(is_code || part.lines().all(is_even), "{part}");
    }
    assert!(
        description.matches("```").count().is_multiple_of(2),
        "{description}"
    );
    for step in document["content"]["nextSteps"].as_array().unwrap() {
        let step = step.as_str().unwrap();
        assert!(step.encode_utf16().count() <= 350, "{step}");
        assert!(
            !step.contains('\n') && step.matches('`').count().is_multiple_of(2),
            "{step}"
        );
    }
}

fn assert_machine(document: &Value, notice: &Notice) {
    for text in texts(document) {
        assert!(is_clean(text), "{text:?}");
    }
    let told = document["findings"].as_array().unwrap().len();
    let left_out = usize::try_from(document["left_out"].as_u64().unwrap()).unwrap();
    assert_eq!(told + left_out, notice.findings().count() + notice.left_out);
    assert!(told > 0 || notice.is_empty(), "nothing is told");
    assert_eq!(document["schema"], 1);
}

/// Security Hub's limits, in characters.
/// <https://docs.aws.amazon.com/securityhub/latest/userguide/asff-required-attributes.html>
fn assert_security_finding(finding: &SecurityFinding) {
    let within = |text: &str, most: usize| {
        let count = text.chars().count();
        assert!(
            (1..=most).contains(&count),
            "{count}: {text} in {finding:?}"
        );
        assert!(is_clean(text), "{text:?}");
    };
    within(&finding.id, 512);
    within(&finding.generator_id, 512);
    within(&finding.title, 256);
    within(&finding.description, 1_024);
    within(&finding.recommendation, 512);
    assert!(finding.product_fields.len() <= 50);
    for (key, value) in &finding.product_fields {
        within(key, 128);
        within(value, 2_048);
    }
    assert!((1..=32).contains(&finding.resources.len()));
    for resource in &finding.resources {
        within(&resource.id, 512);
    }
    let size = serde_json::to_string(finding).unwrap().len();
    assert!(size <= 240 * 1024, "{size}");
}

fn assert_security_findings(body: &str) {
    let notice = NoticeV1::parse(body).unwrap();
    // Nothing gets lost on the way through a queue.
    let again: Value = serde_json::to_value(&notice).unwrap();
    assert_eq!(again, serde_json::from_str::<Value>(body).unwrap());
    let findings = notice.security_findings();
    assert_eq!(again["findings"].as_array().unwrap().len(), findings.len());
    findings.iter().for_each(assert_security_finding);
}

/// Holds all forms against what their readers take.
pub(crate) fn assert_valid(schema: &ChatSchema, notice: &Notice) {
    let (mail, chat) = (Message::mail(notice), Message::chat(notice));
    let machine = Message::machine(notice);
    for message in [&mail, &chat, &machine] {
        assert!(size(message) <= 262_144, "{}", size(message));
        assert!(message.body.len() <= 200 * 1024, "{}", message.body.len());
        assert_subject(&message.subject);
        assert_attributes(message);
    }
    assert_mail(&mail.body);
    assert_chat(&schema.parse(&chat.body));
    assert_machine(&serde_json::from_str(&machine.body).unwrap(), notice);
    assert_security_findings(&machine.body);
}
