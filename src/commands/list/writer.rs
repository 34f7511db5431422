//! The four forms of a list. Each begins before the list is whole and writes page by page.

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use serde::de::IgnoredAny;

use super::super::{CommandError, failed};
use super::Output;
use crate::api::wire::extra_fields;
use crate::api::{File, HasMore};
use crate::text;
use crate::text::secrets::{may_be_in, without_secrets};
use crate::text::stand_ins::{NOT_GIVEN, ODD};
use crate::text::{Untrusted, UntrustedRef};
use crate::time::expiry::{Stated, TimeLeft};
use crate::time::zone;

/// The API's own names, in the order of the CSV's columns.
const FIELDS: [&str; 6] = ["id", "filename", "bytes", "purpose", "created_at", "expires_at"];

/// Writes files in one form.
pub(super) struct Writer<W: Write> {
    form: Form<W>,
    /// A page of JSON, kept for the next one.
    text: Vec<u8>,
}

#[allow(clippy::large_enum_variant, reason = "there is one of them")]
enum Form<W: Write> {
    Table { out: BufWriter<W>, id_width: usize },
    Json { out: W, begun: bool },
    Jsonl { out: W },
    Csv { out: csv::Writer<W>, begun: bool, safe: bool },
}

impl<W: Write> Writer<W> {
    /// A writer in this form; `safe` makes CSV so that a spreadsheet takes no text for a formula.
    pub(super) fn new(output: Output, safe: bool, out: W) -> Self {
        let form = match output {
            Output::Table => Form::Table { out: BufWriter::new(out), id_width: 0 },
            Output::Json => Form::Json { out, begun: false },
            Output::Jsonl => Form::Jsonl { out },
            Output::Csv => {
                let mut builder = csv::WriterBuilder::new();
                let out = builder.terminator(csv::Terminator::CRLF).from_writer(out);
                Form::Csv { out, begun: false, safe }
            }
        };
        Self { form, text: vec![] }
    }

    /// Writes the files of one page.
    pub(super) fn page(&mut self, files: &[File], server_ms: i64) -> Result<(), CommandError> {
        self.try_page(files, server_ms).map_err(failed("the list cannot be printed"))
    }

    /// Completes the document.
    pub(super) fn end(&mut self, has_more: HasMore) -> Result<(), CommandError> {
        self.try_end(has_more).map_err(failed("the list cannot be printed"))
    }

    fn try_page(&mut self, files: &[File], server_ms: i64) -> io::Result<()> {
        let Self { form, text } = self;
        match form {
            Form::Table { out, id_width } => {
                if *id_width == 0 {
                    let ids =
                        files.iter().map(|file| crate::text::width(&file.id.borrow().printable()));
                    *id_width = ids.max().unwrap_or(2).clamp(2, 64);
                    write_head(out, *id_width)?;
                }
                files.iter().try_for_each(|file| write_row(out, file, *id_width, server_ms))?;
                out.flush()
            }
            Form::Json { out, begun } => {
                let first: &[u8] =
                    if *begun { b",\n" } else { b"{\"object\":\"list\",\"data\":[\n" };
                *begun |= !files.is_empty();
                write_json(text, files, |i| if i == 0 { first } else { b",\n" });
                out.write_all(text)?;
                out.flush()
            }
            Form::Jsonl { out } => {
                write_json(text, files, |i| if i == 0 { b"" } else { b"\n" });
                if !files.is_empty() {
                    text.push(b'\n');
                }
                out.write_all(text)?;
                out.flush()
            }
            Form::Csv { out, begun, safe } => {
                begin_csv(out, begun)?;
                files.iter().try_for_each(|file| write_record(out, csv_cells(file, *safe)))?;
                out.flush()
            }
        }
    }

    fn try_end(&mut self, has_more: HasMore) -> io::Result<()> {
        match &mut self.form {
            Form::Table { out, .. } => out.flush(),
            Form::Jsonl { out } => out.flush(),
            Form::Json { out, begun } => {
                let before = if *begun { "\n" } else { "{\"object\":\"list\",\"data\":[" };
                let has_more = match has_more {
                    HasMore::Yes | HasMore::Unread => "true",
                    HasMore::No => "false",
                    HasMore::Unknown => "null",
                };
                out.write_all(format!("{before}],\"has_more\":{has_more}}}\n").as_bytes())?;
                out.flush()
            }
            Form::Csv { out, begun, .. } => {
                begin_csv(out, begun)?;
                out.flush()
            }
        }
    }
}

fn begin_csv<W: Write>(out: &mut csv::Writer<W>, begun: &mut bool) -> io::Result<()> {
    if !std::mem::replace(begun, true) {
        write_record(out, FIELDS)?;
    }
    Ok(())
}

/// Writes a record; the cause of a failure stays what it is, such as a closed pipe.
fn write_record<W: Write, T: AsRef<[u8]>>(
    out: &mut csv::Writer<W>,
    cells: impl IntoIterator<Item = T>,
) -> io::Result<()> {
    out.write_record(cells).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    })
}

fn write_head(out: &mut impl Write, id_width: usize) -> io::Result<()> {
    writeln!(
        out,
        "{:>9}  {:>10}  {:>8}  {:<12}  {:<id_width$}  FILENAME",
        "TIME LEFT", "SIZE", "CREATED", "PURPOSE", "ID"
    )
}

fn write_row(out: &mut impl Write, file: &File, id_width: usize, server_ms: i64) -> io::Result<()> {
    let size = match file.bytes {
        Stated::Value(bytes) => text::size(bytes),
        Stated::Nothing => "—".to_owned(),
        Stated::Odd => ODD.to_owned(),
    };
    let left = TimeLeft::of(file.expires_at, server_ms);
    let created = zone::age(file.created_at, server_ms);
    let text = |name: &str, text: Option<&Untrusted>| match text {
        Some(text) => text.borrow().printable().into_owned(),
        None if is_odd(file, name) => ODD.to_owned(),
        None => NOT_GIVEN.to_owned(),
    };
    let purpose = padded(text("purpose", file.purpose.as_ref()), 12);
    let id = padded(text("id", Some(&file.id)), id_width);
    let filename = text("filename", file.filename.as_ref());
    writeln!(out, "{left:>9}  {size:>10}  {created:>8}  {purpose}  {id}  {filename}")
}

/// Pads to terminal cells, which are not characters.
fn padded(mut text: String, cells: usize) -> String {
    let missing = cells.saturating_sub(crate::text::width(&text));
    text.extend(std::iter::repeat_n(' ', missing));
    text
}

/// What a cell begins with that a spreadsheet takes for a formula, in half and full width; and the
/// sign that says it is none, so that one more of it always is ours.
const BEGIN_A_FORMULA: [char; 9] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\''];

fn csv_cells(file: &File, safe: bool) -> [String; 6] {
    let text = |text: Option<&Untrusted>| {
        let text = text.map_or(String::new(), |text| text.borrow().printable().into_owned());
        if safe { defused(&text) } else { text }
    };
    let number = |value: Option<String>| value.unwrap_or_default();
    [
        text(Some(&file.id)),
        text(file.filename.as_ref()),
        number(file.bytes.value().map(|bytes| bytes.to_string())),
        text(file.purpose.as_ref()),
        number(file.created_at.value().map(|at| at.to_string())),
        number(file.expires_at.value().map(|at| at.to_string())),
    ]
}

/// A text of which no part is taken for a formula, also where a spreadsheet splits lines at semicolons.
fn defused(text: &str) -> String {
    let mut defused = String::with_capacity(text.len() + 1);
    let mut begins = true;
    for c in text.chars() {
        if begins && BEGIN_A_FORMULA.contains(&c) {
            defused.push('\'');
        }
        begins = matches!(c, ';' | ',');
        defused.push(c);
    }
    defused
}

/// How texts are written: with the secrets in them hidden, which takes a look at each, or as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Secrets {
    Hidden,
    Unsearched,
}

/// Writes the files of a page, with `before` before each. No secret is in it: one look at the whole
/// page tells whether each of its texts has to be looked at.
fn write_json(page: &mut Vec<u8>, files: &[File], before: impl Fn(usize) -> &'static [u8]) {
    for secrets in [Secrets::Unsearched, Secrets::Hidden] {
        page.clear();
        for (i, file) in files.iter().enumerate() {
            page.extend_from_slice(before(i));
            push_json(page, file, secrets);
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
fn push_json(line: &mut Vec<u8>, file: &File, secrets: Secrets) {
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

fn push_text(line: &mut Vec<u8>, name: &str, text: Option<&Untrusted>, secrets: Secrets) {
    line.extend_from_slice(name.as_bytes());
    match (text, secrets) {
        (Some(text), Secrets::Unsearched) => text.borrow().push_exact_json(line),
        (Some(text), Secrets::Hidden) => text.borrow().push_json(line),
        (None, _) => line.extend(b"null"),
    }
}

fn push_number(line: &mut Vec<u8>, name: &str, number: Option<impl itoa::Integer>) {
    line.extend_from_slice(name.as_bytes());
    match number {
        Some(number) => line.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
        None => line.extend(b"null"),
    }
}

fn is_known(name: UntrustedRef<'_>) -> bool {
    FIELDS.iter().any(|field| field.as_bytes() == name.raw())
}

/// Whether the service gave this field of the file, but nothing that could be read.
fn is_odd(file: &File, name: &str) -> bool {
    let extra = file.extra.as_deref().map(extra_fields).unwrap_or_default();
    extra.iter().any(|(other, _)| other.raw() == name.as_bytes())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Reading;
    use crate::api::wire::read_page;

    fn written(output: Output, files: &[File]) -> String {
        let mut out = vec![];
        let mut writer = Writer::new(output, false, &mut out);
        writer.page(files, 0).unwrap();
        writer.end(HasMore::No).unwrap();
        drop(writer);
        String::from_utf8(out).unwrap()
    }

    fn odd_file() -> File {
        let body = "{\"id\":\"a\",\"filename\":\"x\\n\\u202e,\\\"日\",\"bytes\":-1,\"expires_at\":1.0,\n\"s\":\"\u{202e}é\",\n\"n\": [1,\n2]}";
        let mut page = read_page(format!("[{body}]").as_bytes()).unwrap();
        let Some(Reading::File(file)) = page.readings.pop() else { panic!() };
        file
    }

    #[test]
    fn json_is_normalised_and_keeps_the_real_name_and_unknown_fields() {
        let line = written(Output::Jsonl, &[odd_file()]);
        assert_eq!(line.lines().count(), 1);
        assert!(line.is_char_boundary(0) && !line.contains('\u{202e}'));
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        let expected = serde_json::json!({
            "id": "a", "object": "file", "bytes": null, "created_at": null, "expires_at": 1,
            "filename": "x\n\u{202e},\"日", "purpose": null, "s": "\u{202e}é", "n": [1, 2],
        });
        assert_eq!(value, expected);
        assert_eq!(odd_values(&odd_file()), 1);
    }

    /// What could not be read is told from what is not given, in the table and on standard error.
    #[test]
    fn what_could_not_be_read_is_no_dash() {
        let body = r#"[{"id":"a","filename":["x"],"bytes":"x","purpose":{},"created_at":"x","expires_at":"x"},{"id":"b","filename":null}]"#;
        let files: Vec<File> = read_page(body.as_bytes())
            .unwrap()
            .readings
            .into_iter()
            .map(|reading| match reading {
                Reading::File(file) => file,
                Reading::Unreadable(unreadable) => panic!("{unreadable:?}"),
            })
            .collect();
        assert_eq!(files.iter().map(odd_values).sum::<u64>(), 5);
        let rows = |form| {
            let text = written(form, &files);
            let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            text.lines().map(words).collect::<Vec<_>>()
        };
        let table = rows(Output::Table);
        assert_eq!(table[1], ["?", "?", "?", "?", "a", "?"]);
        assert_eq!(table[2], ["—", "—", "—", "—", "b", "—"]);
        assert_eq!(rows(Output::Csv)[1..], [["a,,,,,"], ["b,,,,,"]]);
        for line in written(Output::Jsonl, &files).lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(FIELDS[1..].iter().all(|field| value[field].is_null()), "{line}");
        }
    }

    #[test]
    fn every_form_of_an_empty_list_is_whole() {
        assert_eq!(
            written(Output::Json, &[]),
            "{\"object\":\"list\",\"data\":[],\"has_more\":false}\n"
        );
        assert_eq!(written(Output::Jsonl, &[]), "");
        assert_eq!(
            written(Output::Csv, &[]),
            "id,filename,bytes,purpose,created_at,expires_at\r\n"
        );
        assert_eq!(written(Output::Table, &[]).lines().count(), 1);
    }

    #[test]
    fn csv_quotes_and_escapes() {
        let text = written(Output::Csv, &[odd_file()]);
        assert_eq!(text.lines().nth(1), Some("a,\"x\\n\\u{202e},\"\"日\",,,,1"));
    }

    /// RFC 4180 as it is, or without anything that a spreadsheet would carry out.
    #[test]
    fn csv_may_be_made_safe_for_spreadsheets() {
        for (name, harmless) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-rf.jsonl", "'-rf.jsonl"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1", "'＝1"),
            ("'quoted", "''quoted"),
            ("=1,2", "\"'=1,2\""),
            // What is spelt out begins with a backslash, and what has it within a word is no formula.
            ("\t=1", "\\t=1"),
            ("a=1", "a=1"),
            // Where cells end at semicolons, one begins behind each.
            ("x;=1;y;@b", "x;'=1;y;'@b"),
            ("x,-1", "\"x,'-1\""),
            ("", ""),
        ] {
            let file = File {
                id: Untrusted::new("file_1"),
                filename: Some(Untrusted::new(name)),
                bytes: Stated::Value(1),
                created_at: Stated::Value(-5),
                expires_at: Stated::Nothing,
                purpose: Some(Untrusted::new("@batch")),
                extra: None,
            };
            let mut out = vec![];
            let mut writer = Writer::new(Output::Csv, true, &mut out);
            writer.page(std::slice::from_ref(&file), 0).unwrap();
            drop(writer);
            let text = String::from_utf8(out).unwrap();
            let expected = format!("file_1,{harmless},1,'@batch,-5,");
            assert_eq!(text.lines().nth(1), Some(expected.as_str()), "a number is none");
            let plain = written(Output::Csv, &[file]);
            assert!(!plain.contains('\'') || name.contains('\''), "{plain}");
        }
    }

    /// A secret in a page is hidden as it is in each text by itself.
    #[test]
    fn a_page_with_a_secret_in_it_is_written_without() {
        crate::text::secrets::register(&secrecy::SecretString::from("csk-in-a-page-of-a-list"));
        let name =
            |name: &str| File { filename: Some(Untrusted::new(name)), extra: None, ..odd_file() };
        let names =
            ["a.jsonl", "csk-in-a-page-of-a-list", "cut csk-in-a-pag", "csk%2din-a-page-of-a-list"];
        let said = written(Output::Jsonl, &names.map(name));
        let shown: Vec<String> = said
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).unwrap()["filename"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        assert_eq!(shown, ["a.jsonl", "[key]", "cut [key]", "[key]"]);
    }

    #[test]
    fn json_of_several_pages_is_one_document() {
        let mut out = vec![];
        let mut writer = Writer::new(Output::Json, false, &mut out);
        for _ in 0..2 {
            writer.page(&[odd_file(), odd_file()], 0).unwrap();
        }
        writer.end(HasMore::Yes).unwrap();
        drop(writer);
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["data"].as_array().unwrap().len(), 4);
        assert_eq!(value["has_more"], true);
    }
}
