//! What services really send: what can be read of it is read, and of the rest it is said what it was.

use std::fmt::Write as _;

use crate::support::binary::{run_at, text};
use crate::support::fault::{Fault, answer};

/// Hazards 25: one file that is no JSON among others.
#[test]
fn a_spoilt_file_is_left_out_of_a_list_and_said() {
    let body = r#"{"data":[{"id":"a"},{"id":"b","filename":"C:\data"},{"id":7,"bytes":1}],"has_more":false}"#;
    let server = Fault::start(move |_, _| answer("200 OK", "", body));
    let output = run_at(&server.url, &["list", "--output", "jsonl"]);
    let files: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(files.iter().map(|file| &file["id"]).collect::<Vec<_>>(), ["a", "7"]);
    let said = text(&output.stderr);
    assert!(output.status.code() == Some(0) && said.contains("1 unreadable: "), "{said}");
}

/// A service that does not page sends everything at once.
#[test]
fn the_first_files_of_a_page_that_has_too_many_are_listed() {
    let mut body = String::from("[");
    for number in 0..10_001 {
        let _ = write!(body, "{{\"id\":\"file_{number}\"}},");
    }
    let body: &'static str = format!("{}]", body.trim_end_matches(',')).leak();
    let server = Fault::start(move |_, _| answer("200 OK", "", body));
    for arguments in [&["list", "--output", "jsonl"][..], &["list", "--all", "--output", "jsonl"]] {
        let output = run_at(&server.url, arguments);
        assert_eq!((text(&output.stdout).lines().count(), output.status.code()), (10_000, Some(1)));
        let said = text(&output.stderr);
        assert!(said.contains("partial") && said.contains("more than 10,000 files"), "{said}");
    }
    assert_eq!(server.requests().len(), 2, "nothing is asked for twice");
}
