//! The forms of a list. Each begins before the list is whole and writes page by page.

use std::io::{self, BufWriter, Write};

use super::super::json::{
    Member, Secrets, push_file, push_member, push_number, seconds_left, write_files,
};
use super::super::{CommandError, failed};
use super::Output;
use super::columns::ListColumn;
use super::table::Table;
use crate::api::{File, HasMore};
use crate::text::Untrusted;

/// Writes files in one form.
pub(super) struct Writer<W: Write> {
    form: Form<W>,
    /// The columns that are asked for; nothing for what is usual.
    columns: Option<Vec<ListColumn>>,
    /// A page of JSON, kept for the next one.
    text: Vec<u8>,
}

#[allow(clippy::large_enum_variant, reason = "there is one of them")]
enum Form<W: Write> {
    Table { out: BufWriter<W>, table: Table },
    Json { out: W, begun: bool },
    Jsonl { out: W },
    Csv { out: csv::Writer<W>, begun: bool, safe: bool },
    Ids { out: BufWriter<W> },
}

impl<W: Write> Writer<W> {
    /// A writer in this form; `safe` makes CSV so that a spreadsheet takes no text for a formula.
    pub(super) fn new(
        output: Output,
        columns: Option<Vec<ListColumn>>,
        safe: bool,
        out: W,
    ) -> Self {
        let form = match output {
            Output::Table => {
                Form::Table { out: BufWriter::new(out), table: Table::new(columns.as_deref()) }
            }
            Output::Json => Form::Json { out, begun: false },
            Output::Jsonl => Form::Jsonl { out },
            Output::Csv => {
                let mut builder = csv::WriterBuilder::new();
                let out = builder.terminator(csv::Terminator::CRLF).from_writer(out);
                Form::Csv { out, begun: false, safe }
            }
            Output::Ids => Form::Ids { out: BufWriter::new(out) },
        };
        Self { form, columns, text: vec![] }
    }

    /// Writes these files, if any.
    pub(super) fn page(&mut self, files: &[File], server_ms: i64) -> Result<(), CommandError> {
        if files.is_empty() {
            return Ok(());
        }
        self.try_page(files, server_ms).map_err(failed("the list cannot be printed"))
    }

    /// Completes the document.
    pub(super) fn end(&mut self, has_more: HasMore) -> Result<(), CommandError> {
        self.try_end(has_more).map_err(failed("the list cannot be printed"))
    }

    fn try_page(&mut self, files: &[File], server_ms: i64) -> io::Result<()> {
        let Self { form, columns, text } = self;
        let columns = columns.as_deref();
        let push = |line: &mut Vec<u8>, file: &File, secrets| match columns {
            Some(columns) => push_chosen(line, columns, file, server_ms, secrets),
            None => push_file(line, file, secrets),
        };
        match form {
            Form::Table { out, table } => {
                table.begin(out, files)?;
                files.iter().try_for_each(|file| table.row(out, file, server_ms))?;
                out.flush()
            }
            Form::Json { out, begun } => {
                let first: &[u8] =
                    if *begun { b",\n" } else { b"{\"object\":\"list\",\"data\":[\n" };
                *begun = true;
                write_files(text, files, |i| if i == 0 { first } else { b",\n" }, push);
                out.write_all(text)?;
                out.flush()
            }
            Form::Jsonl { out } => {
                write_files(text, files, |i| if i == 0 { b"" } else { b"\n" }, push);
                text.push(b'\n');
                out.write_all(text)?;
                out.flush()
            }
            Form::Csv { out, begun, safe } => {
                begin_csv(out, begun, columns)?;
                for file in files {
                    let cell = |column| csv_cell(column, file, server_ms, *safe);
                    match columns {
                        Some(columns) => write_record(out, columns.iter().copied().map(cell)),
                        None => write_record(
                            out,
                            Member::ALL.map(|member| cell(ListColumn::Api(member))),
                        ),
                    }?;
                }
                out.flush()
            }
            Form::Ids { out } => {
                for file in files {
                    writeln!(out, "{}", file.id.borrow().printable())?;
                }
                out.flush()
            }
        }
    }

    fn try_end(&mut self, has_more: HasMore) -> io::Result<()> {
        match &mut self.form {
            Form::Table { out, table } => {
                table.begin(out, &[])?;
                out.flush()
            }
            Form::Ids { out } => out.flush(),
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
                begin_csv(out, begun, self.columns.as_deref())?;
                out.flush()
            }
        }
    }
}

/// Appends a file as one line of JSON that has only these fields.
fn push_chosen(
    line: &mut Vec<u8>,
    columns: &[ListColumn],
    file: &File,
    server_ms: i64,
    secrets: Secrets,
) {
    for (i, column) in columns.iter().enumerate() {
        line.push(if i == 0 { b'{' } else { b',' });
        match column {
            ListColumn::Api(member) => push_member(line, *member, file, secrets),
            ListColumn::Left => push_number(line, "\"left\":", seconds_left(file, server_ms)),
        }
    }
    line.push(b'}');
}

fn begin_csv<W: Write>(
    out: &mut csv::Writer<W>,
    begun: &mut bool,
    columns: Option<&[ListColumn]>,
) -> io::Result<()> {
    if std::mem::replace(begun, true) {
        return Ok(());
    }
    match columns {
        Some(columns) => write_record(out, columns.iter().map(|column| column.name())),
        None => write_record(out, Member::ALL.map(Member::name)),
    }
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

/// What a cell begins with that a spreadsheet takes for a formula, in half and full width; and the
/// sign that says it is none, so that one more of it always is ours.
const BEGIN_A_FORMULA: [char; 9] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\''];

fn csv_cell(column: ListColumn, file: &File, server_ms: i64, safe: bool) -> String {
    let text = |text: Option<&Untrusted>| {
        let text = text.map_or(String::new(), |text| text.borrow().printable().into_owned());
        if safe { defused(&text) } else { text }
    };
    let number = |value: Option<String>| value.unwrap_or_default();
    match column {
        ListColumn::Api(Member::Id) => text(Some(&file.id)),
        ListColumn::Api(Member::Filename) => text(file.filename.as_ref()),
        ListColumn::Api(Member::Bytes) => number(file.bytes.value().map(|bytes| bytes.to_string())),
        ListColumn::Api(Member::Purpose) => text(file.purpose.as_ref()),
        ListColumn::Api(Member::CreatedAt) => {
            number(file.created_at.value().map(|at| at.to_string()))
        }
        ListColumn::Api(Member::ExpiresAt) => {
            number(file.expires_at.value().map(|at| at.to_string()))
        }
        ListColumn::Left => number(seconds_left(file, server_ms).map(|left| left.to_string())),
    }
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

#[cfg(test)]
mod tests {
    use super::super::columns::read_columns;
    use super::*;
    use crate::api::Reading;
    use crate::api::wire::read_page;
    use crate::time::expiry::Stated;

    fn written(output: Output, files: &[File]) -> String {
        let mut out = vec![];
        let mut writer = Writer::new(output, None, false, &mut out);
        writer.page(files, 0).unwrap();
        writer.end(HasMore::No).unwrap();
        drop(writer);
        String::from_utf8(out).unwrap()
    }

    fn odd_file() -> File {
        let body = "{\"id\":\"a\",\"filename\":\"x\\n\\u202e,\\\"日\",\"bytes\":-1,\"expires_at\":1700000000.0,\n\"s\":\"\u{202e}é\",\n\"n\": [1,\n2]}";
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
            "id": "a", "object": "file", "bytes": null, "created_at": null, "expires_at": 1_700_000_000,
            "filename": "x\n\u{202e},\"日", "purpose": null, "s": "\u{202e}é", "n": [1, 2],
        });
        assert_eq!(value, expected);
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
        assert_eq!(files.iter().map(crate::commands::json::odd_values).sum::<u64>(), 5);
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
            assert!(Member::ALL[1..].iter().all(|field| value[field.name()].is_null()), "{line}");
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
        assert_eq!(text.lines().nth(1), Some("a,\"x\\n\\u{202e},\"\"日\",,,,1700000000"));
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
            let mut writer = Writer::new(Output::Csv, None, true, &mut out);
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
        let mut writer = Writer::new(Output::Json, None, false, &mut out);
        for _ in 0..2 {
            writer.page(&[odd_file(), odd_file()], 0).unwrap();
        }
        writer.end(HasMore::Yes).unwrap();
        drop(writer);
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["data"].as_array().unwrap().len(), 4);
        assert_eq!(value["has_more"], true);
    }

    /// Only what is asked for, in that order and by the API's names, whatever the form.
    #[test]
    fn columns_are_those_that_are_asked_for() {
        let file = File {
            id: Untrusted::new("file_1"),
            filename: Some(Untrusted::new("日本.jsonl")),
            bytes: Stated::Value(2_048),
            created_at: Stated::Value(-5),
            expires_at: Stated::Value(90),
            purpose: None,
            extra: Some("{\"status\":1}".into()),
        };
        let none = File { expires_at: Stated::Nothing, filename: None, ..file.clone() };
        let gone = File { expires_at: Stated::Value(-9), ..file.clone() };
        for (output, columns, expected) in [
            (
                Output::Csv,
                "left,name,size",
                "left,filename,bytes\r\n90,日本.jsonl,2048\r\n,,2048\r\n0,日本.jsonl,2048\r\n",
            ),
            (
                Output::Jsonl,
                "created,left,purpose,id",
                "{\"created_at\":-5,\"left\":90,\"purpose\":null,\"id\":\"file_1\"}\n\
                 {\"created_at\":-5,\"left\":null,\"purpose\":null,\"id\":\"file_1\"}\n\
                 {\"created_at\":-5,\"left\":0,\"purpose\":null,\"id\":\"file_1\"}\n",
            ),
            (
                Output::Json,
                "bytes",
                "{\"object\":\"list\",\"data\":[\n{\"bytes\":2048},\n{\"bytes\":2048},\n{\"bytes\":2048}\n],\"has_more\":false}\n",
            ),
            (
                Output::Table,
                "name,id,left",
                "FILENAME    ID      TIME LEFT\n日本.jsonl  file_1      01:30\n—           file_1          —\n日本.jsonl  file_1    expired\n",
            ),
        ] {
            let columns = read_columns(columns).unwrap().0;
            let mut out = vec![];
            let mut writer = Writer::new(output, Some(columns), false, &mut out);
            writer.page(&[file.clone(), none.clone(), gone.clone()], 0).unwrap();
            writer.end(HasMore::No).unwrap();
            drop(writer);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
        assert_eq!(written(Output::Ids, &[file, none]), "file_1\nfile_1\n");
        assert_eq!(written(Output::Ids, &[]), "");
    }
}
