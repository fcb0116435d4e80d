//! Reads calls that answer in pages.

/// Reads every page and turns each item into a document.
macro_rules! read {
    ($deadline:expr, $action:literal, $pages:expr, $items:ident, $document:expr) => {{
        let mut pages = $pages;
        let mut answer = crate::findings::Answer::new($action);
        loop {
            match crate::trouble::in_time($deadline, pages.next()).await {
                Ok(Some(Ok(page))) => answer.documents.extend(page.$items().iter().map($document)),
                Ok(Some(Err(error))) => {
                    answer.trouble = Some(crate::trouble::Trouble::of(&error));
                    break;
                }
                Ok(None) => break,
                Err(late) => {
                    answer.trouble = Some(late);
                    break;
                }
            }
        }
        answer
    }};
}
pub(crate) use read;
