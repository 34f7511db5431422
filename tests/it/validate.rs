//! `validate`: what would make a service refuse the input of a batch, told before it is sent.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::{Value, json};
use shelflife::runtime::validation::{Meter, NotValidated, stamp_of, validate_now};
use shelflife::validation::{LIMITS, Use};
use tempfile::TempDir;

use crate::support::binary::{command, text};

fn sound(n: usize) -> String {
    format!(
        r#"{{"custom_id":"id-{n}","method":"POST","url":"/v1/chat/completions","body":{{"model":"m","messages":[]}}}}"#
    )
}

/// So many sound lines.
fn lines(number: usize) -> String {
    (1..=number).map(|n| sound(n) + "\n").collect()
}

/// A folder with a file of this name and content.
fn folder_with(name: &str, content: impl AsRef<[u8]>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), content).unwrap();
    folder
}

/// Neither key nor network: the environment has none of it.
fn validate_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = command(&["validate"]);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_sound_file_is_said_to_be_so_without_key_or_network() {
    let folder = folder_with("a.jsonl", lines(10));
    symlink("a.jsonl", folder.path().join("link.jsonl")).unwrap();
    for (path, limits) in [("a.jsonl", "cerebras"), ("./link.jsonl", "openai")] {
        let output = validate_in(folder.path(), &[path, "--service", limits]);
        let expected = format!("{path}: 10 lines · 1,011 B · 0 errors · 0 warnings\n");
        assert_eq!(said(&output), (Some(0), expected, String::new()));
    }
}

/// One line of each kind, in the words of people; its number is that of the line in the file.
#[test]
fn every_finding_has_its_line_its_words_and_its_code() {
    let other = |n: usize, from: &str, to: &str| sound(n).replace(from, to) + "\n";
    let content = [
        "\u{feff}".to_owned() + &sound(1) + "\r\n",
        "\n".to_owned(),
        "{\"custom_id\":\n".to_owned(),
        "[]\n".to_owned(),
        other(5, "\"custom_id\"", "\"id\""),
        other(6, "\"id-6\"", "6"),
        other(7, "id-7", "id-1"),
        other(8, "POST", "\\u001b[2JGET"),
        other(9, "\"url\"", "\"path\""),
        other(10, "chat/completions", "embeddings"),
        other(11, "\"body\"", "\"params\""),
        other(12, "{\"model\":\"m\",\"messages\":[]}", "[]"),
        other(13, "\"m\"", "\"n\""),
        other(14, "\"m\"", "\"m\",\"stream\":true"),
        "x".repeat(3 << 20) + "\n",
        sound(16),
    ];
    let folder = folder_with("a.txt", content.concat());
    let output = validate_in(folder.path(), &["a.txt"]);
    let expected = "\
a.txt: warning: its name does not end in .jsonl, which some services insist on [extension]
a.txt:1: warning: the line ends in CR LF, not in LF [crlf]
a.txt:1: warning: the file begins with a byte order mark [bom]
a.txt:2: warning: there is nothing on the line [blank_line]
a.txt:3: error: no JSON: EOF while parsing a value at byte 13 [invalid_json_line]
a.txt:4: error: no JSON object, but an array [invalid_json_line]
a.txt:5: error: there is no custom_id [missing_custom_id]
a.txt:6: error: custom_id is no string [invalid_custom_id]
a.txt:7: error: custom_id \"id-1\" is that of line 1 [duplicate_custom_id]
a.txt:8: error: method is \"\\u{1b}[2JGET\", not POST [invalid_method]
a.txt:9: error: there is no url [missing_url]
a.txt:10: error: url is \"/v1/embeddings\"; line 1 has \"/v1/chat/completions\" [url_mismatch]
a.txt:11: error: there is no body [missing_body]
a.txt:12: error: the body is no object [invalid_body]
a.txt:13: error: model is \"n\"; line 1 has \"m\" [model_mismatch]
a.txt:14: warning: stream is true: a batch has no streams [stream]
a.txt:15: error: 3.00 MiB (3,145,728); cerebras takes 1.00 MiB (1,048,576) of a line at most; it is not looked into [long_line]
a.txt:16: warning: the last line has no end [no_final_newline]
a.txt: 16 lines · 3.00 MiB · 12 errors · 6 warnings
";
    assert_eq!(said(&output), (Some(1), expected.to_owned(), String::new()));
}

#[test]
fn the_whole_file_is_told_as_such_by_the_limits_of_the_service() {
    let folder = tempfile::tempdir().unwrap();
    let few = "2 requests; cerebras wants 10 at least [too_few_lines]";
    let many = "50,001 requests; cerebras takes 50,000 at most [too_many_tasks]";
    for (content, more, code, words) in [
        (String::new(), vec![], 1, "a.jsonl: error: there is no request in it [empty_file]\n"),
        (lines(2), vec![], 1, &format!("a.jsonl: error: {few}\n")),
        (lines(2), vec!["--service", "openai"], 0, ""),
        (lines(2), vec!["--purpose", "evals"], 0, ""),
        (lines(50_001), vec![], 1, &format!("a.jsonl:50001: error: {many}\n")),
        (lines(50_001), vec!["--service", "mistral"], 0, ""),
        ("\0\u{1b}".to_owned(), vec!["--purpose", "user_data"], 0, ""),
        (
            String::new(),
            vec!["--purpose", "user_data"],
            1,
            "a.jsonl: error: there is nothing in it [empty_file]\n",
        ),
    ] {
        fs::write(folder.path().join("a.jsonl"), content).unwrap();
        let arguments = [&["a.jsonl"], &more[..]].concat();
        let (was, out, error) = said(&validate_in(folder.path(), &arguments));
        assert_eq!((was, error.as_str()), (Some(code), ""), "{arguments:?}: {out}");
        assert!(out.starts_with(words), "{arguments:?}: {out}");
        assert_eq!(out.lines().count(), words.lines().count() + 1, "{arguments:?}: {out}");
    }
}

/// Without a word, the limits are those of the service whose address is configured.
#[test]
fn the_address_in_force_tells_whose_limits_they_are() {
    let folder = folder_with("a.jsonl", lines(2));
    for (url, code) in [
        ("https://api.openai.com", 0),
        ("https://mine.openai.azure.com/openai", 0),
        ("http://api.groq.com/openai/v1", 0),
        ("https://api.cerebras.ai/v1", 1),
        ("https://gateway.example", 1),
        ("no address", 1),
    ] {
        let mut command = command(&["validate", "a.jsonl"]);
        let output = command.current_dir(folder.path()).env("CEREBRAS_BASE_URL", url).output();
        assert_eq!(output.unwrap().status.code(), Some(code), "{url}");
    }
}

#[test]
fn the_document_has_just_what_is_promised() {
    let content = lines(10).replace("id-3", "id-1").trim_end().to_owned();
    let folder = folder_with("a\x1b.jsonl", &content);
    let paths = ["a\x1b.jsonl", "none.jsonl", "--output", "json"];
    let (code, out, error) = said(&validate_in(folder.path(), &paths));
    let missing = "it cannot be read: No such file or directory";
    assert_eq!(code, Some(1));
    assert_eq!(error, format!("shelflife: none.jsonl: {missing}\n"));
    assert_eq!((out.lines().count(), out.contains('\x1b')), (1, false));
    let document: Value = serde_json::from_str(&out).unwrap();
    let finding = |line: Option<u64>, code: &str, severity: &str, message: &str| json!({"line": line, "code": code, "severity": severity, "message": message});
    let expected = json!({"files": [
        {"path": "a\x1b.jsonl", "lines": 10, "bytes": content.len(), "errors": 1, "warnings": 1, "findings": [
            finding(Some(3), "duplicate_custom_id", "error", "custom_id \"id-1\" is that of line 1"),
            finding(Some(10), "no_final_newline", "warning", "the last line has no end"),
        ]},
        {"path": "none.jsonl", "lines": 0, "bytes": 0, "errors": 1, "warnings": 0, "findings": [
            finding(None, "unreadable", "error", missing),
        ]},
    ]});
    assert_eq!(document, expected);
    // In the order of the table, and nothing else.
    assert!(out.starts_with("{\"files\":[{\"path\":\"a\\u001b.jsonl\",\"lines\":10,\"bytes\":"));
}

#[test]
fn all_findings_are_counted_and_twenty_are_printed() {
    let folder = folder_with("a.jsonl", "{}\r\n".repeat(30));
    let (code, out, _) = said(&validate_in(folder.path(), &["a.jsonl"]));
    assert_eq!((code, out.lines().count()), (Some(1), 22), "{out}");
    let end: Vec<&str> = out.lines().skip(20).collect();
    let more = "a.jsonl: and 130 more; in all 30 crlf, 30 missing_custom_id, 30 invalid_method, \
                30 missing_url, 30 missing_body";
    assert_eq!(end, [more, "a.jsonl: 30 lines · 120 B · 120 errors · 30 warnings"]);
    let (_, out, _) = said(&validate_in(folder.path(), &["a.jsonl", "--output", "json"]));
    let document: Value = serde_json::from_str(&out).unwrap();
    let file = &document["files"][0];
    assert_eq!((file["errors"].as_u64(), file["warnings"].as_u64()), (Some(120), Some(30)));
    assert_eq!(file["findings"].as_array().unwrap().len(), 20);
}

/// Hazards 9: nothing is waited for, and nothing of it is opened.
#[test]
fn what_is_no_regular_file_is_refused_with_words() {
    let folder = folder_with("sound.jsonl", lines(10));
    let place = |name: &str| folder.path().join(name);
    fs::create_dir(place("folder.jsonl")).unwrap();
    mknodat(CWD, place("pipe.jsonl"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let _socket = UnixListener::bind(place("socket.jsonl")).unwrap();
    symlink("nowhere", place("dangling.jsonl")).unwrap();
    symlink("pipe.jsonl", place("to-pipe.jsonl")).unwrap();
    symlink("turns.jsonl", place("turns.jsonl")).unwrap();
    for (path, words) in [
        ("folder.jsonl", "it is a folder, not a file"),
        ("pipe.jsonl", "it is a pipe, not a file"),
        ("to-pipe.jsonl", "it is a pipe, not a file"),
        ("socket.jsonl", "it is a socket, not a file"),
        ("/dev/zero", "it is a device, not a file"),
        ("dangling.jsonl", "it cannot be read: No such file or directory"),
        ("turns.jsonl", "it cannot be read: Too many levels of symbolic links"),
    ] {
        let (code, out, error) = said(&validate_in(folder.path(), &[path, "sound.jsonl"]));
        let expected = format!("shelflife: {path}: {words}\n");
        assert_eq!((code, error.as_str()), (Some(1), expected.as_str()));
        let others = "sound.jsonl: 10 lines · 1,011 B · 0 errors · 0 warnings\n";
        assert_eq!(out, others, "the others are looked at all the same");
    }
}

#[test]
fn names_command_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let name = OsStr::from_bytes(b"\xff\x1b[2J\n.jsonl");
    fs::write(folder.path().join(name), lines(3)).unwrap();
    for (form, shown) in
        [("text", "\\xff\\u{1b}[2J\\n.jsonl:"), ("json", "\u{fffd}\\u001b[2J\\u000a")]
    {
        let mut command = command(&["validate", "--output", form]);
        let output = command.arg(name).arg("\x1b[3J").current_dir(folder.path()).output().unwrap();
        let (code, out, error) = said(&output);
        assert_eq!(code, Some(1));
        assert!(!out.contains('\x1b') && !error.contains('\x1b'), "{out}{error}");
        assert!(out.contains(shown), "{out}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn what_is_wrongly_asked_for_is_usage() {
    let folder = folder_with("a.jsonl", lines(10));
    for arguments in
        [&[][..], &["a.jsonl", "--service", "nobody"], &["a.jsonl", "--output", "csv"], &["-", "-"]]
    {
        let (code, out, error) = said(&validate_in(folder.path(), arguments));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {error}");
        assert!(!error.is_empty());
    }
}

/// The most memory that a process had, in KiB.
fn peak_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim_end_matches("kB").trim().parse().unwrap()
}

/// Hazards of operations 26: a line without an end is measured, and not held.
#[test]
fn a_line_of_any_length_takes_no_more_memory() {
    const PIECE: usize = 1 << 16;
    let mut child =
        command(&["validate", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let piece = vec![b'x'; PIECE];
    let mut peaks = vec![];
    // What was written is read, but for what a pipe holds.
    for _ in 0..2 {
        for _ in 0..512 {
            input.write_all(&piece).unwrap();
        }
        peaks.push(peak_kib(child.id()));
    }
    drop(input);
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(out.contains("-:1: error: 64.00 MiB (67,108,864); cerebras takes"), "{out}");
    assert!(out.ends_with("-: 1 line · 64.00 MiB · 2 errors · 1 warning\n"), "{out}");
    assert!(peaks[1] < peaks[0] + 2 * 1_024, "{peaks:?} KiB after 32 and after 64 MiB");
}

#[test]
fn whoever_reads_no_further_is_no_trouble() {
    let folder = folder_with("a.jsonl", lines(10));
    let script = "\"$0\" validate a.jsonl a.jsonl | true; exit 0";
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_shelflife")]).current_dir(folder.path());
    let output = shell.output().unwrap();
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn it_is_known_which_file_it_was_and_whether_it_is_the_same_still() {
    let folder = folder_with("a.jsonl", lines(10));
    let path = folder.path().join("a.jsonl");
    let look = || validate_now(&path, &LIMITS[0], Use::Batch, &Meter::default()).unwrap();
    let now = || stamp_of(&fs::metadata(&path).unwrap());
    let first = look();
    assert!(first.report.is_sound());
    assert_eq!((first.stamp, first.stamp.bytes), (now(), lines(10).len() as u64));
    assert_eq!(first, look());
    // Appended to, cut, and another one of the same length and time in its place.
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"\n").unwrap();
    assert_ne!(first.stamp, now());
    file.set_len(1).unwrap();
    assert_ne!(first.stamp, now());
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    let before = now();
    let other = folder.path().join("other");
    fs::write(&other, "x").unwrap();
    fs::File::open(&other).unwrap().set_modified(time).unwrap();
    fs::rename(&other, &path).unwrap();
    assert_eq!((now().bytes, now().modified), (before.bytes, before.modified));
    assert_ne!(before, now());
}

#[test]
fn a_file_whose_length_is_not_what_was_read_is_no_sound_one() {
    // The kernel says that it has no bytes, and gives some.
    let path = Path::new("/proc/self/status");
    let looked = validate_now(path, &LIMITS[0], Use::Other, &Meter::default());
    assert!(matches!(looked, Err(NotValidated::Changed)), "{looked:?}");
}

#[test]
fn what_was_given_up_ends_and_tells_how_far_it_came() {
    let folder = folder_with("a.jsonl", lines(10));
    let path = folder.path().join("a.jsonl");
    let meter = Meter::default();
    assert!(validate_now(&path, &LIMITS[0], Use::Batch, &meter).is_ok());
    let bytes = lines(10).len() as u64;
    assert_eq!(meter.bytes(), (bytes, bytes));
    meter.give_up();
    let looked = validate_now(&path, &LIMITS[0], Use::Batch, &meter);
    assert!(matches!(looked, Err(NotValidated::GivenUp)), "{looked:?}");
}
