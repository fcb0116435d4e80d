//! Other people's text in the markdown of Slack and Microsoft Teams.
//!
//! `&`, `<` and `>` are what Slack makes mentions and links of, and what HTML is made of: they become
//! entities, as Slack asks for. There is no escape for the other marks, so where one could begin or
//! end a format, a character that looks like it stands in its place.
//! <https://docs.slack.dev/messaging/formatting-message-text/>

use crate::report::audit_text::clean;

/// Between two characters that must not be read as one mark.
const JOINER: char = '\u{2060}';

/// How long a text is for a service that counts characters. Some count those beyond the first 65,536
/// twice, so they count twice here.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Plain words: no format, mention, emoji or link comes of them.
pub(super) fn prose(text: &str, most: usize) -> String {
    let characters: Vec<char> = clean(text).chars().collect();
    let at = |position: Option<usize>| position.and_then(|at| characters.get(at)).copied();
    let pieces = characters.iter().enumerate().map(|(position, &c)| {
        let before = at(position.checked_sub(1));
        let after = at(position.checked_add(1));
        defused(before, c, after)
    });
    shortened(pieces, most)
}

/// A mark in its neighbourhood, so that it is only seen.
fn defused(before: Option<char>, c: char, after: Option<char>) -> String {
    // Marks work at the edges of words only, and names are full of them within words.
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let is_within = is_word(before) && is_word(after);
    match c {
        '`' => "'".to_owned(),
        '*' => '\u{2217}'.to_string(),
        '~' => '\u{223c}'.to_string(),
        '_' if !is_within => '\u{ff3f}'.to_string(),
        '@' | '#' | '|' => format!("{c}{JOINER}"),
        ':' if !is_word(before) && is_word(after) => format!(":{JOINER}"),
        ']' if matches!(after, Some('(' | '[' | ':')) => format!("]{JOINER}"),
        _ => entity(c),
    }
}

/// A name, a resource or a command in a code span. A backtick would end it, and looks like a quote.
pub(super) fn code(text: &str, most: usize) -> String {
    let text = clean(text).replace('`', "'");
    let text = if text.trim().is_empty() { "-" } else { &text };
    let inner = shortened(text.chars().map(entity), most.saturating_sub(2));
    format!("`{inner}`")
}

/// Text that is no markdown, but may be shown.
pub(super) fn plain(text: &str, most: usize) -> String {
    shortened(clean(text).chars().map(entity), most)
}

/// A command in a code span, every character of it; `None` where a backtick would change it.
pub(super) fn command(text: &str) -> Option<String> {
    let is_whole = !text.contains('`') && !text.trim().is_empty();
    is_whole.then(|| code(text, usize::MAX))
}

/// Commands in a code block, each on one line; `None` where a backtick could end it.
pub(super) fn block(commands: &[String]) -> Option<String> {
    let is_whole = commands.iter().all(|command| !command.contains('`'));
    let lines: Vec<_> = commands
        .iter()
        .map(|command| plain(command, usize::MAX))
        .collect();
    is_whole.then(|| format!("```\n{}\n```", lines.join("\n")))
}

fn entity(c: char) -> String {
    match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        _ => c.to_string(),
    }
}

/// As many whole pieces as there is room for, and an ellipsis for the rest.
fn shortened(pieces: impl Iterator<Item = String>, most: usize) -> String {
    let mut text = String::new();
    let mut used = 0;
    // Where the text ends if more follows than fits.
    let mut end = 0;
    for piece in pieces {
        used += length(&piece);
        if used > most {
            text.truncate(end);
            text.push('…');
            return text;
        }
        text.push_str(&piece);
        if used < most {
            end = text.len();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{block, code, command, length, prose};

    #[test]
    fn no_format_comes_of_other_peoples_text() {
        for (text, shown) in [
            (
                "<!channel> & <@U1>",
                "&lt;!channel&gt; &amp; &lt;@\u{2060}U1&gt;",
            ),
            ("@here", "@\u{2060}here"),
            ("*b* _i_ ~s~ `c`", "∗b∗ ＿i＿ ∼s∼ 'c'"),
            ("my_own_name", "my_own_name"),
            (":fire: arn:aws:ecs", ":\u{2060}fire: arn:aws:ecs"),
            ("[a](https://b)", "[a]\u{2060}(https://b)"),
            ("a\nb\u{202e}", "a\u{fffd}b\u{fffd}"),
        ] {
            assert_eq!(prose(text, 100), shown);
        }
        assert_eq!(code("a`b<c", 100), "`a'b&lt;c`");
        assert_eq!(code(" ", 100), "`-`");
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        assert_eq!(prose("<<<", 12), "&lt;&lt;&lt;");
        assert_eq!(prose("<<<", 11), "&lt;&lt;…");
        assert_eq!(prose("abcd", 4), "abcd");
        assert_eq!(prose("abcde", 4), "abc…");
        assert_eq!(code("abcde", 5), "`ab…`");
        assert_eq!(length(&prose("😀😀😀", 5)), 5);
    }

    #[test]
    fn a_command_is_whole_or_not_there() {
        assert_eq!(
            command("aws a '<b>'").as_deref(),
            Some("`aws a '&lt;b&gt;'`")
        );
        assert_eq!(command("echo `id`"), None);
        let commands = ["aws a".to_owned(), "aws b".to_owned()];
        assert_eq!(block(&commands).as_deref(), Some("```\naws a\naws b\n```"));
        assert_eq!(block(&["a```b".to_owned()]), None);
    }
}
