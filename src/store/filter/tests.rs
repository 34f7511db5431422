use proptest::prelude::*;
use time::UtcOffset;
use time::macros::offset;

use super::*;
use crate::api::{File, Reading, Unreadable};
use crate::expiry::{Stated, TimeLeft};
use crate::store::tests::{file, page, take_in};
use crate::text::Untrusted;

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
        why: "it has no id",
    }));
    let mut store = Store::default();
    take_in(&mut store, page, None, 0).unwrap();
    store
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
        ("unreadable", "u"),
        ("not unreadable", "abcde"),
        ("\"expired\"", ""),
        ("id left", ""),
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
        ("Expired", word("Expired")),
        ("\"and\"", word("and")),
        ("\"a \\\" \\\\ \\n\"", word("a \" \\ \\n")),
        ("a\\b", word("a\\b")),
        ("wow!", word("wow!")),
        ("x/y/", word("x/y/")),
        ("left", word("left")),
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
        ("size>10 \"MiB\" left<1d \"2h\"", "size>10 \"MiB\" left<1d \"2h\""),
        ("bytes>10240KiB", "size>10MiB"),
        ("size>10000MB", "size>10GB"),
        ("size>1025", "size>1025"),
        ("size=0MB", "size=0"),
        ("left<=36h", "left<=1d12h"),
        ("left=0d", "left=0s"),
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
    const DATE: &str = "a date such as 2026-11-01 or 2026-11-01T15:04 is expected";
    const TEXT: &str = "a text is expected; what is more than a plain word needs quotes";
    const FIELD: &str = "there is no such field, only left, size, created, expires, purpose, name \
                         and id; a text with such a sign needs quotes";
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
        ("expires>+026-11-01", 8..18, DATE),
        ("expires=today x", 8..13, DATE),
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
        assert_eq!(refusal(text), FilterError { at, what: what.into() }, "{text}");
    }
    assert_eq!(refusal("foo<3").to_string(), FIELD);
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
            "-",
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
                assert_eq!(verdicts.lets(no), expected, "{text} {no:?} {:?}", store.file(no));
            }
            let held: HashSet<FileNo> = store.numbers().collect();
            let mut nobody = (0..30_000).map(FileNo).filter(|no| !held.contains(no));
            assert!(nobody.all(|no| !verdicts.lets(no)), "{text}");
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

fn any_text() -> impl Strategy<Value = String> {
    let tricky = [
        "", "and", "or", "not", "expired", "marked", "left", "size", "MiB", "B", "12h", "1d2h",
        "7", "15:04", "15:04Z", "+01:00", "a b", "\"q\\", "/x/", "!=", "!", "a=b", "(", "Σς", "İ",
        "\u{3000}",
    ];
    prop_oneof![
        prop::sample::select(tricky.to_vec()).prop_map(str::to_owned),
        "[aAbä1_ ]{0,3}",
        "\\PC{0,6}",
    ]
}

fn any_op() -> impl Strategy<Value = Op> {
    use Op::{AtLeast, AtMost, Equal, Less, More, Unequal};
    prop::sample::select(&[Less, AtMost, More, AtLeast, Equal, Unequal][..])
}

/// Numbers near those of [`any_file`], and any others.
fn any_number() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..6_u64, 1 => (0..6_u64).prop_map(|n| n * 43_200), 1 => any::<u64>()]
}

fn any_when() -> impl Strategy<Value = When> {
    let day = prop_oneof![Just((2026, 327)), (0..=9_999, 1..=365_u16)];
    let clock = (0..24_u8, 0..60_u8, prop::option::of(0..60_u8));
    let offset = (any::<bool>(), 0..24_i8, 0..60_i8);
    (day, prop::option::of(clock), prop::option::of(offset)).prop_map(|(day, clock, offset)| {
        let date = time::Date::from_ordinal_date(day.0, day.1).unwrap();
        let clock = clock.map_or(String::new(), |(hour, minute, second)| {
            let second = second.map_or(String::new(), |second| format!(":{second:02}"));
            format!("T{hour:02}:{minute:02}{second}")
        });
        let offset = offset.map_or(String::new(), |(west, hours, minutes)| {
            format!("{}{hours:02}:{minutes:02}", if west { '-' } else { '+' })
        });
        When::read(&format!("{date}{clock}{offset}")).unwrap()
    })
}

fn any_expr() -> impl Strategy<Value = Expr> {
    use Property::{Expired, Marked, Never, Unreadable};
    let field = prop::sample::select(&[TextField::Purpose, TextField::Name, TextField::Id][..]);
    let text_op = prop::sample::select(&[TextOp::Contains, TextOp::Equal, TextOp::Unequal][..]);
    let patterns = ["", "a|B", "^a/b$", "\\/", "\\\\/", "[ä/]", "\\w+ (x)"];
    let leaf = prop_oneof![
        4 => any_text().prop_map(Expr::Word),
        1 => prop::sample::select(patterns.to_vec()).prop_map(|p| Expr::Regex(Pattern::new(p).unwrap())),
        2 => (any_op(), any_number()).prop_map(|(op, number)| Expr::Left(op, number)),
        2 => (any_op(), any_number()).prop_map(|(op, number)| Expr::Bytes(op, number)),
        1 => (any_op(), any_when()).prop_map(|(op, when)| Expr::Created(op, when)),
        1 => (any_op(), any_when()).prop_map(|(op, when)| Expr::Expires(op, when)),
        2 => (field, text_op, any_text()).prop_map(|(f, op, text)| Expr::Text(f, op, text)),
        1 => prop::sample::select(&[Expired, Marked, Never, Unreadable][..]).prop_map(Expr::Is),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::Or),
            inner.prop_map(|expr| Expr::Not(Box::new(expr))),
        ]
    })
}

fn any_file() -> impl Strategy<Value = File> {
    let stated = || {
        prop_oneof![3 => (0..9_i64).prop_map(|n| Stated::Value(NOW_S + n)),
        1 => Just(Stated::Nothing), 1 => Just(Stated::Odd)]
    };
    let text = || prop::option::of(prop_oneof![any_text(), "[aAbBä]{0,6}"]);
    (text(), text(), 0..5_u64, stated(), stated()).prop_map(|(name, purpose, bytes, born, dies)| {
        let mut file = file("", "", dies);
        file.filename = name.map(Untrusted::new);
        file.purpose = purpose.map(Untrusted::new);
        file.bytes = if bytes == 4 { Stated::Odd } else { Stated::Value(bytes) };
        file.created_at = born;
        file
    })
}

/// A store of some files and an unreadable one.
fn any_store() -> impl Strategy<Value = Store> {
    prop::collection::vec(any_file(), 1..5).prop_map(|files| {
        let numbered = files.into_iter().zip(["a", "B_1", "ä", "x y"]).map(|(mut file, id)| {
            file.id = Untrusted::new(id);
            file
        });
        let mut page = page(numbered);
        let raw = Untrusted::new("[\"aB ä\"]");
        page.readings.push(Reading::Unreadable(Unreadable { raw, why: "it is none" }));
        let mut store = Store::default();
        take_in(&mut store, page, None, 0).unwrap();
        store
    })
}

/// The meaning of a filter, word for word and at leisure.
fn naive(expr: &Expr, store: &Store, no: FileNo, moment: &Moment<'_>) -> bool {
    let file = store.file(no);
    let texts = match file.unreadable {
        Some(unreadable) => vec![unreadable.raw.borrow()],
        None => file.filename.into_iter().chain([file.id]).collect(),
    };
    let texts = texts.iter().map(|text| std::str::from_utf8(text.raw()).unwrap());
    let contains = |text: &str, word: &str| {
        let lower = |text: &str| -> String {
            text.chars().flat_map(char::to_lowercase).collect::<String>().replace('ς', "σ")
        };
        if word.chars().any(char::is_uppercase) {
            text.contains(word)
        } else {
            lower(text).contains(&lower(word))
        }
    };
    let at = |op: &Op, when: &When, at: Stated<i64>| {
        let (from, until) = when.span_s(UTC);
        at.value().is_some_and(|at| match op {
            Op::Less => at < from,
            Op::AtMost => at < until,
            Op::More => at >= until,
            Op::AtLeast => at >= from,
            Op::Equal => (from..until).contains(&at),
            Op::Unequal => !(from..until).contains(&at),
        })
    };
    let number = |op: &Op, bound: u64, number: Option<u64>| {
        number.is_some_and(|number| match op {
            Op::Less => number < bound,
            Op::AtMost => number <= bound,
            Op::More => number > bound,
            Op::AtLeast => number >= bound,
            Op::Equal => number == bound,
            Op::Unequal => number != bound,
        })
    };
    let left = match TimeLeft::of(file.expires_at, moment.server_ms) {
        TimeLeft::Expired => Some(0),
        TimeLeft::Seconds(seconds) => Some(seconds),
        TimeLeft::Never | TimeLeft::Unknown => None,
    };
    match expr {
        Expr::And(all) => all.iter().all(|expr| naive(expr, store, no, moment)),
        Expr::Or(any) => any.iter().any(|expr| naive(expr, store, no, moment)),
        Expr::Not(expr) => !naive(expr, store, no, moment),
        Expr::Word(word) => texts.into_iter().any(|text| contains(text, word)),
        Expr::Regex(pattern) => texts.into_iter().any(|t| pattern.regex().is_match(t.as_bytes())),
        Expr::Left(op, bound) => number(op, *bound, left),
        Expr::Bytes(op, bound) => number(op, *bound, file.bytes.value()),
        Expr::Created(op, when) => at(op, when, file.created_at),
        Expr::Expires(op, when) => at(op, when, file.expires_at),
        Expr::Text(field, op, wanted) => {
            let text = match field {
                TextField::Purpose => file.purpose,
                TextField::Name => file.filename,
                TextField::Id => Some(file.id).filter(|_| file.unreadable.is_none()),
            };
            text.is_some_and(|text| {
                let text = std::str::from_utf8(text.raw()).unwrap();
                match op {
                    TextOp::Contains => contains(text, wanted),
                    TextOp::Equal => text == wanted,
                    TextOp::Unequal => text != wanted,
                }
            })
        }
        Expr::Is(Property::Expired) => left == Some(0),
        Expr::Is(Property::Never) => file.expires_at == Stated::Nothing,
        Expr::Is(Property::Marked) => moment.marked.contains(&no),
        Expr::Is(Property::Unreadable) => file.unreadable.is_some(),
    }
}

/// Texts made of what the language is made of.
fn any_typed() -> impl Strategy<Value = String> {
    let pieces = [
        " ",
        " ",
        "a",
        "and",
        "or",
        "not",
        "(",
        ")",
        "\"",
        "/",
        "\\",
        "<",
        ">=",
        "=",
        "!",
        ":",
        "left",
        "size",
        "created",
        "name",
        "1",
        "10",
        "MiB",
        "6h",
        "2026-11-01",
        "T15:04",
        "Z",
        "ä",
        "\u{3000}",
        "expired",
        "[",
        "{9}",
        "*",
        "?",
    ];
    prop_oneof![
        3 => prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..12)
            .prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
    ]
}

proptest! {
    #[test]
    fn what_is_printed_reads_back_the_same(expr in any_expr()) {
        let printed = expr.to_string();
        let read = Filter::parse(&printed, UTC).unwrap().unwrap();
        prop_assert_eq!(read.expr(), &expr, "{}", printed);
    }

    #[test]
    fn whatever_is_typed_is_a_filter_or_an_error_at_a_place_in_it(text in any_typed()) {
        match Filter::parse(&text, UTC) {
            Ok(None) => prop_assert!(text.trim().is_empty()),
            Ok(Some(filter)) => {
                let again = Filter::parse(&filter.expr().to_string(), UTC).unwrap().unwrap();
                prop_assert_eq!(again.expr(), filter.expr());
            }
            Err(FilterError { at, what }) => {
                prop_assert!(!at.is_empty() && text.get(at).is_some());
                prop_assert!(what.lines().count() == 1 && what.len() < 150, "{}", what);
            }
        }
    }

    #[test]
    fn filters_mean_what_they_say_and_not_is_the_opposite(store in any_store(), expr in any_expr()) {
        let marked = HashSet::from([FileNo(1)]);
        let filter = Filter::new(expr.clone(), UTC);
        let opposite = Filter::new(Expr::Not(Box::new(expr.clone())), UTC);
        for no in store.numbers() {
            let moment = Moment { server_ms: NOW_S * 1_000 + 2_500, marked: &marked };
            let expected = naive(&expr, &store, no, &moment);
            prop_assert_eq!(filter.matches(&store, no, &moment), expected, "{} {:?}", &expr, no);
            prop_assert_eq!(opposite.matches(&store, no, &moment), !expected);
        }
        let moment = Moment { server_ms: NOW_S * 1_000 + 2_500, marked: &marked };
        for filter in [filter, opposite] {
            let mut verdicts = Verdicts::default();
            prop_assert!(filter.judge(&store, &moment, 9, &mut verdicts));
            for no in store.numbers() {
                let expected = filter.matches(&store, no, &moment);
                prop_assert_eq!(verdicts.lets(no), expected, "{} {:?}", &expr, no);
            }
        }
    }

    #[test]
    fn time_changes_nothing_between_two_thresholds(
        store in any_store(), expr in any_expr(), a in -1_000..10_000_i64, b in -1_000..10_000_i64,
    ) {
        let filter = Filter::new(expr, UTC);
        let marked = HashSet::new();
        let matches = |no, at_ms| {
            filter.matches(&store, no, &Moment { server_ms: at_ms, marked: &marked })
        };
        let (early, late) = (NOW_S * 1_000 + a.min(b), NOW_S * 1_000 + a.max(b));
        for no in store.numbers() {
            let reached = filter.thresholds_s().iter().any(|threshold| {
                let Stated::Value(at) = store.file(no).expires_at else { return false };
                let moment = (i128::from(at) - i128::from(*threshold)) * 1_000;
                (i128::from(early) + 1..=i128::from(late)).contains(&moment)
            });
            if !reached {
                prop_assert_eq!(matches(no, early), matches(no, late), "{} {:?}", filter.expr(), no);
            }
        }
    }

    #[test]
    fn highlights_lie_apart_on_characters(expr in any_expr(), shown in any_text()) {
        let mut end = None;
        for range in Filter::new(expr, UTC).highlights(&shown) {
            prop_assert!(!range.is_empty() && shown.get(range.clone()).is_some());
            prop_assert!(end < Some(range.start));
            end = Some(range.end);
        }
    }
}
