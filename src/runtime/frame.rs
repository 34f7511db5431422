//! Changed cells as bytes for the terminal.
//!
//! A dashboard writes a few digits of each countdown every second, for days and over slow lines: the
//! cursor is moved in the shortest way, and colours are named by their shortest sequence. This
//! module knows neither what the cells show nor where the bytes go.

use std::fmt::Arguments;
use std::io::{self, Write};

use ratatui::buffer::Cell;
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// Modifiers and the parameter of SGR that turns each on.
const MODIFIERS: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// How text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

const PLAIN: Look = Look { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

/// Where the cursor is after a cell was written.
#[derive(Clone, Copy, Debug)]
struct Cursor {
    at: Position,
    /// Whether every terminal has it there. How wide a character beyond ASCII is, is up to the
    /// terminal; only what stands right behind it is written without asking.
    sure: bool,
}

/// Writes `cells`, each with its column and row, to a terminal of `width` columns whose text is
/// plain; it is plain again afterwards.
///
/// # Errors
/// Those of `out`.
pub(super) fn write_cells<'c>(
    out: &mut impl Write,
    width: u16,
    cells: impl Iterator<Item = (u16, u16, &'c Cell)>,
) -> io::Result<()> {
    let mut look = PLAIN;
    let mut cursor = None;
    for (x, y, cell) in cells {
        let sure = go_to(out, cursor, Position { x, y })?;
        let wanted = Look { fg: cell.fg, bg: cell.bg, modifier: cell.modifier };
        if wanted != look {
            change_look(out, look, wanted)?;
            look = wanted;
        }
        let symbol = cell.symbol();
        out.write_all(symbol.as_bytes())?;
        let ascii = matches!(symbol.as_bytes(), [b' '..=b'~']);
        let at = Position { x: x + 1, y };
        // Behind the last column the cursor is on it still, and about to wrap.
        let known = at.x < width && (ascii || symbol.width() == 1);
        cursor = known.then_some(Cursor { at, sure: sure && ascii });
    }
    if look == PLAIN { Ok(()) } else { out.write_all(b"\x1b[m") }
}

/// Moves the cursor, from where it is known to be; tells whether every terminal has it there then.
fn go_to(out: &mut impl Write, cursor: Option<Cursor>, to: Position) -> io::Result<bool> {
    let digits = |number: u16| number.checked_ilog10().unwrap_or(0) + 1;
    let Position { x, y } = to;
    if let Some(Cursor { at, sure }) = cursor
        && (sure || at == to)
        && let (Some(down @ 0..=9), aside) = (y.checked_sub(at.y), x.abs_diff(at.x))
    {
        let length = |by: u16| match by {
            0 => 0,
            1 => 3,
            by => 3 + digits(by),
        };
        if length(down) + length(aside) < 4 + digits(y + 1) + digits(x + 1) {
            go_by(out, down, 'B')?;
            go_by(out, aside, if x > at.x { 'C' } else { 'D' })?;
            return Ok(sure);
        }
    }
    write!(out, "\x1b[{};{}H", u32::from(y) + 1, u32::from(x) + 1)?;
    Ok(true)
}

fn go_by(out: &mut impl Write, by: u16, direction: char) -> io::Result<()> {
    match by {
        0 => Ok(()),
        1 => write!(out, "\x1b[{direction}"),
        by => write!(out, "\x1b[{by}{direction}"),
    }
}

fn change_look(out: &mut impl Write, from: Look, to: Look) -> io::Result<()> {
    if to == PLAIN {
        return out.write_all(b"\x1b[m");
    }
    let mut sgr = Sgr { out, begun: false };
    // What is on cannot be turned off one by one: bold and dim have that in common.
    let anew = !to.modifier.contains(from.modifier);
    let from = if anew { PLAIN } else { from };
    if anew {
        sgr.add(format_args!("0"))?;
    }
    for (modifier, parameter) in MODIFIERS {
        if to.modifier.difference(from.modifier).contains(modifier) {
            sgr.add(format_args!("{parameter}"))?;
        }
    }
    if to.fg != from.fg {
        sgr.add_color(to.fg, 30)?;
    }
    if to.bg != from.bg {
        sgr.add_color(to.bg, 40)?;
    }
    out.write_all(b"m")
}

/// The parameters of one sequence that says how text looks.
struct Sgr<'o, O> {
    out: &'o mut O,
    begun: bool,
}

impl<O: Write> Sgr<'_, O> {
    fn add(&mut self, parameter: Arguments<'_>) -> io::Result<()> {
        let begun = std::mem::replace(&mut self.begun, true);
        self.out.write_all(if begun { b";" } else { b"\x1b[" })?;
        self.out.write_fmt(parameter)
    }

    /// Adds a colour; `base` is 30 for the foreground and 40 for the background.
    fn add_color(&mut self, color: Color, base: u8) -> io::Result<()> {
        let number = match color {
            Color::Reset => 9,
            Color::Indexed(number) => return self.add(format_args!("{};5;{number}", base + 8)),
            Color::Rgb(r, g, b) => return self.add(format_args!("{};2;{r};{g};{b}", base + 8)),
            Color::Black => 0,
            Color::Red => 1,
            Color::Green => 2,
            Color::Yellow => 3,
            Color::Blue => 4,
            Color::Magenta => 5,
            Color::Cyan => 6,
            Color::Gray => 7,
            Color::DarkGray => 60,
            Color::LightRed => 61,
            Color::LightGreen => 62,
            Color::LightYellow => 63,
            Color::LightBlue => 64,
            Color::LightMagenta => 65,
            Color::LightCyan => 66,
            Color::White => 67,
        };
        self.add(format_args!("{}", base + number))
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;
    use crate::runtime::changes::changes;

    const WIDTH: u16 = 24;
    const HEIGHT: u16 = 12;
    const WIDE: &str = "\u{8868}";
    /// Flags, an emoji, one with a selector, with a joiner, with a tone of skin, and what stands beside.
    const DISPUTED: &[&str] = &[
        "\u{1f1e9}\u{1f1ea}",
        "\u{1f1fa}\u{1f1f8}",
        "\u{1f4c4}",
        "\u{26a0}\u{fe0f}",
        "\u{1f469}\u{200d}\u{1f4bb}",
        "\u{1f44d}\u{1f3fd}",
        "ab",
        " ",
    ];
    /// The cells that the widest of them takes here: half as many more than ratatui counts.
    const SPILLS: u16 = 4;

    fn written(from: &Buffer, to: &Buffer) -> Vec<u8> {
        let mut out = vec![];
        write_cells(&mut out, WIDTH, changes(from, to).into_iter()).unwrap();
        out
    }

    /// What a terminal shows after these bytes, each frame on top of the one before.
    fn screen(frames: &[Buffer]) -> vt100::Parser {
        let cells = |cells| NonZeroU16::new(cells).unwrap();
        let mut parser = vt100::Parser::new(cells(HEIGHT), cells(WIDTH), 0);
        let mut shown = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        for frame in frames {
            parser.process(&written(&shown, frame));
            shown = frame.clone();
        }
        parser
    }

    fn color(of: vt100::Color) -> Color {
        match of {
            vt100::Color::Default => Color::Reset,
            vt100::Color::Idx(number) => Color::Indexed(number),
            vt100::Color::Rgb(r, g, b) => Color::Rgb(r, g, b),
        }
    }

    /// A colour by its number, as a terminal keeps it.
    fn numbered(color: Color) -> Color {
        let named = [
            Color::Black,
            Color::Red,
            Color::Green,
            Color::Yellow,
            Color::Blue,
            Color::Magenta,
            Color::Cyan,
            Color::Gray,
            Color::DarkGray,
            Color::LightRed,
            Color::LightGreen,
            Color::LightYellow,
            Color::LightBlue,
            Color::LightMagenta,
            Color::LightCyan,
            Color::White,
        ];
        let number = named.iter().position(|other| *other == color);
        number.map_or(color, |number| Color::Indexed(u8::try_from(number).unwrap()))
    }

    fn any_color() -> impl Strategy<Value = Color> {
        prop_oneof![
            Just(Color::Reset),
            Just(Color::Red),
            Just(Color::Gray),
            Just(Color::DarkGray),
            Just(Color::White),
            any::<u8>().prop_map(Color::Indexed),
            any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Color::Rgb(r, g, b)),
        ]
    }

    fn any_style() -> impl Strategy<Value = Style> {
        let modifier = prop_oneof![
            3 => Just(Modifier::empty()),
            1 => Just(Modifier::BOLD),
            1 => Just(Modifier::ITALIC | Modifier::REVERSED),
            1 => Just(Modifier::UNDERLINED | Modifier::BOLD),
        ];
        (any_color(), any_color(), modifier)
            .prop_map(|(fg, bg, modifier)| Style::new().fg(fg).bg(bg).add_modifier(modifier))
    }

    /// A frame with pieces of text in it, wide characters included.
    fn any_frame() -> impl Strategy<Value = Buffer> {
        let text = prop_oneof![
            "[0-9:]{1,8}",
            "[a-z ]{1,20}",
            Just("\u{25b0}\u{25b1}\u{25cf}".to_owned()),
            Just(format!("a{WIDE}b{WIDE}")),
            prop::collection::vec(prop::sample::select(DISPUTED), 1..4)
                .prop_map(|pieces| pieces.concat()),
        ];
        let piece = (0..WIDTH, 0..HEIGHT, text, any_style());
        prop::collection::vec(piece, 0..24).prop_map(|pieces| {
            let mut frame = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
            for (x, y, text, style) in pieces {
                frame.set_stringn(x, y, text, usize::from(WIDTH - x), style);
            }
            // No text lies over the second half of a wide character.
            let blank = Cell::default();
            for (x, y) in (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y))) {
                let symbol = frame[(x, y)].symbol().to_owned();
                let halved = x + 1 == WIDTH || frame[(x + 1, y)] != blank;
                // Nothing is foretold of what does not fit into the row of some terminal.
                let wraps = symbol.chars().count() > 1 && x + SPILLS > WIDTH;
                if symbol.width() > 1 && (halved || wraps) {
                    frame[(x, y)].set_symbol(" ");
                }
            }
            frame
        })
    }

    proptest! {
        #[test]
        fn a_terminal_shows_each_frame_whatever_was_before_it(
            frames in prop::collection::vec(any_frame(), 1..5)
        ) {
            let parser = screen(&frames);
            let last = frames.last().unwrap();
            let mut hidden = 0;
            for y in 0..HEIGHT {
                for x in 0..WIDTH {
                    let (cell, shown) = (&last[(x, y)], parser.screen().cell(y, x).unwrap());
                    if hidden > 0 {
                        hidden -= 1;
                        continue;
                    }
                    hidden = u16::from(shown.is_wide());
                    // This terminal shows the letters of a flag, and the parts of what is joined.
                    let is_joined = cell.symbol().chars().count() > 1;
                    if is_joined {
                        let first = cell.symbol().chars().next().unwrap();
                        prop_assert!(shown.contents().starts_with(first), "{} {}", x, y);
                        hidden = 1;
                        continue;
                    }
                    let text = if shown.contents().is_empty() { " " } else { shown.contents() };
                    prop_assert_eq!(text, cell.symbol(), "{} {}", x, y);
                    // Terminals differ in how a blank looks that was half of a wide character.
                    let was_wide = |frame: &Buffer| x > 0 && frame[(x - 1, y)].symbol().width() > 1;
                    if text == " " && frames.iter().any(was_wide) {
                        continue;
                    }
                    prop_assert_eq!(numbered(color(shown.fgcolor())), numbered(cell.fg));
                    prop_assert_eq!(numbered(color(shown.bgcolor())), numbered(cell.bg));
                    let mut modifier = Modifier::empty();
                    modifier.set(Modifier::BOLD, shown.bold());
                    modifier.set(Modifier::ITALIC, shown.italic());
                    modifier.set(Modifier::UNDERLINED, shown.underline());
                    modifier.set(Modifier::REVERSED, shown.inverse());
                    prop_assert_eq!(modifier, cell.modifier);
                }
            }
        }
    }

    /// What was seen of `🇩🇪 b` once a filter left a shorter name there: its second letter.
    #[test]
    fn nothing_stays_of_what_terminals_take_for_wider_or_narrower() {
        let blank = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        for symbol in DISPUTED.iter().filter(|symbol| symbol.width() > 1) {
            for (then, left) in [("", "xx"), ("b", "b xx"), ("bc", "bcxx"), (WIDE, "\u{8868}xx")] {
                let with = |text: &str| {
                    let mut frame = blank.clone();
                    frame.set_string(2, 1, text, Style::new());
                    frame.set_string(4, 1, "xx", Style::new());
                    frame
                };
                let (before, after) = (with("yz"), with(symbol));
                let parser = screen(&[before, after, with(then)]);
                let row = parser.screen().contents();
                assert_eq!(row.trim(), left.trim(), "{symbol:?} then {then:?}");
            }
        }
    }

    #[test]
    fn a_digit_in_the_next_row_costs_seven_bytes_and_nothing_else_is_written() {
        let mut before = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        let mut after = before.clone();
        for y in 0..3 {
            before.set_string(10, y, "12:31", Style::new().fg(Color::Red));
            after.set_string(10, y, "12:30", Style::new().fg(Color::Red));
        }
        let expected = "\x1b[1;15H\x1b[31m0\x1b[B\x1b[D0\x1b[B\x1b[D0\x1b[m";
        assert_eq!(String::from_utf8(written(&before, &after)).unwrap(), expected);
        assert_eq!(written(&after, &after), b"");
    }

    /// Where the cursor is behind the last column, and behind what is not ASCII, terminals differ.
    #[test]
    fn no_way_leads_from_a_place_that_is_not_sure() {
        let before = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        let mut after = before.clone();
        after.set_string(WIDTH - 1, 0, "a", Style::new());
        after.set_string(WIDTH - 2, 1, "b", Style::new());
        after.set_string(2, 3, "\u{25b0}\u{25b1}c", Style::new());
        after.set_string(2, 4, "\u{25b0}", Style::new());
        after.set_string(2, 5, "d", Style::new());
        // What stands right behind it is no surer, however much of it there is.
        after.set_string(2, 7, "\u{2026}tail", Style::new());
        after.set_string(12, 7, "9", Style::new());
        after.set_string(12, 8, "8", Style::new());
        let expected = "\x1b[1;24Ha\x1b[2;23Hb\x1b[4;3H\u{25b0}\u{25b1}c\x1b[5;3H\u{25b0}\x1b[6;3Hd\
            \x1b[8;3H\u{2026}tail\x1b[8;13H9\x1b[B\x1b[D8";
        assert_eq!(String::from_utf8(written(&before, &after)).unwrap(), expected);
    }
}
