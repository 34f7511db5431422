//! What services really send: what can be read of it is read, and of the rest it is said what it was.

use std::fmt::Write as _;

use shelflife::api::ApiError;
use shelflife::api::error::Status;
use shelflife::api::wire::{NotAPage, read_page};

use crate::support::CANARY;
use crate::support::binary::{command, run_at, text};
use crate::support::driver::Driver;
use crate::support::fault::{Fault, Reply, answer, page};
use crate::support::screen;

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

/// What is printed of values that could not be read, and what is said of it, agree.
#[test]
fn what_is_said_of_values_that_could_not_be_read_is_true_of_each_form() {
    let body = r#"{"data":[{"id":"a","filename":["x"],"bytes":"x","expires_at":"x"},{"id":"b"}],"has_more":false}"#;
    let server = Fault::start(move |_, _| answer("200 OK", "", body));
    for (form, shown, printed) in [
        ("table", "are shown as ?", "  ?"),
        ("csv", "are left empty", "a,,,,,"),
        ("json", "are null here", "\"filename\":null"),
        ("jsonl", "are null here", "\"filename\":null"),
    ] {
        let output = run_at(&server.url, &["list", "--output", form]);
        let (said, list) = (text(&output.stderr), text(&output.stdout));
        assert!(said.contains(&format!("3 values could not be read and {shown}")), "{said}");
        assert!(list.contains(printed) && output.status.code() == Some(0), "{list}");
    }
}

/// On the screen, too, what could not be read is told from what is not given.
#[test]
fn a_filename_and_a_purpose_that_could_not_be_read_are_no_dashes() {
    let body = |value: &str| {
        format!(
            "{{\"data\":[{{\"id\":\"a\",\"filename\":{value},\"purpose\":{value}}}],\"has_more\":false}}"
        )
    };
    for (value, name, purpose) in [
        ("{\"x\":1}", "─ ? ─", "Purpose   ? not readable, see below"),
        ("null", "─ (no filename) ─", "Purpose   — not given"),
    ] {
        let mut driver = Driver::new(120, 36);
        driver.answer(&body(value));
        let screen = screen::text(&driver.app, 120, 36);
        assert!(screen.contains(name) && screen.contains(purpose), "{screen}");
    }
}

/// A list of models, batches or anything else is no list of files, however alike it looks.
#[test]
fn a_list_of_models_is_no_list_of_files() {
    let body = r#"{"object":"list","data":[{"id":"llama3.1-8b","object":"model","created":0,"owned_by":"Meta"}]}"#;
    let server = Fault::start(move |_, _| answer("200 OK", "", body));
    let output = run_at(&server.url, &["list"]);
    let said = text(&output.stderr);
    assert!(output.status.code() == Some(1) && output.stdout.is_empty(), "{said}");
    assert!(said.contains("not a files list"), "{said}");
    let output = run_at(&server.url, &["doctor"]);
    let report = text(&output.stdout);
    let failure = report.lines().find(|line| line.starts_with("failure ")).unwrap_or_default();
    assert!(failure.contains("list") && failure.contains("not a files list"), "{report}");
    assert_eq!(output.status.code(), Some(1));
    let mut driver = Driver::new(120, 36);
    let Err(NotAPage::NotAFilesList { beginning, breaks_off }) = read_page(body.as_bytes()) else {
        panic!()
    };
    driver.fail(ApiError::NotAFilesList { beginning, breaks_off });
    let screen = screen::text(&driver.app, 120, 36);
    assert!(screen.contains("not a files list"), "{screen}");
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
        assert!(said.contains("partial") && said.contains("over 10,000 files"), "{said}");
    }
    assert_eq!(server.requests().len(), 2, "nothing is asked for twice");
}

/// Whatever the first page fails with, but for a refused key, a refresh interval later it is tried
/// again: a wallboard that starts in a bad minute does not stay empty.
#[test]
fn a_dashboard_that_starts_in_a_bad_minute_recovers() {
    let refused = |status| ApiError::Refused { status: Status(status), message: None, wait: None };
    let empty = "{\"data\":[],\"has_more\":true}";
    for failure in [Some(refused(404)), Some(refused(400)), Some(refused(407)), None] {
        let mut driver = Driver::new(120, 36);
        let first = driver.now.mono;
        match &failure {
            Some(error) => driver.fail(error.clone()),
            None => driver.answer(empty),
        }
        while driver.effects.is_empty() {
            driver.wake();
        }
        let waited = driver.now.mono.saturating_sub(first).as_secs();
        assert!((24..=36).contains(&waited), "{failure:?}: {waited} s");
        driver.answer("{\"data\":[{\"id\":\"a\"}],\"has_more\":false}");
        assert_eq!(driver.app.store().len(), 1, "{failure:?}");
    }
}

/// By class, not by a list of numbers.
#[test]
fn a_status_passes_by_its_class() {
    for status in 300..600 {
        let passes = matches!(status, 408 | 425 | 429) || status >= 500;
        let never = [501, 505].contains(&status);
        assert_eq!(Status(status).passes(), passes && !never, "{status}");
    }
}

/// Retried, and told as an outage: a status of a proxy in between that no standard knows.
#[test]
fn passing_errors_are_tried_again() {
    for (status, tries, code) in [("522 ", 3, 5), ("425 Too Early", 3, 5), ("505 X", 1, 1)] {
        let server = Fault::start(move |_, _| answer(status, "", ""));
        let output = run_at(&server.url, &["list"]);
        assert_eq!(
            (server.requests().len(), output.status.code()),
            (tries, Some(code)),
            "{status}"
        );
    }
}

/// The service's own reason, whatever shape it has; never the status alone where it said more.
#[test]
fn the_services_own_reason_is_shown() {
    let markup = "<Error><Code>X</Code><Message>Expired &amp; gone</Message></Error>";
    for (body, words) in [
        (
            r#"{"detail":[{"loc":["query","limit"],"msg":"too large"}]}"#,
            ": query.limit: too large;",
        ),
        (markup, ": Expired & gone;"),
        ("<html><title>Blocked</title>", ": Blocked;"),
        (r#"{"code":40001}"#, r#": {"code":40001};"#),
    ] {
        let server = Fault::start(move |_, _| answer("400 Bad Request", "", body));
        let said = text(&run_at(&server.url, &["list"]).stderr);
        assert!(said.contains(&format!("400 Bad Request{words}")), "{said}");
    }
    let server = Fault::start(|_, _| answer("200 OK", "", "{\"data\":[]}}"));
    let said = text(&run_at(&server.url, &["list"]).stderr);
    let words = "its JSON breaks at byte 12: trailing characters, behind {\"data\":[]}";
    assert!(said.contains(words), "{said}");
}

/// A proxy that nobody answers at, or that speaks something else, is not taken for the service.
#[test]
fn a_proxy_out_of_reach_is_named_and_the_service_is_not() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let other = Fault::start(|_, _| Reply::Bytes(b"220 mail\r\n".to_vec()));
    for proxy in [format!("http://{nobody}"), other.url.clone()] {
        let mut command = command(&["list", "--base-url", "https://files.invalid"]);
        command.env("CEREBRAS_API_KEY", CANARY).env("HTTPS_PROXY", &proxy);
        let output = command.output().unwrap();
        let said = text(&output.stderr);
        assert!(said.contains("the proxy in HTTPS_PROXY cannot be reached: "), "{said}");
        assert!(!said.contains("the service cannot be reached"), "{said}");
        assert_eq!(output.status.code(), Some(5), "{said}");
    }
}

/// What the proxy answers is told as its own: its status, and which variable names it.
#[test]
fn a_proxy_that_refuses_is_named_with_its_status() {
    for (status, tries) in [("403 Forbidden", 1), ("502 Bad Gateway", 3)] {
        let proxy = Fault::start(move |_, _| answer(status, "", "<html>blocked"));
        let mut command = command(&["list", "--base-url", "https://files.invalid"]);
        command.env("CEREBRAS_API_KEY", CANARY);
        let address = proxy.url.replace("http://", "http://me:a@b:c@");
        let output = command.env("HTTPS_PROXY", &address).output().unwrap();
        let said = text(&output.stderr);
        assert!(said.contains(&format!("the proxy in HTTPS_PROXY answered {status}")), "{said}");
        assert!(output.status.code() == Some(5) && !said.contains("a@b"), "{said}");
        // Each of them is followed by the question for its status.
        assert_eq!(proxy.requests().len(), tries * 2, "{said}");
        for head in proxy.heads() {
            assert!(head.starts_with("CONNECT files.invalid:443 HTTP/1.1"), "{head}");
            assert!(head.to_ascii_lowercase().contains("proxy-authorization: basic bwu6yubiomm="));
            assert!(!head.contains(CANARY), "{head}");
        }
    }
}

/// What is told to be set is the variable that is set.
#[test]
fn certificates_that_are_not_there_are_told_by_their_variable() {
    for (variable, place) in [("SSL_CERT_FILE", "/nowhere/ca.pem"), ("SSL_CERT_DIR", "/nowhere")] {
        let mut command = command(&["list", "--base-url", "https://files.invalid"]);
        let output = command.env("CEREBRAS_API_KEY", CANARY).env(variable, place).output();
        let said = text(&output.unwrap().stderr);
        assert!(said.contains(&format!("{variable} is set, and nothing else")), "{said}");
    }
}

/// A key in quotes is named as that, an address with a port that is none by its port.
#[test]
fn keys_and_addresses_are_refused_with_the_right_cause() {
    let mut list = command(&["list", "--base-url", "http://127.0.0.1:99999"]);
    let said = text(&list.env("CEREBRAS_API_KEY", CANARY).output().unwrap().stderr);
    assert!(said.contains("its port must be a number") && !said.contains("https://"), "{said}");
    for subcommand in ["list", "doctor"] {
        let mut command = command(&[subcommand, "--base-url", "http://127.0.0.1:1"]);
        let output = command.env("CEREBRAS_API_KEY", format!("\"{CANARY}\"")).output().unwrap();
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(said.contains("the key in CEREBRAS_API_KEY stands in quotes"), "{said}");
        assert!(!said.contains(CANARY) && output.status.code() == Some(3), "{said}");
    }
}

/// Names that would read as what stands for none, in the table of `list`.
#[test]
fn no_name_can_be_read_as_none() {
    let body = r#"{"data":[{"id":"a","filename":"—","purpose":"—"},{"id":"b","filename":"(no filename)"},
        {"id":"c"}],"has_more":false}"#;
    let server = Fault::start(move |_, _| answer("200 OK", "", body));
    let output = run_at(&server.url, &["list"]);
    let said = text(&output.stdout);
    let rows: Vec<&str> = said.lines().skip(1).collect();
    assert!(
        rows[0].ends_with("  \\u{2014}") && rows[0].matches("\\u{2014}").count() == 2,
        "{said}"
    );
    assert!(rows[1].ends_with("  \\u{28}no filename)") && rows[2].ends_with("  —"), "{said}");
}

/// A page that is begun again may bring what was listed already.
#[test]
fn a_list_that_begins_a_page_again_says_so() {
    let server = Fault::start(|n, _| match n {
        0 => page(0, 3, true),
        1 => answer("404 Not Found", "", ""),
        _ => page(0, 5, false),
    });
    let output = run_at(&server.url, &["list", "--all", "--output", "jsonl"]);
    let said = text(&output.stderr);
    assert!(said.contains("1 page was begun again") && said.contains("listed twice"), "{said}");
    assert_eq!((text(&output.stdout).lines().count(), output.status.code()), (5, Some(0)));
}
