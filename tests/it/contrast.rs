//! What is drawn in the 16 colours can be read with the palettes that people have, selected or not.
//! Themes that name their colours are measured beside their styles, in `theme`.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};
use shelflife::theme::{Background, Theme};
use shelflife::time::expiry::Urgency;

use crate::support::driver::Driver;
use crate::support::files::account;
use crate::support::screen::{draw_at, lines};

/// What a terminal makes of the colours.
struct Terminal {
    name: &'static str,
    background: Background,
    /// Its own foreground and background.
    own: (&'static str, &'static str),
    palette: &'static str,
}

/// `XTerm-col.ad` of xterm, and the defaults of its resources `color4` and `color12`.
const XTERM: &str = "\
    000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 \
    7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff";
/// `terminalColorRegistry.ts` of Visual Studio Code; the background is that of its editor.
const CODE_DARK: &str = "\
    000000 cd3131 0dbc79 e5e510 2472c8 bc3fbc 11a8cd e5e5e5 \
    666666 f14c4c 23d18b f5f543 3b8eea d670d6 29b8db e5e5e5";
const CODE_LIGHT: &str = "\
    000000 cd3131 00bc00 949800 0451a5 bc05bc 0598bc 555555 \
    666666 cd3131 14ce14 b5ba00 0451a5 bc05bc 0598bc a5a5a5";
/// Ethan Schoonover, "Solarized": one palette, with base0 on base03 or base00 on base3.
const SOLARIZED: &str = "\
    073642 dc322f 859900 b58900 268bd2 d33682 2aa198 eee8d5 \
    002b36 cb4b16 586e75 657b83 839496 6c71c4 93a1a1 fdf6e3";

#[rustfmt::skip]
const TERMINALS: [Terminal; 6] = [
    Terminal { name: "xterm, turned dark", background: Background::Dark, own: ("e5e5e5", "000000"), palette: XTERM },
    Terminal { name: "xterm", background: Background::Light, own: ("000000", "ffffff"), palette: XTERM },
    Terminal { name: "Code, dark", background: Background::Dark, own: ("cccccc", "1e1e1e"), palette: CODE_DARK },
    Terminal { name: "Code, light", background: Background::Light, own: ("333333", "ffffff"), palette: CODE_LIGHT },
    Terminal { name: "Solarized, dark", background: Background::Dark, own: ("839496", "002b36"), palette: SOLARIZED },
    Terminal { name: "Solarized, light", background: Background::Light, own: ("657b83", "fdf6e3"), palette: SOLARIZED },
];

impl Terminal {
    fn shown(&self, colour: Color, own: &str) -> [u8; 3] {
        use Color::{Black, Blue, Cyan, DarkGray, Gray, Green, LightBlue, LightCyan, LightGreen};
        use Color::{LightMagenta, LightRed, LightYellow, Magenta, Red, White, Yellow};
        let order = [
            Black,
            Red,
            Green,
            Yellow,
            Blue,
            Magenta,
            Cyan,
            Gray,
            DarkGray,
            LightRed,
            LightGreen,
            LightYellow,
            LightBlue,
            LightMagenta,
            LightCyan,
            White,
        ];
        let number = order.iter().position(|one| *one == colour);
        let named = number.map(|number| self.palette.split(' ').nth(number).unwrap());
        let shown = u32::from_str_radix(named.unwrap_or(own), 16).unwrap();
        let [_, rgb @ ..] = shown.to_be_bytes();
        rgb
    }

    /// The contrast of what stands in a cell with the cell, by WCAG 2.
    fn contrast(&self, (fg, bg): (Color, Color)) -> f64 {
        let (one, other) = (self.shown(fg, self.own.0), self.shown(bg, self.own.1));
        let ratio = (luminance(one) + 0.05) / (luminance(other) + 0.05);
        ratio.max(1.0 / ratio)
    }

    fn contrast_in(&self, cell: &Cell) -> f64 {
        let is_dim = cell.modifier.contains(Modifier::DIM);
        assert!(!is_dim, "{}: nobody knows how dim {:?} is", self.name, cell.symbol());
        // In reverse the two change places, so that their contrast stays what it is; the terminal's
        // own colours change places as well.
        self.contrast((cell.fg, cell.bg))
    }
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|channel| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// The columns of the filename and of the time left, by their heads.
fn columns(screen: &[String]) -> (usize, [std::ops::Range<u16>; 2]) {
    let head = screen.iter().position(|line| line.contains("Filename")).unwrap();
    let at = |word: &str| {
        let before = screen[head].split(word).next().unwrap();
        u16::try_from(before.chars().count()).unwrap()
    };
    let end = at("Time left") + 9;
    (head + 1, [at("Filename")..at("Size"), at("Time left")..end])
}

fn letters(buffer: &Buffer, y: u16, columns: &[std::ops::Range<u16>]) -> Vec<Cell> {
    let cells = columns.iter().flat_map(Clone::clone).map(|x| buffer[(x, y)].clone());
    cells.filter(|cell| cell.symbol().trim() != "").collect()
}

#[test]
fn filename_and_time_left_of_every_row_can_be_read_selected_or_not() {
    for (mut driver, rows) in
        [(Driver::showing(100, 18, &account(false)), 9), (Driver::lively(100, 18), 9)]
    {
        driver.keys("g");
        for selected in 0..rows {
            for terminal in &TERMINALS {
                let theme = Theme::ansi(terminal.background);
                let buffer = draw_at(&driver.app, &theme, 100, 18);
                let (top, columns) = columns(&lines(&buffer));
                for row in 0..rows {
                    let y = u16::try_from(top + row).unwrap();
                    let cells = letters(&buffer, y, &columns);
                    assert!(cells.len() > 8, "a row without words: {row}");
                    for cell in cells {
                        let contrast = terminal.contrast_in(&cell);
                        let of = format!("{:?} in row {row} at {selected}", cell.symbol());
                        assert!(contrast >= 3.0, "{}: {of} has {contrast:.2}:1", terminal.name);
                        let is_reversed = cell.modifier.contains(Modifier::REVERSED);
                        assert_eq!(is_reversed, row == selected, "{of}: the band");
                    }
                }
            }
            driver.keys("j");
        }
    }
}

/// The most urgent number is not the one that the band takes the colour from.
#[test]
fn the_band_leaves_every_time_left_its_colour() {
    let mut driver = Driver::showing(100, 18, &account(false));
    driver.keys("g");
    for background in [Background::Dark, Background::Light] {
        let theme = Theme::ansi(background);
        let buffer = draw_at(&driver.app, &theme, 100, 18);
        let (top, [_, time_left]) = columns(&lines(&buffer));
        let y = u16::try_from(top).unwrap();
        let colours: Vec<_> = letters(&buffer, y, &[time_left]).iter().map(|c| c.fg).collect();
        let expired = theme.urgency(Urgency::Expired).fg.unwrap();
        assert!(colours.iter().all(|fg| *fg == expired), "{colours:?}");
    }
}

#[test]
fn every_style_of_the_16_colours_can_be_read() {
    for terminal in &TERMINALS {
        let theme = Theme::ansi(terminal.background);
        let urgencies = [
            ("expired", Urgency::Expired),
            ("critical", Urgency::Critical),
            ("soon", Urgency::Soon),
            ("fresh", Urgency::Fresh),
            ("never", Urgency::Never),
            ("unknown", Urgency::Unknown),
        ];
        let named = [
            ("text", theme.text),
            ("accent", theme.accent),
            ("strong", theme.strong),
            ("band", theme.band),
            ("band_unfocused", theme.band_unfocused),
            ("error", theme.error),
            ("warning", theme.warning),
            ("highlight", theme.highlight),
            ("new", theme.new),
            ("changed", theme.changed),
            ("gone", theme.gone),
            ("marked", theme.marked),
        ];
        // The grey of borders and hints is meant to be faint, and no other of the sixteen is. On
        // dark palettes it may be too faint, so that nothing of a file may be in it but its age.
        let chrome = ("chrome", theme.chrome);
        let chrome = (terminal.background == Background::Light).then_some(chrome);
        let urgent = urgencies.map(|(name, urgency)| (name, theme.urgency(urgency)));
        for (name, style) in named.into_iter().chain(chrome).chain(urgent) {
            let Style { fg, bg, add_modifier, .. } = style;
            assert!(!add_modifier.contains(Modifier::DIM), "{name}");
            let colours = (fg.unwrap_or(Color::Reset), bg.unwrap_or(Color::Reset));
            let contrast = terminal.contrast(colours);
            let of = format!("{}: {name}, {colours:?}", terminal.name);
            assert!(contrast >= 3.0, "{of}, has {contrast:.2}:1");
        }
    }
}
