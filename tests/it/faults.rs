//! Faults of framing and of networks, one by one: what is said of each, whether it is tried again,
//! and that the program goes on once they are over.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use shelflife::api::client::Limits;
use shelflife::api::endpoint::Endpoint;
use shelflife::api::{ApiError, Client};
use socket2::{Domain, Socket, Type};

use crate::support::CANARY;
use crate::support::binary::{run_at, text};
use crate::support::fault::{Fault, Reply, answer, begins_at, page};
use crate::support::files::lasting_page;
use crate::support::terminal::Terminal;

/// Limits in which what takes for ever takes a second.
fn short() -> Limits {
    let second = Duration::from_secs(1);
    Limits { head: second, gap: second, whole: second, ..Limits::default() }
}

async fn fails(reply: impl Fn() -> Reply + Send + Sync + 'static, limits: Limits) -> ApiError {
    let server = Fault::start(move |_, _| reply());
    let endpoint = Endpoint::parse(&server.url, false).unwrap();
    Client::new(endpoint, None, limits).unwrap().list_page(None, 1).await.unwrap_err()
}

/// A head that promises nothing of the body but `headers`.
fn head(headers: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{headers}\r\n").into_bytes()
}

fn whole(headers: &str, body: &str) -> Vec<u8> {
    [head(headers), body.as_bytes().to_vec()].concat()
}

/// As gzip, in three members.
fn members(body: &str) -> Vec<u8> {
    let (one, rest) = body.split_at(body.len() / 3);
    let (two, three) = rest.split_at(rest.len() / 2);
    let member = |text: &str| {
        let mut encoder = GzEncoder::new(vec![], Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    [one, two, three].map(member).concat()
}

/// Hazards 34: one byte after the other, in the head and in the body, each within the gap.
#[tokio::test]
async fn a_drip_ends_at_the_limit_of_the_whole() {
    let pause = Duration::from_millis(20);
    let far = Duration::from_secs(60);
    for (limits, start, words) in [
        (Limits { head: far, gap: far, ..short() }, head(""), "no whole answer within 1 s"),
        (
            Limits { gap: far, whole: far, ..short() },
            b"HTTP/1.1 200 OK\r\nX: ".to_vec(),
            "no answer within 1 s",
        ),
    ] {
        let error = fails(move || Reply::Drip(start.clone(), pause), limits).await;
        assert!(error.is_transient() && error.to_string() == words, "{error}");
    }
}

/// Hazards 35: what has no end is cut at a cap or at a limit. On threads of its own, as in the
/// program: what reads without a pause holds no clock up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_is_cut() {
    type Case = (Vec<u8>, &'static [u8], &'static str);
    let cases: [Case; 6] = [
        (head(""), &[b' '; 4_096], "it is larger than 8 MiB"),
        (head("Transfer-Encoding: chunked\r\n"), b"1\r\n \r\n", "no whole answer within 1 s"),
        (b"HTTP/1.1 200 OK\r\n".to_vec(), b"X: y\r\n", "its head is too large"),
        (b"HTTP/1.1 200 OK\r\nX: ".to_vec(), &[b'x'; 4_096], "its head is too large"),
        (vec![], b"HTTP/1.1 100 Continue\r\n\r\n", "no answer within 1 s"),
        (b"HTTP/1.1 500 Oh\r\n\r\n".to_vec(), b"       ", "the service answered 500 Internal"),
    ];
    for (start, more, words) in cases {
        let far = Duration::from_secs(60);
        let limits = match words {
            "no whole answer within 1 s" | "no answer within 1 s" => short(),
            _ => Limits { whole: far, ..Limits::default() },
        };
        let error = fails(move || Reply::Flood(start.clone(), more.to_vec()), limits).await;
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
}

/// Hazards 20 and 34: what the head says holds, also where the body of an error does not come.
#[tokio::test]
async fn a_refusal_is_known_by_its_head() {
    let far = Duration::from_secs(60);
    for limits in [Limits { gap: far, ..short() }, Limits { whole: far, ..short() }] {
        for (status, wait) in [("429 Too Many Requests", Some(1_000)), ("401 Unauthorized", None)] {
            let head = format!("HTTP/1.1 {status}\r\nRetry-After: 1000\r\n\r\n{{").into_bytes();
            let pause = if limits.gap == far { limits.whole / 50 } else { far };
            let error = fails(move || Reply::Drip(head.clone(), pause), limits).await;
            assert_eq!(error.wait(), wait.map(Duration::from_secs), "{error}");
            assert!(error.refuses_key() || error.is_transient(), "{error}");
        }
    }
    let vetoed = || {
        let headers = "Retry-After: 600\r\nx-should-retry: false\r\n";
        answer("429 Too Many Requests", headers, "")
    };
    let error = fails(vetoed, Limits::default()).await;
    assert!(!error.is_transient() && error.wait() == Some(Duration::from_secs(600)), "{error:?}");
}

/// Hazards 37: what broke off is told from what is wrong, and tried again.
#[tokio::test]
async fn broken_framing_is_told_in_its_own_words() {
    let list = lasting_page(0, 3, false);
    let closed = "the answer broke off: the connection was closed too early";
    let no_http = "the answer cannot be read: it is no HTTP";
    let cut =
        "the answer is not a files list: it breaks off; it begins with {\"object\":\"list\",\"data";
    let encoding = "the answer cannot be read: its encoding is broken";
    let encoded = "the answer cannot be read: it is encoded in a way that was not asked for";
    let chunked = "Transfer-Encoding: chunked\r\n";
    let bytes = |bytes: Vec<u8>| move || Reply::Bytes(bytes.clone());
    for (reply, words, transient) in [
        (whole("Content-Length: 20000\r\n", &list), closed, true),
        (whole("Content-Length: 24\r\n", &list), cut, false),
        (whole("Content-Length: -1\r\n", &list), no_http, false),
        (whole("Content-Length: 4\r\nContent-Length: 5\r\n", &list), no_http, false),
        (whole(chunked, "20\r\n{\"data\":["), closed, true),
        (whole(chunked, "zz\r\n{\"data\":["), encoding, false),
        (whole(chunked, "fffffffffffffffff\r\n{"), encoding, false),
        (whole("Content-Encoding: gzip\r\n", "no gzip at all"), encoding, false),
        (whole("Content-Encoding: br\r\n", "\u{1}\u{2}"), encoded, false),
        (whole("Content-Encoding: gzip, deflate\r\n", "\u{1}\u{2}"), encoded, false),
        (whole("X: a\u{1b}[31m\r\n", &list), no_http, false),
        (whole("no colon\r\n", &list), no_http, false),
        (b"HTTP/1.1 099 Oh\r\n\r\n".to_vec(), no_http, false),
        (list.clone().into_bytes(), no_http, false),
        ((0..=255).cycle().take(5_000).collect(), no_http, false),
        (vec![], "the answer broke off: the connection was closed before it came", true),
    ] {
        let error = fails(bytes(reply), Limits::default()).await;
        assert!(error.to_string().starts_with(words), "{words}: {error}");
        assert_eq!(error.is_transient(), transient, "{error}");
    }
    for reply in [vec![], whole("Content-Length: 900\r\n", "{\"data\":[")] {
        let error = fails(move || Reply::Reset(reply.clone()), Limits::default()).await;
        assert_eq!(error.to_string(), "the answer broke off: Connection reset by peer");
        assert!(error.is_transient());
    }
}

/// Hazards 27 and 35: what is odd but whole is read.
#[tokio::test]
async fn odd_framing_that_can_be_read_is_read() {
    let list = lasting_page(0, 3, false);
    let length = list.len();
    let with_lf = format!("HTTP/1.1 200 OK\nX: y\n\n{list}");
    for reply in [
        whole("", &list),
        whole("Content-Encoding: identity\r\n", &list),
        whole("Content-Encoding: utf-8\r\n", &list),
        [head("Content-Encoding: GZIP\r\n"), members(&list)].concat(),
        [head("Content-Encoding: identity\r\nContent-Encoding: X-Gzip\r\n"), members(&list)]
            .concat(),
        whole("Content-Type: text/html; charset=utf-16\r\n", &format!("\u{feff}{list}")),
        whole(
            "Transfer-Encoding: chunked\r\n",
            &format!("{length:X};x=y\r\n{list}\r\n0\r\nX: y\r\n\r\n"),
        ),
        format!("HTTP/1.0 200 OK\r\n\r\n{list}").into_bytes(),
        format!("HTTP/1.1 299 Fine\r\n\r\n{list}").into_bytes(),
        format!("HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n{with_lf}").into_bytes(),
        with_lf.into_bytes(),
    ] {
        let shown = String::from_utf8_lossy(&reply[..60]).into_owned();
        let server = Fault::start(move |_, _| Reply::Bytes(reply.clone()));
        let endpoint = Endpoint::parse(&server.url, false).unwrap();
        let client = Client::new(endpoint, None, Limits::default()).unwrap();
        let answer = client.list_page(None, 1).await.unwrap_or_else(|e| panic!("{shown}: {e}"));
        assert_eq!(answer.value.readings.len(), 3, "{shown}");
    }
}

/// Hazards 16 and 19: the host that a redirect names is told, of the same host the address, in
/// characters that command nothing, and nothing that could be secret.
#[test]
fn redirects_name_the_place_and_nothing_else() {
    let port = "https://elsewhere.example:8443/v1/files";
    let key = format!("/x/{CANARY}/y?k={CANARY}");
    for (location, words) in [
        (port, "redirects to elsewhere.example:8443, which"),
        ("//elsewhere.example/x", "redirects to elsewhere.example, which"),
        ("http://b\u{fc}cher.example/", "redirects to xn--bcher-kva.example, which"),
        ("https://user:pass@elsewhere.example/", "redirects to elsewhere.example, which"),
        ("/login?next=/v1/pass", "redirects to http://HOST/login, which"),
        ("https://user:pass@HOST/v1/files", "redirects to https://HOST/v1/files, which"),
        ("https://127.0.0.1/v1/files#pass", "redirects to https://127.0.0.1/v1/files, which"),
        ("files/", "redirects to http://HOST/v1/files/, which"),
        ("?page=1", "redirects to http://HOST/v1/files, which"),
        ("/a\u{202e}b\u{9b}c", "redirects to http://HOST/a%E2%80%AEb%C2%9Bc, which"),
        (key.as_str(), "redirects to http://HOST/x/[key]/y, which"),
        ("https://%1b]0;x%07/", "redirects to no valid address, which"),
        ("https://a\u{202e}b.example/", "redirects to no valid address, which"),
        ("javascript:alert(1)", "redirects to no valid address, which"),
    ] {
        let theirs = location.to_owned();
        let server = Fault::start(move |_, head| {
            let host = head.to_ascii_lowercase();
            let host = host.split("host: ").nth(1).unwrap().lines().next().unwrap();
            let location = theirs.replace("HOST", host);
            answer("308 Permanent Redirect", &format!("Location: {location}\r\n"), "")
        });
        let output = run_at(&server.url, &["list"]);
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
        let words = words.replace("HOST", server.url.trim_start_matches("http://"));
        assert!(said.contains(&words) && !said.contains("pass"), "{words}: {said}");
        assert_eq!(server.requests().len(), 1);
    }
    let server = Fault::start(|_, _| answer("304 Not Modified", "", ""));
    let said = text(&run_at(&server.url, &["list"]).stderr);
    assert!(said.contains("answered 304 Not Modified"), "{said}");
}

/// Hazards 20: the wait that a service asks for, in each form, before the next try or instead of it.
#[test]
fn waits_are_kept_to_in_every_form() {
    let now = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    for (header, wait) in [
        ("Retry-After: 1000", "asks to wait 1000 s"),
        ("retry-after-ms: 200000", "asks to wait 200 s"),
        ("Retry-After: Sun, 06 Nov 1994 09:49:37 GMT", "asks to wait 3600 s"),
        ("Retry-After: Sunday, 06-Nov-94 09:49:37 GMT", "asks to wait 3600 s"),
        ("Retry-After: Sun Nov  6 09:49:37 1994", "asks to wait 3600 s"),
    ] {
        for status in ["429 Too Many Requests", "503 Service Unavailable"] {
            let headers = format!("{now}{header}\r\n");
            let server = Fault::start(move |_, _| answer(status, &headers, ""));
            let output = run_at(&server.url, &["list"]);
            let said = text(&output.stderr);
            assert!(output.status.code() == Some(5) && said.contains(wait), "{header}: {said}");
            assert_eq!(server.requests().len(), 1, "{header}: it is left alone");
        }
    }
    for header in ["-4", "0", "Sun, 06 Nov 1993 08:49:37 GMT", "soon", ""] {
        let headers = format!("{now}Retry-After: {header}\r\n");
        let server = Fault::start(move |n, _| match n {
            0 => answer("429 Too Many Requests", &headers, ""),
            _ => page(0, 3, false),
        });
        let output = run_at(&server.url, &["list", "--output", "jsonl"]);
        assert_eq!(text(&output.stdout).lines().count(), 3, "{header}: our own back-off");
    }
}

/// Hazards 37: connections are kept, and one that the service closed meanwhile costs nothing.
#[test]
fn connections_are_kept_and_may_be_closed() {
    let kept = |from: usize| {
        let body = lasting_page(from, from + 10, from < 90);
        let length = body.len();
        whole(&format!("Content-Length: {length}\r\n"), &body)
    };
    let server = Fault::start(move |_, head| Reply::Kept(kept(begins_at(head))));
    let output = run_at(&server.url, &["list", "--all", "--output", "jsonl"]);
    assert_eq!(text(&output.stdout).lines().count(), 100, "{}", text(&output.stderr));
    assert_eq!((server.requests().len(), server.connections()), (10, 1), "one for all of them");
    // It does not say that it closes.
    let server = Fault::start(move |_, head| Reply::Bytes(kept(begins_at(head))));
    let output = run_at(&server.url, &["list", "--all", "--output", "jsonl"]);
    assert_eq!(text(&output.stdout).lines().count(), 100, "{}", text(&output.stderr));
}

/// Hazards 37: a name that nobody knows. One that is too long is refused without a network.
#[test]
fn a_name_that_is_not_known_is_said() {
    // Plain, since a certificate could not be for such a name.
    let url = format!("http://{}.example", "x".repeat(64));
    let output = run_at(&url, &["list", "--allow-http"]);
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), said.lines().count()), (Some(5), 1), "{said}");
    assert!(said.contains("cannot be reached: failed to lookup address"), "{said}");
}

/// Hazards 37: nobody listens; then somebody does, and the screen says so without a restart.
#[test]
fn a_service_that_comes_up_late_is_found() {
    // Taken, so that nobody else has it; connections are refused until somebody listens.
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap().as_socket().unwrap());
    let output = run_at(&url, &["list"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(text(&output.stderr).contains("cannot be reached: Connection refused"));
    let environment = [("CEREBRAS_API_KEY", CANARY), ("CEREBRAS_BASE_URL", url.as_str())];
    let mut terminal = Terminal::start(120, 36, &[], &environment);
    terminal.wait_for("cannot be reached");
    socket.listen(16).unwrap();
    let _server = Fault::on(TcpListener::from(socket), |_, _| page(0, 3, false));
    terminal.wait_for("3 files");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// Hazards 19, 20, 28: each fault on a screen that holds files: they stay, the cause is said in
/// characters that command nothing, and keys are answered.
#[test]
fn no_fault_takes_a_file_or_a_key_from_the_screen() {
    type Case = (fn() -> Reply, &'static str);
    let cases: [Case; 6] = [
        (|| Reply::Reset(vec![]), "Connection reset by peer"),
        (|| Reply::Bytes(b"\x1b]0;owned\x07\x9b31m".to_vec()), "it is no HTTP"),
        (|| answer("502 Bad Gateway", "", "\u{1b}[31mbad\u{9b}"), "\\u{1b}[31mbad\\u{9b}"),
        (|| answer("200 OK", "", "<html>\u{1b}]52;c;eA==\u{7}"), "<html>\\u{1b}]52;c;eA==\\u{7}"),
        (|| answer("403 Forbidden", "", "{\"detail\":\"\\u001b[2J\"}"), "\\u{1b}[2J"),
        (
            || answer("307 Temporary Redirect", "Location: https://x.example\r\n", ""),
            "redirects to x.example",
        ),
    ];
    for (reply, words) in cases {
        let server = Fault::start(move |n, _| if n == 0 { page(0, 30, false) } else { reply() });
        let environment = [("CEREBRAS_API_KEY", CANARY), ("CEREBRAS_BASE_URL", &server.url)];
        let mut terminal = Terminal::start(200, 36, &[], &environment);
        terminal.wait_for("30 files");
        terminal.press("r");
        terminal.wait_for(words);
        terminal.press("jj");
        let screen = terminal.wait_for(" 3 of 30 ");
        assert!(screen.contains("30 files") && screen.contains("name-00002"), "{screen}");
        terminal.press("q");
        assert_eq!(terminal.wait_exit_restored(), 0, "{words}");
    }
}
