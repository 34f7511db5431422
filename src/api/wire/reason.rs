//! What a service says of why it refuses, in whatever shape it says it: JSON of many makes, XML, HTML,
//! plain text. Where none of them is known, the beginning of what it sent.

use std::borrow::Cow;

use reqwest::StatusCode;
use serde_json::Value;

use super::{beginning, spoilt};
use crate::api::error::Status;
use crate::text::Untrusted;

/// Members that hold the words, in the order in which they are looked at, in small letters.
const PLACES: [&str; 15] = [
    "error",
    "message",
    "error_description",
    "faultstring",
    "detail",
    "errors",
    "msg",
    "errormessage",
    "error_message",
    "details",
    "description",
    "reason",
    "title",
    "text",
    "fault",
];
/// Of those, the ones that name the field which the words are about.
const FIELDS: [&str; 4] = ["loc", "field", "param", "path"];
/// Members that may hold one member for each field that is wrong.
const BY_FIELD: [&str; 3] = ["errors", "detail", "details"];
/// Sentences that are joined.
const MOST_SENTENCES: usize = 3;

/// The explanation in an error body: in JSON `error.message`, `error`, `message`, `detail` and what
/// else is usual, also in lists; in XML the same elements; the title of HTML; plain text. Where there
/// is none, the beginning of the body; nothing where that is empty.
#[must_use]
pub fn read_error_message(body: &[u8]) -> Option<Untrusted> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    let json = spoilt::repair(text).and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let found = match json {
        Some(json) => sentence(&json),
        None if text.starts_with('<') => of_markup(text),
        None => None,
    };
    let says = |words: &String| !words.is_empty() && !is_name_of_status(words);
    let words = found.as_deref().map(one_line).filter(says);
    let words = words.unwrap_or_else(|| one_line(text));
    Some(beginning(&words)).filter(|words| !words.raw().is_empty())
}

/// What an error's words say besides its status, which is said before them: nothing where they are
/// no more than `502 Bad Gateway`.
#[must_use]
pub fn beside_status(words: Untrusted, status: Status) -> Option<Untrusted> {
    let shown = status.to_string();
    let Ok(text) = std::str::from_utf8(words.raw()) else { return Some(words) };
    let is_cut = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
    let rest = [shown.as_str(), &shown[..3]]
        .into_iter()
        .find_map(|begin| text.strip_prefix(begin).filter(|rest| is_cut(rest)));
    let rest = rest.map(|rest| rest.trim_start_matches(|c: char| !c.is_alphanumeric()));
    match rest {
        None => Some(words),
        Some(rest) => Some(Untrusted::new(rest)).filter(|rest| !rest.raw().is_empty()),
    }
}

/// The words of a value, or of what is in it.
fn sentence(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Array(values) => joined(values.iter().filter_map(sentence)),
        Value::Object(members) => {
            let member = |place: &str| {
                let mut members = members.iter();
                members.find(|(name, _)| name.eq_ignore_ascii_case(place))
            };
            let found = PLACES.iter().filter_map(|place| {
                let (_, value) = member(place)?;
                let by_field = || value.as_object().filter(|_| BY_FIELD.contains(place));
                sentence(value).or_else(|| joined(by_field()?.iter().filter_map(of_field)))
            });
            let found = telling(found)?;
            match FIELDS.iter().find_map(|place| path(member(place)?.1)) {
                Some(field) if !letters(&found).contains(&letters(&field)) => {
                    Some(format!("{field}: {found}"))
                }
                _ => Some(found),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// The first of several words that says more than a status or a code does, or else the first.
fn telling(mut all: impl Iterator<Item = String>) -> Option<String> {
    let first = all.next()?;
    let is_word = |words: &str| words.is_ascii() && !words.contains(' ');
    let says_more = |words: &String| !is_word(words) && !is_name_of_status(words);
    if says_more(&first) {
        return Some(first);
    }
    Some(all.find(says_more).unwrap_or(first))
}

/// Whether the words are the name of a status, such as `Bad Request`, which stands before them anyway.
fn is_name_of_status(words: &str) -> bool {
    let names =
        (400..600).filter_map(|status| StatusCode::from_u16(status).ok()?.canonical_reason());
    names.into_iter().any(|name| name.eq_ignore_ascii_case(words))
}

/// The letters of a text, by which words name a field whatever stands between them: `API Key` names
/// `api_key`.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn of_field((name, value): (&String, &Value)) -> Option<String> {
    Some(format!("{name}: {}", sentence(value)?))
}

fn joined(sentences: impl Iterator<Item = String>) -> Option<String> {
    let sentences: Vec<String> = sentences.take(MOST_SENTENCES).collect();
    Some(sentences.join("; ")).filter(|text| !text.is_empty())
}

/// The name of a field, as it is or as the steps to it.
fn path(value: &Value) -> Option<String> {
    let step = |step: &Value| match step {
        // What begins with a slash is the path of the request.
        Value::String(text) => {
            Some(text.clone()).filter(|text| !text.is_empty() && !text.starts_with('/'))
        }
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        Value::Array(steps) => {
            let steps: Vec<String> = steps.iter().filter_map(step).collect();
            Some(steps.join(".")).filter(|path| !path.is_empty())
        }
        other => step(other),
    }
}

/// The words of XML, or the title of HTML; of either all that is no markup, where there is neither.
fn of_markup(text: &str) -> Option<String> {
    let head = text.as_bytes();
    let is_html = [&b"<!doctype html"[..], b"<html"].iter().any(|begins| {
        head.len() >= begins.len() && head[..begins.len()].eq_ignore_ascii_case(begins)
    });
    let names: &[&str] = if is_html { &["title", "h1"] } else { &PLACES };
    let found = names.iter().find_map(|name| element(text, name, is_html));
    found.or_else(|| Some(without_tags(text))).filter(|words| !words.trim().is_empty())
}

/// The text of the first element of that name, whatever its case and its prefix, that has any; of one
/// with elements in it only where these are `nested`.
fn element(text: &str, name: &str, nested: bool) -> Option<String> {
    text.match_indices('<').find_map(|(at, _)| {
        let tag = &text[at + 1..];
        let end = tag.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?;
        let (full, rest) = tag.split_at(end);
        let is_it = full.rsplit(':').next()?.eq_ignore_ascii_case(name);
        let within = is_it.then(|| rest.split_once('>')).flatten().map(|(_, within)| within)?;
        let close = format!("</{full}");
        let end = within.find(&close).or_else(|| within.find("</"))?;
        let within = &within[..end];
        let is_leaf = nested || within.starts_with("<![CDATA[") || !within.contains('<');
        is_leaf.then(|| without_tags(within)).filter(|words| !words.trim().is_empty())
    })
}

/// The text without its tags, entities read.
fn without_tags(markup: &str) -> String {
    let mut words = String::new();
    let mut rest = markup;
    while let Some((text, tag)) = rest.split_once('<') {
        words.push_str(text);
        if let Some(raw) = tag.strip_prefix("![CDATA[") {
            let (text, behind) = raw.split_once("]]>").unwrap_or((raw, ""));
            words.push_str(text);
            rest = behind;
            continue;
        }
        words.push(' ');
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let hidden = ["script", "style"].iter().find(|hidden| name.eq_ignore_ascii_case(hidden));
        let tag = hidden.and_then(|_| Some(&tag[tag.find("</")? + 2..])).unwrap_or(tag);
        rest = tag.split_once('>').map_or("", |(_, behind)| behind);
    }
    words.push_str(rest);
    decoded(&words).into_owned()
}

/// Entities as the characters that they stand for.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, entity)) = rest.split_once('&') {
        out.push_str(before);
        let named =
            entity.split_once(';').and_then(|(name, behind)| Some((char_of(name)?, behind)));
        let (c, behind) = named.unwrap_or(('&', entity));
        out.push(c);
        rest = behind;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn char_of(entity: &str) -> Option<char> {
    match entity {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

/// Line breaks and runs of blanks as one blank.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split([' ', '\n', '\r', '\t']).filter(|w| !w.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_services_own_words_are_found_in_every_shape() {
        for (body, expected) in [
            (r#"{"error":{"message":"inner"},"message":"outer"}"#, "inner"),
            (r#"{"error":"plain","message":"outer"}"#, "plain"),
            (r#"{"message":"Wrong API Key","type":"x"}"#, "Wrong API Key"),
            (r#"{"detail":"Not authenticated"}"#, "Not authenticated"),
            (r#"{"error":{"code":7,"type":"x"},"message":"outer"}"#, "outer"),
            (r#"{"error":null,"msg":"m"}"#, "m"),
            (r#"{"error":"","Message":"m"}"#, "m"),
            // Pydantic.
            (
                r#"{"detail":[{"loc":["query","limit"],"msg":"too large","type":"x"},{"loc":["body",0],"msg":"no"}]}"#,
                "query.limit: too large; body.0: no",
            ),
            (r#"{"detail":{"msg":"m"}}"#, "m"),
            (r#"{"detail":{"limit":["is too large","is odd"]}}"#, "limit: is too large; is odd"),
            // Lists, also of texts.
            (r#"{"errors":["a","b","c","d"]}"#, "a; b; c"),
            (
                r#"{"errors":[{"message":"a","path":["x"]},{"detail":"b","field":"y"}]}"#,
                "x: a; y: b",
            ),
            (r#"{"errors":{"name":["taken"],"age":["low"]}}"#, "age: low; name: taken"),
            (r#"{"message":["a must be b","c"],"statusCode":400}"#, "a must be b; c"),
            (r#"["a","b"]"#, "a; b"),
            (r#"[{"error":{"code":403,"message":"off","status":"X"}}]"#, "off"),
            // RFC 9457, OAuth, AWS, Azure.
            (r#"{"type":"about:blank","title":"Too many","status":429}"#, "Too many"),
            (r#"{"error_description":"expired","x":1}"#, "expired"),
            (r#"{"__type":"X","Message":"denied"}"#, "denied"),
            (r#"{"error":{"code":"X","param":"limit","message":"above 100"}}"#, "limit: above 100"),
            (r#"{"error":{"param":"limit","message":"limit is above"}}"#, "limit is above"),
            (r#"{"param":"api_key","message":"Wrong API Key"}"#, "Wrong API Key"),
            ("{\"message\":\"line one\nline\ttwo\\n\\nthree\"}", "line one line two three"),
            // Where a code or a status stands before the words: Fastify and Nest, Spring, OAuth, Apigee.
            (
                r#"{"statusCode":400,"message":"limit must not exceed 100","error":"Bad Request"}"#,
                "limit must not exceed 100",
            ),
            (
                r#"{"status":400,"error":"Bad Request","message":"limit is odd","path":"/v1/files"}"#,
                "limit is odd",
            ),
            (
                r#"{"error":"invalid_request","error_description":"The limit is too large"}"#,
                "The limit is too large",
            ),
            (
                r#"{"fault":{"faultstring":"No such key","detail":{"errorcode":"oauth.InvalidKey"}}}"#,
                "No such key",
            ),
            (r#"{"error":"invalid_request","hint":7}"#, "invalid_request"),
            (r#"{"error":"参数错误","message":"some words"}"#, "参数错误"),
            (r#"{"error":"Bad Request","path":"/v1"}"#, r#"{"error":"Bad Request","path":"/v1"}"#),
            // XML.
            (
                "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>Access &lt;denied&gt;</Message></Error>",
                "Access <denied>",
            ),
            ("<s:Fault><faultcode>x</faultcode><faultstring>no</faultstring></s:Fault>", "no"),
            (
                "<m:error xmlns:m=\"x\"><m:message xml:lang=\"en\">m &#39;q&#x27;</m:message></m:error>",
                "m 'q'",
            ),
            ("<r><message><![CDATA[a <b> & c]]></message></r>", "a <b> & c"),
            ("<r><code>1</code><what>two</what></r>", "1 two"),
            // HTML.
            (
                "<!DOCTYPE html><html><head><TITLE>502 Bad\n Gateway</TITLE></head><body>x",
                "502 Bad Gateway",
            ),
            ("<html><title></title><h1>Blocked</h1>", "Blocked"),
            (
                "<html><style>p{}</style><script>if (a<b) {}</script><p>Sign&nbsp;in &amp; go</p>",
                "Sign in & go",
            ),
            // Nothing that is known: the beginning.
            ("overloaded", "overloaded"),
            ("\"quoted\"", "quoted"),
            ("<html>", "<html>"),
            ("<", "<"),
            ("{}", "{}"),
            ("{\"error\":{\"code\":7}}", "{\"error\":{\"code\":7}}"),
            ("{broken\n json", "{broken json"),
            ("7", "7"),
            ("a & b; &c; &#xFFFFFF;", "a & b; &c; &#xFFFFFF;"),
        ] {
            let read = read_error_message(body.as_bytes());
            assert_eq!(read, Some(Untrusted::new(expected)), "{body}");
        }
        assert_eq!(read_error_message(b""), None);
        assert_eq!(read_error_message(b" \n"), None);
        let long = format!("{{\"x\":\"{}\"}}", "é".repeat(5_000));
        assert_eq!(read_error_message(long.as_bytes()).unwrap().raw().len(), 512);
    }

    proptest! {
        #[test]
        fn any_body_that_is_not_blank_says_something(
            body in "[<>&;/a-z\"{}:\\[\\] é!-]{0,40}",
            tag in "(<(title|p|script|!\\[CDATA\\[|message)[ >]|</|&#x?[0-9]{1,9};|[{\\[\"]){0,8}",
        ) {
            for body in [format!("<{tag}{body}{tag}"), format!("{tag}{body}"), body] {
                let said = read_error_message(body.as_bytes());
                prop_assert_eq!(said.is_none(), body.trim().is_empty(), "{}", body);
            }
        }
    }

    #[test]
    fn a_status_is_not_said_twice() {
        for (status, words, beside) in [
            (502, "502 Bad Gateway", None),
            (522, "522: Connection timed out", Some("Connection timed out")),
            (500, "500", None),
            (404, "404 Not Found: no such file", Some("no such file")),
            (400, "4000 files at most", Some("4000 files at most")),
            (503, "busy", Some("busy")),
        ] {
            let said = beside_status(Untrusted::new(words), Status(status));
            assert_eq!(said, beside.map(Untrusted::new), "{words}");
        }
    }
}
