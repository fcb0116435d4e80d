//! Breaks EC2's answers into pages. moto gives everything at once; AWS doesn't.

/// The `index`-th item of an answer's list, with the token of the next one. `None` when the answer
/// holds no list of at least two.
pub(super) fn page(answer: &str, index: usize) -> Option<String> {
    let (start, end, items) = list(answer)?;
    let item = items.get(index)?;
    let token = match items.get(index + 1) {
        Some(_) => format!("<nextToken>{}</nextToken>", index + 1),
        None => String::new(),
    };
    let close = answer.rfind("</")?;
    Some(format!(
        "{}{item}{}{token}{}",
        answer.get(..start)?,
        answer.get(end..close)?,
        answer.get(close..)?
    ))
}

/// Where the items of the answer's own list begin and end, and each of them.
fn list(answer: &str) -> Option<(usize, usize, Vec<&str>)> {
    let mut depth = 0_usize;
    let mut bounds: Option<(usize, usize)> = None;
    let mut began = 0;
    let mut items = Vec::new();
    for (at, tag) in tags(answer) {
        let after = at + tag.len();
        if tag.starts_with("<?") || tag.ends_with("/>") {
            continue;
        }
        if tag.starts_with("</") {
            depth -= 1;
            // The root is at depth 0, its list at 1, the list's items at 2.
            if depth == 2 && tag == "</item>" {
                items.push(answer.get(began..after)?);
                bounds = Some((bounds.map_or(began, |(start, _)| start), after));
            }
        } else {
            if depth == 2 && tag == "<item>" {
                began = at;
            }
            depth += 1;
        }
    }
    let (start, end) = bounds?;
    (items.len() > 1).then_some((start, end, items))
}

fn tags(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices('<').filter_map(move |(at, _)| {
        let end = text.get(at..)?.find('>')?;
        Some((at, text.get(at..=at + end)?))
    })
}

/// The page that a request asks for.
pub(super) fn asked(body: &str) -> usize {
    let mut fields = body.split('&');
    let token = fields.find_map(|field| field.strip_prefix("NextToken="));
    token
        .and_then(|token| token.parse().ok())
        .unwrap_or_default()
}
