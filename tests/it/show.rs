//! `show`: all metadata of one file.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::support::CANARY;
use crate::support::binary::{command, run_at, text};
use crate::support::demo::Demo;
use crate::support::fault::{Fault, answer};

const FILE: &str = r#"{"id":"file_1","object":"file","bytes":"1024","created_at":1700000000.0,
    "expires_at":"2100-01-01T00:00:00Z","filename":"a\n\u202eb.jsonl","status":{"x": [1,
    2]},"n":12345678901234567890123}"#;

#[test]
fn a_file_is_shown_for_people_and_for_machines() {
    let server = Fault::start(|_, _| answer("200 OK", "", FILE));
    let output = run_at(&server.url, &["show", "file_1"]);
    let shown = text(&output.stdout);
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
    for line in [
        "Expires   2100-01-01 00:00:00 +00:00  local/UTC",
        "Created   2023-11-14 22:13:20 +00:00  local/UTC",
        "Size      1.00 KiB (1,024)",
        "Purpose   — not given",
        "ID        file_1",
        "Filename  a\\n\\u{202e}b.jsonl",
        "n         12345678901234567890123",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}: {shown}");
    }
    assert!(shown.starts_with("Time left ") && shown.contains("fresh\n"), "{shown}");
    let output = run_at(&server.url, &["show", "file_1", "--output", "json"]);
    let printed = text(&output.stdout);
    assert_eq!(printed.lines().count(), 1, "{printed}");
    assert!(!printed.contains('\u{202e}') && printed.contains("12345678901234567890123"));
    let value: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(value["filename"], "a\n\u{202e}b.jsonl");
    assert_eq!(
        (value["bytes"].as_u64(), value["created_at"].as_i64()),
        (Some(1024), Some(1_700_000_000))
    );
    assert_eq!(
        (value["expires_at"].as_i64(), &value["purpose"]),
        (Some(4_102_444_800), &serde_json::Value::Null)
    );
    assert_eq!(value["status"]["x"][1], 2);
    assert!(server.requests().iter().all(|line| line == "GET /v1/files/file_1 HTTP/1.1"));
}

/// What `list` prints of an id is what `show` takes.
#[test]
fn each_file_of_a_list_can_be_shown() {
    let demo = Demo::with_files(20);
    let ids = text(&run_at(&demo.url, &["list", "--output", "ids"]).stdout);
    let lines = text(&run_at(&demo.url, &["list", "--output", "jsonl"]).stdout);
    for (id, line) in ids.lines().zip(lines.lines()).take(3) {
        let output = run_at(&demo.url, &["show", id, "--output", "json"]);
        assert_eq!(text(&output.stdout).trim_end(), line);
    }
}

/// Hazards 1: no call goes to another path.
#[test]
fn an_id_that_could_mean_another_resource_is_refused_before_anything_is_asked() {
    let server = Fault::start(|_, _| answer("200 OK", "", FILE));
    let long = "a".repeat(10_240);
    for id in [".", "..", "", "a/b", "a?b", "a%2Fb", "a\nb", "a b", "a#b", "\u{202e}", &long] {
        let output = run_at(&server.url, &["show", id]);
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{id:?}: {said}");
        assert!(said.contains("cannot stand in an address") && said.lines().count() == 1, "{said}");
    }
    let mut raw = command(&["show"]);
    raw.arg(OsStr::from_bytes(b"a\xff\x1b[2J")).env("CEREBRAS_API_KEY", CANARY);
    let output = raw.env("CEREBRAS_BASE_URL", &server.url).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!text(&output.stderr).contains('\u{1b}'), "{}", text(&output.stderr));
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn each_way_to_fail_has_its_exit_code() {
    for (status, body, code, words, requests) in [
        ("404 Not Found", "", 4, "there is no file with the id file_1", 1),
        ("401 Unauthorized", "{}", 3, "refused the key (401)", 1),
        ("403 Forbidden", "{}", 3, "ask for a key that may look at a file", 1),
        ("400 Bad Request", "{}", 1, "400 Bad Request", 1),
        ("503 Service Unavailable", "{}", 5, "503 Service Unavailable", 3),
        ("501 Not Implemented", "{}", 1, "501 Not Implemented", 1),
        ("200 OK", "<html>", 1, "it does not describe the file asked for", 1),
        ("200 OK", r#"{"id":"file_2"}"#, 1, "it does not describe the file asked for", 1),
    ] {
        let server = Fault::start(move |_, _| answer(status, "", body));
        let output = run_at(&server.url, &["show", "file_1"]);
        let said = text(&output.stderr);
        assert_eq!(
            (output.status.code(), output.stdout.len()),
            (Some(code), 0),
            "{status}: {said}"
        );
        assert!(said.contains(words) && said.lines().count() == 1, "{status}: {said}");
        assert_eq!(server.requests().len(), requests, "{status}");
    }
    // What passes is waited for.
    let server = Fault::start(|n, _| match n {
        0 => answer("503 Service Unavailable", "Retry-After: 0.1\r\n", ""),
        1 => answer("429 Too Many Requests", "", ""),
        _ => answer("200 OK", "", FILE),
    });
    assert_eq!(run_at(&server.url, &["show", "file_1"]).status.code(), Some(0));
    let server = Fault::start(|_, _| answer("429 Too Many Requests", "Retry-After: 900\r\n", ""));
    let output = run_at(&server.url, &["show", "file_1"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(text(&output.stderr).contains("it asks to wait 900 s"), "{}", text(&output.stderr));
    assert_eq!(run_at("http://127.0.0.1:1", &["show", "file_1"]).status.code(), Some(5));
}
