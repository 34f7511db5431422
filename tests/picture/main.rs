//! Makes the README's picture from the real program: runs the binary in a pseudo-terminal against
//! its demo, and writes what it shows as SVG to standard output.
//!
//! ```text
//! cargo run --release --example picture -- target/release/shelflife > assets/shelflife.svg
//! ```

use std::error::Error;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::num::NonZeroU16;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use vt100::{Cell, Color, Screen};

const WIDTH: u16 = 120;
const HEIGHT: u16 = 36;
/// A cell of a 14 px monospace font.
const CELL: (f32, f32) = (8.4, 18.0);

fn main() -> Result<(), Box<dyn Error>> {
    let program = std::env::args().nth(1).ok_or("give the path of the shelflife binary")?;
    let size = PtySize { rows: HEIGHT, cols: WIDTH, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size)?;
    let mut command = CommandBuilder::new(std::fs::canonicalize(program)?);
    command.arg("--demo");
    command.env("TERM", "xterm-256color");
    command.env_remove("NO_COLOR");
    let mut child = pair.slave.spawn_command(command)?;
    drop(pair.slave);
    let mut output = pair.master.try_clone_reader()?;
    let cells = |cells| NonZeroU16::new(cells).ok_or("a screen has cells");
    let mut parser = vt100::Parser::new(cells(HEIGHT)?, cells(WIDTH)?, 0);
    let mut keyboard = pair.master.take_writer()?;
    let mut bytes = [0; 8_192];
    let mut moved = false;
    while !(moved && parser.screen().contents().contains(" 3 of 100 ")) {
        let read = output.read(&mut bytes)?;
        if read == 0 {
            return Err("the program ended early".into());
        }
        parser.process(&bytes[..read]);
        if !moved && parser.screen().contents().contains("100 loaded") {
            keyboard.write_all(b"jj")?;
            moved = true;
        }
    }
    child.kill()?;
    print!("{}", svg(parser.screen()));
    Ok(())
}

fn svg(screen: &Screen) -> String {
    let (width, height) = (f32::from(WIDTH) * CELL.0 + 24.0, f32::from(HEIGHT) * CELL.1 + 24.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"14\">\n<title>shelflife --demo</title>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#16181d\"/>\n"
    );
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let Some(cell) = screen.cell(y, x) else { continue };
            draw(&mut out, cell, f32::from(x) * CELL.0 + 12.0, f32::from(y) * CELL.1 + 12.0);
        }
    }
    out.push_str("</svg>\n");
    out
}

/// One cell; each stands on its own, so that columns line up in any font.
fn draw(out: &mut String, cell: &Cell, x: f32, y: f32) {
    let wide = if cell.is_wide() { 2.0 } else { 1.0 };
    if cell.bgcolor() != Color::Default {
        let colour = hex(cell.bgcolor(), "#16181d");
        let (width, height) = (CELL.0 * wide + 0.3, CELL.1);
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height}\" fill=\"{colour}\"/>"
        );
    }
    let text = cell.contents().trim();
    if text.is_empty() {
        return;
    }
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let weight = if cell.bold() { " font-weight=\"bold\"" } else { "" };
    let colour = hex(cell.fgcolor(), "#d4d7dd");
    let base = y + 13.5;
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{base:.1}\" fill=\"{colour}\"{weight}>{escaped}</text>"
    );
}

fn hex(colour: Color, default: &str) -> String {
    const ANSI: [&str; 16] = [
        "#16181d", "#e5484d", "#46a758", "#f5c451", "#5b8def", "#c678dd", "#4fc3d9", "#c8ccd4",
        "#5c6370", "#ff6369", "#63c174", "#ffd866", "#82aaff", "#d9a0ff", "#7fe0f0", "#ffffff",
    ];
    match colour {
        Color::Idx(index) => ANSI.get(usize::from(index)).unwrap_or(&default).to_string(),
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        Color::Default => default.to_owned(),
    }
}
