//! Calls that name what they want, some of which services refuse as a whole when one name leads to
//! nothing.

use futures_util::future::join_all;

use crate::findings::Answer;

/// Asks about names together, and one by one where one of them isn't there.
pub(crate) async fn by_name<F>(names: Vec<String>, ask: impl Fn(Vec<String>) -> F) -> Answer
where
    F: Future<Output = Answer>,
{
    let together = ask(names.clone()).await;
    let is_refused = together.trouble.as_ref().is_some_and(|t| t.is_absence());
    let mut answer = together.or_absent();
    if is_refused && names.len() > 1 {
        answer.documents.clear();
        for one in join_all(names.into_iter().map(|name| ask(vec![name]))).await {
            let one = one.or_absent();
            answer.documents.extend(one.documents);
            answer.trouble = answer.trouble.or(one.trouble);
        }
    }
    answer
}

/// The name, where there is only one.
pub(crate) fn single(names: &[String]) -> Option<String> {
    match names {
        [one] => Some(one.clone()),
        _ => None,
    }
}
