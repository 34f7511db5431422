//! What the app draws, as text, with or without its styles.

use std::fmt::Write as _;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use shelflife::app::App;
use shelflife::theme::{Background, Theme};

/// The sizes that matter.
pub const SIZES: [(u16, u16); 7] =
    [(0, 0), (1, 1), (20, 5), (40, 10), (80, 24), (120, 36), (200, 60)];

/// The buffer that one frame leaves.
pub fn drawn(app: &App, theme: &Theme) -> Buffer {
    let size = app.layout().map_or((20, 5), |layout| (layout.footer.width, layout.footer.bottom()));
    draw_at(app, theme, size.0, size.1)
}

pub fn draw_at(app: &App, theme: &Theme, width: u16, height: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| shelflife::view::draw(app, theme, frame)).unwrap();
    terminal.backend().buffer().clone()
}

pub fn lines(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    (0..area.height)
        .map(|y| {
            let mut line = String::new();
            let mut x = 0;
            while x < area.width {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                x += u16::try_from(shelflife::text::width(symbol)).unwrap().max(1);
            }
            line.trim_end().to_owned()
        })
        .collect()
}

pub fn text(app: &App, width: u16, height: u16) -> String {
    lines(&draw_at(app, &Theme::ansi(Background::Dark), width, height)).join("\n")
}

/// Each run of one style as `[style]text`, to see the colours.
pub fn styled(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut last = None;
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            let style = (cell.fg, cell.bg, cell.modifier);
            if last != Some(style) {
                let _ = write!(out, "[{} {} {:?}]", cell.fg, cell.bg, cell.modifier);
                last = Some(style);
            }
            out.push_str(cell.symbol());
        }
        out.push('\n');
    }
    out
}

/// The line of the table that holds `words`.
pub fn row<'s>(screen: &'s str, words: &str) -> Option<&'s str> {
    screen.lines().find(|line| line.starts_with('│') && line.contains(words))
}
