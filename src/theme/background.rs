//! Whether the terminal's background is dark or light, from what the terminal or its environment
//! says. This module asks neither: it only reads the answers.

/// What a terminal's background is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Background {
    /// Light text reads better on it than dark text.
    Dark,
    /// Dark text reads better on it than light text.
    Light,
}

/// The relative luminance at which black and white text have the same contrast (WCAG 2), 4.58:1.
const EVEN: f64 = 0.179;

/// Reads the payload of a terminal's answer to OSC 11, such as `11;rgb:1616/1818/1d1d`; `None`
/// where it is no such answer.
///
/// Channels have one to four hexadecimal digits, as `XParseColor` has it; `rgba:` and `#rrggbb` are
/// read as well, without regard to the alpha.
#[must_use]
pub fn background_of_reply(reply: &str) -> Option<Background> {
    let colour = reply.strip_prefix("11;")?;
    let channels = match colour.strip_prefix('#') {
        Some(digits) => thirds(digits)?,
        None => parts(colour)?,
    };
    let [red, green, blue] = channels.map(channel);
    Some(Background::of(luminance([red?, green?, blue?])))
}

impl Background {
    /// That of this relative luminance (WCAG 2).
    pub(super) fn of(luminance: f64) -> Self {
        if luminance > EVEN { Self::Light } else { Self::Dark }
    }
}

/// The relative luminance (WCAG 2) of a colour of 24 bits.
pub(super) fn relative_luminance(rgb: [u8; 3]) -> f64 {
    luminance(rgb.map(|channel| f64::from(channel) / 255.0))
}

fn luminance(channels: [f64; 3]) -> f64 {
    let [red, green, blue] = channels.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Reads the environment variable `COLORFGBG`, such as `15;0` or `0;default;15`; `None` where its
/// last field is none of the sixteen colours.
#[must_use]
pub fn background_of_colorfgbg(value: &str) -> Option<Background> {
    let (_, background) = value.rsplit_once(';')?;
    match background.parse::<u8>().ok()? {
        0..=6 | 8 => Some(Background::Dark),
        7 | 9..=15 => Some(Background::Light),
        _ => None,
    }
}

/// The channels of `rgb:r/g/b` or `rgba:r/g/b/a`.
fn parts(colour: &str) -> Option<[&str; 3]> {
    let (model, values) = colour.split_once(':')?;
    let values: Vec<_> = values.split('/').collect();
    match (model, values.as_slice()) {
        ("rgb", [red, green, blue]) | ("rgba", [red, green, blue, _]) => Some([red, green, blue]),
        _ => None,
    }
}

/// The channels of `#rgb`, `#rrggbb` and so on, without the `#`.
fn thirds(digits: &str) -> Option<[&str; 3]> {
    let size = digits.len() / 3;
    if size * 3 != digits.len() {
        return None;
    }
    Some([digits.get(..size)?, digits.get(size..2 * size)?, digits.get(2 * size..)?])
}

/// A channel from 0 to 1.
fn channel(digits: &str) -> Option<f64> {
    if !(1..=4).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let most = u16::MAX >> (16 - 4 * digits.len());
    Some(f64::from(u16::from_str_radix(digits, 16).ok()?) / f64::from(most))
}

/// An sRGB channel as light.
pub(super) fn linear(channel: f64) -> f64 {
    if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
}
