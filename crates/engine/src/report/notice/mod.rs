//! A notice as a message, in the form of each channel.
//!
//! The same notice always gives the same message. A form says how much of the notice it had no room
//! for, and where to read all of it. What facts hold is other people's text and can't forge a line, a
//! mention or a format in any form.

mod attributes;
mod chat;
mod chat_entry;
mod flows_v1;
pub mod machine_v1;
mod mail;
mod markdown;
mod security_finding;
mod security_resource;
mod subject;
mod words;

pub use security_finding::SecurityFinding;
pub use security_resource::SecurityResource;

use crate::alert::Notice;

/// A message as SNS takes it.
/// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The subject: ASCII on one line, fewer than 100 characters, begins with a letter.
    pub subject: String,
    /// The text, in its channel's form: at most 200 KiB. With the attributes that is less than the
    /// 256 KiB that SNS takes.
    pub body: String,
    /// What subscriptions can filter by, name and value: `account`, `region`, `cluster`, `owner`,
    /// `monitor`, `severity`, `kind` and `checks`, as far as there is one. Fewer than the 10 that SQS
    /// takes with raw message delivery.
    /// <https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html>
    pub attributes: Vec<(&'static str, Attribute)>,
}

/// The value of a message attribute. It is never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    /// A text.
    Text(String),
    /// Several texts, any of which a filter may match.
    List(Vec<String>),
}

/// The most bytes of a body. SNS takes 256 KiB, attributes included.
const BODY: usize = 200 * 1024;

impl Message {
    /// For people who read it in a mail client or on a phone: plain text, 72 columns wide, every
    /// command on a line of its own.
    pub fn mail(notice: &Notice) -> Self {
        Self::with(notice, mail::body(notice))
    }

    /// For Slack and Microsoft Teams, by Amazon Q Developer in chat applications: a custom
    /// notification, schema 1.0. Anything else that is sent there is dropped without a word.
    /// <https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html>
    pub fn chat(notice: &Notice) -> Self {
        Self::with(notice, chat::body(notice))
    }

    /// For programs: JSON, as [`machine_v1::NoticeV1`] describes it.
    pub fn machine(notice: &Notice) -> Self {
        Self::with(notice, machine_v1::body(notice))
    }

    fn with(notice: &Notice, body: String) -> Self {
        Self {
            subject: subject::subject(notice),
            body,
            attributes: attributes::attributes(notice),
        }
    }
}
