use super::*;
use proptest::prelude::*;

mod spoilt_files;

fn page(body: &str) -> Page {
    read_page(body.as_bytes()).unwrap_or_else(|e| panic!("{body}: {e:?}"))
}

fn only_file(fields: &str) -> File {
    let body = format!(r#"{{"data":[{{"id":"file_1",{fields}}}],"has_more":false}}"#);
    match page(&body).readings.pop() {
        Some(Reading::File(file)) => file,
        other => panic!("{fields}: {other:?}"),
    }
}

fn unreadable(file: &str) -> Cow<'static, str> {
    match page(&format!("[{file}]")).readings.pop() {
        Some(Reading::Unreadable(unreadable)) => unreadable.why,
        other => panic!("{file}: {other:?}"),
    }
}

#[test]
fn the_array_is_found_wherever_services_put_it() {
    for body in [
        r#"[{"id":"a"}]"#,
        r#"{"data":[{"id":"a"}]}"#,
        r#"{"Object":"list","Data":[{"id":"a"}]}"#,
        r#"{"code":20000,"message":"Ok","data":{"data":[{"id":"a"}],"object":"list"}}"#,
        "\u{feff} {\"data\":[{\"id\":\"a\"}]}",
    ] {
        assert_eq!(page(body).readings.len(), 1, "{body}");
        assert_eq!(page(body).has_more, HasMore::Unknown, "{body}");
        assert_eq!(page(body).last_id(), Some(&Untrusted::new("a")));
    }
    assert!(page(r#"{"data":null}"#).readings.is_empty());
    assert!(page(r#"{"data":{"data":null,"has_more":true}}"#).has_more == HasMore::Yes);
}

/// Hazards 28: lists of other things have the shape of a files list.
#[test]
fn a_list_of_other_things_is_not_a_files_list() {
    let element = |object: &str| format!(r#"{{"id":"llama3.1-8b","object":{object},"created":0}}"#);
    let list = |elements: &[String]| {
        format!(r#"{{"object":"list","data":[{}],"has_more":false}}"#, elements.join(","))
    };
    let others = [
        "model",
        "Model",
        "batch",
        "assistant",
        "fine_tuning.job",
        "fine_tuning.job.checkpoint",
        "fine-tune",
        "vector_store",
        "thread.message",
        "chat.completion",
        "mod\\u0065l",
    ];
    for object in others {
        let other = element(&format!("\"{object}\""));
        // As it is, spoilt, and beside what cannot be read either.
        for elements in [
            vec![other.clone()],
            vec![other.clone(), other.replace("8b", "70b")],
            vec![other.replace(":0", ":007"), other.clone()],
            vec![r#"{"id":""}"#.to_owned(), other.clone()],
        ] {
            let body = list(&elements);
            let error = read_page(body.as_bytes()).unwrap_err();
            assert!(matches!(error, NotAPage::NotAFilesList { breaks_off: false, .. }), "{body}");
        }
        // Among files it is no file, and they are.
        let body = list(&[element("\"file\""), other.clone()]);
        let [Reading::File(_), Reading::Unreadable(unreadable)] = &page(&body).readings[..] else {
            panic!("{body}");
        };
        assert!(unreadable.why.contains("it is no file: \"object\": \""), "{}", unreadable.why);
        assert_eq!(read_single_file(other.as_bytes()), None);
    }
    for object in [
        "\"file\"",
        "\"File\"",
        "\"FILE\"",
        "\"file_object\"",
        "\"vector_store.file\"",
        "\"upload\"",
        "\"document\"",
        "\"batch_output\"",
        "\"\"",
        "null",
        "7",
        "{}",
    ] {
        assert!(
            matches!(page(&list(&[element(object)])).readings[..], [Reading::File(_)]),
            "{object}"
        );
    }
    assert!(matches!(page(r#"[{"id":"a"}]"#).readings[..], [Reading::File(_)]));
    assert!(page(&list(&[])).readings.is_empty(), "nobody says what it is a list of");
}

/// What is empty because nothing went wrong says so in many ways; files are files, whatever is said
/// beside them.
#[test]
fn an_empty_list_is_one_where_nothing_failed() {
    for beside in [
        "\"error\":null",
        "\"error\":\"\"",
        "\"error\":false",
        "\"errors\":[]",
        "\"code\":0",
        "\"code\":200,\"message\":\"ok\"",
        "\"code\":\"0\"",
        "\"code\":\"success\"",
    ] {
        for data in ["null", "[]"] {
            let body = format!("{{{beside},\"data\":{data}}}");
            assert!(page(&body).readings.is_empty(), "{body}");
        }
    }
    let body = r#"{"error":{"message":"one shard is down"},"data":[{"id":"a"}]}"#;
    assert_eq!(page(body).readings.len(), 1);
}

/// Hazards 28.
#[test]
fn anything_else_is_not_a_files_list_and_its_beginning_is_kept() {
    for (body, cut) in [
        ("", false),
        (" ", false),
        ("null", false),
        ("7", false),
        ("\"text\"", false),
        ("<html>hi", false),
        (r#"{"error":{"message":"x"}}"#, false),
        ("{}", false),
        (r#"{"object":"list"}"#, false),
        (r#"{"data":7}"#, false),
        (r#"{"data":"x"}"#, false),
        (r#"{"data":{"files":[]}}"#, false),
        // Nothing beside an error, with whatever status.
        (r#"{"error":{"message":"backend down"},"data":null}"#, false),
        (r#"{"error":{"message":"backend down"},"data":[],"has_more":false}"#, false),
        (r#"{"object":"list","data":[],"errors":["x"]}"#, false),
        (r#"{"data":{"data":[]},"error":"x"}"#, false),
        (r#"{"code":50001,"message":"quota exceeded","data":null}"#, false),
        (r#"{"code":"500","data":[]}"#, false),
        ("[1,", true),
        (r#"{"data":[{"id":"a"},{"id":"b","fi"#, true),
    ] {
        let error = read_page(body.as_bytes()).unwrap_err();
        let beginning = Untrusted::new(body.trim());
        assert_eq!(error, NotAPage::NotAFilesList { beginning, breaks_off: cut }, "{body}");
    }
}

/// Of JSON that breaks around its files it is said where.
#[test]
fn broken_json_is_told_with_its_place() {
    for (body, byte, why, behind) in [
        ("{\"data\":[}", 10, "expected value", "{\"data\":["),
        ("{\"object\":\"l\"ist,\"data\":[]}", 14, "expected `,` or `}`", "{\"object\":\"l\""),
        ("{\"data\":[]}}", 12, "trailing characters", "{\"data\":[]}"),
        ("{data: []}", 2, "key must be a string", "{"),
        ("[{\"id\":\"a\"}}", 12, "expected `,` or `]`", "[{\"id\":\"a\"}"),
    ] {
        let Err(NotAPage::BrokenJson(broken)) = read_page(body.as_bytes()) else {
            panic!("{body}")
        };
        let expected = Break { byte, why: why.to_owned(), behind: Untrusted::new(behind) };
        assert_eq!(*broken, expected, "{body}");
    }
    let far = format!("{{\"data\":[],\n\n\"é{}\": x y}}", "é".repeat(100));
    let Err(NotAPage::BrokenJson(broken)) = read_page(far.as_bytes()) else { panic!() };
    assert_eq!(broken.byte, far.find('x').unwrap() + 1);
}

/// Hazards 25: `has_more` of any kind.
#[test]
fn has_more_is_read_tolerantly() {
    for (raw, expected) in [
        ("true", HasMore::Yes),
        ("\"true\"", HasMore::Yes),
        ("1", HasMore::Yes),
        ("false", HasMore::No),
        ("\"false\"", HasMore::No),
        ("0", HasMore::No),
        ("null", HasMore::Unknown),
        ("{}", HasMore::Unknown),
    ] {
        assert_eq!(page(&format!(r#"{{"data":[],"has_more":{raw}}}"#)).has_more, expected);
    }
}

/// Hazards 26: times, in their own clothes and in others.
#[test]
fn times_are_exact_or_odd() {
    use Stated::{Nothing, Odd, Value};
    const THEN: Stated<i64> = Value(1_700_000_000);
    for (raw, expected) in [
        ("1700000000", THEN),
        ("\"1700000000\"", THEN),
        ("1700000000.0", THEN),
        ("1.7e9", THEN),
        ("100000000.5", Value(100_000_000)),
        ("\"2023-11-14T22:13:20Z\"", THEN),
        ("\"2023-11-14T23:13:20.5+01:00\"", THEN),
        // Other units, as long as nothing else can be meant.
        ("1700000000123", THEN),
        ("\"1700000000123\"", THEN),
        ("1700000000999.9", THEN),
        ("1700000000123456", THEN),
        ("1700000000123456789", THEN),
        ("1.7e18", THEN),
        ("4102444799", Value(4_102_444_799)),
        ("4102444799999", Value(4_102_444_799)),
        ("4102444800", Value(4_102_444_800)),
        ("4102444800000", Odd),
        ("1e10", Value(10_000_000_000)),
        ("100000000001", Odd),
        ("999999999999", Odd),
        ("253402300800", Odd),
        ("9223372036854775807", Odd),
        ("9223372036854775808", Odd),
        ("1e19", Odd),
        ("1e400", Odd),
        // Other notations.
        ("\"2023-11-14 22:13:20Z\"", THEN),
        ("\"2023-11-14t22:13:20z\"", THEN),
        ("\"2023-11-14T22:13:20,123456789Z\"", THEN),
        ("\"2023-11-14T23:13:20+0100\"", THEN),
        ("\"2023-11-14 22:13:20+00\"", THEN),
        ("\"2023-11-14 22:13:20 UTC\"", THEN),
        ("\"2023-11-14 22:13:20 +0000 UTC\"", THEN),
        ("\"Tue, 14 Nov 2023 22:13:20 GMT\"", THEN),
        ("\"2023-11-14T22:13:20\"", Odd),
        ("\"2023-11-14\"", Odd),
        ("\"2023-11-14T22:13:20+1\"", Odd),
        ("\"2023-11-14T22:13:20+1é\"", Odd),
        ("\"2023-11-1é\"", Odd),
        // None, in many clothes.
        ("0", Nothing),
        ("0.0", Nothing),
        ("-0.0", Nothing),
        ("\"0\"", Nothing),
        ("null", Nothing),
        ("\"0001-01-01T00:00:00Z\"", Nothing),
        ("\"0001-01-01T00:00:00.000+00:00\"", Nothing),
        ("\"0001-01-01T00:00:00\"", Nothing),
        ("\"0001-01-01\"", Nothing),
        ("\"0001-01-01 00:00:00 +0000 UTC\"", Nothing),
        ("\"0001-01-01T08:05:43+08:05\"", Nothing),
        ("\"1970-01-01T00:00:00Z\"", Nothing),
        ("\"1970-01-01T01:00:00+01:00\"", Nothing),
        ("\"1969-12-31T19:00:00-05:00\"", Nothing),
        ("\"1970-01-01T05:30:00Z\"", Nothing),
        ("\"1970-01-01 00:00:00\"", Nothing),
        ("\"Thu, 01 Jan 1970 00:00:00 GMT\"", Nothing),
        ("\"0000-00-00 00:00:00\"", Nothing),
        ("-62135596800", Nothing),
        ("-62135596800000", Nothing),
        ("-6795364578871345152", Nothing),
        // What stands for "never", or for nothing at all.
        ("2147483647", Odd),
        ("2147483647000", Odd),
        ("\"2038-01-19T03:14:07Z\"", Odd),
        ("4294967295", Odd),
        ("253402300799", Odd),
        ("\"9999-12-31T23:59:59.9999999Z\"", Odd),
        ("\"10000-01-01T00:00:00Z\"", Odd),
        ("\"1601-01-01T00:00:00Z\"", Odd),
        ("\"1900-01-01T00:00:00Z\"", Odd),
        // Spans, and counts of other units since 1970.
        ("1", Odd),
        ("1.5", Odd),
        ("3600", Odd),
        ("\"604800\"", Odd),
        ("20785", Odd),
        ("29930000", Odd),
        ("99999999", Odd),
        ("-1", Odd),
        ("-9223372036854775808", Odd),
        ("true", Odd),
        ("{}", Odd),
        ("\"\"", Odd),
        ("\"soon\"", Odd),
        ("\"NaN\"", Odd),
        ("\"infinity\"", Odd),
    ] {
        assert_eq!(only_file(&format!(r#""expires_at":{raw}"#)).expires_at, expected, "{raw}");
    }
    assert_eq!(only_file("\"object\":\"file\"").created_at, Nothing);
    assert_eq!(only_file("\"created_at\":5").created_at, Value(5), "nothing counts down to it");
}

/// Hazards 26: sizes.
#[test]
fn sizes_are_exact_or_odd() {
    use Stated::{Nothing, Odd, Value};
    for (raw, expected) in [
        ("0", Value(0)),
        ("9007199254740993", Value(9_007_199_254_740_993)),
        ("18446744073709551615", Value(u64::MAX)),
        ("18446744073709551616", Odd),
        ("-1", Odd),
        ("-0.0", Odd),
        ("null", Nothing),
        ("12.0", Value(12)),
        ("1.5", Odd),
        ("\"42\"", Value(42)),
        ("\"many\"", Odd),
        ("[]", Odd),
    ] {
        assert_eq!(only_file(&format!(r#""bytes":{raw}"#)).bytes, expected, "{raw}");
    }
}

#[test]
fn what_is_odd_or_unknown_is_kept_to_be_shown() {
    let file = only_file(r#""bytes":-1,"status":"processed","x":{"y":[1]},"object":"file""#);
    assert_eq!(file.extra.as_deref(), Some(r#"{"status":"processed","x":{"y":[1]},"bytes":-1}"#));
    let pairs = extra_fields(&file.extra.unwrap());
    assert_eq!(pairs[1], (Untrusted::new("x"), Untrusted::new(r#"{"y":[1]}"#)));
}

/// Hazards 25: one bad file among others.
#[test]
fn one_bad_file_is_one_unreadable_row() {
    let good = r#"{"id":"file_a","filename":"a"}"#;
    let body = format!("[{good},7,{good}]");
    let kinds: Vec<bool> =
        page(&body).readings.iter().map(|r| matches!(r, Reading::File(_))).collect();
    assert_eq!(kinds, [true, false, true]);
    assert_eq!(unreadable("7"), "it is no object");
    assert_eq!(unreadable("{}"), "it has no id");
    assert_eq!(unreadable(r#"{"id":[7]}"#), "its id is no text");
    assert_eq!(unreadable(r#"{"id":null}"#), "its id is no text");
    assert_eq!(unreadable(r#"{"id":""}"#), "its id is empty");
    assert_eq!(unreadable(r#"{"id":"a","id":"b"}"#), "its id is given twice");
    assert_eq!(
        unreadable(&format!(r#"{{"id":"{}"}}"#, "a".repeat(2_000))),
        "its id is longer than 1,024 bytes"
    );
}

/// What should be a text and is a number, or a truth, is read as what it is written as.
#[test]
fn numbers_and_truths_are_texts_where_texts_are_asked_for() {
    for (raw, text) in [("7", "7"), ("-0.50", "-0.50"), ("1e3", "1e3"), ("true", "true")] {
        let body = format!(r#"[{{"id":{raw},"filename":{raw},"purpose":{raw}}}]"#);
        let Some(Reading::File(file)) = page(&body).readings.pop() else { panic!("{body}") };
        let text = Some(Untrusted::new(text));
        assert_eq!(
            (Some(file.id), file.filename, file.purpose),
            (text.clone(), text.clone(), text)
        );
        assert_eq!(file.extra, None);
    }
    for raw in ["[7]", "{}"] {
        let file = only_file(&format!(r#""filename":{raw},"purpose":{raw}"#));
        assert_eq!((file.filename, file.purpose), (None, None));
        assert_eq!(file.extra.unwrap(), format!(r#"{{"filename":{raw},"purpose":{raw}}}"#).into());
    }
}

/// Hazards 27.
#[test]
fn broken_text_breaks_that_text_only() {
    let file = only_file(r#""filename":"a\ud800b","purpose":null"#);
    assert_eq!(file.filename.unwrap().raw(), b"a\xed\xa0\x80b");
    let body = b"[{\"id\":\"a\",\"filename\":\"x\xffy\"}]";
    let Some(Reading::File(file)) = read_page(body).unwrap().readings.pop() else { panic!() };
    assert_eq!(file.filename.unwrap().raw(), "x\u{fffd}y".as_bytes());
}

/// Hazards 35: long names and ids, many files, depth.
#[test]
fn hostile_sizes_are_cut_at_the_caps() {
    let many = format!("[{}{{}}]", "{},".repeat(MOST_FILES_A_PAGE));
    assert_eq!(read_page(many.as_bytes()), Err(NotAPage::TooManyFiles));
    for (first, has_more) in [(r#"{"id":"a"}"#, true), (r#"{"id":7}"#, false)] {
        let more =
            format!(r#"{{"data":[{first}{}],"has_more":{has_more}}}"#, &many[3..].replace(']', ""));
        let page = page(&more);
        assert_eq!((page.readings.len(), page.has_more), (MOST_FILES_A_PAGE, HasMore::Unread));
    }

    let deep = format!(
        "[{{\"id\":\"a\",\"deep\":{}{}}},{{\"id\":\"b\"}}]",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert_eq!(page(&deep).readings.len(), 2);
    assert_eq!(page(&deep).last_id(), Some(&Untrusted::new("b")));

    let long = only_file(&format!(r#""filename":"{}""#, "n".repeat(1 << 20)));
    assert_eq!(long.filename.unwrap().raw().len(), MOST_FILENAME_BYTES);
}

/// What services send every day is read in one pass.
#[test]
fn ordinary_pages_are_plain() {
    for body in [
        r#"{"object":"list","data":[],"has_more":false}"#,
        r#"{"object":"list","data":[{"id":"file_1","object":"file","bytes":7,"created_at":1700000000,"expires_at":1800000000,"filename":"a é.jsonl","purpose":"batch"}],"has_more":true}"#,
        r#"{"data":[{"id":"a","bytes":null,"created_at":0,"expires_at":null}]}"#,
        r#"{"data":[{"id":"a","status":"processed","status_details":null}],"first_id":"a","last_id":"a"}"#,
    ] {
        let page = plain::read_page(body);
        assert!(page.is_some(), "{body}");
        assert_eq!(page, read_any_page(body).ok(), "{body}");
    }
}

/// One or the other as JSON, the ordinary ones more often.
fn json_of(ordinary: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    let odd = &[
        "null",
        "0",
        "-0",
        "-1",
        "7",
        "1.0",
        "1.5",
        "1e3",
        "\"7\"",
        "1700000000",
        "1700000000000",
        "200000000000",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "true",
        "\"\"",
        "\"x\"",
        r#""a\u0062""#,
        r#""\ud800""#,
        "\"é\"",
        "{}",
        "[]",
        "[1]",
        "\"file\"",
        "{\"file\":null}",
        "[\"a\",7]",
        "\"2030-01-01T00:00:00Z\"",
        "[{\"id\":\"n\"}]",
    ];
    prop_oneof![4 => proptest::sample::select(ordinary), 1 => proptest::sample::select(odd)]
}

/// A file that is mostly ordinary.
fn almost_a_file() -> impl Strategy<Value = String> {
    let field = prop_oneof![
        Just("filename").prop_flat_map(|n| (Just(n), json_of(&["\"a.jsonl\"", "\"b\""]))),
        Just("purpose").prop_flat_map(|n| (Just(n), json_of(&["\"batch\""]))),
        Just("bytes").prop_flat_map(|n| (Just(n), json_of(&["7", "null", "0"]))),
        Just("created_at").prop_flat_map(|n| (Just(n), json_of(&["1700000000", "0"]))),
        Just("expires_at").prop_flat_map(|n| (Just(n), json_of(&["1800000000", "null"]))),
        Just("object").prop_flat_map(|n| (Just(n), json_of(&["\"file\""]))),
        Just("status").prop_flat_map(|n| (Just(n), json_of(&["\"processed\""]))),
        Just("st\\u0061tus").prop_flat_map(|n| (Just(n), json_of(&["7"]))),
    ];
    (json_of(&["\"file_1\"", "\"file_2\""]), proptest::collection::vec(field, 0..8)).prop_map(
        |(id, fields)| {
            let fields = fields.iter().map(|(name, value)| format!(",\"{name}\":{value}"));
            format!("{{\"id\":{id}{}}}", fields.collect::<String>())
        },
    )
}

proptest! {
    /// Reading in one pass is only faster.
    #[test]
    fn plain_pages_are_read_as_any_page(
        files in proptest::collection::vec(
            prop_oneof![9 => almost_a_file(), 1 => json_of(&["{}"]).prop_map(str::to_owned)],
            0..4,
        ),
        around in proptest::sample::select(&[
            "{\"data\":[@],\"has_more\":true}", "{\"data\":[@],\"has_more\":false}",
            "{\"data\":[@]}", "{\"data\":[@],\"has_more\":1}", "{\"data\":[@],\"Data\":[]}",
            "{\"Data\":[@]}", "{\"Data\":[],\"data\":[@]}", "{\"data\":[],\"data\":[@]}",
            "{\"data\":[@],\"d\\u0061ta\":[]}", "{\"data\":{\"data\":[@]},\"has_more\":null}",
            "{\"has_more\":true,\"data\":[@],\"has_more\":false}", "[@]", "[[@],true]",
            "{\"data\":[@],\"first_id\":{\"data\":[]}}", "{\"data\":[@]} ", "{\"data\":[@]}x",
            "\n{ \"data\" : [ @ ] }", "{\"data\":[[@]]}", "{\"data\":[@],}", "{\"data\":[@],\"x\":\"\u{1}\"}",
        ][..]),
    ) {
        let body = around.replace('@', &files.join(","));
        if let Some(page) = plain::read_page(&body) {
            prop_assert_eq!(Ok(page), read_any_page(&body));
        }
    }

    #[test]
    fn no_input_panics(body in proptest::collection::vec(any::<u8>(), 0..256)) {
        let _ = read_page(&body);
        let _ = read_error_message(&body);
    }

    #[test]
    fn every_place_of_the_list_is_one_reading(values in proptest::collection::vec("(7|null|\\{\\}|\"x\"|\\[\\[1\\]\\]|\\{\"id\":\"[a-z]{0,4}\",\"bytes\":-?[1-9][0-9]{0,24}(\\.[0-9])?\\})", 0..20)) {
        let body = format!("{{\"data\":[{}]}}", values.join(","));
        prop_assert_eq!(read_page(body.as_bytes()).unwrap().readings.len(), values.len());
    }
}
