//! Nothing of what environment variables hold gets out in a message.

use std::fs;

use awsvpc_auditor_engine::report::Message;
use awsvpc_auditor_engine::report::machine_v1::NoticeV1;

use crate::fixture::{SECRET, fixtures};
use crate::notice::notice_of;

#[test]
fn messages_hold_no_secret() {
    let mut planted = 0;
    for fixture in fixtures() {
        let text = fs::read_to_string(&fixture.path).unwrap();
        planted += usize::from(text.contains(SECRET));
        let notice = notice_of(&fixture);
        for message in [
            Message::mail(&notice),
            Message::chat(&notice),
            Message::machine(&notice),
        ] {
            let name = fixture.name();
            assert!(!format!("{message:?}").contains(SECRET), "{name}");
        }
        let machine = NoticeV1::parse(&Message::machine(&notice).body).unwrap();
        let findings = machine.security_findings();
        assert!(!format!("{findings:?}").contains(SECRET));
    }
    assert!(planted > 20, "only {planted} fixtures hold the secret");
}
