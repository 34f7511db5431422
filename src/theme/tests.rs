use proptest::prelude::*;
use ratatui::style::{Color, Modifier, Style};

use super::*;

const URGENCIES: [&str; 6] = ["expired", "critical", "soon", "fresh", "never", "unknown"];

type Rgb = [f64; 3];

fn rgb(colour: Option<Color>) -> Rgb {
    let Some(Color::Rgb(red, green, blue)) = colour else { panic!("{colour:?} is not exact") };
    [red, green, blue].map(|channel| background::linear(f64::from(channel) / 255.0))
}

fn product(rows: [Rgb; 3], [red, green, blue]: Rgb) -> Rgb {
    rows.map(|row| row[0] * red + row[1] * green + row[2] * blue)
}

/// WCAG 2.
fn contrast(one: Rgb, other: Rgb) -> f64 {
    let luminance = |[red, green, blue]: Rgb| 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
    let ratio = luminance(one) / luminance(other);
    ratio.max(1.0 / ratio)
}

/// CIE 1976 L*a*b* under D65, in which distances are roughly those that are seen.
fn lab(colour: Rgb) -> Rgb {
    let [x, y, z] = product(
        [
            [0.412_456, 0.357_576, 0.180_438],
            [0.212_673, 0.715_152, 0.072_175],
            [0.019_334, 0.119_192, 0.950_304],
        ],
        colour,
    );
    let f = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    let (x, y, z) = (f(x / 0.950_47), f(y), f(z / 1.088_83));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn distance(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (lab(one), lab(other));
    one.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// Full dichromacy after Machado, Oliveira and Fernandes (2009), on linear light.
const VISIONS: [(&str, [Rgb; 3]); 4] = [
    ("usual", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "deuteranopia",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ),
    (
        "protanopia",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
    ),
    (
        "tritanopia",
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ),
];

fn seen(vision: [Rgb; 3], colour: Rgb) -> Rgb {
    product(vision, colour).map(|channel| channel.clamp(0.0, 1.0))
}

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
fn every_name_is_a_theme_of_its_own() {
    assert_eq!(names(), ["dark", "light", "juniper", "fig", "linen", "beacon", "plain"]);
    let themes: Vec<_> = names().into_iter().map(|name| Theme::named(name).unwrap()).collect();
    for (i, theme) in themes.iter().enumerate() {
        assert!(!themes[..i].contains(theme), "{}", names()[i]);
        assert_eq!(theme.is_truecolour(), BUILT_IN.iter().any(|(name, _)| *name == names()[i]));
    }
    assert_eq!(Theme::named("Dark"), None);
    assert_eq!(Theme::named("auto"), None);
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

/// A file that states everything, and so does not depend on what it would fall back to.
#[test]
fn every_built_in_file_is_complete_and_says_its_name() {
    for (name, text) in BUILT_IN {
        assert_eq!(Theme::read(text).map(|theme| theme.is_truecolour()), Ok(true), "{name}");
        assert!(text.contains(&format!("\nname = \"{name}\"\n")), "{name}");
        for (key, _) in STYLES {
            assert!(text.contains(&format!("\n{key} = ")), "{name} lacks {key}");
        }
    }
}

#[test]
fn every_built_in_file_is_readable_on_its_background_and_on_its_bands() {
    for (name, text) in BUILT_IN {
        let theme = Theme::read(text).unwrap();
        let ground = if text.contains("\nbackground = \"light\"\n") {
            Color::from_u32(0xff_ff_ff)
        } else {
            Color::from_u32(0x16_18_1d)
        };
        let ground = rgb(Some(ground));
        for (key, style) in styles(theme) {
            let fg = rgb(style.fg);
            let on_ground = contrast(fg, style.bg.map_or(ground, |bg| rgb(Some(bg))));
            assert!(on_ground >= 4.5, "{name}: {key} has {on_ground:.2}:1");
            // What is dim gets the colour of the band; all else keeps its own there.
            for (which, band) in [("focused", theme.band), ("unfocused", theme.band_unfocused)] {
                let on_band = contrast(fg, rgb(band.bg));
                let is_kept = key != "chrome";
                assert!(!is_kept || on_band >= 4.5, "{name}: {key} on {which}: {on_band:.2}:1");
            }
        }
        let seen = |style: Style| distance(rgb(style.bg), ground);
        let (focused, unfocused) = (seen(theme.band), seen(theme.band_unfocused));
        assert!(unfocused > 3.0 && focused > unfocused + 3.0, "{name}: {unfocused} {focused}");
    }
}

#[test]
fn urgencies_differ_to_the_usual_eye_in_every_built_in_file() {
    for (name, text) in BUILT_IN {
        let least = nearest(&Theme::read(text).unwrap(), VISIONS[0].1);
        assert!(least.0 > 20.0, "{name}: {least:?}");
    }
}

#[test]
fn beacon_is_told_apart_with_any_colour_vision_and_ordered_by_lightness() {
    let theme = Theme::named("beacon").unwrap();
    for (name, vision) in VISIONS {
        let least = nearest(&theme, vision);
        assert!(least.0 > 18.0, "{name}: {least:?}");
        let lightness = ["critical", "soon", "fresh", "never"]
            .map(|urgency| lab(seen(vision, rgb(style(&theme, urgency).fg)))[0]);
        assert!(lightness.is_sorted_by(|more, less| *more > less + 3.0), "{name}: {lightness:?}");
    }
}

/// The two urgencies that look most alike.
fn nearest(theme: &Theme, vision: [Rgb; 3]) -> (f64, &'static str, &'static str) {
    let colour = |name| seen(vision, rgb(style(theme, name).fg));
    let mut least = (f64::MAX, "", "");
    for (i, one) in URGENCIES.into_iter().enumerate() {
        for other in URGENCIES.into_iter().skip(i + 1) {
            let found = distance(colour(one), colour(other));
            if found < least.0 {
                least = (found, one, other);
            }
        }
    }
    least
}

/// The colour of an index as xterm has it.
fn indexed(colour: Option<Color>) -> Option<Color> {
    let Some(Color::Indexed(index)) = colour else { return colour };
    let cube = |level: u8| if level == 0 { 0 } else { 55 + 40 * level };
    Some(match index {
        16..=231 => {
            let index = index - 16;
            Color::Rgb(cube(index / 36), cube(index / 6 % 6), cube(index % 6))
        }
        232.. => {
            let grey = 8 + 10 * (index - 232);
            Color::Rgb(grey, grey, grey)
        }
        _ => panic!("{index} is the terminal's own"),
    })
}

#[test]
fn with_256_colours_every_built_in_file_is_readable_and_its_urgencies_differ() {
    for (name, text) in BUILT_IN {
        let theme = Theme::read(text).unwrap().within(Colours::Indexed);
        assert!(!theme.is_truecolour(), "{name}");
        let is_light = text.contains("\nbackground = \"light\"\n");
        let ground = rgb(Some(Color::from_u32(if is_light { 0xff_ff_ff } else { 0x16_18_1d })));
        for (key, style) in styles(theme) {
            let (fg, bg) = (rgb(indexed(style.fg)), indexed(style.bg).map(|bg| rgb(Some(bg))));
            let ratio = contrast(fg, bg.unwrap_or(ground));
            assert!(ratio >= 4.0, "{name}: {key} has {ratio:.2}:1");
        }
        assert_ne!(theme.band.bg, theme.band_unfocused.bg, "{name}");
        for (i, one) in URGENCIES.iter().enumerate() {
            for other in &URGENCIES[..i] {
                let (a, b) = (style(&theme, one), style(&theme, other));
                assert_ne!((a.fg, a.add_modifier), (b.fg, b.add_modifier), "{name}: {one} {other}");
            }
        }
    }
}

#[test]
fn with_sixteen_colours_a_theme_is_that_of_its_background() {
    for (name, text) in BUILT_IN {
        let is_light = text.contains("\nbackground = \"light\"\n");
        let background = if is_light { Background::Light } else { Background::Dark };
        let theme = Theme::read(text).unwrap();
        assert_eq!(theme.within(Colours::Sixteen), Theme::ansi(background), "{name}");
        assert_eq!(theme.within(Colours::True), theme, "{name}");
        assert_eq!(theme.within(Colours::None), Theme::plain(), "{name}");
    }
    // What asks for no more stays.
    let own = "text = 'red'\nsoon = '#ffff00'\nband = { bg = 'blue', fg = '#ffffff' }";
    let theme = Theme::read(own).unwrap().within(Colours::Sixteen);
    let dark = Theme::ansi(Background::Dark);
    assert_eq!(theme.text, Style::new().fg(Color::Red));
    assert_eq!(
        (theme.urgency(Urgency::Soon), theme.band),
        (dark.urgency(Urgency::Soon), dark.band)
    );
    for name in ["dark", "light", "plain"] {
        let theme = Theme::named(name).unwrap();
        assert_eq!(theme.within(Colours::Sixteen), theme, "{name}");
    }
}

#[test]
fn how_many_colours_there_are_is_told_by_variables_and_terminfo() {
    use Colours::{Indexed, None as Nothing, Sixteen, True};
    const UNKNOWN: Option<u32> = None;
    let cases = [
        ("xterm-256color", Some("truecolor"), "", Some(256), True),
        ("xterm-256color", Some("24bit"), "", Some(256), True),
        ("xterm-256color", Some("yes"), "", Some(256), Indexed),
        ("xterm-256color", None, "", UNKNOWN, Indexed),
        ("xterm", None, "", Some(8), Sixteen),
        ("xterm", None, "", UNKNOWN, Sixteen),
        ("xterm", Some("truecolor"), "", Some(8), True),
        ("xterm-16color", Some("truecolor"), "", Some(16), Sixteen),
        ("xterm-16color", None, "", Some(16), Sixteen),
        ("xterm-direct", None, "", Some(0x0100_0000), True),
        ("xterm-kitty", None, "", Some(256), True),
        ("alacritty", None, "", Some(256), True),
        ("foot-extra", None, "", UNKNOWN, True),
        ("linux", None, "", Some(8), Sixteen),
        ("linux", Some("truecolor"), "", Some(8), Sixteen),
        ("screen", None, "", Some(8), Sixteen),
        ("screen", Some("truecolor"), "", Some(8), Sixteen),
        ("screen-256color", Some("truecolor"), "1.pts-0", Some(256), Indexed),
        // In tmux the variable is tmux's own.
        ("screen-256color", Some("truecolor"), "", Some(256), True),
        ("tmux-256color", Some("truecolor"), "", Some(256), True),
        ("tmux", None, "", Some(8), Sixteen),
        ("nsterm", None, "", Some(256), Indexed),
        ("mintty-direct", None, "", UNKNOWN, True),
        ("rxvt-unicode", None, "", Some(88), Sixteen),
        ("unheard-of", None, "", UNKNOWN, Sixteen),
        ("", None, "", UNKNOWN, Sixteen),
        // Without colours, as terminfo says, or by name where it does not know them.
        ("vt100", None, "", Some(0), Nothing),
        ("vt100", Some(""), "", Some(0), Nothing),
        ("vt100", None, "", UNKNOWN, Nothing),
        ("vt220", None, "", Some(0), Nothing),
        ("vt220", None, "", UNKNOWN, Nothing),
        ("vt525", None, "", Some(8), Sixteen),
        ("vt525", None, "", UNKNOWN, Sixteen),
        ("xterm-mono", None, "", Some(0), Nothing),
        ("xterm-mono", None, "", UNKNOWN, Nothing),
        ("ansi-m", None, "", Some(0), Nothing),
        ("unheard-of", None, "", Some(0), Nothing),
        ("unheard-of", None, "", Some(1), Nothing),
        // Unless somebody says that there are some.
        ("vt100", Some("truecolor"), "", Some(0), Sixteen),
        ("vt220", Some("yes"), "", UNKNOWN, Sixteen),
        ("unheard-of", Some("truecolor"), "", Some(0), True),
    ];
    for (term, colorterm, sty, listed, expected) in cases {
        let variable = |name: &str| match name {
            "TERM" => Some(term.to_owned()),
            "COLORTERM" => colorterm.map(str::to_owned),
            "STY" => (!sty.is_empty()).then(|| sty.to_owned()),
            _ => None,
        };
        let (colours, why) = Colours::of(variable, || listed);
        assert_eq!(colours, expected, "{term} {colorterm:?} {sty}: {why}");
    }
}

#[test]
fn a_file_states_whole_styles_and_leaves_the_rest() {
    let theme = Theme::read(
        "accent = '#0a6280'\nbackground = 'light'\nband = 'light-cyan'\nname = 'mine'\n\
         text = 'default'\n[critical]\nitalic = true\nbold = false\nfg = 'dark-gray'\n",
    )
    .unwrap();
    let light = Theme::ansi(Background::Light);
    assert_eq!(theme.accent, Style::new().fg(Color::Rgb(0x0a, 0x62, 0x80)));
    assert_eq!(theme.band, Style::new().bg(Color::LightCyan), "a band is a background");
    assert_eq!(theme.text, Style::new().fg(Color::Reset));
    let critical = Style::new().fg(Color::DarkGray).add_modifier(Modifier::ITALIC);
    assert_eq!(theme.urgency(Urgency::Critical), critical, "not bold as in the theme behind it");
    assert_eq!(theme.urgency(Urgency::Soon), light.urgency(Urgency::Soon));
    assert_eq!(Theme::read(""), Ok(Theme::ansi(Background::Dark)));
    assert_eq!(Theme::read("background = \"light\""), Ok(light));
}

#[test]
fn errors_name_the_line_the_key_and_what_is_allowed() {
    let colours = "#rrggbb, default, black, red, green, yellow, blue, magenta, cyan, gray, \
         dark-gray, light-red, light-green, light-yellow, light-blue, light-magenta, light-cyan, \
         white";
    let fields = "fg, bg, bold, dim, reversed, underlined, italic";
    let cases = [
        (
            "# mine\n\nchrom = 'red'\nzzz = 1",
            "line 3: unknown key \"chrom\"; allowed are accent, background, band, band_unfocused, \
             changed, chrome, critical, error, expired, fresh, gone, highlight, marked, name, \
             never, new, soon, strong, text, unknown, warning"
                .to_owned(),
        ),
        (
            "text = 'red'\naccent = 'redd'",
            format!("line 2: accent: no colour \"redd\"; allowed are {colours}"),
        ),
        ("soon = '#12345'", format!("line 1: soon: no colour \"#12345\"; allowed are {colours}")),
        ("soon = '#12é45'", format!("line 1: soon: no colour \"#12é45\"; allowed are {colours}")),
        (
            "soon = \"\\u001b]0;x\\u0007\"",
            format!(r#"line 1: soon: no colour "\u{{1b}}]0;x\u{{7}}"; allowed are {colours}"#),
        ),
        (
            "[band]\nfg = 'white'\nbg = 7",
            format!("line 3: band.bg is a colour in quotes: {colours}"),
        ),
        ("\r\nsoon = 3", format!("line 2: soon is a colour in quotes, or a table of {fields}")),
        ("soon = { bold = 'yes' }", "line 1: soon.bold is true or false".to_owned()),
        (
            "[soon]\n\n\nblink = true",
            format!("line 4: unknown key \"blink\" in soon; allowed are {fields}"),
        ),
        ("background = 'grey'", "line 1: background is \"dark\" or \"light\"".to_owned()),
        ("text = 'red'\nname = 3", "line 2: name is a text in quotes".to_owned()),
        ("text = 'red'\ntext = 'blue'", "line 2: duplicate key".to_owned()),
    ];
    for (text, expected) in cases {
        assert_eq!(Theme::read(text).unwrap_err().to_string(), expected, "{text}");
    }
    let error = Theme::read("text = 'red'\n\nsoon = red\n").unwrap_err();
    assert_eq!(error.line, 3, "{error}");
    assert!(!error.what.contains('\n'), "{error}");
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
        let _ = Theme::read(&text);
        let _ = background_of_reply(&text);
        let _ = background_of_reply(&reply);
        let _ = background_of_colorfgbg(&text);
        let _ = Theme::named(&text);
    }

    /// Nearly right texts, which reach further than noise does.
    #[test]
    fn a_garbled_theme_is_read_or_refused_on_one_printable_line(
        parts in proptest::collection::vec(
            "(text|band|soon|name|background|\"\\\\u001b\"|fg|bold)|[ =.,{}\\[\\]'\"#\n\r\u{feff}é]|'(red|#a0b0c0|dark|\u{202e})'|true|7",
            0..24,
        ),
    ) {
        let text = parts.concat();
        if let Err(error) = Theme::read(&text) {
            prop_assert!(error.line >= 1 && error.line <= text.matches('\n').count() + 1);
            prop_assert!(!error.what.is_empty());
            let commands = |c: char| c.is_control() || c == '\u{202e}';
            prop_assert!(!error.what.contains(commands), "{:?}", error.what);
        }
    }
}
