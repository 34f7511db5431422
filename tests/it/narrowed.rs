//! `list` where it is asked a question: `--filter`, `--sort`, `--columns`, `--fail-empty`; and what an
//! interruption leaves.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use shelflife::demo::Options;

use crate::support::binary::{command, run_at, text};
use crate::support::demo::Demo;
use crate::support::fault::{Fault, Reply, answer, begins_at, page};
use crate::support::terminal::Terminal;
use crate::support::{CANARY, wait_until};

/// The lines that `list` prints with these arguments; nothing may be said.
#[track_caller]
fn listed(url: &str, arguments: &str) -> Vec<String> {
    let output = run_at(url, &words(arguments));
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""), "{arguments}");
    text(&output.stdout).lines().map(str::to_owned).collect()
}

fn words(arguments: &str) -> Vec<&str> {
    ["list"].into_iter().chain(arguments.split_whitespace()).collect()
}

/// What expires next, in one line; the same answer whatever the order of the service.
#[test]
fn a_filter_and_an_order_answer_a_question() {
    let demo = Demo::with_files(450);
    let all: Vec<serde_json::Value> = listed(&demo.url, "--all --output jsonl")
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(all.len(), 450);
    let batch = |file: &&serde_json::Value| file["purpose"] == "batch";
    let mut expected: Vec<_> = all.iter().filter(batch).collect();
    // In the service's order, all pages of it.
    let found = listed(&demo.url, "--filter purpose=batch --output ids");
    let ids = |files: &[&serde_json::Value]| -> Vec<String> {
        files.iter().map(|file| file["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found, ids(&expected));
    assert!(found.len() > 100 && found.len() < 450, "{}", found.len());
    // By size, the largest first; what is alike as the service has it.
    expected.sort_by_key(|file| std::cmp::Reverse(file["bytes"].as_u64()));
    let sizes = |files: &[&serde_json::Value]| -> Vec<String> {
        files.iter().map(|file| file["bytes"].to_string()).collect()
    };
    let sorted =
        listed(&demo.url, "--filter purpose=batch --sort size:desc --output csv --columns bytes");
    let expected = sizes(&expected).iter().map(|size| size.replace("null", "")).collect::<Vec<_>>();
    assert_eq!((sorted[0].as_str(), &sorted[1..]), ("bytes", &expected[..]));
    // By time left, those without an expiry last.
    let lines = listed(&demo.url, "--sort left --output csv --columns expires_at");
    let times: Vec<i64> = lines[1..].iter().map(|line| line.parse().unwrap_or(i64::MAX)).collect();
    assert!(times.is_sorted() && times.len() == 450, "{times:?}");
    let lines = listed(&demo.url, "--sort name:desc --output csv --columns name,id");
    assert!(lines[1..].is_sorted_by(|a, b| a.split(',').next() >= b.split(',').next()));
    // Each of them reads the list once from end to end.
    assert_eq!(demo.requests().len(), 5 * 5);
}

/// Nothing is sorted: what matches is printed before the next page is there.
#[test]
fn a_filter_prints_while_pages_come() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let server = Fault::start(move |_, head| {
        if begins_at(head) == 0 {
            page(0, 100, true)
        } else {
            wait.lock().unwrap().recv().unwrap();
            page(100, 120, false)
        }
    });
    let arguments = ["list", "--filter", "name:-00042 or name:-00110", "--output", "ids"];
    let mut command = command(&arguments);
    command.env("CEREBRAS_API_KEY", CANARY).env("CEREBRAS_BASE_URL", &server.url);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert_eq!(line, "file_00042\n");
    go.send(()).unwrap();
    out.read_to_string(&mut line).unwrap();
    assert_eq!(
        (line.as_str(), child.wait().unwrap().code()),
        ("file_00042\nfile_00110\n", Some(0))
    );
}

#[test]
fn every_form_of_nothing_found_is_whole_and_may_be_a_failure() {
    let demo = Demo::with_files(120);
    for (form, printed) in [
        ("table", "TIME LEFT        SIZE   CREATED  PURPOSE       ID  FILENAME\n"),
        ("json", "{\"object\":\"list\",\"data\":[],\"has_more\":false}\n"),
        ("jsonl", ""),
        ("csv", "id,filename,bytes,purpose,created_at,expires_at\r\n"),
        ("ids", ""),
    ] {
        for (more, code, said) in [
            ("", 0, ""),
            ("--fail-empty", 4, "shelflife: no file matches the filter\n"),
            ("--fail-empty --sort left", 4, "shelflife: no file matches the filter\n"),
        ] {
            let arguments = format!("--filter id=none --output {form} {more}");
            let output = run_at(&demo.url, &words(&arguments));
            assert_eq!(text(&output.stdout), printed, "{arguments}");
            assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(code), said));
        }
    }
    let none = Demo::with_files(0);
    let output = run_at(&none.url, &words("--fail-empty --output ids"));
    assert_eq!(
        (output.status.code(), text(&output.stderr).as_str()),
        (Some(4), "shelflife: there are no files\n")
    );
    assert_eq!(run_at(&demo.url, &words("--fail-empty --quiet")).status.code(), Some(0));
}

/// What came is printed, in the order that was asked for; that it is a part is said.
#[test]
fn a_part_of_the_list_says_so_filtered_or_sorted() {
    let server = Fault::start(|_, head| match begins_at(head) {
        0 => page(0, 3, true),
        _ => answer("501 Not Implemented", "", ""),
    });
    for (arguments, printed, said) in [
        (
            "--filter -name:00001",
            "file_00000\nfile_00002\n",
            "partial: 2 files of 3 listed, then: ",
        ),
        (
            "--sort id:desc",
            "file_00002\nfile_00001\nfile_00000\n",
            "partial: 3 files listed, then: ",
        ),
        ("--filter id=none --fail-empty", "", "partial: 0 files of 3 listed, then: "),
    ] {
        let output = run_at(&server.url, &words(&format!("{arguments} --output ids")));
        let (out, error) = (text(&output.stdout), text(&output.stderr));
        assert_eq!((output.status.code(), out.as_str()), (Some(1), printed), "{arguments}");
        assert!(error.contains(said) && error.lines().count() == 1, "{arguments}: {error}");
    }
}

/// A file that the service sends again much later is sorted in once.
#[test]
fn what_is_sorted_is_there_once() {
    let server = Fault::start(|n, _| match n {
        0 => page(0, 3, true),
        1 => page(3, 6, true),
        _ => page(1, 8, false),
    });
    let lines = listed(&server.url, "--sort id --output ids");
    let expected: Vec<String> = (0..8).map(|n| format!("file_{n:05}")).collect();
    assert_eq!(lines, expected);
}

#[test]
fn what_cannot_be_asked_is_refused_with_what_can() {
    let allowed = "allowed are id, filename (name), bytes (size), purpose, created_at (created), \
                   expires_at (expires), left";
    for (arguments, said) in [
        (
            "--filter left<6x",
            "a time such as 90s, 6h or 1d12h is expected, at \"6x\"\n\n    left<6x\n         ^^\n",
        ),
        ("--filter marked", "marks are known to the dashboard only"),
        ("--filter=", "a filter is expected"),
        ("--sort verified", allowed),
        ("--sort left:up", "behind the colon stands desc, or asc"),
        ("--columns id,none", allowed),
        ("--columns id,id", "id is in it twice"),
        ("--columns id --output ids", "--output ids has one column"),
        ("--quiet --progress", "cannot be used with"),
    ] {
        let output = run_at("http://127.0.0.1:1", &words(arguments));
        let error = text(&output.stderr);
        assert_eq!(
            (output.status.code(), output.stdout.len()),
            (Some(2), 0),
            "{arguments}: {error}"
        );
        assert!(error.contains(said), "{arguments}: {error}");
    }
}

/// Hazards 25: what could not be read is counted, and never taken for a file that matches.
#[test]
fn what_could_not_be_read_is_said_whatever_the_filter() {
    let body = r#"{"data":[{"filename":"x"},{"id":"a","filename":"x"},{"id":"b","bytes":-1}],"has_more":false}"#;
    let server = Fault::start(move |_, _| answer("200 OK", "", body));
    for (filter, printed, odd) in [("x", "a\n", 0), ("id=b", "b\n", 1), ("unreadable", "", 0)] {
        let output = run_at(&server.url, &["list", "--filter", filter, "--output", "ids"]);
        let error = text(&output.stderr);
        assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(0), printed));
        assert!(error.contains("1 unreadable"), "{error}");
        assert!(!error.contains("null here"), "ids have no such values: {error}");
        let output = run_at(&server.url, &["list", "--filter", filter, "--output", "jsonl"]);
        let error = text(&output.stderr);
        assert_eq!(
            error.matches("1 value could not be read and is null here").count(),
            odd,
            "{error}"
        );
    }
}

/// Those that end a command; what the test itself was told to ignore, its children ignore too.
fn signals() -> Vec<Signal> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    let is_heard = |signal: &Signal| ignored >> (signal.as_raw() - 1) & 1 == 0;
    [Signal::INT, Signal::TERM].into_iter().filter(is_heard).collect()
}

/// What was begun is whole after a signal; what is not begun is not printed.
#[test]
fn an_interruption_leaves_valid_output() {
    for (arguments, whole) in [
        ("--all --output json", "],\"has_more\":true}\n"),
        ("--all --output jsonl", "\"purpose\":\"batch\"}\n"),
        ("--all --output csv", "\r\n"),
        ("--all --output table", "name-00001.jsonl\n"),
        (
            "--filter jsonl --output json --columns id",
            "{\"id\":\"file_00001\"}\n],\"has_more\":true}\n",
        ),
        ("--sort left --output json", ""),
        ("--sort left --output csv", ""),
    ] {
        for signal in signals() {
            let server = Fault::start(|_, head| match begins_at(head) {
                0 => page(0, 2, true),
                _ => Reply::Stall(vec![]),
            });
            let mut command = command(&words(arguments));
            command.env("CEREBRAS_API_KEY", CANARY).env("CEREBRAS_BASE_URL", &server.url);
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            let mut out = BufReader::new(child.stdout.take().unwrap());
            let mut printed = String::new();
            if whole.is_empty() {
                wait_until("the second request", || server.requests().len() == 2);
            } else {
                // A page is written at once; its last line may have no end yet.
                while !printed.contains("file_00000") {
                    assert_ne!(out.read_line(&mut printed).unwrap(), 0, "{arguments}: {printed}");
                }
            }
            kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), signal).unwrap();
            out.read_to_string(&mut printed).unwrap();
            let code = if signal == Signal::INT { 130 } else { 143 };
            let output = child.wait_with_output().unwrap();
            let error = text(&output.stderr);
            assert_eq!((output.status.code(), error.as_str()), (Some(code), ""), "{arguments}");
            assert!(
                printed.ends_with(whole) && printed.is_empty() == whole.is_empty(),
                "{printed}"
            );
            if arguments.contains("json ") || arguments.ends_with("json") && !printed.is_empty() {
                let value: serde_json::Value = serde_json::from_str(&printed).unwrap();
                assert_eq!(value["data"].as_array().unwrap().len(), 2, "{arguments}");
            }
        }
    }
}

/// No reader takes anything: the signal ends it all the same.
#[test]
fn an_interruption_ends_a_list_that_nobody_reads() {
    let mut command = command(&["list", "--demo", "--files", "50000", "--all", "--output", "json"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut [0; 100]).unwrap();
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

/// How far it is stands on a terminal only, for whoever sees it.
#[test]
fn progress_is_shown_on_a_terminal_and_taken_away() {
    let latency = std::time::Duration::from_millis(300);
    let demo = Demo::start(Options { files: 600, latency, ..Options::default() });
    let key = ("CEREBRAS_API_KEY", CANARY);
    let url = ("CEREBRAS_BASE_URL", demo.url.as_str());
    for (arguments, is_shown) in [
        (&["list", "--filter", "id=none", "--output", "ids", "--progress"][..], true),
        (&["list", "--filter", "id=none", "--output", "ids"], false),
        (&["list", "--filter", "id=none", "--output", "ids", "--quiet"], false),
    ] {
        let terminal = Terminal::start(80, 24, arguments, &[key, url]);
        assert_eq!(terminal.wait_exit_restored(), 0);
        let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
        assert_eq!(raw.contains("files · "), is_shown, "{arguments:?}: {raw:?}");
        assert!(!is_shown || raw.ends_with("\r\u{1b}[K"), "{raw:?}");
    }
    let output = run_at(&demo.url, &["list", "--filter", "id=none", "--progress"]);
    assert_eq!(text(&output.stderr), "", "nobody sees it");
}

/// A note is no problem.
#[test]
fn quiet_leaves_problems_only() {
    let more = Fault::start(|_, _| page(0, 1, true));
    let output = run_at(&more.url, &["list", "--quiet"]);
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
    let again = Fault::start(|_, _| page(0, 1, true));
    let output = run_at(&again.url, &["list", "--all", "--quiet"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("partial: 1 file listed"), "{}", text(&output.stderr));
}
