use time::UtcOffset;
use time::macros::offset;

use super::*;
use crate::api::{File, Reading, Unreadable};
use crate::store::tests::{file, page, take_in};
use crate::text::Untrusted;
use crate::time::expiry::{Stated, TimeLeft};

mod properties;

const UTC: Zone = Zone::Fixed(UtcOffset::UTC);
/// 2026-11-23 14:00 UTC.
const NOW_S: i64 = 1_795_442_400;

fn read(text: &str) -> Filter {
    Filter::parse(text, UTC).unwrap_or_else(|error| panic!("{text}: {error:?}")).unwrap()
}

fn refusal(text: &str) -> FilterError {
    Filter::parse(text, UTC).expect_err(text)
}

fn expr(text: &str) -> Expr {
    read(text).expr
}

fn word(text: &str) -> Expr {
    Expr::Word(text.into())
}

/// Six files: `a` to `d`, one without anything, and an unreadable one.
fn store() -> Store {
    let with = |mut file: File, bytes, created_at, purpose: &str| {
        file.bytes = bytes;
        file.created_at = created_at;
        file.purpose = Some(Untrusted::new(purpose));
        file
    };
    let left = |seconds: i64| Stated::Value(NOW_S + seconds);
    let mib = |mib: u64| Stated::Value(mib << 20);
    let mut nothing = file("e", "", Stated::Odd);
    (nothing.filename, nothing.purpose) = (None, None);
    (nothing.bytes, nothing.created_at) = (Stated::Odd, Stated::Nothing);
    let files = [
        with(file("a", "batch-01.jsonl", left(-5)), mib(1), left(-86_400), "batch"),
        with(file("b", "Batch-02.JSONL", left(6 * 3_600)), mib(10), left(-60), "batch_output"),
        with(file("c", "Ärger (1).txt", left(2 * 86_400)), mib(11), left(-5), "Batch"),
        with(file("d_Batch", "", Stated::Nothing), Stated::Value(0), left(0), ""),
        nothing,
    ];
    let mut page = page(files);
    page.readings.push(Reading::Unreadable(Unreadable {
        raw: Untrusted::new("{\"id\": [\"batch-0\"]}"),
        why: "it has no id".into(),
    }));
    let mut store = Store::default();
    take_in(&mut store, page, None, 0).unwrap();
    store.set_saved(FileNo(1), Some(NOW_S));
    store
}

/// The file as it was read.
fn as_read(store: &Store, no: FileNo) -> Reading {
    let file = store.file(no);
    match file.unreadable {
        Some(unreadable) => Reading::Unreadable(unreadable.clone()),
        None => Reading::File(file.to_file()),
    }
}

/// The first letters of those that match; `u` is the unreadable one, and `c` is marked.
fn matching(store: &Store, text: &str, zone: Zone) -> String {
    let filter = Filter::parse(text, zone).unwrap().unwrap();
    let marked = HashSet::from([FileNo(2)]);
    let moment = Moment { server_ms: NOW_S * 1_000, marked: &marked };
    let all = store.numbers().zip("abcdeu".chars());
    all.filter(|(no, _)| filter.matches(store, *no, &moment)).map(|(_, letter)| letter).collect()
}

#[test]
fn what_is_written_and_what_it_lets_through() {
    let store = store();
    for (text, files) in [
        ("batch", "abdu"),
        ("Batch", "bd"),
        ("BATCH", ""),
        ("h-02.js", "b"),
        ("02", "b"),
        ("ärger", "c"),
        ("ÄRGER", ""),
        ("\"ger (\"", "c"),
        ("ger (1)", "c"),
        ("(1)", "ac"),
        ("batch 02", "b"),
        ("batch and 02", "b"),
        ("02 or .txt", "bc"),
        ("not batch", "ce"),
        ("\"\"", "abcdeu"),
        ("/^batch-\\d+\\.jsonl$/", "ab"),
        ("/^B/", "b"),
        ("/ärger \\S+$/", "c"),
        ("/ÄRGER/", ""),
        ("/jsonl$/ not /01/", "b"),
        ("/id\\b.*0/", "u"),
        ("//", "abcdeu"),
        ("left<6h", "a"),
        ("left <= 6h", "ab"),
        ("left>6h", "c"),
        ("left>=6h", "bc"),
        ("left=6h", "b"),
        ("left!=6h", "ac"),
        ("left=0s", "a"),
        ("age<1d", "bcd"),
        ("age>=1d", "a"),
        ("age<=5s", "cd"),
        ("age=60s", "b"),
        ("age!=0s", "abc"),
        ("created<1d", "bcd"),
        ("created>1m", "a"),
        ("not age<1d", "aeu"),
        ("!batch", "ce"),
        ("-batch", "ce"),
        ("-batch !ärger", "e"),
        ("!(batch or ärger)", "e"),
        ("-/^batch/", "cdeu"),
        ("!left<6h", "bcdeu"),
        ("!!batch", "abdu"),
        ("\"-0\"", "abu"),
        ("not left<6h", "bcdeu"),
        ("left<1d 12h", "ab"),
        ("size>10MiB", "c"),
        ("bytes >=10mib", "bc"),
        ("size = 0", "d"),
        ("size!=0", "abc"),
        ("size<=1.5 MiB", "ad"),
        ("size<1048577 size>1.04MB", "a"),
        ("purpose=batch", "a"),
        ("purpose!=batch", "bcd"),
        ("purpose:batch", "abc"),
        ("purpose:Batch", "c"),
        ("purpose=\"\"", "d"),
        ("name:\"r (\"", "c"),
        ("filename=Batch-02.JSONL", "b"),
        ("name!=Batch-02.JSONL", "acd"),
        ("id=a", "a"),
        ("id:batch", "d"),
        ("id!=a", "bcde"),
        ("expired", "a"),
        ("never", "d"),
        ("marked", "c"),
        ("saved", "b"),
        ("not saved left<6h", "a"),
        ("unreadable", "u"),
        ("not unreadable", "abcde"),
        ("\"expired\"", ""),
        ("\"id\" \"left\"", ""),
    ] {
        assert_eq!(matching(&store, text, UTC), files, "{text}");
    }
    assert!(Filter::parse(" \t", UTC).unwrap().is_none());
}

#[test]
fn dates_are_the_spans_that_they_name() {
    // a: 22nd 14:00:00, b: 23rd 13:59:00, c: 13:59:55, d: 14:00:00, all UTC.
    let store = store();
    for (text, files) in [
        ("created=2026-11-23", "bcd"),
        ("created!=2026-11-23", "a"),
        ("created<2026-11-23", "a"),
        ("created<=2026-11-23", "abcd"),
        ("created>2026-11-22", "bcd"),
        ("created>2026-11-23", ""),
        ("created>=2026-11-23", "bcd"),
        ("created=2026-11-23T13:59", "bc"),
        ("created>2026-11-23T13:59", "d"),
        ("created<=2026-11-23T13:59", "abc"),
        ("created=2026-11-23T13:59:55", "c"),
        ("created>2026-11-23T13:59:00", "cd"),
        ("created=2026-11-23 13:59:55 +00:00", "c"),
        ("created=2026-11-23T14:59:55+01:00", "c"),
        ("created=2026-11-23T09:29:55-04:30", "c"),
        ("created=2026-11-23Z", "bcd"),
        ("created=2026-11-23+12:00", "a"),
        ("expires<=2026-11-23", "ab"),
        ("expires>2026-11-23T20:00", "c"),
        ("expires!=2000-01-01", "abc"),
    ] {
        assert_eq!(matching(&store, text, UTC), files, "{text}");
    }
    assert_eq!(matching(&store, "created=2026-11-23", Zone::Fixed(offset!(+10))), "abc");
    assert_eq!(matching(&store, "created=2026-11-24", Zone::Fixed(offset!(+10))), "d");
    assert_eq!(matching(&store, "created=2026-11-23Z", Zone::Fixed(offset!(+10))), "bcd");
    assert_eq!(matching(&store, "expires<9999-12-31", Zone::Fixed(offset!(-10))), "abc");
}

#[test]
fn not_binds_tighter_than_and_than_or() {
    let (a, b, c) = (word("a"), word("b"), word("c"));
    let not = |expr: &Expr| Expr::Not(Box::new(expr.clone()));
    let and = |exprs: &[&Expr]| Expr::And(exprs.iter().copied().cloned().collect());
    let or = |exprs: &[&Expr]| Expr::Or(exprs.iter().copied().cloned().collect());
    for (text, expected) in [
        ("a b and c", and(&[&a, &b, &c])),
        ("a or b c", or(&[&a, &and(&[&b, &c])])),
        ("a b or c or a", or(&[&and(&[&a, &b]), &c, &a])),
        ("(a or b) c", and(&[&or(&[&a, &b]), &c])),
        ("a(b)c", and(&[&a, &b, &c])),
        ("a (b c)", and(&[&a, &and(&[&b, &c])])),
        ("not a b", and(&[&not(&a), &b])),
        ("not a or b", or(&[&not(&a), &b])),
        ("not (a or b)", not(&or(&[&a, &b]))),
        ("not not a", not(&not(&a))),
        ("((a))", a.clone()),
    ] {
        assert_eq!(expr(text), expected, "{text}");
    }
}

#[test]
fn words_and_values_as_they_are_meant() {
    let left = |seconds| Expr::Left(Op::Less, seconds);
    let size = |bytes| Expr::Bytes(Op::More, bytes);
    let text = |op, text: &str| Expr::Text(TextField::Name, op, text.into());
    for (written, expected) in [
        ("android", word("android")),
        ("AND", word("AND")),
        ("a-b", word("a-b")),
        ("a - b", Expr::And(vec![word("a"), word("-"), word("b")])),
        ("Expired", word("Expired")),
        ("\"and\"", word("and")),
        ("\"a \\\" \\\\ \\n\"", word("a \" \\ \\n")),
        ("a\\b", word("a\\b")),
        ("wow!", word("wow!")),
        ("x/y/", word("x/y/")),
        ("left-over", word("left-over")),
        ("\"left\"", word("left")),
        ("/a\\/b/", Expr::Regex(Pattern::new("a/b").unwrap())),
        ("name:a=b", text(TextOp::Contains, "a=b")),
        ("name = \"a b\"", text(TextOp::Equal, "a b")),
        ("filename!=/a/", text(TextOp::Unequal, "/a/")),
        ("left<90s", left(90)),
        ("left<1w2d3h4m5s", left(788_645)),
        ("left<\"1d 12h\"", left(129_600)),
        ("left<6d 23h 5m", left(601_500)),
        ("left<1h \"30m\"", Expr::And(vec![left(3_600), word("30m")])),
        ("left<1h 2d", Expr::And(vec![left(3_600), word("2d")])),
        ("size>512b", size(512)),
        ("size>12.40 MiB", size(13_002_342)),
        ("size>1.5gib", size(3 << 29)),
        ("size>200MB", size(200_000_000)),
        ("size>1.2345678901234567890123KiB", size(1_264)),
        ("size>15EiB", size(15 << 60)),
        ("size>10 mib", Expr::And(vec![size(10), word("mib")])),
        ("size>10 \"MiB\"", Expr::And(vec![size(10), word("MiB")])),
    ] {
        assert_eq!(expr(written), expected, "{written}");
    }
    for (written, printed) in [
        ("  a   and(b or  not c)", "a (b or not c)"),
        ("filename : 'x'", "name:'x'"),
        ("(a and b) or not (c)", "a b or not c"),
        ("(a or b) or not (c d)", "(a or b) or not (c d)"),
        ("size>10 \"MiB\" left<2d \"2h\"", "size>10 \"MiB\" left<2d \"2h\""),
        ("bytes>10240KiB", "size>10MiB"),
        ("size>10000MB", "size>10GB"),
        ("size>1025", "size>1025"),
        ("size=0MB", "size=0"),
        ("left<=1d12h", "left<=36h"),
        ("left<1w3h", "left<7d3h"),
        ("left=0d", "left=0s"),
        ("created<3d", "age<3d"),
        ("-a !\"b c\"", "not a not \"b c\""),
        ("\"-a\" \"!\"", "\"-a\" \"!\""),
        ("created<2026-11-23 15:16:42 +01:00", "created<2026-11-23T15:16:42+01:00"),
        ("expires>=2026-01-02T03:04+00:00", "expires>=2026-01-02T03:04Z"),
        ("created<2026-01-02 \"03:04\"", "created<2026-01-02 \"03:04\""),
    ] {
        assert_eq!(expr(written).to_string(), printed);
    }
}

/// The part of the text that the error points to, and how what it says begins.
#[test]
fn errors_say_where_and_what() {
    const AFTER: &str = "a word or a comparison is expected after this";
    const BEFORE: &str = "a word or a comparison is expected before this";
    const SIZE: &str = "a size such as 10MiB or 512 is expected";
    const TIME: &str = "a time such as 90s, 6h or 1d12h is expected";
    const DATE: &str = "a date such as 2026-11-01 or an age such as 3d is expected";
    const MOMENT: &str = "a date such as 2026-11-01 or 2026-11-01T15:04 is expected";
    const TEXT: &str = "a text is expected; what is more than a plain word needs quotes";
    const FIELD: &str = "there is no such field, only left, age, size, created, expires, purpose, \
                         name and id; a text with such a sign needs quotes";
    const SIGN: &str = "a field is expected before this; a text with such a sign needs quotes";
    for (text, at, what) in [
        ("size>=10Mx", 6..10, SIZE),
        ("size>=", 4..6, SIZE),
        ("size >= (a)", 5..7, SIZE),
        ("size>-1", 5..7, SIZE),
        ("size>10M", 5..8, SIZE),
        ("size>1.KiB", 5..10, SIZE),
        ("size>1.5", 5..8, SIZE),
        ("size>1.5B", 5..9, SIZE),
        ("size>17EiB", 5..10, SIZE),
        ("size>15.99EiB size>99999999999999999999", 19..39, SIZE),
        ("size>\"10 Mx\"", 5..12, SIZE),
        ("size==5", 5..7, SIZE),
        ("left<6", 5..6, TIME),
        ("left<soon", 5..9, TIME),
        ("left<6 h", 5..6, TIME),
        ("left<12h1d", 5..10, TIME),
        ("left<1h1h", 5..9, TIME),
        ("left<1dä", 5..9, TIME),
        ("left<99999999999999999999w", 5..26, TIME),
        ("created>2026-1-1", 8..16, DATE),
        ("created>2026-02-30", 8..18, DATE),
        ("created>2026-11-01T", 8..19, DATE),
        ("created>2026-11-01T24:00", 8..24, DATE),
        ("created>2026-11-01T15:04:", 8..25, DATE),
        ("created>2026-11-01T15:04+1", 8..26, DATE),
        ("expires>+026-11-01", 8..18, MOMENT),
        ("expires=today x", 8..13, MOMENT),
        ("name:", 4..5, TEXT),
        ("name= and x", 6..9, TEXT),
        ("name==x", 5..7, TEXT),
        ("name<x", 4..5, "here stands one of :, = and !="),
        ("size:5", 4..5, "here stands one of <, <=, >, >=, = and !="),
        ("foo<3", 0..3, FIELD),
        ("a foo : x", 2..5, FIELD),
        ("expired=1", 0..7, FIELD),
        ("Left<1h", 0..4, FIELD),
        ("a <3", 0..1, FIELD),
        ("<3", 0..1, SIGN),
        ("\"size\" >= 3", 7..9, SIGN),
        ("and a", 0..3, BEFORE),
        ("a or or b", 5..7, BEFORE),
        ("a or", 2..4, AFTER),
        ("a and ", 2..5, AFTER),
        ("not", 0..3, AFTER),
        ("a -", 2..3, AFTER),
        ("!", 0..1, AFTER),
        ("(a and ) b", 3..6, AFTER),
        ("()", 0..1, AFTER),
        ("(a", 0..1, "this parenthesis is not closed"),
        ("ä ((b)", 3..4, "this parenthesis is not closed"),
        ("a) b", 1..2, "no parenthesis is open here"),
        (")", 0..1, "no parenthesis is open here"),
        ("a \"b c", 2..6, "this quote is not closed"),
        ("a \"b\\\"", 2..6, "this quote is not closed"),
        ("name:\"ä", 5..8, "this quote is not closed"),
        ("/", 0..1, "this pattern is not closed; it ends with a slash"),
        ("a /b\\/", 2..6, "this pattern is not closed; it ends with a slash"),
        ("a /(/ b", 2..5, "this pattern cannot be read: unclosed group"),
        ("/\\w{5000}/", 0..10, "this pattern is too large"),
        ("/((a{900}){900}){900}/", 0..22, "this pattern is too large"),
    ] {
        let error = refusal(text);
        assert_eq!((error.at, &*error.what), (at, what), "{text}");
    }
    assert_eq!(refusal("foo<3").to_string(), FIELD);
}

/// What is typed on the way to a filter is not wrong, and no other filter either.
#[test]
fn what_is_not_finished_says_what_is_missing() {
    for whole in [
        "left<6h and size>=10MiB",
        "created>2026-11-01T15:04 or not (expires<2026-12-31)",
        "size!=1.5GiB \"two words\"",
        "name:android id=anders purpose!=batch",
        "/out(put)?/ left<1d12h",
    ] {
        for (end, _) in whole.char_indices().skip(1) {
            let typed = &whole[..end];
            if let Err(error) = Filter::parse(typed, UTC) {
                assert!(error.unfinished, "{typed}: {error:?}");
            }
        }
        read(whole);
    }
    for (text, unfinished) in [
        ("left", true),
        ("size>=", true),
        ("created<", true),
        ("left<6h and", true),
        ("batch left ", true),
        ("left!", true),
        ("(a", true),
        ("/out", true),
        ("size>10M", true),
        ("left<6", true),
        ("created>2026-1", true),
        ("left batch", false),
        ("colour:red", false),
        ("colour:", false),
        ("size:", false),
        ("name<", false),
        ("left<soon", false),
        ("size>10Mx", false),
        ("size>= and", false),
        ("(a and )", false),
        ("a or or", false),
    ] {
        assert_eq!(refusal(text).unfinished, unfinished, "{text}");
    }
    for (typed, meant) in [("\"left", "\"left\""), ("a \"b c", "a \"b c\""), ("name:\"x", "name:x")]
    {
        let typed = Filter::parse_typed(typed, UTC).unwrap().unwrap();
        assert_eq!(typed.expr(), read(meant).expr(), "a quote is closed by the end");
    }
    for (typed, part) in [
        ("left", Some("")),
        ("0003 left<6", Some("0003 ")),
        ("left<6h and", Some("left<6h ")),
        ("batch (a or", Some("batch ")),
        ("batch not size>=", Some("batch ")),
        ("colour:red left", None),
    ] {
        assert_eq!(Filter::finished_part(typed, UTC), part, "{typed}");
    }
    for text in ["left", "left<", "/out", "(a", "\"a\\"] {
        assert!(Filter::parse_typed(text, UTC).unwrap_err().unfinished, "{text}");
    }
}

#[test]
fn no_file_that_is_not_loaded_is_marked_or_saved() {
    for (text, may) in [
        ("marked", false),
        ("marked batch", false),
        ("(marked or marked) left<6h", false),
        ("not (batch or not marked)", false),
        ("marked or batch", true),
        ("not marked", true),
        ("saved", false),
        ("saved or marked", false),
        ("saved left<6h", false),
        ("not saved", true),
        ("batch", true),
    ] {
        assert_eq!(read(text).may_match_unloaded(), may, "{text}");
    }
}

#[test]
fn what_is_too_much_is_refused_before_it_does_harm() {
    for (open, close, levels) in [("(", ")", 1), ("not ", "", 1), ("not (a or ", ")", 2)] {
        let deep = |depth| format!("{}a{}", open.repeat(depth), close.repeat(depth));
        let most = parse::DEEPEST / levels;
        read(&deep(most));
        for depth in [most + 1, 65_000 / (open.len() + 1)] {
            let error = refusal(&deep(depth));
            assert_eq!(error.what, "this is inside of too many parentheses and nots", "{open}");
        }
    }
    read(&"(a)".repeat(9_000));
    assert_eq!(refusal(&"ä".repeat(40_000)).at, 65_536..80_000);
    assert_eq!(refusal(&"/a/ ".repeat(17)).at, 64..67);
    let nested = refusal(&format!("/{}{}/", "(".repeat(60), ")".repeat(60)));
    assert!(nested.what.starts_with("this pattern cannot be read: "), "{nested}");
}

#[test]
fn thresholds_are_where_time_changes_something() {
    for (text, thresholds) in [
        ("left<6h", &[21_599][..]),
        ("left<=6h", &[21_600]),
        ("left>6h", &[21_600]),
        ("left>=6h", &[21_599]),
        ("left=6h", &[21_599, 21_600]),
        ("left!=6h", &[21_599, 21_600]),
        ("left<0s", &[]),
        ("left=0s or expired", &[0]),
        ("left>=1s", &[0]),
        ("not (left<1h or a left>1d) left<1h", &[3_599, 86_400]),
        ("batch never expires<2026-11-01 marked", &[]),
    ] {
        assert_eq!(read(text).thresholds_s(), thresholds, "{text}");
    }
    for (text, ages) in [
        ("age<6h", &[21_600][..]),
        ("created<=6h", &[21_601]),
        ("age>6h or age>=6h", &[21_600, 21_601]),
        ("age=0s", &[0, 1]),
        ("left<6h created<2026-11-01", &[]),
    ] {
        assert_eq!(read(text).ages_s(), ages, "{text}");
    }
    assert!(read("a or not marked").depends_on_marks());
    assert!(!read("a or \"marked\"").depends_on_marks());
}

#[test]
fn highlights_are_what_is_looked_for() {
    for (text, shown) in [
        ("batch", "[Batch]-[batch]-BA"),
        ("Batch", "batch-[Batch]"),
        ("tch bat", "a [batch]"),
        ("ä or r", "[Är]ge[r]"),
        ("ä or e", "[Ä]rg[e]r"),
        ("σ", "[Σ]α[ς]"),
        ("i", "[İ]x"),
        ("not batch", "batch"),
        ("not (a not b)", "a[b]"),
        ("left<6h purpose:batch name=batch", "batch"),
        ("name:at or id:\"h \"", "b[at]c[h ]x"),
        ("/[ac]+/", "b[a]t[c]h"),
        ("/x*/", "batch"),
        ("/(?-u:\\xA4)/", "b[ä]"),
        ("\"\"", "batch"),
    ] {
        let plain = shown.replace(['[', ']'], "");
        let mut marked = plain.clone();
        for range in read(text).highlights(&plain).into_iter().rev() {
            marked.insert(range.end, ']');
            marked.insert(range.start, '[');
        }
        assert_eq!(marked, shown, "{text}");
    }
}

/// Two spellings of one name match each other, and what is looked for matches in either spelling.
#[test]
fn composed_and_decomposed_letters_match() {
    let names = [
        ("café.jsonl", "cafe\u{301}.jsonl"),
        ("한국어", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}\u{110b}\u{1165}"),
        ("Việt", "Vie\u{323}\u{302}t"),
    ];
    for (composed, decomposed) in names {
        let ids = ["a", "b"].into_iter().zip([composed, decomposed]);
        let mut store = Store::default();
        let files = ids.map(|(id, name)| file(id, name, Stated::Nothing)).collect::<Vec<_>>();
        take_in(&mut store, page(files), None, 0).unwrap();
        for (text, both) in [
            (composed.to_owned(), true),
            (decomposed.to_owned(), true),
            (composed.to_lowercase(), true),
            (format!("name={composed}"), true),
            (format!("name={decomposed}"), true),
            (format!("not name!={decomposed}"), true),
            (format!("/^{decomposed}$/"), true),
            (format!("/^{composed}$/"), true),
            // Another letter stands there.
            ("e".to_owned(), false),
        ] {
            let all = matching(&store, &text, UTC);
            assert_eq!(all, if both { "ab" } else { "" }, "{text} of {composed}");
        }
    }
}

#[test]
fn case_in_patterns_is_that_of_their_letters() {
    for (source, names_a_capital) in [
        ("batch\\S\\D", false),
        ("\\p{Lu}\\x{AB}\\\\b", false),
        ("(?P<Name>a)(?U)", false),
        ("(?:A)", true),
        ("\\SB", true),
        ("\\\\B", true),
        ("[A-Z]", true),
        ("ä", false),
        ("Ä", true),
    ] {
        assert_eq!(pattern::names_a_capital(source), names_a_capital, "{source}");
    }
}

/// Texts that look like something else, and any others.
/// Block by block it is what it is file by file, also where texts lie about, are odd, or belong to
/// nobody any more.
#[test]
fn many_files_are_judged_as_each_of_them_is() {
    let mut rng = fastrand::Rng::with_seed(7);
    let mut store = Store::default();
    let name = |rng: &mut fastrand::Rng| match rng.u8(..40) {
        0 => None,
        1 => Some(Untrusted::new("Ümläut-OUT \u{212A}elvin D\u{130}N")),
        2 => Some(Untrusted::new(vec![0xFF, b'o', b'u', b't'])),
        4 => Some(Untrusted::new("out\u{308}-U\u{308}; OUT\u{323}\u{308}")),
        5 => Some(Untrusted::new("ouẗ \u{37E} out")),
        3 => Some(Untrusted::new("")),
        _ => {
            let part = ["out", "OUT", "in", "o", "ut", "x", "tput.jsonl"];
            let parts = (0..rng.usize(..4)).map(|_| part[rng.usize(..part.len())]);
            Some(Untrusted::new(parts.collect::<Vec<_>>().join("-")))
        }
    };
    let mut files: Vec<File> = (0..13_000)
        .map(|n| {
            let mut file = file(&format!("{n:x}"), "", Stated::Value(NOW_S + n % 50));
            file.filename = name(&mut rng);
            file
        })
        .collect();
    let check = |store: &Store| {
        let marked = HashSet::from([FileNo(5), FileNo(9_000)]);
        let moment = Moment { server_ms: NOW_S * 1_000, marked: &marked };
        for text in [
            "out",
            "OUT",
            "o",
            "\"-\"",
            "age<40s !in",
            "utt",
            "ff",
            "ü",
            "not out",
            "out in",
            "out or left<20s",
            "marked",
            "/o.t/",
            "kelvin",
            "din",
            "left>3s out not in",
            "name:out",
            "purpose:batch",
            "1a0",
            "ẗ",
            "t\u{308}",
            "Ü",
            ";",
            "OUT",
            "OUṬ",
        ] {
            let filter = read(text);
            let mut verdicts = Verdicts::default();
            let mut steps = 0;
            while !filter.judge(store, &moment, 1, &mut verdicts) {
                steps += 1;
            }
            assert_eq!(steps, store.slots() / 4_096);
            for no in store.numbers() {
                let expected = filter.matches(store, no, &moment);
                assert_eq!(verdicts.admits(no), expected, "{text} {no:?} {:?}", store.file(no));
            }
            let held: HashSet<FileNo> = store.numbers().collect();
            let mut nobody = (0..30_000).map(FileNo).filter(|no| !held.contains(no));
            assert!(nobody.all(|no| !verdicts.admits(no)), "{text}");
        }
    };
    take_in(&mut store, page(files.clone()), None, 0).unwrap();
    check(&store);
    // Some are renamed, some go, others come in their place.
    for file in files.iter_mut().step_by(997) {
        file.filename = name(&mut rng);
    }
    take_in(&mut store, page(files), None, 1).unwrap();
    let gone: Vec<FileNo> = store.numbers().filter(|no| no.0 % 613 == 0).collect();
    store.remove(&gone);
    check(&store);
    store.bury(&gone);
    check(&store);
    take_in(&mut store, page([file("new", "out", Stated::Nothing)]), None, 2).unwrap();
    check(&store);
}
