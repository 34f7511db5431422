//! Files as JSON, for every command that prints one: values normalised, texts as they are, nothing in
//! it that could command a terminal, and no secret.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use crate::api::File;
use crate::api::wire::extra_fields;
use crate::text::secrets::{may_be_in, without_secrets};
use crate::text::{Untrusted, UntrustedRef};
use crate::time::expiry::{Stated, TimeLeft};

/// A field of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// `id`
    Id,
    /// `filename`
    Filename,
    /// `bytes`
    Bytes,
    /// `purpose`
    Purpose,
    /// `created_at`
    CreatedAt,
    /// `expires_at`
    ExpiresAt,
}

impl Member {
    /// All of them, in the order in which a table for machines has them.
    pub const ALL: [Self; 6] =
        [Self::Id, Self::Filename, Self::Bytes, Self::Purpose, Self::CreatedAt, Self::ExpiresAt];

    /// The API's name for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Filename => "filename",
            Self::Bytes => "bytes",
            Self::Purpose => "purpose",
            Self::CreatedAt => "created_at",
            Self::ExpiresAt => "expires_at",
        }
    }
}

/// Seconds until the service deletes a file; nothing where it does not say.
pub(super) fn seconds_left(file: &File, server_ms: i64) -> Option<u64> {
    match TimeLeft::of(file.expires_at, server_ms) {
        TimeLeft::Expired => Some(0),
        TimeLeft::Seconds(seconds) => Some(seconds),
        TimeLeft::Never | TimeLeft::Unknown => None,
    }
}

/// How texts are written: with the secrets in them hidden, which takes a look at each, or as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrets {
    Hidden,
    Unsearched,
}

/// Puts files into `page` in place of what it holds, as `push` writes each, with `before` before it. No
/// secret is in it: one look at the whole page tells whether each of its texts has to be looked at.
pub(super) fn write_files(
    page: &mut Vec<u8>,
    files: &[File],
    before: impl Fn(usize) -> &'static [u8],
    push: impl Fn(&mut Vec<u8>, &File, Secrets),
) {
    for secrets in [Secrets::Unsearched, Secrets::Hidden] {
        page.clear();
        for (i, file) in files.iter().enumerate() {
            page.extend_from_slice(before(i));
            push(page, file, secrets);
        }
        if !may_be_in(page) {
            return;
        }
    }
}

/// Appends one file as one line of JSON: the API's fields with normalised values, then those that
/// the program does not know, as they came.
///
/// By hand, since serde would want each of these texts written, checked and copied once more: their
/// escapes are our own, and there may be a million files.
pub(super) fn push_file(line: &mut Vec<u8>, file: &File, secrets: Secrets) {
    let extra = file.extra.as_deref().map(extra_fields).unwrap_or_default();
    let names_itself = extra.iter().any(|(name, _)| name.raw() == b"object");
    push_text(line, "{\"id\":", Some(&file.id), secrets);
    if !names_itself {
        line.extend(b",\"object\":\"file\"");
    }
    push_number(line, ",\"bytes\":", file.bytes.value());
    push_number(line, ",\"created_at\":", file.created_at.value());
    push_number(line, ",\"expires_at\":", file.expires_at.value());
    push_text(line, ",\"filename\":", file.filename.as_ref(), secrets);
    push_text(line, ",\"purpose\":", file.purpose.as_ref(), secrets);
    for (name, value) in extra.iter().filter(|(name, _)| !is_known(name.borrow())) {
        push_text(line, ",", Some(name), secrets);
        line.push(b':');
        line.extend(one_line(value.borrow()).as_bytes());
    }
    line.push(b'}');
}

/// Appends a field by name, such as `"bytes":`.
pub(super) fn push_member(line: &mut Vec<u8>, member: Member, file: &File, secrets: Secrets) {
    match member {
        Member::Id => push_text(line, "\"id\":", Some(&file.id), secrets),
        Member::Filename => push_text(line, "\"filename\":", file.filename.as_ref(), secrets),
        Member::Bytes => push_number(line, "\"bytes\":", file.bytes.value()),
        Member::Purpose => push_text(line, "\"purpose\":", file.purpose.as_ref(), secrets),
        Member::CreatedAt => push_number(line, "\"created_at\":", file.created_at.value()),
        Member::ExpiresAt => push_number(line, "\"expires_at\":", file.expires_at.value()),
    }
}

fn push_text(line: &mut Vec<u8>, name: &str, text: Option<&Untrusted>, secrets: Secrets) {
    line.extend_from_slice(name.as_bytes());
    match (text, secrets) {
        (Some(text), Secrets::Unsearched) => text.borrow().push_exact_json(line),
        (Some(text), Secrets::Hidden) => text.borrow().push_json(line),
        (None, _) => line.extend(b"null"),
    }
}

/// Appends `name`, which ends in a colon, and the number, or null.
pub(super) fn push_number(line: &mut Vec<u8>, name: &str, number: Option<impl itoa::Integer>) {
    line.extend_from_slice(name.as_bytes());
    match number {
        Some(number) => line.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
        None => line.extend(b"null"),
    }
}

fn is_known(name: UntrustedRef<'_>) -> bool {
    Member::ALL.iter().any(|member| member.name().as_bytes() == name.raw())
}

/// Whether the service gave this field of the file, but nothing that could be read.
pub(super) fn is_odd(file: &File, member: Member) -> bool {
    let extra = file.extra.as_deref().map(extra_fields).unwrap_or_default();
    extra.iter().any(|(other, _)| other.raw() == member.name().as_bytes())
}

/// Values of the fields that could not be read, which the service did give.
pub(super) fn odd_values(file: &File) -> u64 {
    let has_all = file.filename.is_some() && file.purpose.is_some();
    let (created, expires) = (file.created_at, file.expires_at);
    if has_all && file.bytes != Stated::Odd && ![created, expires].contains(&Stated::Odd) {
        return 0;
    }
    let extra = file.extra.as_deref().map(extra_fields).unwrap_or_default();
    extra.iter().filter(|(name, _)| is_known(name.borrow())).count() as u64
}

/// JSON that came from outside on one line, with no secret and nothing in it that could command a
/// terminal: line breaks stand between its tokens only, and characters beyond ASCII in its strings
/// only.
fn one_line(value: UntrustedRef<'_>) -> String {
    let text = String::from_utf8_lossy(value.raw());
    let text = match without_secrets(&text) {
        Cow::Borrowed(_) => text,
        // A secret of digits may have been a number, which it is no longer.
        Cow::Owned(hidden) if serde_json::from_str::<IgnoredAny>(&hidden).is_err() => {
            return UntrustedRef::new(hidden.as_bytes()).json();
        }
        Cow::Owned(hidden) => Cow::Owned(hidden),
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            ' '..='~' => out.push(c),
            c => {
                let string = UntrustedRef::new(c.encode_utf8(&mut [0; 4]).as_bytes()).json();
                out.push_str(&string[1..string.len() - 1]);
            }
        }
    }
    out
}

#[test]
fn values_that_could_not_be_read_are_counted() {
    use crate::api::Reading;
    use crate::api::wire::read_page;
    for (body, odd) in [
        ("{\"id\":\"a\",\"filename\":\"x\",\"purpose\":\"b\"}", 0),
        ("{\"id\":\"a\",\"bytes\":-1,\"expires_at\":1.7e9}", 1),
        ("{\"id\":\"a\",\"bytes\":-1,\"created_at\":[],\"s\":{}}", 2),
    ] {
        let mut page = read_page(format!("[{body}]").as_bytes()).unwrap();
        let Some(Reading::File(file)) = page.readings.pop() else { panic!("{body}") };
        assert_eq!(odd_values(&file), odd, "{body}");
    }
}
