use crossterm::event::{KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::*;

fn feed(reads: &[&[u8]]) -> Vec<Heard> {
    let (mut sorter, mut heard) = (Sorter::default(), vec![]);
    for bytes in reads {
        sorter.feed(bytes, &mut heard);
    }
    quiet(&mut sorter, &mut heard);
    heard
}

/// Nothing comes for as long as anything is held back.
fn quiet(sorter: &mut Sorter, heard: &mut Vec<Heard>) {
    for _ in 0..3 {
        if sorter.patience().is_some() {
            sorter.silence(heard);
        }
    }
    assert_eq!(sorter.patience(), None);
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Heard {
    Heard::Key(KeyEvent::new(code, modifiers))
}

fn char_key(c: char) -> Heard {
    key(KeyCode::Char(c), KeyModifiers::NONE)
}

#[test]
fn keys_are_heard_as_terminals_send_them() {
    use KeyCode::{
        BackTab, Backspace, Char, Delete, Down, End, Enter, Esc, F, Home, Insert, Left, PageDown,
        PageUp, Right, Tab, Up,
    };
    const NONE: KeyModifiers = KeyModifiers::NONE;
    const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
    const ALT: KeyModifiers = KeyModifiers::ALT;
    const CONTROL: KeyModifiers = KeyModifiers::CONTROL;
    let cases: &[(&[u8], KeyCode, KeyModifiers)] = &[
        (b"q", Char('q'), NONE),
        (b"Q", Char('Q'), SHIFT),
        ("é".as_bytes(), Char('é'), NONE),
        ("É".as_bytes(), Char('É'), SHIFT),
        ("文".as_bytes(), Char('文'), NONE),
        ("🚀".as_bytes(), Char('🚀'), NONE),
        (b" ", Char(' '), NONE),
        (b"\r", Enter, NONE),
        (b"\n", Char('j'), CONTROL),
        (b"\t", Tab, NONE),
        (b"\x7f", Backspace, NONE),
        (b"\x08", Char('h'), CONTROL),
        (b"\0", Char(' '), CONTROL),
        (b"\x03", Char('c'), CONTROL),
        (b"\x1a", Char('z'), CONTROL),
        (b"\x1c", Char('4'), CONTROL),
        (b"\x1f", Char('7'), CONTROL),
        (b"\x1b", Esc, NONE),
        (b"\x1bx", Char('x'), ALT),
        (b"\x1bB", Char('B'), SHIFT.union(ALT)),
        ("\x1bé".as_bytes(), Char('é'), ALT),
        (b"\x1b\r", Enter, ALT),
        (b"\x1b\x7f", Backspace, ALT),
        (b"\x1b\x02", Char('b'), CONTROL.union(ALT)),
        (b"\x1b\\", Char('\\'), ALT),
        // What begins a sequence is a key with Alt where nothing follows.
        (b"\x1b[", Char('['), ALT),
        (b"\x1b]", Char(']'), ALT),
        (b"\x1bO", Char('O'), SHIFT.union(ALT)),
        (b"\x1bP", Char('P'), SHIFT.union(ALT)),
        (b"\x1b_", Char('_'), ALT),
        (b"\x1b[A", Up, NONE),
        (b"\x1bOB", Down, NONE),
        (b"\x1b[1;5C", Right, CONTROL),
        (b"\x1b[5D", Left, CONTROL),
        (b"\x1bO2D", Left, SHIFT),
        (b"\x9bA", Up, NONE),
        ("\u{9b}A".as_bytes(), Up, NONE),
        (b"\x1b[H", Home, NONE),
        (b"\x1b[1~", Home, NONE),
        (b"\x1b[7~", Home, NONE),
        (b"\x1b[F", End, NONE),
        (b"\x1b[4~", End, NONE),
        (b"\x1b[8;3~", End, ALT),
        (b"\x1b[2~", Insert, NONE),
        (b"\x1b[3~", Delete, NONE),
        (b"\x1b[3;6~", Delete, CONTROL.union(SHIFT)),
        (b"\x1b[5~", PageUp, NONE),
        (b"\x1b[6;5~", PageDown, CONTROL),
        (b"\x1b[Z", BackTab, SHIFT),
        (b"\x1b[[A", F(1), NONE),
        (b"\x1b[[E", F(5), NONE),
        (b"\x1bOP", F(1), NONE),
        (b"\x1bOR", F(3), NONE),
        (b"\x1b[1;2S", F(4), SHIFT),
        (b"\x1b[15~", F(5), NONE),
        (b"\x1b[17~", F(6), NONE),
        (b"\x1b[24;2~", F(12), SHIFT),
        (b"\x1b[34~", F(20), NONE),
        (b"\x1bOM", Enter, NONE),
        (b"\x1bOq", Char('1'), NONE),
        // Where the operator's terminal is set to tell keys by their characters.
        (b"\x1b[113u", Char('q'), NONE),
        (b"\x1b[99;5u", Char('c'), CONTROL),
        (b"\x1b[97;2u", Char('A'), SHIFT),
        (b"\x1b[99:67;133:1u", Char('c'), CONTROL),
        (b"\x1b[27;1u", Esc, NONE),
        (b"\x1b[9;2u", BackTab, SHIFT),
        (b"\x1b[13;2u", Enter, SHIFT),
        (b"\x1b[27;5;99~", Char('c'), CONTROL),
    ];
    for (bytes, code, modifiers) in cases {
        let expected = [key(*code, *modifiers)];
        assert_eq!(feed(&[bytes]), expected, "{}", bytes.escape_ascii());
        // In whatever pieces it comes.
        let pieces: Vec<&[u8]> = bytes.chunks(1).collect();
        let alt = bytes.len() > 1 && bytes[0] == 0x1b && !begins(bytes[1]);
        if !alt {
            assert_eq!(feed(&pieces), expected, "{}", bytes.escape_ascii());
        }
    }
}

#[test]
fn an_esc_and_a_key_of_two_reads_are_two_keys() {
    assert_eq!(feed(&[b"\x1b", b"q"]), [plain(KeyCode::Esc), char_key('q')]);
    assert_eq!(feed(&[b"\x1b", b"\x1b[B"]), [plain(KeyCode::Esc), plain(KeyCode::Down)]);
    assert_eq!(feed(&[b"\x1b\x1b"]), [plain(KeyCode::Esc), plain(KeyCode::Esc)]);
    assert_eq!(feed(&[b"\x1b\x1b[B"]), [plain(KeyCode::Esc), plain(KeyCode::Down)]);
}

/// Answers and reports that terminals send, asked or not.
const SAID: &[&[u8]] = &[
    // DECRQSS, XTVERSION, XTGETTCAP, DA3.
    b"\x1bP1$r0q\x1b\\",
    b"\x1bP0$r\x1b\\",
    b"\x1bP>|tmux 3.4\x1b\\",
    b"\x1bP1+r544e=787465726d\x1b\\",
    b"\x1bP!|7E565445\x1b\\",
    b"\x90>|xterm(390)\x9c",
    "\u{90}1$r0 q\x1b\\".as_bytes(),
    // The background, the palette, a title, the clipboard, semantic marks.
    b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
    b"\x1b]11;rgb:ffff/ffff/ffff\x07",
    b"\x1b]4;1;rgb:cdcd/0000/0000\x07",
    "\x1b]lqDq\u{9c}q\u{fdc}é\x1b\\".as_bytes(),
    b"\x1b]52;c;cXFxcQ==\x1b\\",
    b"\x9d11;rgb:0/0/0\x9c",
    // Kitty's graphics, a private message, a start of string.
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b^quit now\x1b\\",
    b"\x1bXquit now\x1b\\",
    // DECRPM, DA1 to DA3, the kitty keyboard, the place of the cursor, XTWINOPS, DSR, themes.
    b"\x1b[?2026;2$y",
    b"\x1b[12;2$y",
    b"\x1b[?62;22;52c",
    b"\x1b[>41;354;0c",
    b"\x1b[=0c",
    b"\x1b[?1u",
    b"\x1b[24;80R",
    b"\x1b[1;1R",
    b"\x1b[?24;80;1R",
    b"\x1b[8;24;80t",
    b"\x1b[4;600;800t",
    b"\x1b[0n",
    b"\x1b[?997;1n",
    b"\x1b[?1;0;256S",
    b"\x1b[?6c",
    b"\x1b[>q",
    b"\x1b[1 q",
    b"\x1b[2*y",
    // A key that is let go of, one without a character, a paste's end without its beginning.
    b"\x1b[113;1:3u",
    b"\x1b[57441;2u",
    b"\x1b[201~",
    b"\x1b[99~",
    b"\x1b[1;2;3;4;5A",
    b"\x1b[1;: ~",
    b"\x1b[4294967296;99999999999999999999u",
];

fn keys(heard: &[Heard]) -> Vec<&Heard> {
    heard.iter().filter(|heard| matches!(heard, Heard::Key(_) | Heard::Paste(_))).collect()
}

/// Hazards 43 and 45: the answers and reports of a terminal, in two reads of any lengths.
#[test]
fn what_a_terminal_says_is_no_key() {
    for said in SAID {
        for cut in 0..said.len() {
            let heard = feed(&[&said[..cut], &said[cut..], b"q"]);
            assert_eq!(keys(&heard), [&char_key('q')], "{} {cut}", said.escape_ascii());
        }
    }
}

/// The same, where the second read is late: a person may have pressed Esc, or Alt and a letter, but
/// the rest is passed over.
#[test]
fn what_a_terminal_says_late_is_no_key_either() {
    for said in SAID.iter().filter(|said| said[0] == 0x1b && said[1] != b'O') {
        for cut in 1..said.len() {
            let (mut sorter, mut heard) = (Sorter::default(), vec![]);
            sorter.feed(&said[..cut], &mut heard);
            sorter.silence(&mut heard);
            sorter.feed(&said[cut..], &mut heard);
            sorter.feed(b"q", &mut heard);
            // The last byte of a CSI, alone and late, cannot be told from a key.
            let rest_is_a_key = said[1] == b'[' && cut + 1 == said.len() && cut > 1;
            let expected = match cut {
                _ if rest_is_a_key => vec![char_key(char::from(said[cut])), char_key('q')],
                1 => vec![plain(KeyCode::Esc), char_key('q')],
                2 => vec![character(char::from(said[1]), true), char_key('q')],
                _ => vec![char_key('q')],
            };
            let expected: Vec<&Heard> = expected.iter().collect();
            assert_eq!(keys(&heard), expected, "{} {cut}", said.escape_ascii());
        }
    }
}

/// What ends early, as a line that breaks off has it, holds no key back that follows a moment later,
/// nor `^c` at once.
#[test]
fn what_is_cut_off_holds_no_key_back() {
    for said in SAID {
        for cut in 1..said.len() {
            let (mut sorter, mut heard) = (Sorter::default(), vec![]);
            sorter.feed(&said[..cut], &mut heard);
            sorter.silence(&mut heard);
            sorter.feed(b"q", &mut heard);
            assert_eq!(heard.last(), Some(&char_key('q')), "{} {cut}", said.escape_ascii());
            let (mut sorter, mut heard) = (Sorter::default(), vec![]);
            sorter.feed(&said[..cut], &mut heard);
            sorter.feed(b"\x03", &mut heard);
            let control_c = key(KeyCode::Char('c'), KeyModifiers::CONTROL);
            assert_eq!(heard.last(), Some(&control_c), "{} {cut}", said.escape_ascii());
        }
    }
}

/// A backslash behind an Esc is typed where no string is open, in one read or in two.
#[test]
fn an_esc_and_a_backslash_are_not_lost() {
    let alt = || character('\\', true);
    assert_eq!(feed(&[b"\x1b\\"]), [alt()]);
    assert_eq!(feed(&[b"\x1b", b"\\"]), [plain(KeyCode::Esc), char_key('\\')]);
    assert_eq!(feed(&[b"q\x1b\\q"]), [char_key('q'), alt(), char_key('q')]);
    // Behind a string that has its end, and behind a sequence that is none.
    for said in [b"\x1b]11;rgb:0/0/0\x07".as_slice(), b"\x1bP1$r0q\x1b\\", b"\x1b[?62;22c"] {
        assert_eq!(keys(&feed(&[said, b"\x1b\\"])), [&alt()], "{}", said.escape_ascii());
    }
    let (mut sorter, mut heard) = (Sorter::default(), vec![]);
    sorter.feed(b"\x1b", &mut heard);
    sorter.silence(&mut heard);
    sorter.feed(b"\\", &mut heard);
    assert_eq!(heard, [plain(KeyCode::Esc), char_key('\\')]);
}

/// Hazards 45: the end of a string that was cut off is none, wherever it was cut, also where the end
/// comes by itself and in two halves; and once it is overdue, it is a key again.
#[test]
fn the_late_end_of_a_string_is_no_key() {
    let strings = SAID.iter().filter(|said| said.ends_with(b"\x1b\\") && said[0] == 0x1b);
    for said in strings {
        for cut in 3..said.len() - 1 {
            for pieces in [&[b"\x1b\\".as_slice()][..], &[b"\x1b", b"\\"]] {
                for silent in [false, true] {
                    let (mut sorter, mut heard) = (Sorter::default(), vec![]);
                    sorter.feed(&said[..cut], &mut heard);
                    sorter.silence(&mut heard);
                    for piece in pieces {
                        sorter.feed(piece, &mut heard);
                        if silent && sorter.patience() == Some(AFTER_ESC) {
                            sorter.silence(&mut heard);
                        }
                    }
                    sorter.feed(b"q", &mut heard);
                    // Of a person, an Esc would have come so.
                    heard.retain(|heard| *heard != plain(KeyCode::Esc));
                    assert_eq!(heard, [char_key('q')], "{} {cut}", said.escape_ascii());
                }
            }
            // A key comes in between, which is heard.
            let (mut sorter, mut heard) = (Sorter::default(), vec![]);
            sorter.feed(&said[..cut], &mut heard);
            sorter.silence(&mut heard);
            sorter.feed(b"q", &mut heard);
            sorter.feed(b"\x1b\\", &mut heard);
            assert_eq!(heard, [char_key('q')], "{} {cut}", said.escape_ascii());
            assert_eq!(sorter.patience(), None);
            // It does not come at all.
            let (mut sorter, mut heard) = (Sorter::default(), vec![]);
            sorter.feed(&said[..cut], &mut heard);
            quiet(&mut sorter, &mut heard);
            sorter.feed(b"\x1b\\", &mut heard);
            assert_eq!(heard, [character('\\', true)], "{} {cut}", said.escape_ascii());
        }
    }
    // What broke off at a control.
    let (mut sorter, mut heard) = (Sorter::default(), vec![]);
    sorter.feed(b"\x1b]11;rgb\x03\x1b\\", &mut heard);
    assert_eq!(heard, [key(KeyCode::Char('c'), KeyModifiers::CONTROL)]);
}

#[test]
fn answers_are_told() {
    let background = || Heard::Told("11;rgb:ffff/0/1".into());
    assert_eq!(feed(&[b"\x1b]11;rgb:ff", b"ff/0/1\x1b\\"]), [background()]);
    assert_eq!(feed(&[b"\x1b]11;rgb:ffff/0/1\x1b", b"\\"]), [background()]);
    assert_eq!(feed(&[b"\x1b]11;rgb:ffff/0/1\x07\x1b[?6c"]), [background(), Heard::Attributes]);
    assert_eq!(feed(&[b"\x1b[?64;1;c"]), [Heard::Attributes]);
    // No answer is as long as this.
    let long = [b"\x1b]11;".as_slice(), &[b'q'; 1_000], b"\x07q"].concat();
    assert_eq!(feed(&[&long]), [char_key('q')]);
}

#[test]
fn focus_and_mouse_are_heard() {
    let focus = |focused| Heard::Focus { focused };
    assert_eq!(feed(&[b"\x1b[I\x1b[O"]), [focus(true), focus(false)]);
    let mouse =
        |kind, column, row, modifiers| Heard::Mouse(MouseEvent { kind, column, row, modifiers });
    let none = KeyModifiers::NONE;
    let left = MouseButton::Left;
    let cases: [(&[u8], Heard); 10] = [
        (b"\x1b[<0;1;1M", mouse(MouseEventKind::Down(left), 0, 0, none)),
        (b"\x1b[<0;300;200m", mouse(MouseEventKind::Up(left), 299, 199, none)),
        (b"\x1b[<32;2;3M", mouse(MouseEventKind::Drag(left), 1, 2, none)),
        (b"\x1b[<1;0;0M", mouse(MouseEventKind::Down(MouseButton::Middle), 0, 0, none)),
        (b"\x1b[<2;2;2M", mouse(MouseEventKind::Down(MouseButton::Right), 1, 1, none)),
        (b"\x1b[<64;5;6M", mouse(MouseEventKind::ScrollUp, 4, 5, none)),
        (b"\x1b[<81;5;6M", mouse(MouseEventKind::ScrollDown, 4, 5, KeyModifiers::CONTROL)),
        (b"\x1b[<35;5;6M", mouse(MouseEventKind::Moved, 4, 5, none)),
        // Three bytes, of which one may be of no text.
        (b"\x1b[M !\xff", mouse(MouseEventKind::Down(left), 0, 222, none)),
        (b"\x1b[M#qq", mouse(MouseEventKind::Up(left), 80, 80, none)),
    ];
    for (bytes, expected) in cases {
        assert_eq!(feed(&[bytes]), [expected], "{}", bytes.escape_ascii());
    }
    for bytes in
        [b"\x1b[<0;1M".as_slice(), b"\x1b[<999;1;1M", b"\x1b[<0;99999;1M", b"\x1b[<128;1;1M"]
    {
        assert_eq!(feed(&[bytes]), [], "{}", bytes.escape_ascii());
    }
}

#[test]
fn a_paste_is_one_text_whatever_is_in_it() {
    let paste = |text: &str| Heard::Paste(text.into());
    assert_eq!(feed(&[b"\x1b[200~q\r\x1b[A\x1b[201~q"]), [paste("q\r\x1b[A"), char_key('q')]);
    assert_eq!(feed(&[b"\x1b[200~\x1b[20", b"1~"]), [paste("")]);
    assert_eq!(feed(&[b"\x1b[200~\xff\x1b[201~"]), [paste("\u{fffd}")]);
    // It keeps the whole of what is not larger than what is kept.
    let much = vec![b'a'; MOST_OF_A_PASTE + 9];
    let long = [b"\x1b[200~".as_slice(), &much, PASTE_END, b"q"].concat();
    let heard = feed(&[&long]);
    assert!(heard == [paste(&"a".repeat(MOST_OF_A_PASTE)), char_key('q')], "{}", heard.len());
}

/// A paste without an end, on a line that broke off: a pause does not make commands of its rest, and
/// the keyboard is heard again.
#[test]
fn a_paste_without_an_end_is_waited_for_and_then_ended() {
    let (mut sorter, mut heard) = (Sorter::default(), vec![]);
    sorter.feed(b"\x1b[200~qq", &mut heard);
    sorter.silence(&mut heard);
    sorter.feed(b"D", &mut heard);
    sorter.silence(&mut heard);
    assert_eq!(heard, []);
    assert_eq!(sorter.patience(), Some(LATE));
    sorter.silence(&mut heard);
    assert_eq!(heard, [Heard::Paste("qqD".into())]);
    sorter.feed(b"q", &mut heard);
    assert_eq!(heard.last(), Some(&char_key('q')));
    let (mut sorter, mut heard) = (Sorter::default(), vec![]);
    sorter.feed(b"\x1b[200~qq", &mut heard);
    sorter.silence(&mut heard);
    sorter.feed(b"\x03", &mut heard);
    assert_eq!(heard, [key(KeyCode::Char('c'), KeyModifiers::CONTROL)]);
}

/// What a terminal says of itself, with any contents.
fn said() -> impl Strategy<Value = Vec<u8>> {
    let text = "(\\x08|[\t\r\n -~]|é|文|\u{f5b}){0,40}";
    let string = ("(P|X|\\^|_|\\])", text, prop_oneof![Just("\x1b\\"), Just("\x07")]);
    let string =
        string.prop_map(|(begin, text, end)| format!("\x1b{begin}{text}{end}").into_bytes());
    let private = ("[?>=<]", "[0-9;:]{0,20}", "[ -/]{0,3}", "[@-~]");
    let private =
        private.prop_map(|(mark, middle, marks, last)| format!("\x1b[{mark}{middle}{marks}{last}"));
    let marked = ("[0-9;:]{0,20}", "[ -/]{1,3}", "[@-~]")
        .prop_map(|(middle, marks, last)| format!("\x1b[{middle}{marks}{last}"));
    prop_oneof![string, private.prop_map(String::into_bytes), marked.prop_map(String::into_bytes)]
}

/// Any bytes, and more than by chance those that begin and end something.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&[u8]> = vec![
        b"\x1b",
        b"\x1b[",
        b"\x1b]",
        b"\x1bP",
        b"\x1b_",
        b"\x1bO",
        b"\x1b\\",
        b"\x07",
        b"\x9b",
        b"\x90",
        b"\x9c",
        b"\x1b[200~",
        b"\x1b[201~",
        b"\x1b[M",
        b"\x1b[[",
        b"\x1b[?",
        b"\x03",
        b"\xe6\x96",
        b"\xf0",
        b"1;2",
        b"q",
        b"$",
    ];
    let piece = prop_oneof![
        3 => proptest::sample::select(pieces).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whatever_came_the_next_key_is_heard_and_nothing_else(
        reads in proptest::collection::vec((noise(), any::<bool>()), 0..6),
    ) {
        let (mut sorter, mut heard) = (Sorter::default(), vec![]);
        for (bytes, pause) in &reads {
            sorter.feed(bytes, &mut heard);
            if *pause && sorter.patience().is_some() {
                sorter.silence(&mut heard);
            }
        }
        quiet(&mut sorter, &mut heard);
        heard.clear();
        sorter.feed(b"q", &mut heard);
        prop_assert_eq!(&heard, &[char_key('q')]);
        prop_assert_eq!(sorter.patience(), None);
        // And a moment after anything at all, that which ends the program.
        for (bytes, _) in &reads {
            sorter.feed(bytes, &mut heard);
        }
        if sorter.patience().is_some() {
            sorter.silence(&mut heard);
        }
        sorter.feed(b"\x03", &mut heard);
        let control_c = key(KeyCode::Char('c'), KeyModifiers::CONTROL);
        prop_assert_eq!(heard.last(), Some(&control_c));
        prop_assert!(sorter.held.is_empty() && sorter.state == State::Ground);
    }

    /// Between what a terminal says, keys are keys, however the bytes are cut into reads.
    #[test]
    fn only_keys_are_keys(
        all in proptest::collection::vec((said(), any::<bool>()), 1..6),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let mut bytes = vec![];
        let mut expected = vec![];
        for (said, pressed) in &all {
            bytes.extend(said);
            if *pressed {
                bytes.extend(b"q\x1b[A");
                expected.extend([char_key('q'), plain(KeyCode::Up)]);
            }
        }
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let reads: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
        let heard = feed(&reads);
        prop_assert_eq!(keys(&heard), expected.iter().collect::<Vec<_>>());
    }
}
