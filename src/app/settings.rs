//! What the program is told once, at the start.

use std::path::PathBuf;
use std::sync::OnceLock;

use time::UtcOffset;

use super::table::columns::Columns;
use crate::account::Load;
use crate::account::alerts::{Rule, default_rules};
use crate::account::timeline::Measure;
use crate::jobs::queue::AT_ONCE;
use crate::keys::KeyMap;
use crate::lister::leisure::LeisurePolicy;
use crate::lister::refresh::RefreshPolicy;
use crate::store::field::Field;
use crate::store::filter::Filter;
use crate::theme::{Colours, Theme};
use crate::time::expiry::Thresholds;
use crate::time::zone::Zone;

/// How times are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Times {
    /// As ages where that says more, else in local time.
    #[default]
    Relative,
    /// In local time.
    Local,
    /// In UTC.
    Utc,
}

impl Times {
    /// Its name in configuration and in messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Relative => "relative",
            Self::Local => "local",
            Self::Utc => "utc",
        }
    }

    /// The next one, in the order in which `t` goes through them.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Relative => Self::Local,
            Self::Local => Self::Utc,
            Self::Utc => Self::Relative,
        }
    }
}

/// What the operator can change while the program runs, and may want to find again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The name of the theme; nothing where colours are off.
    pub theme: Option<String>,
    /// The columns of the table.
    pub columns: Columns,
    /// What the table is sorted by, and whether the largest comes first.
    pub sort: (Field, bool),
    /// Whether the detail pane is shown.
    pub pane: bool,
    /// How times are shown.
    pub times: Times,
    /// What the bars of the timeline stand for.
    pub measure: Measure,
}

/// What writing the settings would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What is to be written.
    pub chosen: Chosen,
    /// The file, as it is shown.
    pub file: String,
    /// The lines of it that would be others.
    pub changes: Vec<SettingChange>,
    /// The whole text of the file, as it was when this was found out; nothing where there was none.
    pub seen: Option<String>,
}

/// A setting that would have another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingChange {
    /// Its name.
    pub setting: &'static str,
    /// What the file says now, in its own words; nothing where it does not name it.
    pub before: Option<String>,
    /// What it would say.
    pub after: String,
}

impl Plan {
    /// Its consequence, and below it each line of the file that would be another.
    #[must_use]
    pub fn lines(&self) -> Vec<(String, String)> {
        let lines = match self.changes.len() {
            1 => "this line".to_owned(),
            several => format!("these {several} lines"),
        };
        let consequence = (format!("{} gets {lines}:", self.file), String::new());
        let change = |SettingChange { setting, before, after }: &SettingChange| {
            let before = before.as_ref().map(|before| format!("was {before}"));
            (format!("{setting} = {after}"), before.unwrap_or_else(|| "was not set".to_owned()))
        };
        [consequence].into_iter().chain(self.changes.iter().map(change)).collect()
    }
}

/// A theme with the name by which it is chosen; one that comes with the program is read when it is
/// first used.
#[derive(Clone, Debug)]
pub struct NamedTheme {
    /// Its name; that called `auto` follows the terminal's background.
    pub name: String,
    /// As it was made.
    theme: OnceLock<Theme>,
    /// As it is shown in these colours.
    shown: OnceLock<Theme>,
    colours: Colours,
}

impl NamedTheme {
    /// This theme, under this name.
    #[must_use]
    pub fn new(name: &str, theme: Theme) -> Self {
        Self { theme: OnceLock::from(theme), ..Self::built_in(name) }
    }

    /// The theme that comes with the program under this name.
    #[must_use]
    pub fn built_in(name: &str) -> Self {
        let (theme, shown) = (OnceLock::new(), OnceLock::new());
        Self { name: name.to_owned(), theme, shown, colours: Colours::True }
    }

    /// The same with no more colours than these.
    #[must_use]
    pub fn within(self, colours: Colours) -> Self {
        Self { shown: OnceLock::new(), colours, ..self }
    }

    /// The theme; where none of the program's has the name, that without colour.
    #[must_use]
    pub fn theme(&self) -> &Theme {
        self.shown.get_or_init(|| self.whole().within(self.colours))
    }

    /// Whether it has more colours than it is shown in.
    #[must_use]
    pub fn is_reduced(&self) -> bool {
        self.colours < Colours::True && self.whole().is_truecolour()
    }

    fn whole(&self) -> &Theme {
        self.theme.get_or_init(|| Theme::named(&self.name).unwrap_or_else(Theme::plain))
    }
}

/// The theme that follows the terminal's background.
pub const AUTO_THEME: &str = "auto";

/// What is saved without a key, and where.
#[derive(Clone, Debug)]
pub struct RescueRule {
    /// What a file must be like.
    pub filter: Filter,
    /// The folder, absolute.
    pub folder: PathBuf,
}

/// What the program is told once, at the start.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "switches that are set one by one")]
pub struct Settings {
    /// The name of the profile; empty for that which needs none.
    pub profile: String,
    /// Host and port of the service.
    pub endpoint: String,
    /// Whether the key travels in clear.
    pub exposed: bool,
    /// Whether every changing action is off.
    pub read_only: bool,
    /// Files asked for at once.
    pub limit: u16,
    /// What to load.
    pub load: Load,
    /// How reading on at leisure is done.
    pub leisure: LeisurePolicy,
    /// Local time.
    pub zone: Zone,
    /// How refreshing is done.
    pub refresh: RefreshPolicy,
    /// From which time left on a file is critical, or soon gone.
    pub thresholds: Thresholds,
    /// When to tell the operator, and how.
    pub alerts: Vec<Rule>,
    /// The columns of the table.
    pub columns: Columns,
    /// What the table is sorted by at the start.
    pub sort: (Field, bool),
    /// How times are shown at the start.
    pub times: Times,
    /// What the bars of the timeline stand for at the start.
    pub measure: Measure,
    /// Whether the detail pane is shown at the start.
    pub pane: bool,
    /// Whether the timeline is shown.
    pub timeline: bool,
    /// Whether the mouse is used at the start.
    pub mouse: bool,
    /// The filter in force at the start.
    pub filter: String,
    /// The folder that files are saved to, absolute.
    pub downloads: PathBuf,
    /// The home, by which folders are shown.
    pub home: Option<PathBuf>,
    /// Transfers at once.
    pub transfers: usize,
    /// What is saved without a key.
    pub rescue: Vec<RescueRule>,
    /// Which keys do what.
    pub keys: KeyMap,
    /// The themes, the one in use first.
    pub themes: Vec<NamedTheme>,
}

impl Settings {
    /// The defaults, for a service called `endpoint` in a profile called `profile`.
    #[must_use]
    pub fn new(profile: &str, endpoint: &str) -> Self {
        Self {
            profile: profile.to_owned(),
            endpoint: endpoint.to_owned(),
            exposed: false,
            read_only: false,
            limit: 100,
            load: Load::default(),
            leisure: LeisurePolicy::default(),
            zone: Zone::Fixed(UtcOffset::UTC),
            refresh: RefreshPolicy::default(),
            thresholds: Thresholds::default(),
            alerts: default_rules(),
            columns: Columns::default(),
            sort: (Field::TimeLeft, false),
            times: Times::default(),
            measure: Measure::default(),
            pane: true,
            timeline: true,
            mouse: true,
            filter: String::new(),
            downloads: PathBuf::from("/"),
            home: None,
            transfers: AT_ONCE,
            rescue: vec![],
            keys: KeyMap::default(),
            themes: vec![NamedTheme::built_in("plain")],
        }
    }
}
