//! The log file, written by the real binary.

use std::path::Path;

use serde_json::Value;

use crate::support::binary::{run_at, text};
use crate::support::fault::{Fault, Reply, answer, begins_at, page};
use crate::support::terminal::Terminal;
use crate::support::{CANARY, NO_CONFIGURATION};

fn records(path: &Path) -> Vec<Value> {
    let said = std::fs::read_to_string(path).unwrap();
    assert!(!said.contains(CANARY), "the key is in the log: {said}");
    let hidden = |c: char| {
        let turns = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}');
        c != '\n' && (c.is_control() || turns)
    };
    assert!(!said.contains(hidden), "{said:?}");
    said.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

fn requests(records: &[Value]) -> Vec<&Value> {
    records.iter().filter(|record| record["event"] == "request").collect()
}

/// Hazards 14 and 19: neither the key nor anything unescaped in a log.
#[test]
fn requests_their_tries_and_their_failures_are_logged_without_the_key() {
    let server = Fault::start(|number, head| match number {
        1 => answer(
            "503 Service Unavailable",
            "",
            &format!("{{\"error\":\"{CANARY} \\u001b[31m\\u202e\"}}"),
        ),
        _ => page(begins_at(head), begins_at(head) + 5, begins_at(head) == 0),
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let output = run_at(
        &server.url,
        &["list", "--all", "--limit", "5", "--log-file", path.to_str().unwrap()],
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    let records = records(&path);
    let tries: Vec<_> = requests(&records)
        .into_iter()
        .map(|record| {
            assert_eq!((&record["method"], record["ms"].is_u64()), (&"GET".into(), true));
            (
                record["path"].as_str().unwrap(),
                record["status"].as_u64().unwrap(),
                record["attempt"].as_u64().unwrap(),
                record["level"].as_str().unwrap(),
            )
        })
        .collect();
    let second = "/v1/files?limit=5&after=file_00004";
    assert_eq!(
        tries,
        [("/v1/files?limit=5", 200, 1, "info"), (second, 503, 1, "warn"), (second, 200, 2, "info")]
    );
    assert_eq!(records.first().unwrap()["event"], "started");
    assert_eq!(records.last().unwrap()["event"], "ended");
    assert_eq!(records.last().unwrap()["code"], 0);
}

/// Hazards 14: an id that echoes the key is sent back as it came, or the list would not go on, and
/// spelt as an address spells it; neither spelling is in the log.
#[test]
fn a_key_in_a_cursor_is_sent_and_not_logged() {
    let server = Fault::start(|number, _| match number {
        0 => answer("200 OK", "", &format!(r#"{{"data":[{{"id":"{CANARY}"}}],"has_more":true}}"#)),
        _ => page(0, 1, false),
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let log = path.to_str().unwrap();
    let output = run_at(&server.url, &["list", "--all", "--output", "csv", "--log-file", log]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("\r\n[key],"), "{}", text(&output.stdout));
    let spelt = CANARY.replace('/', "%2F").replace('+', "%2B");
    assert!(server.requests()[1].contains(&format!("&after={spelt} ")), "{:?}", server.requests());
    let records = records(&path);
    assert_eq!(requests(&records)[1]["path"], "/v1/files?limit=100&after=[key]");
}

#[test]
fn the_dashboard_logs_what_becomes_of_the_list() {
    let server = Fault::start(|number, _| match number {
        0 => page(0, 3, true),
        _ => Reply::Bytes(vec![]),
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let environment = [
        ("CEREBRAS_API_KEY", CANARY),
        ("CEREBRAS_BASE_URL", &server.url),
        ("SHELFLIFE_LOG", "debug"),
        ("XDG_CONFIG_HOME", NO_CONFIGURATION),
    ];
    let arguments = ["--log-file", path.to_str().unwrap(), "--refresh", "off"];
    let mut terminal = Terminal::start(120, 36, &arguments, &environment);
    terminal.wait_for("3 loaded · partial");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
    let records = records(&path);
    let states: Vec<&str> = records.iter().filter_map(|record| record["to"].as_str()).collect();
    assert_eq!(states.first(), Some(&"loading"));
    assert!(states.contains(&"backoff") && states.last() == Some(&"failed"), "{states:?}");
    assert_eq!(requests(&records).len(), 4);
    assert!(requests(&records)[1..].iter().all(|request| request["status"] == 0));
    assert!(records.iter().any(|record| record["event"] == "left" && record["why"] == "quit"));
}

#[test]
fn nothing_is_logged_unless_asked_for_and_what_cannot_be_is_said() {
    let server = Fault::start(|_, _| page(0, 3, false));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    assert!(run_at(&server.url, &["list"]).status.success());
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    for place in [folder.path(), Path::new("/nowhere/at/all/log")] {
        let output = run_at(&server.url, &["list", "--log-file", place.to_str().unwrap()]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.starts_with("shelflife: the log file ") && said.lines().count() == 1,
            "{said}"
        );
        assert!(output.stdout.is_empty());
    }
    let log = path.to_str().unwrap();
    let mut command = crate::support::binary::command(&["list", "--demo", "--log-file", log]);
    let output = command.env("SHELFLIFE_LOG", "loud").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(
        said.contains("cannot be used: not allowed \"loud\"; allowed is \"error\", \"warn\""),
        "{said}"
    );
    // At the level of errors a run without one leaves an empty file.
    let mut command = crate::support::binary::command(&["list", "--demo", "--log-file", log]);
    assert!(command.env("SHELFLIFE_LOG", "error").output().unwrap().status.success());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "");
}
