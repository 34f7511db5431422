//! `check`: one line and an exit code for a monitoring system, whatever the service does.

use std::process::{Command, Output, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::binary::{command, run_at, text};
use crate::support::demo::Demo;
use crate::support::fault::{Fault, Reply, answer, begins_at, page};
use crate::support::files::{expiring_at, list};
use crate::support::{CANARY, NO_CONFIGURATION, wait_until};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn now_s() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

/// Files that expire in so many seconds from now, and half a minute, so that none is on an edge.
fn files(left: &[i64]) -> Vec<String> {
    let now = now_s();
    let file = |(i, left): (usize, &i64)| {
        expiring_at(&format!("file_{i:05}"), &format!("name-{i}.jsonl"), now - DAY, now + left + 30)
    };
    left.iter().enumerate().map(file).collect()
}

/// A service with these files, on one page.
fn with_files(left: &'static [i64]) -> Fault {
    Fault::start(|_, _| answer("200 OK", "", &list(&files(left), false)))
}

/// A service whose second page never is one.
fn with_half(left: &'static [i64]) -> Fault {
    Fault::start(|_, head| match begins_at(head) {
        0 => answer("200 OK", "", &list(&files(left), true)),
        _ => answer("501 Not Implemented", "", "{\"error\":\"a|b\\nc\"}"),
    })
}

/// What was said, whose form is held for every line that a check says.
fn said(output: &Output) -> (Option<i32>, String) {
    let line = text(&output.stdout);
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(line.ends_with('\n') && line.len() <= 1_024, "{line}");
    assert!(line.matches('|').count() <= 1 && !line.contains('\u{1b}'), "{line}");
    let word = line.strip_prefix("SHELFLIFE ").unwrap().split(" - ").next().unwrap();
    let number = ["OK", "WARNING", "CRITICAL", "UNKNOWN"].iter().position(|known| *known == word);
    assert_eq!(number.map(|number| i32::try_from(number).unwrap()), output.status.code(), "{line}");
    (output.status.code(), line)
}

/// Runs a check, and compares exit code and words; the words before the performance data.
#[track_caller]
fn checked(url: &str, arguments: &str, code: i32, words: &str) -> String {
    let all: Vec<&str> = ["check"].into_iter().chain(arguments.split_whitespace()).collect();
    let output = run_at(url, &all);
    assert_eq!(text(&output.stderr), "", "{arguments}");
    let (status, line) = said(&output);
    assert!(line.contains(words), "{arguments}: {line}");
    assert_eq!(status, Some(code), "{arguments}: {line}");
    line
}

#[test]
fn the_time_left_of_the_next_file_decides() {
    for (left, arguments, code, words) in [
        (&[3 * DAY, 2 * DAY][..], "", 0, "OK - next name-1.jsonl in 2d 00h (2 files, complete) | "),
        (&[DAY - 60], "", 1, "WARNING - 1 file expires within 24h, next name-0.jsonl in 23:"),
        (
            &[2 * HOUR, DAY - 60, HOUR / 2],
            "",
            2,
            "CRITICAL - 1 file expires within 1h, next name-2.jsonl in 30:",
        ),
        // What has expired is in the performance data only.
        (&[-DAY, 3 * DAY], "", 0, "OK - next name-1.jsonl in 3d 00h (2 files, complete)"),
        (&[-DAY, -HOUR], "", 0, "OK - no file is to expire (2 files, complete)"),
        (&[2 * HOUR], "-c 3h:", 2, "CRITICAL - 1 file expires within 3h"),
        (&[2 * HOUR], "-c 10800:", 2, "CRITICAL - 1 file expires within 3h"),
        (&[2 * HOUR], "-w 1h: -c 60:", 0, "OK - next name-0.jsonl in 02:00:"),
        (&[2 * HOUR], "--warning @1h:3h --critical ~:30d", 1, "is told of by @1h:3h"),
        (&[40 * DAY], "-c ~:30d", 2, "next name-0.jsonl in 40d 00h is told of by ~:30d"),
        (
            &[2 * HOUR, 2 * DAY],
            "--filter left>1d",
            0,
            "OK - next name-1.jsonl in 2d 00h (1 matching file, complete)",
        ),
    ] {
        let server = Fault::start(move |_, _| answer("200 OK", "", &list(&files(left), false)));
        checked(&server.url, arguments, code, words);
    }
}

#[test]
fn performance_data_has_every_label_in_any_case() {
    let server = with_files(&[-DAY, HOUR / 2, HOUR / 4, 5 * HOUR, 9 * DAY]);
    let line = checked(&server.url, "", 2, "2 files expire within 1h");
    let data = line.trim_end().split(" | ").nth(1).unwrap();
    let labels: Vec<(&str, &str)> = data.split(' ').filter_map(|one| one.split_once('=')).collect();
    for (label, value) in [
        ("'critical'", "2;;0;0"),
        ("'soon'", "1;0;;0"),
        ("'expired'", "1;;;0"),
        ("'files'", "5;;;0"),
        ("'bytes'", "5B;;;0"),
    ] {
        assert!(labels.contains(&(label, value)), "{label}: {line}");
    }
    assert_eq!(labels.len(), 7, "{line}");
    let next = labels[0].1.strip_suffix("s;86400:;3600:;0").unwrap();
    assert!((900..=930).contains(&next.parse::<u32>().unwrap()), "{line}");
    assert!(labels[6].1.ends_with('s') && labels[6].1.parse::<f64>().is_err(), "{line}");
    let line = checked("http://127.0.0.1:1", "-w 2d: -c @~:60", 3, "cannot be reached");
    let (_, data) = line.trim_end().split_once(" | ").unwrap();
    let (unknown, time) = data.split_once(" 'time'=").unwrap();
    assert_eq!(
        unknown,
        "'next'=U;172800:;@~:60;0 'critical'=U;;0;0 'soon'=U;0;;0 'expired'=U;;;0 'files'=U;;;0 'bytes'=U;;;0"
    );
    assert!(time.ends_with('s'), "{line}");
}

/// Whole, partial, empty, refused, slow, down, lying.
#[test]
fn whatever_the_service_does_there_is_one_line() {
    let empty = || Fault::start(|_, _| page(0, 0, false));
    let refused = |status: &'static str| Fault::start(move |_, _| answer(status, "", "{}"));
    let html = Fault::start(|_, _| answer("200 OK", "", "<html>a|b please log in"));
    let again = Fault::start(|_, _| page(0, 3, true));
    let redirect = Fault::start(|_, _| answer("302 Found", "Location: http://a.b/|\r\n", ""));
    for (server, arguments, code, words) in [
        (with_files(&[9 * DAY]), "", 0, "OK - next"),
        (empty(), "", 0, "OK - no files (0 files, complete) | 'next'=U;86400:;3600:;0 "),
        (empty(), "--empty critical", 2, "CRITICAL - no files"),
        (empty(), "--empty warning", 1, "WARNING - no files"),
        (empty(), "--empty unknown", 3, "UNKNOWN - no files"),
        (
            with_files(&[9 * DAY]),
            "--filter never --empty warning",
            1,
            "no file matches (0 matching files, complete)",
        ),
        // A part of the list is no knowledge, but for what is critical whatever else there is.
        (
            with_half(&[9 * DAY]),
            "",
            3,
            "UNKNOWN - read 1 of more: the service answered 501 Not Implemented: a¦b c; ",
        ),
        (with_half(&[5 * HOUR]), "", 3, "next name-0.jsonl in 05:00:"),
        (
            with_half(&[HOUR / 2, 5 * HOUR]),
            "",
            2,
            "1 file expires within 1h, next name-0.jsonl in 30:",
        ),
        (with_half(&[40 * DAY]), "-c ~:30d", 3, "UNKNOWN - read 1 of more"),
        (with_half(&[HOUR]), "-c @0:2h", 2, "is told of by @2h"),
        (with_half(&[]), "--empty ok", 3, "UNKNOWN - read 0 of more"),
        (
            refused("401 Unauthorized"),
            "",
            3,
            "UNKNOWN - the files could not be listed: the service refused the key (401)",
        ),
        (refused("403 Forbidden"), "", 3, "denies permission"),
        (refused("404 Not Found"), "", 3, "404 Not Found"),
        (refused("501 Not Implemented"), "", 3, "501"),
        (html, "", 3, "not a files list: it begins with <html>a¦b"),
        (again, "", 3, "UNKNOWN - read 3 of more: the service repeats itself"),
        (redirect, "", 3, "redirects"),
    ] {
        checked(&server.url, arguments, code, words);
    }
    checked(
        "http://127.0.0.1:1",
        "",
        3,
        "UNKNOWN - the files could not be listed: the service cannot be",
    );
}

/// Hazards 25, 26: what could not be read may be what expires next.
#[test]
fn what_could_not_be_read_is_no_knowledge_unless_it_is_left_out() {
    let bodies = [
        (r#"{"filename":"no id"}"#, "1 unreadable of 2 files, next name-0.jsonl", "not unreadable"),
        (
            r#"{"id":"b","filename":"odd","expires_at":"soon"}"#,
            "1 unreadable expiry of 2 files, next name-0.jsonl",
            "left>0s or never",
        ),
    ];
    for (odd, words, filter) in bodies {
        for (left, code) in [(9 * DAY, 3), (HOUR / 2, 2)] {
            let server = Fault::start(move |_, _| {
                let mut all = files(&[left]);
                all.push(odd.to_owned());
                answer("200 OK", "", &list(&all, false))
            });
            checked(
                &server.url,
                "",
                code,
                if code == 3 { words } else { "1 file expires within 1h" },
            );
            let output =
                run_at(&server.url, &["check", "-c", "1s:", "-w", "2s:", "--filter", filter]);
            assert_eq!(said(&output).0, Some(0), "{filter}");
        }
    }
}

/// The stage that was reached is said; what was found critical by then is critical.
#[test]
fn what_is_slow_is_unknown_in_time() {
    for (left, code, words) in [
        (
            &[9 * DAY][..],
            3,
            "UNKNOWN - read 1 of more: out of time after 5s, listing page 2, next name-0.jsonl",
        ),
        (&[HOUR / 2], 2, "(1 file of more: out of time after 5s, listing page 2)"),
    ] {
        let server = Fault::start(move |_, head| match begins_at(head) {
            0 => answer("200 OK", "", &list(&files(left), true)),
            _ => Reply::Stall(vec![]),
        });
        checked(&server.url, "--timeout 5s", code, words);
    }
    let down = Fault::start(|_, _| answer("503 Service Unavailable", "Retry-After: 60\r\n", ""));
    checked(
        &down.url,
        "-t 5",
        3,
        "out of time after 5s, listing page 1, where the service answered 503",
    );
}

/// What is saved lies on a disk, which may never answer: the time that it may take binds it, too.
#[test]
fn a_disk_that_does_not_answer_is_unknown_in_time() {
    let server = with_files(&[90_000]);
    let state = tempfile::tempdir().unwrap();
    let folder = state.path().join("shelflife/ledger");
    std::fs::create_dir_all(&folder).unwrap();
    // Whoever opens it waits for somebody who writes into it.
    let place = server.url.trim_start_matches("http://");
    let ledger = folder.join(format!("{place}.jsonl"));
    let made = std::process::Command::new("mkfifo").arg(&ledger).status().unwrap();
    assert!(made.success());
    let mut command = command(&["check", "--filter", "not saved", "--timeout", "1s"]);
    command.env("CEREBRAS_API_KEY", CANARY).env("CEREBRAS_BASE_URL", &server.url);
    let output = command.env("XDG_STATE_HOME", state.path()).output().unwrap();
    let (code, said) = said(&output);
    let words =
        "SHELFLIFE UNKNOWN - out of time after 1s: a disk on which it looks does not answer | ";
    assert!(code == Some(3) && said.starts_with(words) && said.contains("'next'=U;"), "{said}");
}

/// Usage, help, no key, configuration: nothing that a check says is an exit code that means something.
#[test]
fn what_is_no_knowledge_is_unknown_with_a_line() {
    for (arguments, words) in [
        ("check --nonsense", "unexpected argument '--nonsense' found"),
        ("check surplus", "unexpected argument 'surplus' found"),
        ("check -w", "a value is required for '--warning <RANGE>'"),
        ("check -w 5:3", "a range such as 24h:"),
        ("check --filter left<6x", "a time such as 90s, 6h or 1d12h is expected, at \"6x\""),
        ("check --filter marked", "known to the dashboard only"),
        ("check --timeout 0", "a span from 1s to 1h"),
        ("check --empty fine", "invalid value 'fine'"),
        ("--limit 0 check", "invalid value '0' for '--limit <N>'"),
        ("check --config /nonexistent", "nonexistent"),
        ("check --demo --base-url http://a", "cannot be used with"),
        ("check --base-url ftp://a", "ftp://a"),
        ("check", "no key: set CEREBRAS_API_KEY"),
    ] {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let output = command(&arguments).output().unwrap();
        let (code, line) = said(&output);
        assert!(code == Some(3) && line.contains(words), "{arguments:?}: {line}");
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
    }
    for arguments in [&["check", "--help"][..], &["check", "-h"], &["check", "--version"]] {
        let output = command(arguments).output().unwrap();
        let help = text(&output.stdout);
        assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(3), ""));
        assert!(help.contains("--critical") || help.contains(env!("CARGO_PKG_VERSION")), "{help}");
    }
    // Of another command it is not.
    assert_eq!(command(&["list", "check"]).output().unwrap().status.code(), Some(2));
    assert_eq!(command(&["help", "check"]).output().unwrap().status.code(), Some(0));
}

/// Hazards of operations 32: too few of something, which is a panic of a library at some places.
#[test]
fn what_fails_on_this_machine_is_unknown_too() {
    for most in 5..=16 {
        let mut shell = Command::new("/bin/sh");
        let program = env!("CARGO_BIN_EXE_shelflife");
        let run = format!("ulimit -n {most}; exec '{program}' check --base-url http://127.0.0.1:1");
        shell.args(["-c", &run]).env_clear().env("CEREBRAS_API_KEY", CANARY);
        let output = shell.env("XDG_CONFIG_HOME", NO_CONFIGURATION).output().unwrap();
        assert_eq!(said(&output).0, Some(3), "{most}");
    }
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(&["check", "--demo"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("nothing can be printed"));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command(&["check", "--demo"]).stdout(writer).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(3), ""));
}

/// Whoever runs checks may have less patience than was given.
#[test]
fn a_check_that_is_ended_says_so() {
    let server = Fault::start(|_, _| Reply::Stall(vec![]));
    let mut command = command(&["check", "--base-url", &server.url]);
    command.env("CEREBRAS_API_KEY", CANARY).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    wait_until("the request", || !server.requests().is_empty());
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::TERM).unwrap();
    let (code, line) = said(&child.wait_with_output().unwrap());
    assert!(code == Some(3) && line.contains("interrupted by SIGTERM"), "{line}");
}

/// Hazards of operations 29, and 19: what a name has in it stays in the name.
#[test]
fn a_name_cannot_break_the_line() {
    let name = format!("a|b\\n'c'=1\\u001b]0;x\\u0007\\u202e{}", "é".repeat(900));
    let server = Fault::start(move |_, _| {
        let file = expiring_at("file_1", &name, now_s() - DAY, now_s() + HOUR / 2);
        answer("200 OK", "", &list(&[file], false))
    });
    let line = checked(&server.url, "", 2, "a¦b\\n'c'=1\\u{1b}]0;x");
    assert!(line.contains(" | 'next'="), "{line}");
}

/// A check asks for just what a list asks for.
#[test]
fn it_costs_no_more_requests_than_a_list() {
    let demo = Demo::with_files(450);
    let output = run_at(&demo.url, &["check", "--empty", "critical"]);
    assert!(said(&output).1.contains("(450 files, complete)"), "{}", text(&output.stdout));
    assert_eq!(demo.requests().len(), 5);
}
