//! The list of batches, as far as it tells which files a batch reads that is not over yet; and what a
//! service says to a deletion.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::HasMore;
use super::envelope::{Envelope, has_more_of};
use crate::text::Untrusted;

/// Statuses behind which nothing reads a batch's input any more: of the `OpenAI` shape, of Together in
/// capitals, and of Mistral. What is not among them may go on, also what nobody knows.
const OVER: [&str; 8] = [
    "completed",
    "failed",
    "expired",
    "cancelled",
    "canceled",
    "success",
    "succeeded",
    "timeout_exceeded",
];

/// A batch, as far as it matters to files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// What identifies it.
    pub id: Untrusted,
    /// Where it stands, in the service's words; empty where it does not say.
    pub status: Untrusted,
    /// The ids of the files that it reads.
    pub inputs: Vec<Untrusted>,
    /// Whether it names an input in a way that could not be read.
    pub has_odd_input: bool,
}

impl Batch {
    /// Whether it may read its input still: its status is none of those known to be the last.
    #[must_use]
    pub fn is_live(&self) -> bool {
        let status = self.status.raw().to_ascii_lowercase();
        !OVER.iter().any(|over| over.as_bytes() == status)
    }
}

/// A page of the list of batches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batches {
    /// Those that could be read, in the service's order.
    pub batches: Vec<Batch>,
    /// How many could not be read: whether they are live, and what they read, is not known.
    pub unreadable: usize,
    /// Whether there are more behind it.
    pub has_more: HasMore,
}

/// Reads a page of batches; nothing where it is no such list. Null is an empty one.
#[must_use]
pub fn read_batches(body: &[u8]) -> Option<Batches> {
    let text = String::from_utf8_lossy(body);
    let (list, has_more) =
        serde_json::from_str::<Envelope>(text.trim_start_matches('\u{feff}')).ok()?.list()?;
    let read: Vec<Option<Batch>> = list.files.iter().map(|batch| read_batch(batch)).collect();
    let unreadable = read.iter().filter(|batch| batch.is_none()).count();
    let has_more = if list.too_many { HasMore::Unread } else { has_more };
    // A list of something else tells nothing of batches.
    let batches: Vec<Batch> = read.into_iter().flatten().collect();
    (unreadable == 0 || !batches.is_empty()).then_some(Batches { batches, unreadable, has_more })
}

fn read_batch(batch: &RawValue) -> Option<Batch> {
    let fields: Map<String, Value> = serde_json::from_str(batch.get()).ok()?;
    let object = fields.get("object").and_then(Value::as_str);
    if object.is_some_and(|object| object == "file") {
        return None;
    }
    let text =
        |name: &str| fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let many = match fields.get("input_files") {
        Some(Value::Array(many)) => many.as_slice(),
        // One that stands by itself, or something that is none.
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let given = fields.get("input_file_id").into_iter().chain(many);
    let given = given.filter(|input| !input.is_null() && input.as_str() != Some(""));
    let inputs: Vec<Option<String>> = given.map(id_of).collect();
    Some(Batch {
        id: Untrusted::new(text("id")?),
        status: Untrusted::new(text("status").unwrap_or_default()),
        has_odd_input: inputs.contains(&None),
        inputs: inputs.into_iter().flatten().map(Untrusted::new).collect(),
    })
}

/// An id, also one that is a number.
fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What an answer to a deletion says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidDeleted {
    /// Of which file it speaks.
    pub id: Option<Untrusted>,
    /// Whether that is deleted.
    pub deleted: Option<bool>,
}

/// Reads an answer to a deletion; nothing where it is no object of JSON.
#[must_use]
pub fn read_deletion(body: &[u8]) -> Option<SaidDeleted> {
    let fields: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let name = |one: &'static str, other: &'static str| fields.get(one).or(fields.get(other));
    let deleted =
        name("deleted", "Deleted").and_then(|value| match has_more_of(&value.to_string()) {
            HasMore::Yes => Some(true),
            HasMore::No => Some(false),
            _ => None,
        });
    let id = name("id", "Id").and_then(Value::as_str).map(Untrusted::new);
    Some(SaidDeleted { id, deleted })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(of: &[Untrusted]) -> Vec<String> {
        of.iter().map(|id| id.borrow().printable().into_owned()).collect()
    }

    #[test]
    fn batches_of_all_shapes_tell_what_they_read() {
        let one = r#"{"id":"b1","status":"in_progress","input_file_id":"f1"}"#;
        for (body, inputs, live) in [
            (format!(r#"{{"object":"list","data":[{one}],"has_more":false}}"#), vec!["f1"], true),
            (format!("[{one}]"), vec!["f1"], true),
            (
                r#"[{"id":"b","status":"QUEUED","input_files":["a","b",3]}]"#.to_owned(),
                vec!["a", "b", "3"],
                true,
            ),
            (
                r#"[{"id":"b","status":"COMPLETED","input_file_id":"f"}]"#.to_owned(),
                vec!["f"],
                false,
            ),
            (r#"[{"id":"b","status":"calling","input_file_id":"f"}]"#.to_owned(), vec!["f"], true),
            (r#"[{"id":"b","status":null,"input_file_id":""}]"#.to_owned(), vec![], true),
        ] {
            let read = read_batches(body.as_bytes()).unwrap();
            assert_eq!(ids(&read.batches[0].inputs), inputs, "{body}");
            assert_eq!(read.batches[0].is_live(), live, "{body}");
            assert!(!read.batches[0].has_odd_input, "{body}");
        }
        for (inputs, odd) in [
            (r#""input_file_id":null,"input_files":null"#, false),
            (r#""input_file_id":"","input_files":[]"#, false),
            (r#""input_file_id":"f","input_files":["",null]"#, false),
            (r#""input_file_id":{"id":"f"}"#, true),
            (r#""input_file_id":7"#, false),
            (r#""input_file_id":true"#, true),
            (r#""input_files":{"id":"f"}"#, true),
            (r#""input_files":["f",["g"]]"#, true),
            (r#""input_files":"f""#, false),
        ] {
            let body = format!(r#"[{{"id":"b","status":"queued",{inputs}}}]"#);
            let read = read_batches(body.as_bytes()).unwrap();
            assert_eq!(read.batches[0].has_odd_input, odd, "{body}");
        }
    }

    #[test]
    fn what_is_no_list_of_batches_is_none_and_what_is_broken_is_counted() {
        for body in ["", "<html>", "{}", "3", r#"{"data":[{"object":"file","id":"f"}]}"#, "[7]"] {
            assert_eq!(read_batches(body.as_bytes()), None, "{body}");
        }
        let empty = read_batches(br#"{"data":null,"has_more":null}"#).unwrap();
        assert_eq!((empty.batches.len(), empty.has_more), (0, HasMore::Unknown));
        let mixed =
            read_batches(br#"{"data":[{"id":"b"},{"status":"x"}],"has_more":true}"#).unwrap();
        assert_eq!((mixed.batches.len(), mixed.unreadable, mixed.has_more), (1, 1, HasMore::Yes));
    }

    #[test]
    fn a_deletion_is_what_says_so() {
        let said = |body: &str| {
            read_deletion(body.as_bytes())
                .map(|said| (said.id.map(|id| ids(&[id]).remove(0)), said.deleted))
        };
        let f = Some("f".to_owned());
        for (body, expected) in [
            (r#"{"id":"f","object":"file","deleted":true}"#, Some((f.clone(), Some(true)))),
            (r#"{"Id":"f","Deleted":"true"}"#, Some((f.clone(), Some(true)))),
            (r#"{"id":"f","deleted":false}"#, Some((f.clone(), Some(false)))),
            (r#"{"id":"f"}"#, Some((f, None))),
            (r#"{"deleted":true}"#, Some((None, Some(true)))),
            ("[]", None),
            ("", None),
            ("true", None),
        ] {
            assert_eq!(said(body), expected, "{body}");
        }
    }
}
