//! What one file breaks is that file.

use super::*;

const GOOD: &str = r#"{"id":"file_good","filename":"g.jsonl","bytes":7}"#;

/// Files that are no JSON, and why.
const SPOILT: [(&str, &str); 33] = [
    (r#"{"id":"x","filename":"C:\data"}"#, "breaks at byte 26: invalid escape"),
    (r#"{"id":"x","filename":"\u12"}"#, "invalid escape"),
    (r#"{"id":"x","bytes":NaN}"#, "breaks at byte 19: expected value"),
    (r#"{"id":"x","bytes":Infinity}"#, "expected value"),
    (r#"{"id":"x","bytes":007}"#, "breaks at byte 20: invalid number"),
    (r#"{"id":"x","bytes":0x1F}"#, "expected `,` or `}`"),
    (r#"{"id":"x","bytes":1,}"#, "breaks at byte 21: key must be a string"),
    (r#"{"id":"x",,"bytes":1}"#, "breaks at byte 11: key must be a string"),
    (r#"{"id":"x","bytes":,"purpose":"p"}"#, "expected value"),
    (r#"{"id":"x" "bytes":1}"#, "expected `,` or `}`"),
    (r#"{"id":"x","filename":None}"#, "expected value"),
    (r"{'id':'x'}", "breaks at byte 2: key must be a string"),
    (r#"{id:"x"}"#, "key must be a string"),
    (r#"{"id":"x"/* a file */}"#, "expected `,` or `}`"),
    (r#"{"id":"x","filename":"a "good" one"}"#, "breaks at byte 26: expected `,` or `}`"),
    (r#"{"id":"x","filename":"a 5" disk","bytes":7}"#, "expected `,` or `}`"),
    (r#"{"id":"x","filename":"C:\","bytes":7}"#, "expected `,` or `}`"),
    (r#"{"id":"x","meta",{"a":1},"b":{}}"#, "expected `:`"),
    (r#"{"id":"x","tags":[1,2}"#, "expected `,` or `]`"),
    (r#"{"id":"x","tags":{"a":1]}"#, "expected `,` or `}`"),
    (r#"{"id":"x","filename":"a""#, "EOF while parsing an object"),
    (r#"{"id":"x","meta":{"a":1}"#, "EOF while parsing an object"),
    ("{\"id\":\"x\",\"a\nb\":\"\u{1}\",\"bytes\":NaN}", "breaks at byte 29: expected value"),
    // Strings that run into the next file.
    (r#"{"id":"x","filename":"tail\"}"#, "EOF while parsing a string"),
    (r#"{"id":"x","filename":"abc}"#, "EOF while parsing a string"),
    (r#"{"id":"x","meta":{"a":"b\"}}"#, "EOF while parsing a string"),
    (r#"{"id":"x","filename":"tail\","bytes":7}"#, "expected `,` or `}`"),
    ("NaN", "breaks at byte 1: expected value"),
    // A brace too many, or one that is not there.
    (r#"{"id":"x","bytes":7}}"#, "breaks at byte 21: trailing characters"),
    (r#"{"id":"x","meta":{"a":1}}}"#, "trailing characters"),
    (r#"{"id":"x"} } }"#, "trailing characters"),
    (r#""id":"x","filename":"n"}"#, "breaks at byte 5: trailing characters"),
    (r#""id":"x","meta":{"a":[1]}}"#, "trailing characters"),
];

/// What stands before and behind the files, and what it says of the end.
const AROUND: [(&str, &str, HasMore); 4] = [
    ("{\"object\":\"list\",\"data\":[", "],\"has_more\":true}", HasMore::Yes),
    ("[", "]", HasMore::Unknown),
    ("{\"data\":{\"has_more\":false,\"data\":[\n", "\n]},\"code\":[]}\n", HasMore::No),
    ("{\"total\":NaN,\"data\":[", "],\"has_more\":\"true\",}", HasMore::Yes),
];

/// One spoilt file, wherever it stands, costs no other one, and says where it breaks.
#[test]
fn one_spoilt_file_spoils_that_file() {
    let mut wrong = vec![];
    for (spoilt, why) in SPOILT {
        for (before, behind, has_more) in AROUND {
            // The last one does not say where it ends, if the rest is no JSON either, or if the page
            // ends within its string, as one that broke off does.
            let is_open = before == "[" && why.ends_with("parsing a string");
            let places = if before.contains("NaN") || is_open { 2 } else { 3 };
            for place in 0..places {
                let mut files = [GOOD; 3];
                files[place] = spoilt;
                let body = format!("{before}{}{behind}", files.join(" ,\n "));
                let Ok(page) = read_page(body.as_bytes()) else {
                    wrong.push(format!("{body}: no page"));
                    continue;
                };
                let is_right = |(at, reading): (usize, &Reading)| match reading {
                    Reading::File(file) => at != place && file.id.raw() == b"file_good",
                    Reading::Unreadable(unreadable) => at == place && unreadable.why.ends_with(why),
                };
                let all_right = page.readings.iter().enumerate().all(is_right);
                if (page.readings.len(), page.has_more, all_right) != (3, has_more, true) {
                    wrong.push(format!("{body}: {page:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Control characters that stand in strings as they are mean themselves.
#[test]
fn raw_controls_read_as_themselves() {
    let file = only_file("\"filename\":\"a\tb\nc\u{0}\u{1f}\\n\\\"\u{1}\",\n\t\"x\":[\"\u{7}\"]");
    assert_eq!(file.filename.unwrap().raw(), b"a\tb\nc\0\x1f\n\"\x01");
    assert_eq!(file.extra.as_deref(), Some("{\"x\":[\"\\u0007\"]}"));
    let file = read_single_file(b"{\"id\":\"a\nb\"}").unwrap();
    assert_eq!(file.id.raw(), b"a\nb");
}

#[test]
fn commas_that_separate_nothing_are_passed_over() {
    for list in ["[@,@,]", "[,@,,@]", "[@ @]", "[@,\n,\n@,]"] {
        let body = format!("{{\"data\":{},\"has_more\":true}}", list.replace('@', GOOD));
        let page = page(&body);
        assert!(page.readings.iter().all(|r| matches!(r, Reading::File(_))), "{body}");
        assert_eq!((page.readings.len(), page.has_more), (2, HasMore::Yes), "{body}");
    }
}

/// What is broken around the files, or has no end, is no list.
#[test]
fn what_cannot_be_cut_is_no_list() {
    for (body, cut) in [
        ("{\"data\":[{\"id\":\"a\n\"},{\"id\":\"b\",\"fi", true),
        ("{\"data\":[{\"id\":\"a\n\"},", true),
        ("[{\"id\":\"a\n\"}", true),
        ("[{\"id\":\"a\n\"}}", false),
        ("[{\"id\":\"a\n\"}]]", false),
        ("{\"data\":[{\"id\":\"a\n\"}]", true),
        ("{\"data\" [{\"id\":\"a\"}]}", false),
        ("{data:[{\"id\":\"a\"}]}", false),
        ("{\"error\":\"a\nb\"}", false),
        ("a\n[{\"id\":\"a\"}]", false),
    ] {
        let breaks_off = match read_page(body.as_bytes()).unwrap_err() {
            NotAPage::NotAFilesList { breaks_off, .. } => breaks_off,
            NotAPage::BrokenJson(_) => false,
            NotAPage::TooManyFiles => panic!("{body}"),
        };
        assert_eq!(breaks_off, cut, "{body}");
    }
}

/// Control characters are spelt out in files of a size that may be; the memory for it is bounded.
#[test]
fn large_spoilt_files_stay_within_the_caps() {
    let body =
        format!("[{GOOD},{{\"id\":\"x\",\"filename\":\"{}\"}},{GOOD}]", "\n".repeat(1 << 20));
    let readings = page(&body).readings;
    let [Reading::File(_), Reading::Unreadable(unreadable), Reading::File(_)] = &readings[..]
    else {
        panic!("{}", readings.len())
    };
    assert_eq!(unreadable.why, "it holds too many control characters");
    assert!(unreadable.raw.raw().len() <= BEGINNING_BYTES);

    let deep = format!("[{}NaN{},{GOOD}]", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(page(&deep).readings.len(), 2);
    let many = format!("[{GOOD},NaN{}]", ",NaN".repeat(MOST_FILES_A_PAGE));
    assert_eq!(page(&many).has_more, HasMore::Unread);
}

proptest! {
    /// A page that needs no cutting is cut into the same files.
    #[test]
    fn what_is_json_is_cut_where_json_is(
        files in proptest::collection::vec(
            prop_oneof![9 => almost_a_file(), 1 => json_of(&["{}"]).prop_map(str::to_owned)],
            0..4,
        ),
        around in proptest::sample::select(&[
            "{\"data\":[@],\"has_more\":true}", "{\"Data\":[@],\"has_more\":1,\"x\":[{}]}", "[@]",
            "{\"code\":0,\"data\":{\"data\":[@],\"has_more\":false}}", "{\"data\":[[@]]}", "\n[ @ ]\n",
        ][..]),
    ) {
        let body = around.replace('@', &files.join(","));
        let cut = spoilt::cut(&body).unwrap();
        let readings = cut.files.into_iter().map(|file| read_spoilt(file).reading).collect();
        prop_assert_eq!(Page { readings, has_more: cut.has_more }, read_any_page(&body).unwrap());
    }

    /// Whatever one file is made of, as long as its brackets and quotes are closed, the others are read.
    #[test]
    fn any_spoilt_file_spoils_that_file(
        inside in "(\"[a-z\\\\\u{1}]{0,3}[a-z]\"|[a-zN0-9+.'é-]{1,4}|[,: ]){0,12}",
        place in 0..3_usize,
    ) {
        let spoilt = format!("{{{inside}}}");
        let mut files = [GOOD; 3];
        files[place] = &spoilt;
        let body = format!("{{\"data\":[{}],\"has_more\":true}}", files.join(","));
        let page = page(&body);
        let good = page.readings.iter().filter(|r| matches!(r, Reading::File(_))).count();
        prop_assert!(page.readings.len() == 3 && good >= 2 && page.has_more == HasMore::Yes);
    }
}
