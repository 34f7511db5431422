//! What the first bytes of an answer look like: lines of text, something binary, or an answer that is
//! no content at all, such as an error with the status of a success.

use serde_json::value::RawValue;

use super::json::members;
use crate::api::content::{ContentHead, Kind, Portion};
use crate::api::wire::read_error_message;
use crate::text::{Untrusted, UntrustedRef};

/// Bytes after which an answer is too long to be an error document.
pub const MOST_OF_A_DOCUMENT: usize = 64 * 1_024;
/// Bytes that are looked at to tell text from what is none.
const LOOKED_AT: usize = 8 * 1_024;
/// Cells of an impostor's words.
const WORDS: usize = 200;

/// An answer that is not the content that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Impostor {
    /// A page of HTML, with its title, where that is among the first bytes.
    Page(Option<Untrusted>),
    /// A document that says what went wrong.
    Error(Option<Untrusted>),
    /// A JSON document of another length than the list says.
    Document,
}

impl std::fmt::Display for Impostor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Page(None) => f.write_str("it is a page of HTML"),
            Self::Page(Some(title)) => {
                write!(f, "it is a page of HTML: {}", title.borrow().refusal_within(WORDS))
            }
            Self::Error(None) => f.write_str("it is an error"),
            Self::Error(Some(words)) => {
                write!(f, "it is an error: {}", words.borrow().refusal_within(WORDS))
            }
            Self::Document => f.write_str("it is a JSON document of another size than the file"),
        }
    }
}

/// Whether the beginning of an answer is the content's, as far as can be told by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is.
    Content,
    /// More has to come first, or the end.
    Unsure,
    /// It is not, unless the answer has exactly the size that the list says.
    Suspect(Impostor),
}

/// Judges by the head and the first bytes, after which the answer may have `ended`.
///
/// A document is no content of lines: one object with an `error` and no `custom_id`, or what is
/// announced as JSON or HTML. Where a first line is whole JSON and another one follows, it is lines,
/// whatever was announced.
#[must_use]
pub fn judge(head: &ContentHead, begin: &[u8], ended: bool) -> Judgement {
    if head.extent != Portion::Whole {
        return Judgement::Content;
    }
    if head.kind == Kind::Html || begins_like_html(begin) {
        return Judgement::Suspect(Impostor::Page(title(begin)));
    }
    let text = begin.trim_ascii_start();
    let may_be_document = head.kind == Kind::Json || matches!(text.first(), Some(b'{') | None);
    if !may_be_document || begin.len() > MOST_OF_A_DOCUMENT {
        return Judgement::Content;
    }
    if let Some(end) = memchr::memchr(b'\n', text) {
        let (first, rest) = text.split_at(end);
        let is_lines = !rest.trim_ascii().is_empty() && is_json(first);
        if is_lines {
            return Judgement::Content;
        }
    }
    if !ended {
        return Judgement::Unsure;
    }
    match error_in(text) {
        Some(error) => Judgement::Suspect(error),
        None if head.kind == Kind::Json && is_json(text) => Judgement::Suspect(Impostor::Document),
        None => Judgement::Content,
    }
}

/// The error that a document is: one object with an `error` that is not null, and without a
/// `custom_id`.
fn error_in(text: &[u8]) -> Option<Impostor> {
    let [error, id] = members(text, ["error", "custom_id"])?;
    let is_error = error.is_some_and(|error| error.get() != "null") && id.is_none();
    is_error.then(|| Impostor::Error(read_error_message(text)))
}

fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<&RawValue>(text.trim_ascii()).is_ok()
}

fn begins_like_html(begin: &[u8]) -> bool {
    let text = begin.trim_ascii_start();
    ["<!doctype html", "<html"].iter().any(|word| {
        text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    })
}

/// What stands between the tags of a title.
fn title(page: &[u8]) -> Option<Untrusted> {
    let text = String::from_utf8_lossy(page);
    let lower = text.to_ascii_lowercase();
    let from = lower.find("<title>")? + "<title>".len();
    let title = text[from..from + lower[from..].find("</title>")?].trim();
    (!title.is_empty()).then(|| Untrusted::new(title))
}

/// Whether bytes at the beginning of a content are no text: a zero among them, or one in ten that no
/// text has.
#[must_use]
pub fn is_binary(begin: &[u8]) -> bool {
    let begin = &begin[..begin.len().min(LOOKED_AT)];
    if memchr::memchr(0, begin).is_some() {
        return true;
    }
    let controls = begin.iter().filter(|byte| {
        byte.is_ascii_control() && !matches!(byte, b'\n' | b'\r' | b'\t' | b'\x0c' | b'\x1b')
    });
    let mut strange = controls.count();
    // A character that the end cuts is none of them.
    strange += begin.utf8_chunks().map(|chunk| chunk.invalid().len()).sum::<usize>();
    strange > 3 && strange * 10 > begin.len()
}

/// What a binary content is, by its first bytes: `gzip`; nothing where nobody knows.
#[must_use]
pub fn binary_kind(begin: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 8] = [
        (b"\x1f\x8b", "gzip"),
        (b"\x28\xb5\x2f\xfd", "Zstandard"),
        (b"PK\x03\x04", "ZIP"),
        (b"PAR1", "Parquet"),
        (b"\x89PNG", "PNG"),
        (b"%PDF", "PDF"),
        (b"\xff\xfe", "UTF-16"),
        (b"\xfe\xff", "UTF-16"),
    ];
    KINDS.iter().find(|(magic, _)| begin.starts_with(magic)).map(|(_, name)| *name)
}

/// The first bytes in hexadecimal, as many as fit.
#[must_use]
pub fn hex(begin: &[u8], most: usize) -> String {
    let each: Vec<String> = begin.iter().take(most).map(|byte| format!("{byte:02x}")).collect();
    each.join(" ")
}

/// What the service says went wrong, or the first words of a page; for a sentence.
#[must_use]
pub fn words_of(begin: &[u8]) -> String {
    let line = begin.trim_ascii().split(|byte| *byte == b'\n').next().unwrap_or_default();
    UntrustedRef::new(line).refusal_within(WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(kind: Kind) -> ContentHead {
        ContentHead {
            extent: Portion::Whole,
            length: None,
            etag: None,
            encoded: false,
            incomplete: false,
            last_line: None,
            kind,
            takes_ranges: false,
        }
    }

    /// Hazards of operations 2: an error, or a page, with the status of a success.
    #[test]
    fn errors_and_pages_are_told_from_content() {
        use Kind::{Html, Json, Other};
        let error = |words: &str| {
            Judgement::Suspect(Impostor::Error(Some(Untrusted::new(words.as_bytes()))))
        };
        let titled =
            |title: Option<&str>| Judgement::Suspect(Impostor::Page(title.map(Untrusted::new)));
        let page = titled(None);
        let cases = [
            (Other, r#"{"error":{"message":"busy"}}"#, true, error("busy")),
            (Other, "{\n \"error\": \"busy\"\n}\n", true, error("busy")),
            (Other, "{\n \"error\": \"busy\"\n}\n", false, Judgement::Unsure),
            (Json, r#"{"error":"busy"}"#, true, error("busy")),
            (Other, r#"{"custom_id":"a","error":{"code":"x"}}"#, true, Judgement::Content),
            (Other, r#"{"custom_id":"a","error":null}"#, true, Judgement::Content),
            (Other, r#"{"error":null}"#, true, Judgement::Content),
            (Json, r#"{"a":1}"#, true, Judgement::Suspect(Impostor::Document)),
            (Json, "{\"a\":1}\n{\"a\":2}\n", true, Judgement::Content),
            (Json, "{\"a\":1}\n{\"a\"", false, Judgement::Content),
            (Other, "{\"a\":1}\n{", false, Judgement::Content),
            (Other, "{\"error\":1}\n", false, Judgement::Unsure),
            (Other, "plain", false, Judgement::Content),
            (Other, "", false, Judgement::Unsure),
            (Other, "", true, Judgement::Content),
            (Html, "anything", false, page.clone()),
            (Other, "  <!DOCTYPE HTML><p>", false, page.clone()),
            (Other, "<html lang=en>", false, page),
            (Html, "<Title> Sign in </TITLE>", false, titled(Some("Sign in"))),
            (Other, "<!doctype html><html><title>Sign", true, titled(None)),
            (Other, " \n", false, Judgement::Unsure),
            (Other, "{\"error\":\"no\"}\n{}", false, Judgement::Content),
            (Other, "{\n  \"error\": 1", false, Judgement::Unsure),
            (Other, "\0\x01", false, Judgement::Content),
            (Other, "[1]", false, Judgement::Content),
        ];
        for (kind, text, ended, expected) in cases {
            assert_eq!(judge(&head(kind), text.as_bytes(), ended), expected, "{kind:?} {text}");
        }
        let long = format!("{{\"error\":\"{}", "x".repeat(MOST_OF_A_DOCUMENT));
        assert_eq!(judge(&head(Other), long.as_bytes(), false), Judgement::Content);
    }

    #[test]
    fn text_is_told_from_what_is_none() {
        for text in ["", "{}\n", "日本語", "\u{feff}a,b\r\n", "a\x1b[31mb", "\t"] {
            assert!(!is_binary(text.as_bytes()), "{text:?}");
        }
        let cut = "日".repeat(LOOKED_AT).into_bytes();
        assert!(!is_binary(&cut), "the end cuts a character");
        for bytes in [&b"\x1f\x8b\x08\0\0"[..], b"\x80\x81\x82\x83\x84", b"PK\x03\x04\0"] {
            assert!(is_binary(bytes), "{bytes:?}");
        }
        assert_eq!(binary_kind(b"\x1f\x8b\x08"), Some("gzip"));
        assert_eq!(hex(b"\x1f\x8b\x08", 2), "1f 8b");
    }
}
