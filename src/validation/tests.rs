use proptest::prelude::*;
use serde::de::IgnoredAny;

use super::*;
use crate::text::UntrustedRef;

/// A sound request for all services.
fn sound(n: usize) -> String {
    format!(
        r#"{{"custom_id":"id-{n}","method":"POST","url":"/v1/chat/completions","body":{{"model":"m","messages":[]}}}}"#
    )
}

fn check_as(service: &str, content: &[u8]) -> Report {
    let mut validator = Validator::new(of_service(service).unwrap(), Use::Batch, Some(b"a.jsonl"));
    validator.feed(content);
    validator.finish()
}

/// `LINE severity code`, for each finding that is shown; 0 for the whole file.
fn said(report: &Report) -> Vec<String> {
    let each = report.findings.shown().into_iter().map(|finding| {
        let line = finding.line.unwrap_or_default();
        format!("{line} {} {}", finding.severity.word(), finding.code.word())
    });
    each.collect()
}

/// What is said where the third of twelve lines is this one.
fn said_of(service: &str, line: &str) -> Vec<String> {
    let lines: Vec<String> =
        (1..=12).map(|n| if n == 3 { line.to_owned() } else { sound(n) }).collect();
    said(&check_as(service, (lines.join("\n") + "\n").as_bytes()))
}

#[test]
fn a_sound_file_has_no_findings() {
    for limits in LIMITS {
        let said = said_of(limits.service, &sound(3));
        assert!(said.is_empty(), "{}: {said:?}", limits.service);
    }
}

#[test]
fn each_fault_of_a_line_is_told_by_its_kind() {
    let other = |from: &str, to: &str| sound(3).replace(from, to);
    for (line, expected) in [
        ("{", "error invalid_json_line"),
        ("{} {}", "error invalid_json_line"),
        (r#"{"custom_id":"a",}"#, "error invalid_json_line"),
        ("\u{feff}{}", "error invalid_json_line"),
        ("[]", "error invalid_json_line"),
        ("7", "error invalid_json_line"),
        ("\"\\ud800\"", "error invalid_json_line"),
        ("\u{c}", "error invalid_json_line"),
        (&other("\"id-3\"", "NaN"), "error invalid_json_line"),
        (" \t", "warning blank_line"),
        ("\r", "warning crlf, warning blank_line"),
        (&(sound(3) + "\r"), "warning crlf"),
        (&other("\"custom_id\"", "\"custom_ID\""), "error missing_custom_id"),
        (&other("\"id-3\"", "null"), "error missing_custom_id"),
        (&other("\"id-3\"", "\"\""), "error missing_custom_id"),
        (&other("\"id-3\"", "3"), "error invalid_custom_id"),
        (&other("\"id-3\"", "[\"a\"]"), "error invalid_custom_id"),
        (&other("id-3", "id-1"), "error duplicate_custom_id"),
        (&other("id-3", r"\u0069d\u002d1"), "error duplicate_custom_id"),
        (&other("\"POST\"", "\"GET\""), "error invalid_method"),
        (&other("\"POST\"", "\"post\""), "error invalid_method"),
        (&other("\"POST\"", "1"), "error invalid_method"),
        (&other("\"method\"", "\"x\""), "error invalid_method"),
        (&other("\"url\"", "\"x\""), "error missing_url"),
        (&other("\"/v1/chat/completions\"", "[]"), "error missing_url"),
        (&other("chat/completions", "embeddings"), "error url_mismatch"),
        (&other("\"body\"", "\"x\""), "error missing_body"),
        (&other(r#"{"model":"m","messages":[]}"#, "null"), "error missing_body"),
        (&other(r#"{"model":"m","messages":[]}"#, "[{}]"), "error invalid_body"),
        (&other(r#"{"model":"m","messages":[]}"#, "\"\\ud800\""), "error invalid_body"),
        (&other(r#"{"model":"m","messages":[]}"#, "1e999"), "error invalid_body"),
        (&other("\"m\"", "\"n\""), "error model_mismatch"),
        (&other("\"m\"", "null"), "error model_mismatch"),
        (&other("\"m\"", "\"m\",\"stream\":true"), "warning stream"),
        (&other("\"m\"", "\"m\",\"stream\":false"), ""),
        (&other("\"m\"", "\"m\",\"n\":1e999"), ""),
        (&other("\"m\"", "\"m\",\"\\ud800\":\"\\udc00\""), ""),
        (&other("\"m\"", "\"\\u006d\""), ""),
        // Of two with one name the last one counts.
        (&other("\"id-3\"", "\"id-1\",\"custom_id\":\"x\""), ""),
        (&other("\"id-3\"", "\"x\",\"custom_id\":\"id-1\""), "error duplicate_custom_id"),
        (&other("\"body\"", "\"body\":7,\"body\""), ""),
        (
            &other("\"method\":\"POST\",\"url\":\"/v1/chat/completions\",", ""),
            "error invalid_method, error missing_url",
        ),
    ] {
        let expected: Vec<String> = expected
            .split(", ")
            .filter(|said| !said.is_empty())
            .map(|said| format!("3 {said}"))
            .collect();
        assert_eq!(said_of("cerebras", line), expected, "{line}");
    }
    let mut content = vec![];
    for n in 1..=12 {
        content.extend(sound(n).as_bytes());
        content.extend(if n == 3 { &b"\xff\n"[..] } else { b"\n" });
    }
    assert_eq!(said(&check_as("cerebras", &content)), ["3 error not_utf8"]);
}

#[test]
fn what_is_no_text_is_told_by_its_beginning() {
    let utf_16 = sound(1).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    for (content, words) in [
        ([b"\xff\xfe", &utf_16[..]].concat(), "no UTF-8: it looks like UTF-16"),
        (b"\x1f\x8b\x08\x00\xff".to_vec(), "no UTF-8: it looks like gzip"),
        (b"{\"a\":\"\xed\xa0\x80\"}".to_vec(), "no UTF-8 at byte 7"),
        (b"\n\xff\xfe".to_vec(), "no UTF-8 at byte 1"),
    ] {
        let report = check_as("openai", &content);
        let shown = report.findings.shown();
        let found = shown.iter().find(|finding| finding.code == Code::NotUtf8).unwrap();
        assert_eq!(found.message, words);
    }
}

#[test]
fn services_differ_by_their_limits() {
    let other = |from: &str, to: &str| sound(3).replace(from, to);
    let bare = other("\"method\":\"POST\",\"url\":\"/v1/chat/completions\",", "");
    let long = other("id-3", &"i".repeat(65));
    for (service, line, expected) in [
        ("groq", other("chat/completions", "embeddings"), ""),
        ("groq", other("\"m\"", "\"n\""), ""),
        ("groq", other("\"m\"", "null"), "3 warning missing_model"),
        ("openai", other("\"m\"", "\"n\""), "3 error model_mismatch"),
        ("together", bare.clone(), ""),
        ("mistral", bare, ""),
        ("mistral", other("\"m\"", "null"), ""),
        ("together", long.clone(), "3 error invalid_custom_id"),
        ("openai", long, ""),
        ("openai", "x".repeat(MOST_OF_A_LINE + 1), "3 warning long_line"),
    ] {
        let expected: Vec<&str> = expected.split(", ").filter(|said| !said.is_empty()).collect();
        assert_eq!(said_of(service, &line), expected, "{service}: {}", &line[..line.len().min(99)]);
    }
    for (host, service) in [
        ("api.cerebras.ai", "cerebras"),
        ("api.openai.com", "openai"),
        ("api.together.xyz", "together"),
        ("api.mistral.ai", "mistral"),
        ("127.0.0.1", "cerebras"),
        ("", "cerebras"),
    ] {
        assert_eq!(of_host(host).service, service);
    }
}

#[test]
fn models_that_are_named_later_or_never_are_told_once() {
    let with = |lines: [&str; 12]| {
        let lines: Vec<String> =
            (1..).zip(lines).map(|(n, model)| sound(n).replace("\"m\"", model) + "\n").collect();
        said(&check_as("cerebras", lines.concat().as_bytes()))
    };
    assert_eq!(with(["null"; 12]), ["1 warning missing_model"]);
    let mut models = ["\"m\""; 12];
    models[0] = "null";
    models[1] = "null";
    assert_eq!(with(models), ["1 warning missing_model", "3 error model_mismatch"]);
}

#[test]
fn the_whole_file_is_told_by_its_kind() {
    let lines = |number: usize| (1..=number).map(|n| sound(n) + "\n").collect::<String>();
    for (content, expected) in [
        (String::new(), "0 error empty_file"),
        ("\n \n".to_owned(), "0 error empty_file, 1 warning blank_line, 2 warning blank_line"),
        (
            "\u{feff}".to_owned(),
            "0 error empty_file, 1 warning no_final_newline, 1 warning bom, 1 warning blank_line",
        ),
        (lines(9), "0 error too_few_lines"),
        (lines(9) + "\n", "0 error too_few_lines, 10 warning blank_line"),
        (lines(10), ""),
        (lines(10).trim_end().to_owned(), "10 warning no_final_newline"),
        (format!("\u{feff}{}", lines(10)), "1 warning bom"),
        (lines(50_000), ""),
        (
            lines(50_001) + "\n" + &sound(50_002),
            "50001 error too_many_tasks, 50002 warning blank_line, 50003 warning no_final_newline",
        ),
    ] {
        let report = check_as("cerebras", content.as_bytes());
        let expected: Vec<&str> = expected.split(", ").filter(|said| !said.is_empty()).collect();
        let head: String = content.chars().take(80).collect();
        assert_eq!(said(&report), expected, "{head}");
        assert_eq!(report.bytes, content.len() as u64);
        assert_eq!(report.lines, content.lines().count() as u64);
    }
    let name = |name: &[u8], used_for| {
        let mut validator = Validator::new(&LIMITS[0], used_for, Some(name));
        validator.feed(lines(10).as_bytes());
        said(&validator.finish())
    };
    assert_eq!(name(b"a.json", Use::Batch), ["0 warning extension"]);
    assert_eq!(name(b"jsonl", Use::Batch), ["0 warning extension"]);
    assert_eq!(name(b"\xff.jsonl", Use::Batch), Vec::<String>::new());
    assert_eq!(name(b"a.pdf", Use::Other), Vec::<String>::new());
}

/// A line of just so many bytes, its end apart.
fn line_of(bytes: usize) -> String {
    let line = sound(3);
    let filler = "x".repeat(bytes - line.len());
    line.replace("\"m\"", &format!("\"m{filler}\""))
}

#[test]
fn the_bounds_of_a_line_are_met_to_the_byte() {
    const MIB: usize = 1 << 20;
    for (line, expected) in [
        (line_of(1_000_000), ""),
        (line_of(1_000_001), "warning long_line"),
        (line_of(MIB), "warning long_line"),
        (line_of(MIB) + "\r", "warning crlf, warning long_line"),
        (line_of(MIB + 1), "error long_line"),
        (line_of(MIB + 1) + "\r", "error long_line, warning crlf"),
        (" ".repeat(3 * MIB), "error long_line"),
    ] {
        // Another model on each line, so that it is seen whether it is looked into.
        let is_looked_into = line.trim_end().len() <= MIB && !line.trim_end().is_empty();
        let said: Vec<String> = said_of("groq", &line);
        let has = |word: &str| said.iter().any(|said| said.ends_with(word));
        assert_eq!(has("long_line"), line.trim_end_matches('\r').len() > MIB, "{said:?}");
        let expected: Vec<String> = expected
            .split(", ")
            .filter(|said| !said.is_empty())
            .map(|said| format!("3 {said}"))
            .collect();
        let found: Vec<String> = said_of("cerebras", &line)
            .into_iter()
            .filter(|said| !said.ends_with("model_mismatch"))
            .collect();
        assert_eq!(found, expected, "{} bytes", line.len());
        let mismatches = said_of("cerebras", &line).len() - found.len();
        assert_eq!(mismatches > 0, is_looked_into, "{} bytes", line.len());
    }
}

#[test]
fn the_bounds_of_a_file_are_met_to_the_byte() {
    let weigh = |used_for, service: &str, bytes: usize| {
        let mut validator = Validator::new(of_service(service).unwrap(), used_for, None);
        let piece = [b' '; 1 << 14];
        let mut left = bytes;
        while left > 0 {
            let size = left.min(piece.len());
            validator.feed(&piece[..size]);
            left -= size;
        }
        let said = said(&validator.finish());
        said.into_iter().find(|said| said.ends_with("large_file")).unwrap_or_default()
    };
    for (used_for, service, bytes, expected) in [
        (Use::Batch, "cerebras", 200_000_000, ""),
        (Use::Batch, "cerebras", 200_000_001, "0 warning large_file"),
        (Use::Batch, "cerebras", 200 << 20, "0 warning large_file"),
        (Use::Batch, "cerebras", (200 << 20) + 1, "0 error large_file"),
        (Use::Batch, "together", (100 << 20) + 1, "0 error large_file"),
        (Use::Batch, "groq", 150_000_000, "0 warning large_file"),
        (Use::Other, "cerebras", (200 << 20) + 1, "0 error large_file"),
        (Use::Other, "openai", (200 << 20) + 1, ""),
    ] {
        assert_eq!(weigh(used_for, service, bytes), expected, "{service} {bytes}");
    }
}

#[test]
fn all_are_counted_and_errors_are_shown_before_warnings() {
    let mut content = String::new();
    for n in 1..=1_000 {
        content += &if n == 500 { "{}".to_owned() } else { sound(n) };
        content += "\r\n";
    }
    let report = check_as("openai", content.as_bytes());
    assert_eq!((report.findings.errors(), report.findings.warnings()), (4, 1_000));
    let shown = said(&report);
    assert_eq!(shown.len(), MOST_SHOWN);
    assert_eq!(shown[0], "1 warning crlf");
    assert_eq!(
        shown[16..].join(", "),
        "500 error missing_custom_id, 500 error invalid_method, 500 error missing_url, 500 error missing_body"
    );
    let lines = lines(UntrustedRef::new(b"a\x1b.jsonl"), &report);
    assert_eq!(lines.len(), 22);
    assert_eq!(lines[0], "a\\u{1b}.jsonl:1: warning: the line ends in CR LF, not in LF [crlf]");
    assert_eq!(
        lines[20],
        "a\\u{1b}.jsonl: and 984 more; in all 1,000 crlf, 1 missing_custom_id, \
         1 invalid_method, 1 missing_url, 1 missing_body"
    );
    assert!(
        lines[21].ends_with(": 1,000 lines · 101.36 KiB · 4 errors · 1,000 warnings"),
        "{}",
        lines[21]
    );
}

#[test]
fn messages_are_short_and_command_no_terminal() {
    let hostile = format!("\\u001b[2J\\u202e{}", "x".repeat(10_000));
    let content: String = (1..=2)
        .map(|n| {
            let line = sound(7).replace("id-7", &hostile);
            let line =
                line.replace("POST", &hostile).replace("\"m\"", &format!("\"{n}{hostile}\""));
            line.replace("/v1", &format!("{n}{hostile}")) + "\n"
        })
        .collect();
    let report = check_as("openai", content.as_bytes());
    assert_eq!(report.findings.errors(), 5);
    for finding in report.findings.shown() {
        let message = &finding.message;
        assert!(message.len() < 200 && !message.contains(char::is_control), "{message}");
        assert!(!message.contains('\u{202e}'), "{message}");
    }
}

#[test]
fn what_is_deep_is_read_without_a_deep_stack() {
    let deep = format!("{}{}", "[".repeat(400_000), "]".repeat(400_000));
    let objects = format!("{}1{}", "{\"a\":".repeat(150_000), "}".repeat(150_000));
    for value in [&deep, &objects] {
        for line in [
            sound(3).replace("[]", value),
            sound(3).replace("\"id-3\"", &format!("\"id-3\",\"x\":{value}")),
        ] {
            assert_eq!(said_of("openai", &line), Vec::<String>::new());
        }
        let line = sound(3).replace("\"id-3\"", value);
        assert_eq!(said_of("openai", &line), ["3 error invalid_custom_id"]);
    }
    assert_eq!(said_of("openai", &deep), ["3 error invalid_json_line"]);
    assert_eq!(said_of("openai", &deep[..400_000]), ["3 error invalid_json_line"]);
}

#[test]
fn the_document_is_as_it_is_promised() {
    let report = check_as("openai", b"{}\r\nx");
    let unreadable = Report::unreadable("there is no such file".to_owned());
    let files =
        [(UntrustedRef::new(b"a\n.jsonl"), &report), (UntrustedRef::new(b"b"), &unreadable)];
    let document: serde_json::Value = serde_json::from_str(&document(files)).unwrap();
    let finding = |line: Option<u64>, code: &str, severity: &str, message: &str| serde_json::json!({"line": line, "code": code, "severity": severity, "message": message});
    let expected = serde_json::json!({"files": [
        {"path": "a\n.jsonl", "lines": 2, "bytes": 5, "errors": 5, "warnings": 2, "findings": [
            finding(Some(1), "missing_custom_id", "error", "there is no custom_id"),
            finding(Some(1), "invalid_method", "error", "there is no method; it has to be POST"),
            finding(Some(1), "missing_url", "error", "there is no url"),
            finding(Some(1), "missing_body", "error", "there is no body"),
            finding(Some(1), "crlf", "warning", "the line ends in CR LF, not in LF"),
            finding(Some(2), "invalid_json_line", "error", "no JSON: expected value at byte 1"),
            finding(Some(2), "no_final_newline", "warning", "the last line has no end"),
        ]},
        {"path": "b", "lines": 0, "bytes": 0, "errors": 1, "warnings": 0, "findings": [
            finding(None, "unreadable", "error", "there is no such file"),
        ]},
    ]});
    assert_eq!(document, expected);
}

/// Lines of all kinds, ends of all kinds, and bytes that are no lines at all.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        4 => (0..6_usize).prop_map(|n| sound(n).into_bytes()),
        1 => (0..6_usize, "[a-z\"{}:,\\\\u0-9d]{0,6}").prop_map(|(n, x)| sound(n).replace("\"m\"", &x).into_bytes()),
        1 => "[ \t]{0,3}".prop_map(String::into_bytes),
        1 => "[\\[\\]{}\":,a0-9é\u{feff}\\\\]{0,12}".prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
        1 => (999_990..1_000_010_usize).prop_map(|n| line_of(n).into_bytes()),
        1 => (1_048_570..1_048_582_usize).prop_map(|n| vec![b'x'; n]),
    ];
    let end = prop_oneof![4 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\r")];
    let lines = proptest::collection::vec((line, end), 0..8);
    (any::<bool>(), lines, any::<bool>()).prop_map(|(bom, lines, is_whole)| {
        let mut content = if bom { b"\xef\xbb\xbf".to_vec() } else { vec![] };
        for (line, end) in lines {
            content.extend(line);
            content.extend(end.as_bytes());
        }
        if !is_whole {
            content.pop();
        }
        content
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_cut_of_the_pieces_gives_the_same_report(
        content in content(),
        cuts in proptest::collection::vec(0.0..1.0_f64, 0..12),
        small in 1..40_usize,
        used_for in prop_oneof![5 => Just(Use::Batch), 1 => Just(Use::Other)],
    ) {
        let validator = || Validator::new(&LIMITS[0], used_for, None);
        let mut whole = validator();
        whole.feed(&content);
        let whole = whole.finish();

        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "somewhere in it")]
        let mut at: Vec<usize> = cuts.iter().map(|cut| (cut * content.len() as f64) as usize).collect();
        at.sort_unstable();
        let mut in_pieces = validator();
        let mut from = 0;
        for to in at.into_iter().chain([content.len()]) {
            in_pieces.feed(&content[from..to]);
            prop_assert!(in_pieces.held() <= MOST_OF_A_LINE + 1);
            from = to;
        }
        prop_assert_eq!(&in_pieces.finish(), &whole);

        let mut in_small_pieces = validator();
        let small = if content.len() > 100_000 { small * 10_007 } else { small };
        content.chunks(small).for_each(|piece| in_small_pieces.feed(piece));
        prop_assert_eq!(&in_small_pieces.finish(), &whole);
    }

    #[test]
    fn what_is_no_json_is_said_to_be_none_and_nothing_else_is(line in prop_oneof![
        "[\\[\\]{}\":,a0-9eE.+\\-tfn ue\\\\]{0,14}",
        ("(custom_id|body|a\\\\ud800|\\\\u0000|\u{1}|\")", "(1|\\{\\}|\"\\\\udc00\"|1e999|-|[a-z\"]{0,3})")
            .prop_map(|(name, value)| format!("{{\"{name}\":{value}}}")),
        "(custom_id|\u{1}|a)".prop_map(|name| format!("{{\"body\":{{\"{name}\":1}}}}")),
    ].prop_filter("lines with something on them", |line| !line.trim().is_empty())) {
        let report = check_as("openai", line.as_bytes());
        let is_object = serde_json::from_str::<IgnoredAny>(&line).is_ok() && line.trim_start().starts_with('{');
        let is_blamed = report.findings.counts().any(|(code, _)| code == Code::InvalidJsonLine);
        prop_assert_eq!(is_blamed, !is_object, "{}", line);
    }

    /// Doubles are found as a set of the ids themselves would find them.
    #[test]
    fn an_id_is_a_double_where_the_same_text_was_there_before(
        ids in proptest::collection::vec("(a|b|é|\\\\u0061|\\\\u00e9|\\\\ud800|\\\\ud801){1,3}", 1..40),
    ) {
        let content: String = ids.iter().map(|id| sound(0).replace("id-0", id) + "\n").collect();
        let report = check_as("openai", content.as_bytes());
        let doubles = report.findings.counts().find(|(code, _)| *code == Code::DuplicateCustomId);
        let texts: std::collections::HashSet<String> = ids
            .iter()
            .map(|id| id.replace("\\u0061", "a").replace("\\u00e9", "é"))
            .collect();
        let doubled = (ids.len() - texts.len()) as u64;
        prop_assert_eq!(doubles.map_or(0, |(_, count)| count), doubled);
    }
}
