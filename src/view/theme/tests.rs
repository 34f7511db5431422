use proptest::prelude::*;
use ratatui::style::{Color, Modifier, Style};

use super::*;

fn styles(mut theme: Theme) -> Vec<(&'static str, Style)> {
    STYLES.iter().map(|(name, place)| (*name, *place(&mut theme))).collect()
}

fn style(theme: &Theme, name: &str) -> Style {
    styles(*theme).into_iter().find(|(known, _)| *known == name).unwrap().1
}

#[test]
fn the_table_of_styles_reaches_each_style_once() {
    let mut theme = Theme::ansi(Background::Dark);
    for (i, (_, place)) in (0_u8..).zip(STYLES) {
        *place(&mut theme) = Style::new().fg(Color::Indexed(i));
    }
    for (i, (name, style)) in (0_u8..).zip(styles(theme)) {
        assert_eq!(style, Style::new().fg(Color::Indexed(i)), "{name}");
    }
    assert_eq!(theme.urgency(Urgency::Soon), style(&theme, "soon"));
    assert_eq!(size_of::<Theme>(), STYLES.len() * size_of::<Style>(), "each style has a name");
}

#[test]
fn plain_has_no_colour_and_shows_the_selection() {
    for (name, style) in styles(Theme::plain()) {
        assert_eq!((style.fg, style.bg), (None, None), "{name}");
    }
    let theme = Theme::plain();
    assert!(theme.band.add_modifier.contains(Modifier::REVERSED));
    assert_ne!(theme.band_unfocused, theme.band);
    assert_ne!(theme.band_unfocused, theme.text);
}

#[test]
fn the_ansi_themes_keep_to_what_is_readable_on_their_background() {
    use Color::{Black, Blue, Cyan, Gray, LightBlue, LightCyan, LightGreen, LightMagenta};
    use Color::{LightRed, LightYellow, White, Yellow};
    let faint_on_light = [
        Yellow,
        Cyan,
        Gray,
        White,
        LightRed,
        LightGreen,
        LightYellow,
        LightBlue,
        LightMagenta,
        LightCyan,
    ];
    for (background, faint) in
        [(Background::Dark, [Black, Blue].as_slice()), (Background::Light, &faint_on_light)]
    {
        for (name, style) in styles(Theme::ansi(background)) {
            let fg = style.fg.filter(|_| style.bg.is_none());
            assert!(fg.is_none_or(|fg| !faint.contains(&fg)), "{background:?} {name}: {fg:?}");
        }
    }
}

#[test]
fn replies_about_the_background() {
    use Background::{Dark, Light};
    let cases = [
        ("11;rgb:1616/1818/1d1d", Some(Dark)),
        ("11;rgb:ff/ff/ff", Some(Light)),
        ("11;rgb:f/f/f", Some(Light)),
        ("11;rgb:FFF/FFF/FFF", Some(Light)),
        ("11;rgb:0/00/000", Some(Dark)),
        ("11;rgba:ffff/ffff/ffff/0000", Some(Light)),
        ("11;rgba:0/0/0/f", Some(Dark)),
        ("11;#ffffff", Some(Light)),
        ("11;#000", Some(Dark)),
        ("11;#fdfdf6f6e3e3", Some(Light)),
        // Solarized, Gruvbox, a middle grey, pure hues.
        ("11;rgb:0000/2b2b/3636", Some(Dark)),
        ("11;rgb:fbfb/f1f1/c7c7", Some(Light)),
        ("11;rgb:70/70/70", Some(Dark)),
        ("11;rgb:80/80/80", Some(Light)),
        ("11;rgb:00/00/ff", Some(Dark)),
        ("11;rgb:00/ff/00", Some(Light)),
        ("", None),
        ("11;", None),
        ("11;?", None),
        ("10;rgb:ff/ff/ff", None),
        ("11;rgb:ff/ff", None),
        ("11;rgb:ff/ff/ff/ff", None),
        ("11;rgba:ff/ff/ff", None),
        ("11;rgb:ff//ff", None),
        ("11;rgb:fffff/ff/ff", None),
        ("11;rgb:+f/ff/ff", None),
        ("11;hsl:ff/ff/ff", None),
        ("11;#ffff", None),
        ("11;#", None),
        ("11;#é1", None),
        ("11;#€€€", None),
    ];
    for (reply, expected) in cases {
        assert_eq!(background_of_reply(reply), expected, "{reply}");
    }
}

#[test]
fn backgrounds_from_the_environment() {
    use Background::{Dark, Light};
    let cases = [
        ("15;0", Some(Dark)),
        ("0;15", Some(Light)),
        ("0;default;15", Some(Light)),
        ("15;default;0", Some(Dark)),
        ("7;8", Some(Dark)),
        ("0;7", Some(Light)),
        ("15;default", None),
        ("0;16", None),
        ("0;-1", None),
        ("15", None),
        (";", None),
        ("", None),
    ];
    for (value, expected) in cases {
        assert_eq!(background_of_colorfgbg(value), expected, "{value}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,200}", reply in "11;(#|rgba?:)?[0-9a-fé/;€]{0,20}") {
        let _ = background_of_reply(&text);
        let _ = background_of_reply(&reply);
        let _ = background_of_colorfgbg(&text);
    }
}
