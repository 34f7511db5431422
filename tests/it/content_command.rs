//! `shelflife content`: which bytes it prints, what it says, how it ends; and the layer on a service.

use std::io::{BufRead, BufReader};
use std::process::{Output, Stdio};

use shelflife::demo::Options;

use crate::support::binary::{command, run_at, text};
use crate::support::demo::Demo;
use crate::support::fault::{Fault, Reply, answer};
use crate::support::terminal::Terminal;
use crate::support::{CANARY, wait_until};

/// The id of some file of the demo's, of which the list is asked for.
fn some_id(demo: &Demo) -> (String, u64) {
    let listed = run_at(&demo.url, &["list", "--output", "jsonl"]);
    let file = text(&listed.stdout).lines().map(str::to_owned).find_map(|line| {
        let file: serde_json::Value = serde_json::from_str(&line).unwrap();
        let bytes = file["bytes"].as_u64().unwrap();
        (2_000..3_000_000)
            .contains(&bytes)
            .then(|| (file["id"].as_str().unwrap().to_owned(), bytes))
    });
    file.unwrap()
}

fn content(url: &str, id: &str, arguments: &[&str]) -> Output {
    run_at(url, &[&["content", id], arguments].concat())
}

/// How it ended, what it printed, what it said.
fn told(output: &Output) -> (i32, String, String) {
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn any_part_is_just_that_part_of_the_whole() {
    let demo = Demo::with_files(30);
    let (id, bytes) = some_id(&demo);
    let whole = content(&demo.url, &id, &[]);
    assert_eq!((whole.status.code(), text(&whole.stderr).as_str()), (Some(0), ""));
    let whole = whole.stdout;
    assert_eq!(whole.len() as u64, bytes);
    for (span, part) in [
        ("0-99", &whole[..100]),
        ("100-", &whole[100..]),
        ("-500", &whole[whole.len() - 500..]),
        ("7-7", &whole[7..8]),
        ("0-", &whole[..]),
        ("-99999999", &whole[..]),
    ] {
        let output = content(&demo.url, &id, &["--bytes", span]);
        assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""), "{span}");
        assert!(output.stdout == part, "{span}: {} bytes", output.stdout.len());
    }
    let lines = content(&demo.url, &id, &["--lines", "3"]).stdout;
    let first: Vec<u8> =
        whole.split_inclusive(|byte| *byte == b'\n').take(3).flatten().copied().collect();
    assert!(lines == first);
    let output = content(&demo.url, &id, &["--bytes", "99999999-"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let requests = demo.requests();
    assert!(requests.iter().all(|request| request.starts_with("GET /v1/files")), "{requests:?}");
}

#[test]
fn what_is_asked_for_wrongly_is_a_usage_error() {
    for (arguments, words) in [
        (&["../x"][..], "cannot stand in an address"),
        (&["a", "--bytes", "9-8"], "A-B, A- or -N"),
        (&["a", "--lines", "x"], "a whole number of lines is allowed, such as 10"),
        (&["a", "--lines", "1", "--bytes", "0-1"], "cannot be used with"),
        (&[], "required"),
    ] {
        let output = run_at("http://127.0.0.1:9", &[&["content"], arguments].concat());
        let (code, _, said) = told(&output);
        assert!(code == 2 && said.contains(words), "{arguments:?}: {code} {said}");
    }
}

/// A service with one content, whose answers to requests for it are `reply`'s.
fn serving(size: usize, reply: impl Fn(usize, &str) -> Reply + Send + Sync + 'static) -> Fault {
    let contents = std::sync::atomic::AtomicUsize::new(0);
    Fault::start(move |_, head| {
        if head.starts_with("GET /v1/files/a ") {
            return answer(
                "200 OK",
                "",
                &format!(r#"{{"id":"a","filename":"a.jsonl","bytes":{size}}}"#),
            );
        }
        let number = contents.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        reply(number, head)
    })
}

fn raw(head: &str, body: &str) -> Reply {
    Reply::Bytes(format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n{body}").into_bytes())
}

const LINES: &str = "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n";

#[test]
fn a_part_is_cut_out_here_where_the_service_ignores_ranges() {
    for length in ["", "\r\nContent-Length: 24"] {
        let server = serving(24, move |_, _| raw(&format!("200 OK{length}"), LINES));
        for (span, part) in
            [("8-15", "{\"a\":2}\n"), ("-8", "{\"a\":3}\n"), ("16-", "{\"a\":3}\n"), ("0-0", "{")]
        {
            let (code, printed, said) = told(&content(&server.url, "a", &["--bytes", span]));
            assert_eq!((code, printed.as_str(), said.as_str()), (0, part, ""), "{span} {length}");
        }
    }
}

/// Hazards of operations 2: the status of a success is no content.
#[test]
fn an_error_or_a_page_is_not_printed() {
    for (kind, body, words) in [
        (
            "application/json",
            r#"{"error":{"message":"busy \u001b[2J"}}"#,
            "it is an error: busy \\u{1b}[2J",
        ),
        ("application/octet-stream", r#"{"error":"busy"}"#, "it is an error: busy"),
        ("text/html", "<html><title>Log in</title>", "it is a page of HTML"),
        ("application/json", r#"{"a":1}"#, "another size than the file"),
    ] {
        let server = serving(4_000, move |_, _| {
            answer("200 OK", &format!("Content-Type: {kind}\r\n"), body)
        });
        let (code, printed, said) = told(&content(&server.url, "a", &[]));
        assert_eq!((code, printed.as_str()), (1, ""), "{body}");
        assert!(said.contains(words) && said.lines().count() == 1, "{said}");
        // Of just the size that the list says, it is the content.
        let size = body.len();
        let server =
            serving(size, move |_, _| answer("200 OK", &format!("Content-Type: {kind}\r\n"), body));
        assert_eq!(told(&content(&server.url, "a", &[])), (0, body.to_owned(), String::new()));
    }
}

/// Hazards of operations 1 and 3.
#[test]
fn what_is_not_whole_is_said_and_ends_with_1() {
    let short = serving(100, |_, _| raw("200 OK", LINES));
    let (code, printed, said) = told(&content(&short.url, "a", &[]));
    assert_eq!((code, printed.as_str()), (1, LINES));
    assert!(said.contains("it ended early: 24 of 100 bytes came"), "{said}");
    let growing =
        serving(24, |_, _| answer("200 OK", "X-Incomplete: true\r\nX-Last-Line: 3\r\n", LINES));
    let (code, printed, said) = told(&content(&growing.url, "a", &[]));
    assert_eq!((code, printed.as_str()), (1, LINES));
    assert!(said.contains("still being written, 3 lines so far"), "{said}");
    assert_eq!(content(&growing.url, "a", &["--lines", "2"]).status.code(), Some(0));
    let stale = serving(20, |_, _| answer("200 OK", "", LINES));
    let (code, printed, said) = told(&content(&stale.url, "a", &[]));
    assert_eq!((code, printed.as_str()), (0, LINES));
    assert!(said.contains("24 bytes came, as announced; the list says 20"), "{said}");
    // Whole as announced, and cut by what is listed: that may be all that is left of it.
    let cut = serving(30, |_, _| answer("200 OK", "", LINES));
    let (code, printed, said) = told(&content(&cut.url, "a", &[]));
    assert_eq!((code, printed.as_str()), (1, LINES));
    assert!(said.contains("24") && said.contains("30"), "{said}");
}

/// A service that sends parts, or none, and says its length, or not.
fn making_parts(sends_parts: bool, tells_length: bool, listed: &'static str) -> Fault {
    Fault::start(move |_, head| {
        if head.starts_with("GET /v1/files/a ") {
            let file = format!(r#"{{"id":"a","filename":"a.jsonl"{listed}}}"#);
            return answer("200 OK", "", &file);
        }
        let total = LINES.len();
        let range = head.lines().find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("range: bytes=").map(str::to_owned)
        });
        let (first, last) = match range.as_deref().and_then(|range| range.split_once('-')) {
            Some(("", tail)) => (total.saturating_sub(tail.parse().unwrap()), total - 1),
            Some((first, last)) => {
                (first.parse().unwrap(), last.parse().unwrap_or(total - 1).min(total - 1))
            }
            None => (0, total - 1),
        };
        let length = |bytes| {
            if tells_length { format!("\r\nContent-Length: {bytes}") } else { String::new() }
        };
        match range.is_some() && sends_parts {
            true if first >= total => raw(
                "416 Range Not Satisfiable\r\nContent-Range: bytes */24\r\nContent-Length: 0",
                "",
            ),
            true => {
                let part = &LINES[first..=last];
                let place = format!("Content-Range: bytes {first}-{last}/24");
                raw(&format!("206 Partial Content\r\n{place}{}", length(part.len())), part)
            }
            false => raw(&format!("200 OK{}", length(total)), LINES),
        }
    })
}

/// Whatever a service can do, the same part is the same, and its end is known in the same way.
#[test]
fn a_part_is_whole_or_is_said_not_to_be_whatever_the_service_can() {
    let none = "there is no byte 5,000: it has 24 bytes";
    for (sends_parts, tells_length) in [(true, true), (true, false), (false, true), (false, false)]
    {
        let server = making_parts(sends_parts, tells_length, r#","bytes":24"#);
        for (span, code, printed, words) in [
            ("0-7", 0, &LINES[..8], ""),
            ("16-99", 0, &LINES[16..], ""),
            ("8-", 0, &LINES[8..], ""),
            ("-8", 0, &LINES[16..], ""),
            ("-999", 0, LINES, ""),
            ("5000-", 1, "", none),
            ("5000-5001", 1, "", none),
            ("24-", 1, "", "there is no byte 24: it has 24 bytes"),
        ] {
            let output = content(&server.url, "a", &["--bytes", span]);
            let (ended, got, said) = told(&output);
            let service = format!("{span}, parts {sends_parts}, length {tells_length}: {said}");
            assert_eq!((ended, got.as_str()), (code, printed), "{service}");
            let lines = usize::from(code > 0);
            assert!(said.contains(words) && said.lines().count() == lines, "{service}");
        }
    }
}

/// An end that is clean proves nothing, of a part as of the whole.
#[test]
fn fewer_bytes_than_were_asked_for_are_said() {
    let part = "206 Partial Content\r\nContent-Range: bytes 8-23/24";
    let cases: [(&'static str, &'static str, &[&str], &str); 7] = [
        (part, &LINES[8..12], &["--bytes", "8-"], "it ended early: 4 of 16 bytes came"),
        (part, &LINES[8..12], &["--bytes", "8-23"], "it ended early: 4 of 16 bytes came"),
        (
            "206 Partial Content\r\nContent-Range: bytes 8-11/24",
            &LINES[8..12],
            &["--bytes", "8-23"],
            "it ended early: 4 of 16 bytes came",
        ),
        (
            "206 Partial Content\r\nContent-Range: bytes 16-23/24",
            &LINES[16..18],
            &["--bytes", "-8"],
            "it ended early: 2 of 8 bytes came",
        ),
        ("200 OK", &LINES[..12], &["--bytes", "8-23"], "it ended early: 4 of 16 bytes came"),
        ("200 OK", &LINES[..12], &["--bytes", "-8"], "it ended early: 0 of 8 bytes came"),
        ("200 OK", &LINES[..8], &["--lines", "2"], "it ended early: 8 of 24 bytes came"),
    ];
    for (head, body, arguments, words) in cases {
        let server = serving(24, move |_, _| raw(head, body));
        let (code, _, said) = told(&content(&server.url, "a", arguments));
        assert!(code == 1 && said.contains(words), "{head} {arguments:?}: {code} {said}");
    }
}

/// Where nobody says how long it is, the last line has to be complete, and that is said.
#[test]
fn a_length_that_nobody_knows_is_said() {
    let unknown = "shelflife: length unknown, 3 lines, last line complete\n";
    for (arguments, body, code, words) in [
        (&[][..], LINES, 0, unknown),
        (&["--bytes", "8-"], LINES, 0, unknown),
        (&["--lines", "9"], LINES, 0, unknown),
        (&["--lines", "2"], LINES, 0, ""),
        (&["--bytes", "-8"], LINES, 0, unknown),
        (&["--bytes", "-999"], LINES, 0, unknown),
        (&["--bytes", "0-15"], LINES, 0, ""),
        (&[], &LINES[..20], 1, "its last line breaks off after 20 bytes"),
        (&["--lines", "9"], &LINES[..20], 1, "its last line breaks off after 20 bytes"),
        (&["--bytes", "0-99"], LINES, 1, "it ended early: 24 of 100 bytes came"),
        (&["--bytes", "99-"], LINES, 1, "there is no byte 99"),
    ] {
        let body = body.to_owned();
        let server = Fault::start(move |_, head| {
            if head.starts_with("GET /v1/files/a ") {
                return answer("200 OK", "", r#"{"id":"a","filename":"a.jsonl"}"#);
            }
            raw("200 OK", &body)
        });
        let (ended, _, said) = told(&content(&server.url, "a", arguments));
        assert!(ended == code && said.contains(words), "{arguments:?}: {ended} {said}");
        assert_eq!(said.lines().count(), usize::from(!words.is_empty()), "{arguments:?}: {said}");
    }
}

/// The length by the list is asked for as often as anything is.
#[test]
fn the_length_of_the_list_is_asked_for_again_where_a_try_fails() {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let server = Fault::start(move |_, head| {
        if head.starts_with("GET /v1/files/a ") {
            return match asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
                0 => answer("503 Service Unavailable", "Retry-After: 0\r\n", ""),
                _ => answer("200 OK", "", r#"{"id":"a","filename":"a.jsonl","bytes":100}"#),
            };
        }
        raw("200 OK", LINES)
    });
    let (code, _, said) = told(&content(&server.url, "a", &[]));
    assert!(code == 1 && said.contains("it ended early: 24 of 100 bytes came"), "{said}");
}

#[test]
fn failures_have_their_codes() {
    for (head, code) in [
        ("404 Not Found", 4),
        ("410 Gone", 4),
        ("401 Unauthorized", 3),
        ("503 Service Unavailable", 5),
        ("400 Bad Request", 1),
    ] {
        let server = Fault::start(move |_, _| answer(head, "", r#"{"message":"no"}"#));
        let (ended, printed, said) = told(&content(&server.url, "a", &["--lines", "1"]));
        assert_eq!(
            (ended, printed.as_str(), said.lines().count()),
            (code, "", 1),
            "{head}: {said}"
        );
        let tries = if code == 5 { 3 } else { 1 };
        assert_eq!(server.requests().len(), tries, "{head}");
    }
}

/// What is answered to the request for the rest.
type Second = Box<dyn Fn(&str) -> Reply + Send + Sync>;

/// The strict table: an answer that breaks off is gone on with only where it is sure to be the same.
#[test]
fn an_answer_that_breaks_off_is_gone_on_with_by_the_strict_table() {
    let range = |head: &str| {
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("range:"));
        line.map(|line| line.split('=').nth(1).unwrap().trim().to_owned())
    };
    let partial = |start: usize, total: &str, tag: &str| {
        let head = format!("206 Partial Content\r\nContent-Range: bytes {start}-23/{total}{tag}");
        raw(&head, &LINES[start..])
    };
    let tag = "\r\nETag: \"one\"";
    // The tag of the first answer, the second answer, and whether it goes on.
    let cases: Vec<(&str, Second, bool)> = vec![
        (tag, Box::new(move |_| partial(10, "24", tag)), true),
        ("", Box::new(move |_| partial(0, "24", "")), true),
        (
            "",
            Box::new(move |_| {
                raw("206 Partial Content\r\nContent-Range: bytes 0-23/24", &LINES.replace('1', "9"))
            }),
            false,
        ),
        (tag, Box::new(move |_| partial(10, "24", "\r\nETag: \"two\"")), false),
        (tag, Box::new(move |_| partial(9, "24", tag)), false),
        (tag, Box::new(move |_| partial(10, "25", tag)), false),
        (tag, Box::new(move |_| partial(10, "*", tag)), false),
        (tag, Box::new(move |_| raw(&format!("200 OK{tag}"), LINES)), false),
        (tag, Box::new(move |_| raw("416 Range Not Satisfiable", "")), false),
        ("\r\nETag: W/\"one\"", Box::new(move |_| partial(10, "24", "\r\nETag: W/\"one\"")), false),
    ];
    for (number, (first_tag, second, goes_on)) in cases.into_iter().enumerate() {
        let first_tag = first_tag.to_owned();
        let server = serving(24, move |request, head| {
            if request == 0 {
                let head = format!("200 OK\r\nContent-Length: 24{first_tag}");
                return raw(&head, &LINES[..10]);
            }
            let asked = range(head);
            let is_rest = asked.as_deref().is_none_or(|asked| ["10-", "0-"].contains(&asked));
            assert!(is_rest, "{asked:?}");
            second(head)
        });
        let (code, printed, said) = told(&content(&server.url, "a", &[]));
        if goes_on {
            assert_eq!((code, printed.as_str(), said.as_str()), (0, LINES, ""), "{number}");
        } else {
            assert_eq!(
                (code, printed.as_str()),
                (1, &LINES[..10]),
                "{number}: never spliced: {said}"
            );
            assert!(said.contains("10 bytes of the content of a were printed, then"), "{said}");
        }
    }
}

#[test]
fn a_closed_pipe_is_quiet_and_closes_the_connection() {
    let (closed, was_closed) = std::sync::mpsc::channel();
    let server = serving(1 << 40, move |_, _| {
        let head = b"HTTP/1.1 200 OK\r\n\r\n{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n".to_vec();
        Reply::StallUntilClosed(head, closed.clone())
    });
    let output = content(&server.url, "a", &["--lines", "2"]);
    assert_eq!(told(&output), (0, LINES[..16].to_owned(), String::new()));
    was_closed.recv().unwrap();
    let flood = serving(1 << 40, |_, _| {
        Reply::Flood(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), b"{\"a\":1}\n".to_vec())
    });
    let mut child = command(&["content", "a", "--base-url", &flood.url])
        .env("CEREBRAS_API_KEY", CANARY)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((text(&output.stderr), output.status.code()), (String::new(), Some(0)));
}

/// Hazards 19: a terminal gets nothing that commands it.
#[test]
fn on_a_terminal_it_is_escaped_and_what_is_binary_is_named() {
    let at = |body: &'static [u8]| {
        let server = serving(body.len(), move |_, _| {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            Reply::Bytes([head.as_bytes(), body].concat())
        });
        let environment =
            [("CEREBRAS_API_KEY", CANARY), ("CEREBRAS_BASE_URL", server.url.as_str())];
        let terminal = Terminal::start(100, 24, &["content", "a"], &environment);
        let code = terminal.wait_exit();
        terminal.wait_for_end("");
        (code, terminal.screen())
    };
    let (code, screen) = at(b"{\"a\":\"x\\ny\"}\nplain \x1b[2J\xc2\x9b1m\n");
    assert_eq!(code, 0);
    assert!(
        screen.contains("{\"a\":\"x\\ny\"}") && screen.contains("plain \\u{1b}[2J\\u{9b}1m"),
        "{screen}"
    );
    let (code, screen) = at(b"\x1f\x8b\x08\0\0\0\0\0\0\0");
    assert!(code == 0 && screen.contains("binary (gzip)") && screen.contains("> NAME"), "{screen}");
    assert!(screen.contains("\\u{1f}\\x8b\\u{8}\\u{0}"), "{screen}");
}

/// In the real program: one request for the first lines, one more for the last ones.
#[test]
fn the_dashboard_asks_once_for_the_first_lines_and_once_for_the_last() {
    let demo = Demo::start(Options { files: 30, ..Options::default() });
    let environment = [("CEREBRAS_API_KEY", CANARY), ("CEREBRAS_BASE_URL", demo.url.as_str())];
    let mut terminal = Terminal::start(120, 36, &["--refresh", "off"], &environment);
    terminal.wait_for("30 files");
    // The largest one.
    terminal.press("/size>3MiB\r");
    terminal.wait("the filter", |screen| screen.contains("of 30"));
    terminal.press("e");
    terminal.wait_for("lines read");
    let contents = || {
        let requests = demo.requests();
        requests.iter().filter(|request| request.ends_with("/content")).count()
    };
    assert_eq!(contents(), 1);
    terminal.press("G");
    terminal.wait_for("line −1");
    assert_eq!(contents(), 2);
    terminal.press("g");
    terminal.wait("the first line", |screen| screen.contains("line 1 "));
    terminal.press("q");
    terminal.wait("the table", |screen| screen.contains("of 30"));
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
    wait_until("the last request", || contents() == 2);
}
