//! How many colours there are, and what a theme is with fewer than it wants. This module asks neither
//! the environment nor the terminal's description: it is told what they say.

use ratatui::style::{Color, Style};

use super::background::relative_luminance;
use super::{Background, STYLES, Theme};

/// How many colours a terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colours {
    /// None at all.
    None,
    /// The sixteen of its palette.
    Sixteen,
    /// Those, a cube of 216 and 24 greys.
    Indexed,
    /// Any.
    #[default]
    True,
}

/// Terminals that show any colour, by what their name begins with. Over ssh the name is all that is
/// known of them.
const ANY: [&str; 8] =
    ["xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour", "iterm2", "rio"];
/// Names that promise little: `COLORTERM` beside them is that of a terminal around, or before.
const FEW: [&str; 6] = ["linux", "screen", "vt", "ansi", "cons25", "sun"];
/// Names of terminals without colours, where no description says otherwise: what they begin with, and
/// what they end with.
const NONE: ([&str; 3], [&str; 3]) = (["vt1", "vt2", "vt3"], ["-mono", "-m", "vt52"]);

impl Colours {
    /// As the environment says, whose variables `variable` reads, and the terminal's description
    /// (terminfo), of which `listed` gives the number of colours, nought where it lists none, where
    /// there is one; and what says so, in words.
    pub fn of(
        variable: impl Fn(&str) -> Option<String>,
        listed: impl FnOnce() -> Option<u32>,
    ) -> (Self, &'static str) {
        let term = variable("TERM").unwrap_or_default();
        let begins = |names: &[&str]| names.iter().any(|name| term.starts_with(name));
        let ends = |names: &[&str]| names.iter().any(|name| term.ends_with(name));
        let indexed = term.contains("256color");
        let few = !indexed && begins(&FEW) || ends(&["-16color", "-88color", "-mono", "-m"]);
        let claims = matches!(variable("COLORTERM").as_deref(), Some("truecolor" | "24bit"));
        // GNU screen hands on the variable of the terminal that it was started in.
        let in_screen = term.starts_with("screen") && variable("STY").is_some();
        if ends(&["-direct", "-truecolor"]) || begins(&ANY) {
            return (Self::True, BY_NAME);
        }
        if claims && !few && !in_screen {
            return (Self::True, "as COLORTERM says");
        }
        if indexed {
            return (Self::Indexed, BY_NAME);
        }
        // What is not believed to the letter still says that there are some.
        let has_some = variable("COLORTERM").is_some_and(|value| !value.is_empty());
        let named_for_none = begins(&NONE.0) || ends(&NONE.1);
        match listed() {
            Some(0x0100_0000..) => (Self::True, BY_TERMINFO),
            Some(256..) => (Self::Indexed, BY_TERMINFO),
            Some(2..) => (Self::Sixteen, BY_TERMINFO),
            _ if has_some => (Self::Sixteen, "as COLORTERM is set"),
            Some(_) => (Self::None, BY_TERMINFO),
            None if named_for_none => (Self::None, BY_NAME),
            None => (Self::Sixteen, "terminfo does not know it"),
        }
    }

    /// In words: `true colour`, `256 colours`, `16 colours`, `no colours`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "no colours",
            Self::Sixteen => "16 colours",
            Self::Indexed => "256 colours",
            Self::True => "true colour",
        }
    }
}

const BY_NAME: &str = "by its name";
const BY_TERMINFO: &str = "as terminfo says";

impl Theme {
    /// This theme with no more colours than there are. Of the 256 the nearest ones are taken. Among
    /// sixteen, whose looks are up to the terminal, none is near: a style that wants another one is
    /// that of the theme of sixteen colours for the same background.
    #[must_use]
    pub fn within(mut self, colours: Colours) -> Self {
        match colours {
            Colours::True => return self,
            Colours::None => return Self::plain(),
            Colours::Indexed | Colours::Sixteen => {}
        }
        let mut sixteen = Self::ansi(self.meant_for());
        for (_, place) in STYLES {
            let style = place(&mut self);
            if !is_true(*style) {
                continue;
            }
            *style = match colours {
                Colours::Sixteen => *place(&mut sixteen),
                _ => Style { fg: style.fg.map(nearest), bg: style.bg.map(nearest), ..*style },
            };
        }
        self
    }

    /// Whether any style is one of the 16 million colours, which not every terminal can show.
    #[must_use]
    pub fn is_truecolour(&self) -> bool {
        let mut theme = *self;
        STYLES.iter().any(|(_, place)| is_true(*place(&mut theme)))
    }

    /// The background on which its texts are readable: theirs are light where it is dark.
    fn meant_for(&self) -> Background {
        let mut theme = *self;
        let mut lights = vec![];
        for (_, place) in STYLES {
            if let Some(Color::Rgb(red, green, blue)) = place(&mut theme).fg {
                lights.push(relative_luminance([red, green, blue]));
            }
        }
        lights.sort_by(f64::total_cmp);
        match lights.get(lights.len() / 2) {
            Some(light) if Background::of(*light) == Background::Dark => Background::Light,
            _ => Background::Dark,
        }
    }
}

fn is_true(style: Style) -> bool {
    [style.fg, style.bg].iter().any(|colour| matches!(colour, Some(Color::Rgb(..))))
}

/// The nearest one of the cube and the greys.
fn nearest(colour: Color) -> Color {
    match colour {
        Color::Rgb(red, green, blue) => {
            Color::Indexed(anstyle_lossy::rgb_to_xterm((red, green, blue).into()).index())
        }
        colour => colour,
    }
}
