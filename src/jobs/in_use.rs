//! Which files are the input of a batch that is not over: what is looked into before files are deleted.
//!
//! The list of batches is read once, page by page, without a retry: somebody waits with a question. What
//! cannot be read of it is said, and then nothing is known of those files that were not found in use.

use std::collections::{HashMap, HashSet};

use crate::api::call::{Call, Reply};
use crate::api::{Answer, ApiError, HasMore};
use crate::text::Untrusted;

/// Pages that are read at most: two thousand batches.
const MOST_PAGES: u32 = 20;

/// A batch that is not over, in words that are fit to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveBatch {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub status: String,
}

impl std::fmt::Display for LiveBatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let status = if self.status.is_empty() { "status unknown" } else { &self.status };
        write!(f, "{} ({status})", self.id)
    }
}

/// What is known of the files that batches read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InUse {
    /// The batch that reads it, by the id of the file.
    inputs: HashMap<Untrusted, LiveBatch>,
    /// The batches that were read.
    seen: HashSet<Untrusted>,
    /// What of them could not be.
    gap: Option<String>,
    pages: u32,
    state: Looking,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Looking {
    /// A page is awaited.
    #[default]
    Going,
    /// All of the list was read.
    Whole,
    /// It was not, for this reason, escaped.
    CannotTell(String),
}

impl InUse {
    /// Begins: the first page is to be asked for.
    #[must_use]
    pub fn begin() -> (Self, Call) {
        (Self::default(), Call::ListBatches { after: None })
    }

    /// Takes a page in; the next one is to be asked for where there is one.
    pub fn answered(&mut self, result: Result<Answer<Reply>, ApiError>) -> Option<Call> {
        let page = match result {
            Ok(Answer { value: Reply::Batches(page), .. }) => page,
            Ok(_) => return self.end("the answer is no list of batches".to_owned()),
            Err(error) => return self.end(error.to_string()),
        };
        self.pages += 1;
        for batch in page.batches.iter().filter(|batch| batch.is_live()) {
            if batch.has_odd_input {
                let words = "what a batch that is not over reads could not be read";
                self.gap.get_or_insert_with(|| words.to_owned());
            }
            let live = LiveBatch {
                id: batch.id.borrow().printable_within(60),
                status: batch.status.borrow().printable_within(30),
            };
            for input in &batch.inputs {
                self.inputs.entry(input.clone()).or_insert_with(|| live.clone());
            }
        }
        if page.unreadable > 0 {
            let some = if page.unreadable == 1 { "a batch" } else { "some batches" };
            self.gap.get_or_insert_with(|| format!("{some} in the list could not be read"));
        }
        // A list that does not say whether it goes on ends where nothing new comes.
        let before = self.seen.len();
        self.seen.extend(page.batches.iter().map(|batch| batch.id.clone()));
        let may_go_on = matches!(page.has_more, HasMore::Yes | HasMore::Unknown);
        let goes_on = may_go_on && self.seen.len() > before;
        let last = page.batches.last().map(|batch| batch.id.clone());
        if let Some(after) = last.filter(|_| goes_on && self.pages < MOST_PAGES) {
            return Some(Call::ListBatches { after: Some(after) });
        }
        if goes_on || matches!(page.has_more, HasMore::Yes | HasMore::Unread) {
            return self.end("the list of batches has more than was read".to_owned());
        }
        self.state = self.gap.take().map_or(Looking::Whole, Looking::CannotTell);
        None
    }

    fn end(&mut self, why: String) -> Option<Call> {
        self.state = Looking::CannotTell(why);
        None
    }

    /// Whether nothing more is awaited.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.state != Looking::Going
    }

    /// Why it cannot be told of a file that was not found in use, whether it is.
    #[must_use]
    pub fn cannot_tell(&self) -> Option<&str> {
        match &self.state {
            Looking::CannotTell(why) => Some(why),
            Looking::Going | Looking::Whole => None,
        }
    }

    /// The batch that is not over and reads the file of this id, if one does.
    #[must_use]
    pub fn batch_of(&self, id: &Untrusted) -> Option<&LiveBatch> {
        self.inputs.get(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::error::Status;
    use crate::api::wire::read_batches;

    #[allow(clippy::unnecessary_wraps, reason = "as answers come")]
    fn page(body: &str) -> Result<Answer<Reply>, ApiError> {
        let value = Reply::Batches(read_batches(body.as_bytes()).unwrap());
        Ok(Answer { value, date: None, allowance: None })
    }

    fn id(text: &str) -> Untrusted {
        Untrusted::new(text)
    }

    #[test]
    fn inputs_of_live_batches_are_found_over_pages() {
        let (mut in_use, call) = InUse::begin();
        assert_eq!(call, Call::ListBatches { after: None });
        let first = r#"{"data":[{"id":"b1","status":"in_progress","input_file_id":"f1"},
            {"id":"b2","status":"completed","input_file_id":"f2"}],"has_more":true}"#;
        let next = in_use.answered(page(first));
        assert_eq!(next, Some(Call::ListBatches { after: Some(id("b2")) }));
        assert!(!in_use.is_known());
        let second = r#"{"data":[{"id":"b3","status":"odd","input_files":["f3","f4"]}]}"#;
        let next = in_use.answered(page(second));
        assert_eq!(next, Some(Call::ListBatches { after: Some(id("b3")) }), "it does not say");
        assert!(!in_use.is_known());
        assert_eq!(in_use.answered(page(second)), None, "nothing new came");
        assert!(in_use.is_known() && in_use.cannot_tell().is_none());
        assert_eq!(in_use.batch_of(&id("f1")).unwrap().to_string(), "b1 (in_progress)");
        assert!(in_use.batch_of(&id("f2")).is_none(), "its batch is over");
        assert!(in_use.batch_of(&id("f4")).is_some(), "what nobody knows may go on");
    }

    #[test]
    fn what_was_not_read_is_not_taken_for_free() {
        let missing = ApiError::Refused { status: Status(404), message: None, wait: None };
        let wrong = Reply::Deletion(crate::api::Deletion::Gone);
        let wrong = Ok(Answer { value: wrong, date: None, allowance: None });
        let broken = page(r#"{"data":[{"id":"b1"},{"status":"x"}],"has_more":false}"#);
        for (result, why) in [
            (Err(missing), "404"),
            (wrong, "no list of batches"),
            (broken, "a batch in the list could not be read"),
            (page(r#"{"data":[],"has_more":true}"#), "more than was read"),
            (
                page(
                    r#"{"data":[{"id":"b","status":"queued","input_file_id":{"id":"f"}}],"has_more":false}"#,
                ),
                "what a batch that is not over reads could not be read",
            ),
        ] {
            let mut in_use = InUse::begin().0;
            assert_eq!(in_use.answered(result), None);
            assert!(in_use.cannot_tell().unwrap().contains(why), "{in_use:?}");
        }
    }

    /// What a batch has read that is over concerns nobody.
    #[test]
    fn what_is_over_may_be_as_odd_as_it_likes() {
        let mut in_use = InUse::begin().0;
        let over = r#"{"data":[{"id":"b","status":"failed","input_file_id":{}}],"has_more":false}"#;
        assert_eq!(in_use.answered(page(over)), None);
        assert!(in_use.is_known() && in_use.cannot_tell().is_none());
    }

    /// What cannot be read of a batch is no reason not to look at those behind it.
    #[test]
    fn batches_behind_a_broken_one_are_read() {
        let mut in_use = InUse::begin().0;
        let first = r#"{"data":[{"id":"b1"},{"status":"x"}],"has_more":true}"#;
        assert!(in_use.answered(page(first)).is_some());
        let second = r#"{"data":[{"id":"b2","input_file_id":"f2"}],"has_more":false}"#;
        assert_eq!(in_use.answered(page(second)), None);
        assert!(in_use.batch_of(&id("f2")).is_some());
        assert!(in_use.cannot_tell().unwrap().contains("a batch in the list could not be read"));
    }

    #[test]
    fn a_list_without_an_end_is_left() {
        let (mut in_use, mut call) = InUse::begin();
        let mut asked = 0;
        loop {
            asked += 1;
            let body = format!(r#"{{"data":[{{"id":"b{asked}"}}],"has_more":true}}"#);
            match in_use.answered(page(&body)) {
                Some(next) => call = next,
                None => break,
            }
        }
        assert_eq!((asked, in_use.is_known()), (20, true));
        assert!(matches!(call, Call::ListBatches { after: Some(_) }));
        assert!(in_use.cannot_tell().is_some());
        // The same page again and again is no reason to ask as often.
        let body = r#"{"data":[{"id":"b1"}],"has_more":true}"#;
        let mut in_use = InUse::begin().0;
        assert!(in_use.answered(page(body)).is_some());
        assert_eq!(in_use.answered(page(body)), None);
        assert!(in_use.cannot_tell().is_some());
    }
}
