//! What commands end with where the service answers nothing, or the same to everything: 5 where that kept
//! all from being read or done, 1 where something was done and something failed.

use std::net::SocketAddr;
use std::thread;

use socket2::{Domain, Socket, Type};

use crate::support::binary::text;
use crate::support::fault::{Fault, Reply, answer};
use crate::support::lying::{Held, Request, Script};
use crate::support::place::Place;

/// What whatever is asked is answered with; nothing listens where that is nothing.
const ALL: [Option<&str>; 5] = [
    None,
    Some("401 Unauthorized"),
    Some("404 Not Found"),
    Some("429 Too Many Requests"),
    Some("500 Internal Server Error"),
];

fn refused(status: &str) -> Reply {
    let passes = status.starts_with("429") || status.starts_with('5');
    answer(status, if passes { "retry-after-ms: 1\r\n" } else { "" }, r#"{"message":"no"}"#)
}

/// A port that is taken, and at which nobody listens.
fn nobody() -> (Socket, String) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, format!("http://{address}"))
}

/// A place with sound inputs of a batch.
fn place() -> Place {
    let place = Place::new();
    let line = |n: usize| {
        format!(r#"{{"custom_id":"r-{n}","method":"POST","url":"/v1/c","body":{{"model":"m"}}}}"#)
    };
    let lines: Vec<String> = (0..20).map(line).collect();
    for name in ["a.jsonl", "b.jsonl"] {
        std::fs::write(place.folder.path().join(name), lines.join("\n") + "\n").unwrap();
    }
    place
}

/// Each line: the command, and what it ends with where nothing listens, and at 401, 404, 429 and 500 for
/// ever.
#[test]
fn a_service_that_does_nothing_has_one_code_in_every_command() {
    let table: [(&[&str], [i32; 5]); 18] = [
        (&["list"], [5, 3, 1, 5, 5]),
        (&["list", "--filter", "a", "--sort", "left"], [5, 3, 1, 5, 5]),
        (&["show", "a"], [5, 3, 4, 5, 5]),
        (&["content", "a"], [5, 3, 4, 5, 5]),
        (&["wait", "--appears", "a", "--timeout", "0"], [5, 3, 1, 5, 5]),
        (&["metrics"], [5, 3, 1, 5, 5]),
        // Whatever is no knowledge is unknown.
        (&["check"], [3; 5]),
        (&["download", "a"], [5, 3, 4, 5, 5]),
        (&["download", "a", "b"], [5, 3, 4, 5, 5]),
        (&["download", "a", "b", "--dry-run"], [5, 3, 4, 5, 5]),
        (&["download", "--filter", "a"], [5, 3, 1, 5, 5]),
        (&["rescue"], [5, 3, 1, 5, 5]),
        // Behind a 500 to what was sent nobody knows, and the list cannot be read either.
        (&["upload", "a.jsonl"], [5, 3, 1, 5, 1]),
        (&["upload", "a.jsonl", "b.jsonl"], [5, 3, 1, 5, 1]),
        (&["delete", "a", "--yes"], [5, 3, 4, 5, 5]),
        (&["delete", "a", "b", "--yes"], [5, 3, 4, 5, 5]),
        (&["delete", "a", "b", "--dry-run"], [5, 3, 4, 5, 5]),
        (&["delete", "--filter", "a", "--yes"], [5, 3, 1, 5, 5]),
    ];
    thread::scope(|scope| {
        for (column, status) in ALL.into_iter().enumerate() {
            scope.spawn(move || {
                let (_port, nobody) = nobody();
                let service = status.map(|status| Fault::start(move |_, _| refused(status)));
                let url = service.as_ref().map_or(&nobody, |service| &service.url);
                for (arguments, codes) in table {
                    let output = place().run(url, arguments);
                    let said = text(&output.stderr);
                    let code = output.status.code();
                    assert_eq!(code, Some(codes[column]), "{arguments:?} {status:?}: {said}");
                    assert!(!said.is_empty() || arguments[0] == "check", "{arguments:?}");
                }
            });
        }
    });
}

/// Whether a request is answered with a failure.
type Fails = fn(&Request) -> bool;

/// Each line: which requests fail, the command, and what it ends with at 429 and at 500 for ever. The list
/// is there, and so is every file.
#[test]
fn what_was_done_beside_a_failure_makes_it_a_failure() {
    let looks = |request: &Request| request.line.starts_with("GET /v1/files/");
    let second = |request: &Request| request.line.contains("/file_2");
    let contents = |request: &Request| request.line.ends_with("/content");
    let content_of_second = |request: &Request| request.line.ends_with("/file_2/content");
    let deletes = |request: &Request| request.line.starts_with("DELETE ");
    let posts = |request: &Request| request.line.starts_with("POST ");
    let by_ids: &[&str] = &["delete", "file_1", "file_2", "--yes"];
    let by_filter: &[&str] = &["delete", "--filter", "name:f", "--yes"];
    let save: &[&str] = &["download", "--filter", "name:f"];
    let save_by_ids: &[&str] = &["download", "file_1", "file_2"];
    let table: [(Fails, &[&str], [i32; 2]); 14] = [
        (looks, by_ids, [5, 5]),
        (looks, by_filter, [5, 5]),
        (deletes, by_ids, [5, 5]),
        (deletes, by_filter, [5, 5]),
        (second, by_ids, [1, 1]),
        (second, by_filter, [1, 1]),
        (second, &["delete", "file_1", "file_2", "--dry-run"], [1, 1]),
        (contents, save, [5, 5]),
        (contents, save_by_ids, [5, 5]),
        (content_of_second, save, [1, 1]),
        (second, save_by_ids, [1, 1]),
        (second, &["download", "file_1", "file_2", "--dry-run"], [1, 1]),
        // What is not there is known.
        (second, &["download", "file_2", "nosuch"], [1, 1]),
        (posts, &["upload", "a.jsonl", "nosuch.jsonl"], [1, 1]),
    ];
    let statuses = ["429 Too Many Requests", "500 Internal Server Error"];
    thread::scope(|scope| {
        for (column, status) in statuses.into_iter().enumerate() {
            scope.spawn(move || {
                for (fails, arguments, codes) in table {
                    let held = |n: usize| Held::new(&format!("file_{n}"), &format!("f{n}"), "x\n");
                    let server = Script::honest()
                        .first(move |_, request| fails(request).then(|| refused(status)))
                        .serve([held(1), held(2)]);
                    let output = place().run(&server.url, arguments);
                    let said = text(&output.stderr);
                    let code = output.status.code();
                    assert_eq!(code, Some(codes[column]), "{arguments:?} {status}: {said}");
                }
            });
        }
    });
}

/// A file of which it is not known when it goes is not passed over in silence.
#[test]
fn a_rescue_says_of_what_it_does_not_know_whether_it_is_at_risk() {
    let files =
        r#"{"id":"a","filename":"odd.jsonl","expires_at":"soon"},{"id":"b","expires_at":[]}"#;
    let body = format!(r#"{{"data":[{files}],"has_more":false}}"#);
    let server = Fault::start(move |_, _| answer("200 OK", "", &body));
    let place = Place::new();
    for (arguments, said) in [
        (&["rescue", "--quiet"][..], "2 files with an unreadable expiry: not known to be at risk"),
        (
            &["rescue", "--filter", "odd"],
            "1 file with an unreadable expiry: not known to be at risk",
        ),
    ] {
        let output = place.run(&server.url, arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
    let output = place.run(&server.url, &["rescue", "--quiet", "--filter", "zzz"]);
    assert_eq!(text(&output.stderr), "");
}
