//! The commands for scripts: forms, exit codes, words on standard error.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::Parser;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use shelflife::commands::cli::Cli;
use shelflife::demo::Options;
use shelflife::text::width;

use crate::support::binary::{command, run_at, text};
use crate::support::demo::Demo;
use crate::support::fault::{Fault, Reply, answer, begins_at, page};
use crate::support::files::lasting_page;
use crate::support::terminal::Terminal;
use crate::support::{CANARY, NO_CONFIGURATION, wait_until};

#[test]
fn json_is_the_apis_own_form_one_page_by_default() {
    let demo = Demo::with_files(250);
    let output = run_at(&demo.url, &["list", "--output", "json"]);
    assert_eq!(
        (output.status.code(), text(&output.stderr).as_str()),
        (Some(0), "shelflife: 100 files, more on the server: --all\n")
    );
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((value["object"].as_str(), value["has_more"].as_bool()), (Some("list"), Some(true)));
    assert_eq!(value["data"].as_array().unwrap().len(), 100);
    assert_eq!(demo.requests(), ["GET /v1/files?limit=100"]);
}

/// A page that was asked for is whole; what it leaves out is said, whoever reads.
#[test]
fn a_page_that_is_not_all_says_so_in_every_form() {
    let one = Fault::start(|_, _| page(0, 1, true));
    let silent = Fault::start(|_, head| {
        let from = begins_at(head);
        let files = lasting_page(from, (from + 2).min(2), false);
        answer("200 OK", "", &files.replace(",\"has_more\":false", ""))
    });
    let all = Fault::start(|_, _| page(0, 3, false));
    for form in ["table", "json", "jsonl", "csv"] {
        for (server, words) in [
            (&one, "shelflife: 1 file, more on the server: --all\n"),
            (&silent, "shelflife: 2 files, perhaps more on the server: --all\n"),
            (&all, ""),
        ] {
            let output = run_at(&server.url, &["list", "--output", form]);
            let said = text(&output.stderr);
            assert_eq!((output.status.code(), said.as_str()), (Some(0), words), "{form}");
        }
        let output = run_at(&silent.url, &["list", "--all", "--output", form]);
        assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""), "{form}");
    }
}

#[test]
fn of_an_option_given_twice_the_last_one_counts() {
    let demo = Demo::with_files(30);
    for (arguments, lines) in [
        (&["list", "--output", "csv", "--limit", "7", "--output", "jsonl", "--limit", "5"][..], 5),
        (&["--limit", "7", "list", "--limit", "6", "--output", "jsonl"], 6),
        (&["list", "--all", "--output", "jsonl", "--all"], 30),
    ] {
        let output = run_at(&demo.url, arguments);
        assert_eq!(text(&output.stdout).lines().count(), lines, "{}", text(&output.stderr));
    }
}

#[test]
fn every_option_of_all_commands_is_taken_by_each() {
    let all =
        "--allow-http --read-only --limit 5 --load all --refresh 1m --color never --theme fig";
    let wait = ["wait", "--appears", "x"];
    let others = [
        &["list"][..],
        &["show", "x"],
        &["check"],
        &wait,
        &["config"],
        &["doctor"],
        &["man"],
        &["metrics"],
    ];
    for command in others.into_iter().chain([&["demo-server"][..]]) {
        let words = ["shelflife"].into_iter().chain(command.iter().copied());
        let parsed = Cli::try_parse_from(words.chain(all.split(' ')));
        let options = parsed.unwrap().options;
        assert!(options.read_only && options.theme.as_deref() == Some("fig"), "{command:?}");
    }
}

#[test]
fn every_form_of_the_whole_list_holds_every_file_once() {
    let demo = Demo::with_files(250);
    let lines = |form| {
        text(&run_at(&demo.url, &["list", "--all", "--output", form]).stdout).lines().count()
    };
    assert_eq!(lines("jsonl"), 250);
    assert_eq!(lines("csv"), 251);
    assert_eq!(lines("table"), 251);
    let json = run_at(&demo.url, &["list", "--all", "--output", "json", "--limit", "7"]);
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        (value["data"].as_array().unwrap().len(), value["has_more"].as_bool()),
        (250, Some(false))
    );
    assert_eq!(demo.requests().len(), 3 * 3 + 36);
}

#[test]
fn lines_begin_before_the_last_page_is_there() {
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
    for form in ["jsonl", "csv", "table"] {
        let mut child = command(&["list", "--all", "--output", form, "--base-url", &server.url])
            .env("CEREBRAS_API_KEY", CANARY)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        for _ in 0..50 {
            assert_ne!(out.read_line(&mut line).unwrap(), 0, "{form}");
        }
        go.send(()).unwrap();
        out.read_to_string(&mut line).unwrap();
        assert!(child.wait().unwrap().success());
        assert!(line.contains("name-00119.jsonl"), "{form}");
    }
}

/// Too few files that may be open: a sentence that says what to do, and no bug.
#[test]
fn too_few_descriptors_are_no_bug() {
    let mut short = 0;
    for most in 5..=16 {
        for arguments in
            ["list --base-url http://127.0.0.1:1", "doctor --base-url http://127.0.0.1:1"]
        {
            let mut shell = Command::new("/bin/sh");
            let program = env!("CARGO_BIN_EXE_shelflife");
            shell.args(["-c", &format!("ulimit -n {most}; exec '{program}' {arguments}")]);
            shell.env_clear().env("CEREBRAS_API_KEY", CANARY).env("RUST_BACKTRACE", "1");
            shell.env("XDG_CONFIG_HOME", NO_CONFIGURATION);
            let output = shell.output().unwrap();
            let said = text(&output.stderr);
            assert!(!said.contains("bug") && !said.contains("panicked"), "{most}: {said}");
            assert!(!said.contains("Os {") && !said.contains("os error"), "{most}: {said}");
            assert!(matches!(output.status.code(), Some(1 | 5)), "{most}: {said}");
            if said.contains("Too many open files") {
                short += 1;
                assert!(
                    said.contains("(ulimit -n)") && said.lines().count() == 1,
                    "{most}: {said}"
                );
                assert_eq!(output.status.code(), Some(1), "{most}: {said}");
            }
        }
    }
    assert!(short >= 6, "{short}");
}

/// Too few threads: the same. No limit of them binds the superuser, who has somebody else try it then.
#[test]
fn too_few_threads_are_no_bug() {
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = place.path().join("shelflife");
    fs::copy(env!("CARGO_BIN_EXE_shelflife"), &program).unwrap();
    let mut short = 0;
    for most in 1..=3 {
        let run = format!("ulimit -u {most}; exec \"$0\" list --base-url http://127.0.0.1:1");
        let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        let shell = ["bash", "-c", &run];
        let is_root = rustix::process::getuid().is_root();
        let words = nobody.iter().filter(|_| is_root).chain(&shell).collect::<Vec<_>>();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).arg(&program).env_clear().env("CEREBRAS_API_KEY", CANARY);
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("RUST_BACKTRACE", "1");
        command.env("XDG_CONFIG_HOME", NO_CONFIGURATION).current_dir("/");
        let output = command.output().unwrap();
        let said = text(&output.stderr);
        assert!(!said.contains("bug") && !said.contains("panicked"), "{most}: {said}");
        assert!(matches!(output.status.code(), Some(1 | 5)), "{most}: {said}");
        if output.status.code() == Some(1) {
            short += 1;
            assert!(said.contains("(ulimit -u") && said.lines().count() == 1, "{most}: {said}");
        }
    }
    assert!(short > 0);
}

/// Standard output that was set not to block, and whose reader is slow: nothing of a list is lost,
/// whatever its form.
#[test]
fn output_that_would_block_is_waited_for() {
    for form in ["jsonl", "json", "csv", "table"] {
        let (mut reader, out) = UnixStream::pair().unwrap();
        out.set_nonblocking(true).unwrap();
        let taken = out.try_clone().unwrap();
        let arguments = ["list", "--demo", "--files", "5000", "--all", "--output", form];
        let mut child = command(&arguments);
        child.stdout(OwnedFd::from(out)).stderr(Stdio::piped());
        let mut running = child.spawn().unwrap();
        drop(child);
        wait_until("the output to be full", || {
            let mut ready = [PollFd::new(&taken, PollFlags::OUT)];
            poll(&mut ready, Some(&Timespec::default())).unwrap() == 0
        });
        drop(taken);
        let mut listed = String::new();
        reader.read_to_string(&mut listed).unwrap();
        let status = running.wait().unwrap();
        let mut said = String::new();
        running.stderr.unwrap().read_to_string(&mut said).unwrap();
        assert_eq!((status.code(), said.as_str()), (Some(0), ""), "{form}");
        assert_eq!(listed.matches("file_").count(), 5_000, "{form}");
        let end = listed.lines().last().unwrap();
        assert!(form != "json" || end == "],\"has_more\":false}", "{end}");
    }
}

/// The same of what is printed before anything is done, into a pipe that is full already.
#[test]
fn help_that_would_block_is_waited_for() {
    let whole = |arguments: &[&str]| command(arguments).output().unwrap().stdout;
    for arguments in [&["--help"][..], &["-h"], &["list", "--help"], &["--version"]] {
        let (mut reader, out) = UnixStream::pair().unwrap();
        out.set_nonblocking(true).unwrap();
        let mut filled = 0;
        while let Ok(written) = (&out).write(&[b'-'; 512]) {
            filled += written;
        }
        let mut child = command(arguments);
        child.stdout(OwnedFd::from(out));
        let mut running = child.spawn().unwrap();
        drop(child);
        let mut printed = vec![];
        reader.read_to_end(&mut printed).unwrap();
        assert_eq!(running.wait().unwrap().code(), Some(0), "{arguments:?}");
        assert!(printed[filled..] == whole(arguments), "{arguments:?}");
    }
}

/// Whatever prints on standard output, on a device that takes nothing.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_a_failure_with_words() {
    let commands: [&[&str]; 20] = [
        &["--help"],
        &["-h"],
        &["--version"],
        &["list", "--help"],
        &["help"],
        &["help", "list"],
        &["help", "keys"],
        &["config"],
        &["config", "--effective"],
        &["list", "--demo"],
        &["list", "--demo", "--output", "json"],
        &["list", "--demo", "--output", "csv"],
        &["list", "--demo", "--output", "ids"],
        &["list", "--demo", "--sort", "left"],
        &["doctor", "--demo"],
        &["metrics", "--demo"],
        &["completions", "fish"],
        &["man"],
        &["man", "list"],
        &["demo-server"],
    ];
    for arguments in commands {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(arguments).stdout(full).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.ends_with("printed: No space left on device\n"), "{said}");
        assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
        // One that is closed is nobody's failure: who read has seen enough.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        if arguments != ["demo-server"] {
            let output = command(arguments).stdout(writer).output().unwrap();
            let said = text(&output.stderr);
            assert_eq!((output.status.code(), said.as_str()), (Some(0), ""), "{arguments:?}");
        }
    }
}

/// Hazards 41: a closed pipe.
#[test]
fn a_closed_pipe_is_quiet() {
    for form in ["table", "json", "jsonl", "csv", "ids"] {
        let arguments = ["list", "--demo", "--files", "50000", "--all", "--output", form];
        let mut child =
            command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (text(&output.stderr), output.status.code()),
            (String::new(), Some(0)),
            "{form}"
        );
    }
}

/// Hazards 2, as far as lists go.
#[test]
fn two_files_with_one_id_are_both_listed_and_said() {
    let server = Fault::start(|_, _| {
        let body =
            r#"{"data":[{"id":"a","filename":"x"},{"id":"a","filename":"y"}],"has_more":false}"#;
        answer("200 OK", "", body)
    });
    let output = run_at(&server.url, &["list", "--output", "jsonl"]);
    assert_eq!((text(&output.stdout).lines().count(), output.status.code()), (2, Some(0)));
    assert!(text(&output.stderr).contains("1 listed with an id of another file"));
}

/// Hazards 14: the key echoed by the service.
#[test]
fn an_echoed_key_is_masked_wherever_it_comes_back() {
    let html =
        Fault::start(|_, _| answer("200 OK", "", &format!("<html>your header: Bearer {CANARY}")));
    let location: &'static str = format!("Location: /login?k={CANARY}\r\n").leak();
    let redirect = Fault::start(move |_, _| answer("302 Found", location, ""));
    for (server, words) in [(html, "Bearer [key]"), (redirect, "/login, which is not followed")] {
        let output = run_at(&server.url, &["list"]);
        assert!(text(&output.stderr).contains(words), "{}", text(&output.stderr));
    }
    for spelt in [CANARY.to_owned(), CANARY.replace('/', r"\/"), CANARY.replace('C', r"\u0043")] {
        let file = format!(r#"[{{"id":"a","filename":"x {spelt}{spelt} y","token":"{spelt}"}}]"#);
        let refusal = format!(r#"{{"error":{{"message":"x {spelt}{spelt} y"}}}}"#);
        let server = Fault::start(move |n, _| match n {
            0 => answer("401 Unauthorized", "", &refusal),
            _ => answer("200 OK", "", &file),
        });
        let said = text(&run_at(&server.url, &["list"]).stderr);
        assert!(said.contains("(401): x [key][key] y"), "{said}");
        for form in ["table", "json", "jsonl", "csv"] {
            let output = run_at(&server.url, &["list", "--output", form]);
            assert!(text(&output.stdout).contains("x [key][key] y"), "{}", text(&output.stdout));
        }
    }
}

/// Hazards 14: what is left of a document from which the key was taken is one still.
#[test]
fn json_stays_json_whatever_the_key_is() {
    let key = "1234567890";
    let body = format!(r#"[{{"id":"a","filename":"{key}","n":[{key}, 1],"s":["{key}"]}}]"#);
    let server = Fault::start(move |_, _| answer("200 OK", "", &body));
    let mut command = command(&["list", "--output", "jsonl"]);
    command.env("CEREBRAS_API_KEY", key).env("CEREBRAS_BASE_URL", &server.url);
    let said = text(&command.output().unwrap().stdout);
    let file: serde_json::Value = serde_json::from_str(&said).expect(&said);
    let hidden = |field: &str| file[field].clone();
    assert_eq!(hidden("filename"), "[key]");
    assert_eq!(hidden("n"), "[[key], 1]", "no longer a number, and so a text");
    assert_eq!(hidden("s"), serde_json::json!(["[key]"]));
}

#[test]
fn one_page_is_taken_as_it_is() {
    let server =
        Fault::start(|_, _| answer("200 OK", "", r#"{"data":[{"filename":"x"}],"has_more":true}"#));
    let output = run_at(&server.url, &["list", "--output", "json"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        text(&output.stderr).contains("1 unreadable")
            && text(&output.stdout).contains("\"has_more\":true")
    );
    let all = run_at(&server.url, &["list", "--all"]);
    assert_eq!(all.status.code(), Some(1));
    assert!(text(&all.stderr).contains("partial: 0 files listed"), "{}", text(&all.stderr));
}

/// Hazards 44: no home, one that is not there or cannot be written to, a locale without UTF-8.
#[test]
fn neither_a_home_nor_a_locale_is_needed() {
    let homes = ["", "relative", "/nonexistent", "/proc"];
    for home in homes {
        let output = command(&["list", "--demo", "--files", "100", "--output", "jsonl"])
            .env_remove("XDG_CONFIG_HOME")
            .env("HOME", home)
            .env("LANG", "C")
            .output()
            .unwrap();
        assert_eq!(text(&output.stdout).lines().count(), 100, "{home}: {}", text(&output.stderr));
        assert!(output.stderr.is_empty());
    }
    let mut terminal = Terminal::start(80, 24, &["--demo"], &[("HOME", "/proc"), ("LANG", "C")]);
    terminal.wait_for("next to expire");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// Hazards 44: no CA certificates.
#[test]
fn certificates_are_missed_only_where_they_are_needed() {
    let output = command(&["list", "--base-url", "https://files.invalid"])
        .env("CEREBRAS_API_KEY", CANARY)
        .env("SSL_CERT_FILE", "/dev/null")
        .env("SSL_CERT_DIR", "/nonexistent")
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("No CA certificates") && said.contains("SSL_CERT_FILE"), "{said}");

    // The dashboard makes its client with the first request.
    let missing = [
        ("SSL_CERT_FILE", "/dev/null"),
        ("SSL_CERT_DIR", "/nonexistent"),
        ("CEREBRAS_API_KEY", CANARY),
    ];
    let terminal = Terminal::start(80, 24, &["--base-url", "https://files.invalid"], &missing);
    assert_eq!(terminal.wait_exit_restored(), 1);
    terminal.wait_for_end("No CA certificates");

    let output = command(&["list", "--demo", "--output", "jsonl"])
        .env("SSL_CERT_FILE", "/dev/null")
        .env("SSL_CERT_DIR", "/nonexistent")
        .output()
        .unwrap();
    assert_eq!(text(&output.stdout).lines().count(), 100, "{}", text(&output.stderr));
}

/// Hazards 24: the same file again over pages.
#[test]
fn neighbouring_pages_may_overlap() {
    let server = Fault::start(|_, head| match begins_at(head) {
        0 => page(0, 100, true),
        from => page(from - 3, 150, false),
    });
    let output = run_at(&server.url, &["list", "--all", "--output", "jsonl"]);
    assert_eq!(text(&output.stdout).lines().count(), 150);
}

/// Hazards 21 and 23, for a script.
#[test]
fn a_list_that_ends_oddly_is_partial_and_says_so() {
    let stuck = Fault::start(|_, _| page(0, 10, true));
    let broken = Fault::start(|_, head| match begins_at(head) {
        0 => page(0, 10, true),
        _ => answer("500 Internal Server Error", "retry-after-ms: 1\r\n", ""),
    });
    let html = Fault::start(|_, head| match begins_at(head) {
        0 => page(0, 10, true),
        _ => answer("200 OK", "", "<html>log in</html>"),
    });
    for (server, requests) in [(stuck, 2), (broken, 4), (html, 2)] {
        let output = run_at(&server.url, &["list", "--all", "--output", "json"]);
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
        assert!(said.starts_with("shelflife: partial: 10 files listed, then: "), "{said}");
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (value["data"].as_array().unwrap().len(), value["has_more"].as_bool()),
            (10, Some(true))
        );
        assert_eq!(server.requests().len(), requests);
    }
}

#[test]
fn a_service_that_does_not_say_whether_there_is_more_is_asked_once_more() {
    let server = Fault::start(|_, _| {
        answer("200 OK", "", &lasting_page(0, 5, false).replace(",\"has_more\":false", ""))
    });
    let output = run_at(&server.url, &["list", "--all", "--output", "jsonl"]);
    assert_eq!((output.status.code(), text(&output.stdout).lines().count()), (Some(0), 5));
    assert_eq!(server.requests().len(), 2);
}

/// Hazards 28 and 37: each failure in its own words.
#[test]
fn failures_have_their_words_and_codes() {
    let cases: [(&'static str, &'static str, &'static str, i32, &str); 9] = [
        (
            "401 Unauthorized",
            "",
            "{\"message\":\"Wrong API Key\"}",
            3,
            "refused the key (401): Wrong API Key",
        ),
        (
            "403 Forbidden",
            "",
            "{\"detail\":\"Not authenticated\"}",
            3,
            "denies permission (403): Not authenticated",
        ),
        ("404 Not Found", "", "", 1, "answered 404 Not Found"),
        (
            "503 Service Unavailable",
            "retry-after-ms: 1\r\n",
            "down",
            5,
            "answered 503 Service Unavailable: down",
        ),
        ("429 Too Many Requests", "Retry-After: 1000\r\n", "", 5, "asks to wait 1000 s"),
        ("501 Not Implemented", "", "", 1, "answered 501 Not Implemented"),
        (
            "302 Found",
            "Location: https://elsewhere.example/x\r\n",
            "",
            1,
            "redirects to elsewhere.example",
        ),
        (
            "200 OK",
            "",
            "<html>\u{1b}[31mhi",
            1,
            "not a files list: it begins with <html>\\u{1b}[31mhi",
        ),
        ("200 OK", "", "", 1, "not a files list: it is empty"),
    ];
    for (status, headers, body, code, words) in cases {
        let server = Fault::start(move |_, _| answer(status, headers, body));
        let output = run_at(&server.url, &["list"]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{status}: {said}");
        assert!(said.contains(words) && said.lines().count() == 1, "{status}: {said}");
        assert!(output.stdout.is_empty());
    }
}

/// Hazards 37: reset and closed connections.
#[test]
fn an_answer_that_breaks_off_is_retried() {
    let server = Fault::start(|n, _| match n {
        0 => Reply::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"data\":[".to_vec()),
        1 => Reply::Bytes(vec![]),
        _ => page(0, 3, false),
    });
    let output = run_at(&server.url, &["list", "--output", "jsonl"]);
    assert_eq!(text(&output.stdout).lines().count(), 3, "{}", text(&output.stderr));
    assert_eq!(server.requests().len(), 3);
}

/// Hazards 25: one bad file among others.
#[test]
fn files_that_cannot_be_read_are_counted_and_the_rest_is_listed() {
    let server = Fault::start(|_, _| {
        let body = r#"{"data":[{"id":"file_a","bytes":-1,"expires_at":null},{"filename":"x"},7],"has_more":false}"#;
        answer("200 OK", "", body)
    });
    let output = run_at(&server.url, &["list", "--output", "json"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        said.starts_with("shelflife: 2 unreadable") && said.contains("1 value could"),
        "{said}"
    );
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["data"][0]["bytes"], serde_json::Value::Null);
}

/// Hazards 18.
#[test]
fn no_key_and_malformed_keys_end_before_any_request() {
    let demo = Demo::with_files(1);
    for (key, words) in [
        (None, "set CEREBRAS_API_KEY"),
        (Some("a b"), "malformed"),
        (Some(""), "set CEREBRAS_API_KEY"),
    ] {
        let mut command = command(&["list", "--base-url", &demo.url]);
        if let Some(key) = key {
            command.env("CEREBRAS_API_KEY", key);
        }
        let output = command.output().unwrap();
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count()), (Some(3), 1), "{said}");
        assert!(said.contains(words) && (key == Some("a b") || said.contains("--demo")), "{said}");
    }
    assert!(demo.requests().is_empty());
}

#[test]
fn odd_flags_name_the_flag_the_value_and_what_is_allowed() {
    for (arguments, parts) in [
        (&["list", "--limit", "101"][..], &["--limit", "101", "1 to 100"][..]),
        (&["list", "--limit", "0"], &["--limit", "'0'", "1 to 100"]),
        (&["list", "--limit", "many"], &["--limit", "many", "1 to 100"]),
        (&["list", "--output", "xml"], &["--output", "xml", "jsonl"]),
        (&["--demo", "--files", "-1"], &["--files", "-1"]),
        (&["--demo", "--files", "99999999999"], &["--files", "99999999999", "10,000,000"]),
        (&["list", "--files", "3"], &["--files", "--demo"]),
        (&["demo-server", "--listen", "nowhere"], &["--listen", "nowhere", "127.0.0.1:8080"]),
        (&["demo-server", "--latency", "1s"], &["--latency", "1s", "600,000"]),
        (&["demo-server", "--fail", "2"], &["--fail", "2", "100%"]),
        (&["demo-server", "--fail", "nan"], &["--fail", "nan"]),
        (&["demo-server", "--rate-limit", "60"], &["--rate-limit", "60/m"]),
        (&["demo-server", "--rate-limit", "0/m"], &["--rate-limit", "1/m to"]),
        (&["demo-server", "--content-rate", "0"], &["--content-rate", "1MiB/s"]),
        (&["demo-server", "--content-rate", "1MiB/m"], &["--content-rate", "1MiB/m", "500KB/s"]),
        (&["--color", "blue"], &["--color", "blue", "never"]),
        (&["--load", "some"], &["--load", "some", "demand"]),
        (&["list", "--demo", "--base-url", "https://x"], &["--demo", "--base-url"]),
        (&["--demo", "list", "--base-url", "https://x"], &["--demo", "--base-url"]),
        (&["list", "--base-url", "ftp://x"], &["--base-url", "ftp://x", "https://"]),
        (
            &["list", "--base-url", "http://example.com"],
            &["--base-url", "example.com", "--allow-http"],
        ),
        (
            &["list", "--base-url", "https://user:hidden@x"],
            &["--base-url", "user name or password"],
        ),
        (&["lits"], &["lits", "list"]),
    ] {
        let output = command(arguments).env("CEREBRAS_API_KEY", CANARY).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        for part in parts {
            assert!(said.contains(part), "{arguments:?} should say {part}: {said}");
        }
        assert!(!said.contains("hidden"), "{said}");
    }
}

/// Hazards 17 and 44: a proxy never sees the key, whether or not it lets us through.
#[test]
fn a_proxy_sees_no_key() {
    let proxy = Fault::start(|_, _| {
        answer("407 Proxy Authentication Required", "Proxy-Authenticate: Basic\r\n", "")
    });
    let run = |arguments: &[&str]| {
        let mut command = command(arguments);
        command.env("CEREBRAS_API_KEY", CANARY);
        for variable in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
            command.env(variable, &proxy.url);
        }
        let output = command.output().unwrap();
        (output.status.code(), text(&output.stderr))
    };
    let (code, said) = run(&["list", "--base-url", "https://files.invalid"]);
    assert_eq!(code, Some(5), "{said}");
    assert!(
        said.contains("answered 407 Proxy Authentication Required; it wants a user name")
            && said.lines().count() == 1,
        "{said}"
    );
    let asked = proxy.requests();
    assert_eq!(asked.len(), 1, "it was asked for a tunnel, and not again");
    assert!(asked.iter().all(|request| request == "CONNECT files.invalid:443 HTTP/1.1"));
    // In clear the key goes to the service itself, where that is allowed, and through nobody. This
    // address is this machine too, but not the loopback one.
    let service = Fault::start(|_, _| page(0, 3, false));
    let elsewhere = service.url.replace("127.0.0.1", "0.0.0.0");
    for arguments in [
        vec!["list", "--base-url", &elsewhere, "--allow-http"],
        vec!["list", "--base-url", &service.url],
    ] {
        let (code, said) = run(&arguments);
        assert_eq!(code, Some(0), "{said}");
    }
    assert_eq!(proxy.requests().len(), asked.len(), "loopback is never proxied");
    assert!(proxy.heads().iter().all(|head| !head.contains(CANARY)));
}

/// Hazards 16: what is allowed all the same is said on the screen.
#[test]
fn a_key_that_travels_in_clear_is_said_to() {
    let service = Fault::start(|_, _| page(0, 3, false));
    let elsewhere = service.url.replace("127.0.0.1", "0.0.0.0");
    let environment = [("CEREBRAS_API_KEY", CANARY), ("CEREBRAS_BASE_URL", elsewhere.as_str())];
    let mut terminal = Terminal::start(120, 36, &["--allow-http"], &environment);
    terminal.wait_for("3 files");
    terminal.wait_for("key sent in clear");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
    let report = text(&run_at(&elsewhere, &["doctor", "--allow-http"]).stdout);
    assert!(report.contains("plain http: the key travels in clear"), "{report}");
}

/// Hazards 17: a malformed proxy is an error at the start.
#[test]
fn a_malformed_proxy_is_a_usage_error() {
    let mut command = command(&["list", "--base-url", "https://service.invalid"]);
    command.env("CEREBRAS_API_KEY", CANARY);
    for proxy in [OsStr::new("http://user:hidden@[broken"), OsStr::from_bytes(b"http://\xff")] {
        let output = command.env("HTTPS_PROXY", proxy).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let said = text(&output.stderr);
        assert!(said.contains("HTTPS_PROXY") && !said.contains("hidden"), "{said}");
    }
}

/// Hazards 42: no terminal.
#[test]
fn the_dashboard_without_a_terminal_names_list() {
    let output = command(&["--demo"]).output().unwrap();
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    assert!(said.contains("`shelflife list`") && output.stdout.is_empty());
}

#[test]
fn help_and_version_are_there_for_every_command() {
    let version = command(&["--version"]).output().unwrap();
    assert_eq!(text(&version.stdout), concat!("shelflife ", env!("CARGO_PKG_VERSION"), "\n"));
    for (arguments, parts) in [
        (&["--help"][..], &["Examples:", "--demo", "Service:", "Exit codes:"][..]),
        (&["list", "--help"], &["Examples:", "--all", "--output", "partial"]),
        (
            &["demo-server", "--help"],
            &["Examples:", "--latency", "--content-rate", "--no-ranges", "--no-lengths"],
        ),
    ] {
        let output = command(arguments).output().unwrap();
        let said = text(&output.stdout);
        assert!(output.status.success());
        assert!(parts.iter().all(|part| said.contains(part)), "{arguments:?}: {said}");
    }
}

/// Where nothing may be changed, by a flag or by the configuration, commands and keys that would change
/// something are listed nowhere, and that they are off is said. Nothing else is missing.
#[test]
fn what_is_off_is_left_out_of_all_that_is_listed() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("config.toml");
    std::fs::write(&path, "read_only = true\n").unwrap();
    let path = path.to_str().unwrap();
    let by_file = format!("Off by read_only in {path}, line 1: upload, delete.");
    let by_flag = "Off by --read-only: upload, delete.";
    for (arguments, words) in [
        (&["--help"][..], &["  upload ", "  delete ", "shelflife upload"][..]),
        (&["-h"], &["  upload ", "  delete ", "shelflife upload"]),
        (&["help"], &["  upload ", "  delete ", "shelflife upload"]),
        (&["man"], &["shelflife upload", "shelflife\\-upload", "shelflife\\-delete"]),
        (&["help", "keys"], &["upload a file", "delete the marked"]),
        (
            &["completions", "bash"],
            &["shelflife,upload)", "shelflife,delete)", " upload ", " delete "],
        ),
        (&["completions", "zsh"], &["(upload)", "(delete)", "'upload:", "'delete:"]),
        (
            &["completions", "fish"],
            &["\"upload\"", "\"delete\"", "subcommand upload", "subcommand delete"],
        ),
    ] {
        let printed = |more: &[&str]| {
            let output = command(&[arguments, more].concat()).output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
            text(&output.stdout)
        };
        let whole = printed(&[]);
        for word in words {
            assert!(whole.contains(word), "{arguments:?}: {word}");
        }
        for (more, off) in [(&["--read-only"][..], by_flag), (&["--config", path], &by_file)] {
            let said = printed(more);
            for word in words {
                assert!(!said.contains(word), "{arguments:?} {more:?}: {word}: {said}");
            }
            let is_said = said.split_whitespace().collect::<Vec<_>>().join(" ").contains(off);
            let says = arguments[0] != "completions" && arguments[0] != "man";
            assert!(is_said || !says, "{arguments:?} {more:?}: {said}");
            let lines = |said: &str| said.lines().count();
            assert!(lines(&said) + 400 > lines(&whole), "{arguments:?}");
        }
    }
    // Whoever asks for one of them is told what it is, and that it is off.
    for arguments in [["delete", "--help"], ["--help", "delete"], ["help", "delete"]] {
        let output = command(&[&["--read-only"], &arguments[..]].concat()).output().unwrap();
        let said = text(&output.stdout);
        assert!(said.contains(by_flag), "{arguments:?}: {said}");
    }
    // Help is there whatever is wrong with the configuration.
    let broken = command(&["--help", "--config", "/nowhere/config.toml"]).output().unwrap();
    assert!(text(&broken.stdout).contains("  upload "), "{}", text(&broken.stderr));
}

/// A paragraph is broken where the line ends, and examples are not broken at all.
#[test]
fn help_fits_its_lines_at_any_width() {
    let all = command(&["--help"]).output().unwrap();
    let names = text(&all.stdout);
    let names = names.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = names.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("    "));
    let names = names.map(|line| line.split_whitespace().next().unwrap().to_owned());
    let commands: Vec<Vec<String>> =
        [vec![]].into_iter().chain(names.map(|name| vec![name])).collect();
    assert!(commands.len() > 5);
    for (columns, room) in [("80", 80), ("100", 100), ("120", 100)] {
        for (name, flag) in commands.iter().flat_map(|name| [(name, "--help"), (name, "-h")]) {
            let arguments: Vec<&str> = name.iter().map(String::as_str).chain([flag]).collect();
            let output = command(&arguments).env("COLUMNS", columns).output().unwrap();
            let said = text(&output.stdout);
            for line in said.lines() {
                assert!(width(line) <= room, "{arguments:?} {columns}: {line}");
            }
            let lines: Vec<&str> = said.lines().collect();
            for pair in lines.windows(2) {
                let begins = |line: &str| line.chars().next().is_some_and(|c| !c.is_whitespace());
                let word = pair[1].split_whitespace().next().unwrap_or_default();
                let has_room = width(pair[0]) + 1 + width(word) <= room;
                let broken = begins(pair[0]) && begins(pair[1]) && has_room;
                assert!(!broken, "{arguments:?} {columns}: {pair:#?}");
            }
            let examples = lines.iter().skip_while(|line| **line != "Examples:").skip(1);
            for line in examples.take_while(|line| !line.is_empty()) {
                let is_whole = ["  shelflife ", "  CEREBRAS_API_KEY="];
                assert!(is_whole.iter().any(|begin| line.starts_with(begin)), "{columns}: {line}");
            }
        }
    }
}

#[test]
fn the_demo_server_tells_its_address_and_ends_with_the_signals_code() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let mut child =
            command(&["demo-server", "--files", "5"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap();
        let listed = run_at(url, &["list", "--output", "jsonl"]);
        assert_eq!(text(&listed.stdout).lines().count(), 5);
        let pid = child.id().to_string();
        std::process::Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code));
    }
}

#[test]
fn a_million_demo_files_are_computed_not_stored() {
    let demo = Demo::start(Options { files: 1_000_000, ..Options::default() });
    let output = run_at(&demo.url, &["list", "--output", "jsonl", "--limit", "1"]);
    assert_eq!(text(&output.stdout).lines().count(), 1);
}

/// Hazards 38: output that is not read.
#[test]
fn a_list_that_nobody_reads_can_still_be_interrupted() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let arguments = ["list", "--demo", "--files", "100000", "--all", "--output", "jsonl"];
        let mut child = command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        // A few bytes tell that it prints; the pipe fills up behind them.
        child.stdout.as_mut().unwrap().read_exact(&mut [0; 10]).unwrap();
        let pid = child.id().to_string();
        std::process::Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code));
    }
}

/// A service that says when it can be asked again is not asked before: it would refuse.
#[test]
fn a_list_keeps_to_what_the_service_allows() {
    let asked = Mutex::new(None::<Instant>);
    let server = Fault::start(move |_, head| {
        let mut asked = asked.lock().unwrap();
        let too_soon = asked.is_some_and(|at| at.elapsed() < Duration::from_secs(1));
        *asked = Some(Instant::now());
        if too_soon {
            return answer("429 Too Many Requests", "x-should-retry: false\r\n", "");
        }
        let from = begins_at(head);
        let left = "x-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 1\r\n";
        answer("200 OK", left, &lasting_page(from, from + 1, from < 2))
    });
    let output = run_at(&server.url, &["list", "--all", "--output", "jsonl"]);
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
    assert_eq!(text(&output.stdout).lines().count(), 3);
    assert_eq!(server.requests().len(), 3);
}
