//! What holds of any filter and any files.

use proptest::prelude::*;

use super::*;

fn any_text() -> impl Strategy<Value = String> {
    let tricky = [
        "",
        "and",
        "or",
        "not",
        "expired",
        "marked",
        "left",
        "size",
        "MiB",
        "B",
        "12h",
        "1d2h",
        "7",
        "15:04",
        "15:04Z",
        "+01:00",
        "a b",
        "\"q\\",
        "/x/",
        "!=",
        "!",
        "-a",
        "age!",
        "a=b",
        "(",
        "Σς",
        "İ",
        "\u{3000}",
        "é",
        "e\u{301}",
        "E\u{301}a",
        "e",
        "가",
        "\u{1100}\u{1161}",
        "\u{301}",
        "\u{37E}",
        ";",
        "\u{1FEF}",
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
    use Property::{Expired, Marked, Never, Saved, Unreadable};
    let field = prop::sample::select(&[TextField::Purpose, TextField::Name, TextField::Id][..]);
    let text_op = prop::sample::select(&[TextOp::Contains, TextOp::Equal, TextOp::Unequal][..]);
    let patterns = ["", "a|B", "^a/b$", "\\/", "\\\\/", "[ä/]", "\\w+ (x)"];
    let leaf = prop_oneof![
        4 => any_text().prop_map(Expr::Word),
        1 => prop::sample::select(patterns.to_vec()).prop_map(|p| Expr::Regex(Pattern::new(p).unwrap())),
        2 => (any_op(), any_number()).prop_map(|(op, number)| Expr::Left(op, number)),
        2 => (any_op(), any_number()).prop_map(|(op, number)| Expr::Age(op, number)),
        2 => (any_op(), any_number()).prop_map(|(op, number)| Expr::Bytes(op, number)),
        1 => (any_op(), any_when()).prop_map(|(op, when)| Expr::Created(op, when)),
        1 => (any_op(), any_when()).prop_map(|(op, when)| Expr::Expires(op, when)),
        2 => (field, text_op, any_text()).prop_map(|(f, op, text)| Expr::Text(f, op, text)),
        1 => prop::sample::select(&[Expired, Marked, Never, Saved, Unreadable][..]).prop_map(Expr::Is),
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
        page.readings.push(Reading::Unreadable(Unreadable { raw, why: "it is none".into() }));
        let mut store = Store::default();
        take_in(&mut store, page, None, 0).unwrap();
        store.set_saved(FileNo(0), Some(1));
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
    let nfc = |text: &str| {
        icu_normalizer::ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
    };
    let texts = texts.iter().map(|text| nfc(std::str::from_utf8(text.raw()).unwrap()));
    let contains = |text: &str, word: &str| {
        let lower = |text: &str| -> String {
            text.chars().flat_map(char::to_lowercase).collect::<String>().replace('ς', "σ")
        };
        let (text, word) = (nfc(text), nfc(word));
        if word.chars().any(char::is_uppercase) {
            text.contains(&word)
        } else {
            lower(&text).contains(&lower(&word))
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
        Expr::Word(word) => texts.into_iter().any(|text| contains(&text, word)),
        Expr::Regex(pattern) => texts.into_iter().any(|t| pattern.regex().is_match(t.as_bytes())),
        Expr::Left(op, bound) => number(op, *bound, left),
        Expr::Age(op, bound) => {
            let age = file.created_at.value().map(|at| moment.server_ms.div_euclid(1_000) - at);
            number(op, *bound, age.map(|age| u64::try_from(age).unwrap_or(0)))
        }
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
                let is_it = match field {
                    TextField::Id => text == wanted,
                    TextField::Name | TextField::Purpose => nfc(text) == nfc(wanted),
                };
                match op {
                    TextOp::Contains => contains(text, wanted),
                    TextOp::Equal => is_it,
                    TextOp::Unequal => !is_it,
                }
            })
        }
        Expr::Is(Property::Expired) => left == Some(0),
        Expr::Is(Property::Never) => file.expires_at == Stated::Nothing,
        Expr::Is(Property::Marked) => moment.marked.contains(&no),
        Expr::Is(Property::Saved) => store.is_saved(no),
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
        "-",
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
            Err(FilterError { at, what, .. }) => {
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
            // As it was read it is let through likewise, but that nobody has marked it then.
            if !filter.depends_on_marks() {
                let (reading, is_saved) = (as_read(&store, no), |_: &File| store.is_saved(no));
                let lets_through = filter.lets_through(&reading, moment.server_ms, &is_saved);
                prop_assert_eq!(lets_through, expected);
            }
        }
        let moment = Moment { server_ms: NOW_S * 1_000 + 2_500, marked: &marked };
        for filter in [filter, opposite] {
            let mut verdicts = Verdicts::default();
            prop_assert!(filter.judge(&store, &moment, 9, &mut verdicts));
            for no in store.numbers() {
                let expected = filter.matches(&store, no, &moment);
                prop_assert_eq!(verdicts.admits(no), expected, "{} {:?}", &expr, no);
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
            let reached = reached || filter.ages_s().iter().any(|age| {
                let Stated::Value(at) = store.file(no).created_at else { return false };
                let moment = (i128::from(at) + i128::from(*age)) * 1_000;
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
