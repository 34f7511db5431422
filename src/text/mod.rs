//! Text that came from outside, and text as it stands on a screen.
//!
//! [`Untrusted`] has neither `Display` nor `AsRef<str>`: what a service sends can only reach a
//! terminal, a pipe or a log through [`UntrustedRef::printable`] or [`UntrustedRef::json`], which
//! let no control sequence and no invisible character through, and print different texts
//! differently, but for the [`secrets`] of this process, which they hide. The bytes themselves are
//! for API calls and exact comparison.

mod causes;
mod flags;
mod json;
mod numbers;
mod printable;
pub mod secrets;
mod spelling;
pub mod stand_ins;
mod untrusted;
mod width;
mod wrap;

pub use causes::cause;
pub use json::{json_lines, json_text};
pub use numbers::{SIZE_CELLS, TotalBytes, exact_size, grouped, size, sum};
pub use printable::is_seen;
pub use spelling::composed;
pub use untrusted::{Untrusted, UntrustedRef};
pub use width::{is_plain, shorten_end, shorten_middle, width};
pub use wrap::{break_anywhere, wrap};

#[cfg(test)]
mod tests {
    use super::printable::is_hidden;
    use super::*;
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    fn print(raw: &[u8]) -> String {
        UntrustedRef::new(raw).printable().into_owned()
    }

    #[test]
    fn harmless_text_is_left_alone() {
        for text in [
            "batch-0412-output.jsonl",
            "日本語.jsonl",
            "é ü",
            "📦 box",
            "x\u{301}",
            "한국어",
            "日本語 コーパス",
        ] {
            assert_eq!(print(text.as_bytes()), text);
        }
    }

    /// Hazards 19 and 32.
    #[test]
    fn what_could_mislead_is_spelt_out() {
        let cases: [(&[u8], &str); 21] = [
            (
                "x\u{301}\u{301}\u{301}\u{301}\u{301}".as_bytes(),
                "x\u{301}\u{301}\u{301}\u{301}\\u{301}",
            ),
            ("e\u{331}\u{301}".as_bytes(), "é\\u{331}\\{nfd}"),
            ("é\u{323}".as_bytes(), "é\\u{323}"),
            ("x\u{301}\u{323}".as_bytes(), "x\u{301}\\u{323}"),
            ("\u{212b}".as_bytes(), "\\u{212b}"),
            (b"a\nb", "a\\nb"),
            (b"a\\nb", "a\\\\nb"),
            (b"\x1b[31mred", "\\u{1b}[31mred"),
            ("\u{9b}31m".as_bytes(), "\\u{9b}31m"),
            (b"\x9b31m", "\\x9b31m"),
            ("x\u{202e}gpj.exe".as_bytes(), "x\\u{202e}gpj.exe"),
            ("a\u{200b}b".as_bytes(), "a\\u{200b}b"),
            ("a\u{e0041}b".as_bytes(), "a\\u{e0041}b"),
            ("a\u{378}b".as_bytes(), "a\\u{378}b"),
            ("a\u{a0}b".as_bytes(), "a\\u{a0}b"),
            ("a\u{3000}b".as_bytes(), "a\\u{3000}b"),
            ("a\u{2028}b".as_bytes(), "a\\u{2028}b"),
            (b"\xed\xa0\x80", "\\u{d800}"),
            (b" a b ", "\\u{20}a b\\u{20}"),
            ("\u{301}a".as_bytes(), "\\u{301}a"),
            ("👩\u{200d}🚀".as_bytes(), "👩\\u{200d}🚀"),
        ];
        for (raw, expected) in cases {
            assert_eq!(print(raw), expected);
        }
    }

    #[test]
    fn what_is_all_decomposed_is_shown_composed_and_says_so() {
        for (raw, expected) in [
            ("cafe\u{301}", "café\\{nfd}"),
            ("\u{1112}\u{1161}\u{11ab}.x", "한.x\\{nfd}"),
            ("Vie\u{323}\u{302}t", "Việt\\{nfd}"),
            ("a\\{nfd}", "a\\\\{nfd}"),
            ("é\\{nfd}", "é\\\\{nfd}"),
            ("e\u{301}\n", "é\\n\\{nfd}"),
            // Of both spellings, in another order, or of another letter: each as it is.
            ("éa\u{301}", "éa\\u{301}"),
            ("e\u{302}\u{323}", "e\\u{302}\\u{323}"),
            ("e\u{301}\u{212b}", "e\\u{301}\\u{212b}"),
            ("\u{1112}\u{1161}한", "\u{1112}\\u{1161}한"),
        ] {
            assert_eq!(print(raw.as_bytes()), expected);
        }
        let long = "e\u{301}".repeat(400);
        let text = UntrustedRef::new(long.as_bytes());
        assert_eq!(text.printable_within(6), "éééé…\\");
        assert_eq!(text.printable_within(12), "ééééé…\\{nfd}");
        assert_eq!(UntrustedRef::new("e\u{301}".as_bytes()).printable_within(9), "é\\{nfd}");
        assert!(text.is_shown_composed());
    }

    /// Hazards 32: cut short, a name of either spelling is told from the same name in the other.
    #[test]
    fn what_is_shown_composed_says_so_however_short_it_is() {
        let printed = print("cafe\u{301}-au-lait.jsonl".as_bytes());
        for (cells, end, middle) in [
            (22, "café-au-lait.js…\\{nfd}", "café-au-…t.jsonl\\{nfd}"),
            (12, "café-…\\{nfd}", "caf…nl\\{nfd}"),
            (11, "café…\\{nfd}", "ca…nl\\{nfd}"),
            (10, "café-au-…\\", "café-au-…\\"),
            (3, "c…\\", "c…\\"),
            (2, "…\\", "…\\"),
            (1, "…", "…"),
            (0, "", ""),
        ] {
            assert_eq!(shorten_end(&printed, cells), end);
            assert_eq!(shorten_middle(&printed, cells), middle);
        }
        // A backslash of its own is none of ours.
        assert_eq!(shorten_end("abcdefghij\\\\{nfd}", 14), "abcdefghij\\\\{…");
        let own = print("e\u{301}\\".as_bytes());
        assert_eq!(own, "é\\\\\\{nfd}");
        assert_eq!(shorten_end(&own, 5), "é\\\\…\\");
    }

    #[test]
    fn flags_are_one_character_where_they_are_like_no_other() {
        for (raw, expected) in [
            ("🇩🇪", "🇩🇪"),
            ("x🇰🇷🇯🇵.jsonl", "x🇰🇷🇯🇵.jsonl"),
            // A half, another half before a flag, nobody's, and the flags of Norway and of Romania.
            ("🇩", "\\u{1f1e9}"),
            ("🇽🇩🇪", "\\u{1f1fd}🇩🇪"),
            ("🇩🇪🇩", "🇩🇪\\u{1f1e9}"),
            ("🇩 🇪", "\\u{1f1e9} \\u{1f1ea}"),
            ("🇽🇽", "\\u{1f1fd}\\u{1f1fd}"),
            ("🇸🇯", "\\u{1f1f8}\\u{1f1ef}"),
            ("🇹🇩", "\\u{1f1f9}\\u{1f1e9}"),
        ] {
            assert_eq!(print(raw.as_bytes()), expected);
        }
        assert_eq!(width("🇩🇪🇫🇷"), 4);
        assert_eq!(shorten_end("🇩🇪🇫🇷🇮🇹", 5), "🇩🇪🇫🇷…");
        assert_eq!(UntrustedRef::new("🇩🇪".as_bytes()).json(), "\"\\ud83c\\udde9\\ud83c\\uddea\"");
    }

    #[test]
    fn json_reads_back_as_the_same_text() {
        let raw = "a\n\"\\\u{202e}\u{1F600}\u{1f1e9}日".as_bytes();
        let json = UntrustedRef::new(raw).json();
        assert_eq!(serde_json::from_str::<String>(&json).unwrap().as_bytes(), raw);
        assert!(!json.contains('\u{202e}') && json.contains("\\u202e") && json.contains('日'));
        assert_eq!(UntrustedRef::new(b"\xed\xa0\x80").json(), "\"\\ud800\"");
    }

    #[test]
    fn a_document_has_it_as_json_writes_it() {
        for raw in ["a\n\"\\\u{202e}\u{1f1e9}日".as_bytes(), b"\xed\xa0\x80", b"\x9b", b""] {
            let text = UntrustedRef::new(raw);
            let written = serde_json::to_string(&[Some(text), None]).unwrap();
            assert_eq!(written, format!("[{},null]", text.json()));
        }
    }

    #[test]
    fn shortening_keeps_both_ends_and_the_width() {
        assert_eq!(shorten_middle("batch-0412-output.jsonl", 13), "batch-….jsonl");
        assert_eq!(shorten_middle("short", 5), "short");
        assert_eq!(shorten_end("日本語", 4), "日…");
        for cells in 0..12 {
            assert!(width(&shorten_middle("日本語日本語日本語", cells)) <= cells);
            assert!(width(&shorten_end("日本語日本語日本語", cells)) <= cells);
        }
    }

    #[test]
    fn capping_cuts_at_a_character() {
        let mut text = Untrusted::new("日本");
        assert!(text.cap(4));
        assert_eq!(text.raw(), "日".as_bytes());
        assert!(!text.cap(3));
    }

    #[test]
    fn huge_text_is_cut_before_it_is_printed() {
        let shown = UntrustedRef::new(&vec![b'a'; 1_000_000]).printable_within(20);
        assert_eq!(shown, format!("{}…", "a".repeat(19)));
        assert_eq!(UntrustedRef::new(b"abc").printable_within(20), "abc");
    }

    #[test]
    fn digits_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(13_002_342), "13,002,342");
    }

    proptest! {
        /// Hazards 32.
        #[test]
        fn two_spellings_never_look_the_same_cut_short(
            name in "([a-z. \\\\{}…]|nfd|é|한|ö|日){1,24}", cells in 2..30_usize,
        ) {
            let decomposed = spelling::decomposed(name.as_bytes()).unwrap();
            prop_assume!(decomposed != name);
            let (composed, decomposed) = (name.as_bytes(), decomposed.as_bytes());
            let texts = [composed, decomposed].map(print);
            for shorten in [shorten_end as fn(&str, usize) -> String, shorten_middle] {
                let shown = texts.each_ref().map(|text| shorten(text, cells));
                prop_assert_ne!(&shown[0], &shown[1]);
                prop_assert!(shown.iter().all(|shown| width(shown) <= cells), "{:?}", shown);
            }
            let within = [composed, decomposed].map(|raw| UntrustedRef::new(raw).printable_within(cells));
            prop_assert_ne!(&within[0], &within[1]);
        }

        #[test]
        fn two_different_texts_never_print_the_same(
            a in proptest::collection::vec(any::<u8>(), 0..12),
            b in "[ \\\\nu{}0-9a-fé가\u{1100}\u{1161}\u{200b}\u{301}\u{323}🇩🇪🇫\n]{0,8}",
            c in "[ \\\\nu{}0-9a-fé가\u{1100}\u{1161}\u{200b}\u{301}\u{323}🇩🇪🇫\n]{0,8}",
        ) {
            prop_assert_eq!(b == c, print(b.as_bytes()) == print(c.as_bytes()));
            prop_assert_eq!(a == b.as_bytes(), print(&a) == print(b.as_bytes()));
        }

        #[test]
        fn the_spellings_of_a_text_never_print_the_same(text in "[aeo1 \u{301}\u{323}\u{302}é가\u{1100}\u{1161}\u{11ab}]{0,8}") {
            use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
            let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&text).into_owned();
            let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(&text).into_owned();
            for (one, other) in [(&text, &composed), (&text, &decomposed), (&composed, &decomposed)] {
                prop_assert_eq!(one == other, print(one.as_bytes()) == print(other.as_bytes()));
            }
        }

        #[test]
        fn nothing_printed_can_command_a_terminal(raw in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..64),
            "[\\PC🇩🇪🇫a\u{301}]{0,20}".prop_map(String::into_bytes),
        ]) {
            let text = print(&raw);
            let mut chars = text.chars();
            while let Some(c) = chars.next() {
                let is_flag = flags::is_indicator(c)
                    && chars.next().is_some_and(|second| flags::is_flag(c, second));
                prop_assert!(is_flag || !c.is_control() && !is_hidden(c), "{}", text);
            }
            let each: usize = text.chars().map(|c| c.encode_utf8(&mut [0; 4]).width()).sum();
            prop_assert_eq!(width(&text), each);
        }
    }
}
