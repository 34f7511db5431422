//! A file as JSON on several lines: the API's fields, then those that the program does not know,
//! which stand there as they came.
//!
//! It reads back as what the service sent, but for what cannot be told from null: a field that was
//! not there, and a time that was zero.

use std::borrow::Cow;

use crate::api::wire::extra_fields;
use crate::store::FileRef;
use crate::text::{Untrusted, UntrustedRef, json_lines};

/// The lines of the document, fit to be shown; of what could not be read as a file, its text.
#[must_use]
pub fn document(file: &FileRef<'_>) -> Vec<String> {
    if let Some(unreadable) = file.unreadable {
        return vec![unreadable.raw.borrow().printable().into_owned()];
    }
    let extra = file.extra.map(extra_fields).unwrap_or_default();
    let given = |name: &str| extra.iter().find(|(other, _)| other.raw() == name.as_bytes());
    let number = |value: Option<String>| value.unwrap_or_else(|| "null".to_owned());
    let text = |text: Option<UntrustedRef<'_>>| text.map_or("null".to_owned(), UntrustedRef::json);
    let known = [
        ("id", file.id.json()),
        ("object", "\"file\"".to_owned()),
        ("bytes", number(file.bytes.value().map(|bytes| bytes.to_string()))),
        ("created_at", number(file.created_at.value().map(|at| at.to_string()))),
        ("expires_at", number(file.expires_at.value().map(|at| at.to_string()))),
        ("filename", text(file.filename)),
        ("purpose", text(file.purpose)),
    ];
    // What could not be read for what it should be is kept among the others.
    let as_it_came = |(name, value): &(&str, String)| {
        let value = given(name).map_or(value.as_bytes(), |(_, raw)| raw.raw());
        (Cow::from(format!("\"{name}\"")), value.to_vec())
    };
    let others = extra
        .iter()
        .filter(|(name, _)| known.iter().all(|(other, _)| other.as_bytes() != name.raw()));
    let other = |(name, value): &(Untrusted, Untrusted)| {
        (Cow::from(name.borrow().json()), value.raw().to_vec())
    };
    let mut text = b"{".to_vec();
    for (i, (name, value)) in known.iter().map(as_it_came).chain(others.map(other)).enumerate() {
        text.extend(if i > 0 { "," } else { "" }.bytes());
        text.extend(name.bytes().chain(*b":"));
        text.extend(value);
    }
    text.push(b'}');
    json_lines(UntrustedRef::new(&text))
}

/// Where the name of the field ends with which a line of a document begins, its colon included;
/// nowhere where it begins with none.
#[must_use]
pub fn name_end(line: &str) -> usize {
    let mut escaped = false;
    let mut chars = line.char_indices().skip_while(|(_, c)| *c == ' ');
    if chars.next().is_none_or(|(_, c)| c != '"') {
        return 0;
    }
    let end = chars.find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    let Some((quote, _)) = end else { return 0 };
    if line[quote + 1..].starts_with(": ") { quote + 2 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::read_page;
    use crate::store::{Extent, Origin, Store};

    fn shown(body: &str) -> Vec<String> {
        let mut store = Store::default();
        let page =
            read_page(format!(r#"{{"data":[{body}],"has_more":false}}"#).as_bytes()).unwrap();
        let origin = Origin { after: None, pass: 1, at_s: 0, extent: Extent::Open };
        store.take_in(page, origin).unwrap();
        document(&store.file(store.sequence()[0]))
    }

    #[test]
    fn it_reads_back_as_what_came() {
        let body = "{\"id\":\"a\",\"object\":\"file\",\"bytes\":-1,\"created_at\":5,\"expires_at\":\"soon\",\
            \"filename\":\"x\\n\\u202e\\\\\\\"\u{202e}日\",\"purpose\":null,\
            \"n\\\"\u{200b}\":{ \"a\": [1e400, {}, [] ,\"{[,:\"], \"b\":12345678901234567890123},\"t\":true}";
        let lines = shown(body);
        let value = |text: &str| -> serde_json::Map<String, serde_json::Value> {
            // A number beyond all bounds is none for serde_json.
            serde_json::from_str(&text.replace("1e400", "1")).unwrap()
        };
        let text = lines.join("\n");
        assert_eq!(value(&text), value(body));
        assert!(text.contains("[\n      1e400,\n      {},\n      [],"), "{text}");
        assert!(text.contains("12345678901234567890123"), "digit for digit: {text}");
        for line in &lines {
            assert_eq!(
                UntrustedRef::new(line.replace(['\\', ' '], "").as_bytes()).printable(),
                line.replace(['\\', ' '], ""),
                "nothing hidden"
            );
        }
    }

    #[test]
    fn names_end_at_their_colon() {
        for (line, name) in [
            (r#"  "a": 1"#, r#"  "a":"#),
            (r#"  "a\"b": "c: d""#, r#"  "a\"b":"#),
            (r#"  "a: b","#, ""),
            ("{", ""),
            ("", ""),
        ] {
            assert_eq!(&line[..name_end(line)], name, "{line}");
        }
    }
}
