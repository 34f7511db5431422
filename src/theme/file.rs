//! Reads a theme from TOML. Every key may be left out; what is there must be right, since a slip
//! that is passed over looks like a colour that does not work.
//!
//! This module knows neither where the text lies nor what the terminal can show.

use std::ops::Range;

use ratatui::style::{Color, Modifier, Style};
use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Background, STYLES, Theme};
use crate::text::UntrustedRef;

/// Cells of what the file says that an error repeats.
const QUOTED_CELLS: usize = 40;

/// What a style may hold, beside a mere colour.
const FIELDS: [&str; 7] = ["fg", "bg", "bold", "dim", "reversed", "underlined", "italic"];

const COLOURS: [(&str, Color); 17] = [
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("gray", Color::Gray),
    ("dark-gray", Color::DarkGray),
    ("light-red", Color::LightRed),
    ("light-green", Color::LightGreen),
    ("light-yellow", Color::LightYellow),
    ("light-blue", Color::LightBlue),
    ("light-magenta", Color::LightMagenta),
    ("light-cyan", Color::LightCyan),
    ("white", Color::White),
];

/// Why a text is no theme, and where; the first such place where there are several.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct ThemeError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there and what is allowed instead, on one line and safe to print.
    pub what: String,
}

/// A key or a value that cannot be taken, and the bytes where it stands.
struct Wrong {
    at: Range<usize>,
    what: String,
}

impl Theme {
    /// Reads a theme from TOML.
    ///
    /// The keys are the names of the styles and of the urgencies, beside `name`, which is for the
    /// reader of the file, and `background`, `"dark"` (unless stated) or `"light"`. A value is a
    /// colour, or a table of `fg`, `bg` and emphasis, which states the whole style. A mere colour
    /// is that of the text, but for the bands, where it is that of the band. A style that is not
    /// stated is that of [`Theme::ansi`] on that background.
    ///
    /// # Errors
    /// Where the text is no TOML, or has a key or a value that is not known.
    pub fn read(text: &str) -> Result<Self, ThemeError> {
        read(text).map_err(|wrong| {
            let before = text.bytes().take(wrong.at.start);
            ThemeError { line: before.filter(|byte| *byte == b'\n').count() + 1, what: wrong.what }
        })
    }
}

fn read(text: &str) -> Result<Theme, Wrong> {
    let table = DeTable::parse(text).map_err(|error| Wrong {
        at: error.span().unwrap_or_default(),
        what: UntrustedRef::new(error.message().replace('\n', ", ").as_bytes())
            .printable_within(4 * QUOTED_CELLS),
    })?;
    let mut entries = entries(table.get_ref());
    // Before the others, which fall back to what it says; all else in the order of the file.
    entries.sort_by_key(|entry| (entry.key != "background", entry.at.start));
    let mut theme = Theme::ansi(Background::Dark);
    for entry in entries {
        match entry.key {
            "background" => theme = Theme::ansi(background(entry.value)?),
            "name" if entry.value.get_ref().is_str() => {}
            "name" => return Err(wrong(entry.value, "name is a text in quotes")),
            key => {
                let known = STYLES.iter().find(|(name, _)| *name == key);
                let (name, place) = known.ok_or_else(|| unknown(&entry, "", &keys()))?;
                *place(&mut theme) = style(name, entry.value)?;
            }
        }
    }
    Ok(theme)
}

struct Entry<'t> {
    key: &'t str,
    at: Range<usize>,
    value: &'t Spanned<DeValue<'t>>,
}

fn entries<'t>(table: &'t DeTable<'t>) -> Vec<Entry<'t>> {
    let entry = |(key, value): (&'t Spanned<_>, _)| Entry {
        key: AsRef::<str>::as_ref(key.get_ref()),
        at: key.span(),
        value,
    };
    table.iter().map(entry).collect()
}

fn keys() -> Vec<&'static str> {
    let mut keys: Vec<_> = STYLES.iter().map(|(name, _)| *name).collect();
    keys.extend(["background", "name"]);
    keys.sort_unstable();
    keys
}

fn background(value: &Spanned<DeValue<'_>>) -> Result<Background, Wrong> {
    match value.get_ref().as_str() {
        Some("dark") => Ok(Background::Dark),
        Some("light") => Ok(Background::Light),
        _ => Err(wrong(value, "background is \"dark\" or \"light\"")),
    }
}

fn style(name: &str, value: &Spanned<DeValue<'_>>) -> Result<Style, Wrong> {
    match value.get_ref() {
        DeValue::String(_) => {
            let colour = colour(name, value)?;
            let is_band = name.starts_with("band");
            Ok(if is_band { Style::new().bg(colour) } else { Style::new().fg(colour) })
        }
        DeValue::Table(table) => {
            let mut entries = entries(table);
            entries.sort_by_key(|entry| entry.at.start);
            entries.iter().try_fold(Style::new(), |style, entry| field(name, style, entry))
        }
        _ => {
            let fields = FIELDS.join(", ");
            let what = format!("{name} is a colour in quotes, or a table of {fields}");
            Err(wrong(value, what))
        }
    }
}

/// `style` with one more field of the table.
fn field(name: &str, style: Style, entry: &Entry<'_>) -> Result<Style, Wrong> {
    let modifier = match entry.key {
        "fg" => return Ok(style.fg(colour(&format!("{name}.fg"), entry.value)?)),
        "bg" => return Ok(style.bg(colour(&format!("{name}.bg"), entry.value)?)),
        "bold" => Modifier::BOLD,
        "dim" => Modifier::DIM,
        "reversed" => Modifier::REVERSED,
        "underlined" => Modifier::UNDERLINED,
        "italic" => Modifier::ITALIC,
        _ => return Err(unknown(entry, &format!(" in {name}"), &FIELDS)),
    };
    match entry.value.get_ref().as_bool() {
        Some(true) => Ok(style.add_modifier(modifier)),
        Some(false) => Ok(style),
        None => Err(wrong(entry.value, format!("{name}.{} is true or false", entry.key))),
    }
}

fn colour(key: &str, value: &Spanned<DeValue<'_>>) -> Result<Color, Wrong> {
    let allowed = || COLOURS.map(|(name, _)| name).join(", ");
    let Some(text) = value.get_ref().as_str() else {
        return Err(wrong(value, format!("{key} is a colour in quotes: #rrggbb, {}", allowed())));
    };
    let named = COLOURS.iter().find(|(name, _)| *name == text).map(|(_, colour)| *colour);
    named.or_else(|| hex(text)).ok_or_else(|| {
        let what = format!("{key}: no colour {}; allowed are #rrggbb, {}", quoted(text), allowed());
        wrong(value, what)
    })
}

fn hex(text: &str) -> Option<Color> {
    let digits = text.strip_prefix('#')?;
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok().map(Color::from_u32)
}

fn unknown(entry: &Entry<'_>, place: &str, allowed: &[&str]) -> Wrong {
    let (key, allowed) = (quoted(entry.key), allowed.join(", "));
    Wrong { at: entry.at.clone(), what: format!("unknown key {key}{place}; allowed are {allowed}") }
}

fn wrong(value: &Spanned<DeValue<'_>>, what: impl Into<String>) -> Wrong {
    Wrong { at: value.span(), what: what.into() }
}

/// What the file says, in quotes: it may come from anywhere, so it may not command the terminal.
fn quoted(text: &str) -> String {
    format!("\"{}\"", UntrustedRef::new(text.as_bytes()).printable_within(QUOTED_CELLS))
}
