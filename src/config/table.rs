//! The table of settings: the one place that says what each is called, what is allowed, where else
//! it can be given, and what it does. Merging, the template and the errors all come from it.

use std::time::Duration;

use log::LevelFilter;

use crate::account::alerts::{Rule, default_rules};
use crate::account::timeline::Measure;
use crate::app::settings::{AUTO_THEME, Times};
use crate::app::table::columns::{Column, Columns};
use crate::jobs::queue::AT_ONCE;
use crate::keys::KeyMap;
use crate::lister::leisure::LeisurePolicy;
use crate::lister::refresh::RefreshPolicy;
use crate::notify::Protocol;
use crate::store::field::Field;
use crate::store::filter::Filter;
use crate::time::clock::LOCAL;
use crate::time::expiry::Thresholds;

use super::file::Rescue;
use super::given::Given;
use super::words::{Colouring, LOADS, column, one_of, sort_key};
use crate::account::Load;
use crate::api::endpoint::DEFAULT_BASE_URL;

/// The settings, as they are in force.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "switches that are set one by one")]
pub struct Values {
    /// Address of the service.
    pub base_url: String,
    /// Files asked for at once.
    pub limit: u16,
    /// What to load.
    pub load: Load,
    /// How reading on at leisure is done.
    pub leisure: LeisurePolicy,
    /// How refreshing is done.
    pub refresh: RefreshPolicy,
    /// From which time left on a file is critical, or soon gone.
    pub thresholds: Thresholds,
    /// How times are shown.
    pub times: Times,
    /// The name of the theme.
    pub theme: String,
    /// When colour is used.
    pub color: Colouring,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// Whether the detail pane is shown.
    pub pane: bool,
    /// Whether the timeline is shown.
    pub timeline: bool,
    /// What its bars stand for.
    pub measure: Measure,
    /// What the table is sorted by, and whether the largest comes first.
    pub sort: (Field, bool),
    /// The columns of the table.
    pub columns: Columns,
    /// The filter at the start.
    pub filter: String,
    /// How the terminal notifies; nothing where it is to be found out.
    pub notify: Option<Protocol>,
    /// The log file; empty where there is none.
    pub log_file: String,
    /// How much goes into it.
    pub log: LevelFilter,
    /// Whether every changing action is off.
    pub read_only: bool,
    /// Which keys do what.
    pub keys: KeyMap,
    /// When to tell the operator, and how.
    pub alerts: Vec<Rule>,
    /// The folder that files are saved to; empty for the working directory.
    pub downloads: String,
    /// Transfers at once.
    pub transfers: usize,
    /// What is saved without a key.
    pub rescue: Rescue,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            base_url: DEFAULT_BASE_URL.to_owned(),
            limit: 100,
            load: Load::Auto,
            leisure: LeisurePolicy::default(),
            refresh: RefreshPolicy::default(),
            thresholds: Thresholds::default(),
            times: Times::default(),
            theme: AUTO_THEME.to_owned(),
            color: Colouring::Auto,
            mouse: true,
            pane: true,
            timeline: true,
            measure: Measure::default(),
            sort: (Field::TimeLeft, false),
            columns: Columns::default(),
            filter: String::new(),
            notify: None,
            log_file: String::new(),
            log: LevelFilter::Info,
            read_only: false,
            keys: KeyMap::default(),
            alerts: default_rules(),
            downloads: String::new(),
            transfers: AT_ONCE,
            rescue: Rescue::default(),
        }
    }
}

/// One setting.
#[derive(Clone, Copy)]
pub struct Setting {
    /// Its name in the file.
    pub name: &'static str,
    /// What it does, in a line.
    pub doc: &'static str,
    /// What may be given.
    pub allowed: &'static str,
    /// The default, as the file would say it.
    pub default: &'static str,
    /// The environment variable that gives it too.
    pub environment: Option<&'static str>,
    /// The flag that gives it too.
    pub flag: Option<&'static str>,
    set: fn(&mut Values, &Given) -> Option<()>,
}

impl Setting {
    /// Puts a value in force; `None` where it is not allowed.
    pub fn set(&self, values: &mut Values, given: &Given) -> Option<()> {
        (self.set)(values, given)
    }
}

const fn setting(
    name: &'static str,
    default: &'static str,
    allowed: &'static str,
    doc: &'static str,
    set: fn(&mut Values, &Given) -> Option<()>,
) -> Setting {
    Setting { name, doc, allowed, default, environment: None, flag: None, set }
}

impl Setting {
    const fn flag(self, flag: &'static str) -> Self {
        Self { flag: Some(flag), ..self }
    }

    const fn environment(self, variable: &'static str) -> Self {
        Self { environment: Some(variable), ..self }
    }
}

const DAY_S: u64 = 86_400;

/// All settings but the keys, the alerts and the rescue, which have tables of their own in the file.
pub const SETTINGS: &[Setting] = &[
    setting(
        "base_url",
        "\"https://api.cerebras.ai\"",
        "an address that begins with https:// (or http:// for a loopback address)",
        "address of the service, with or without /v1",
        |v, g| g.text().map(|text| text.clone_into(&mut v.base_url)),
    )
    .environment("CEREBRAS_BASE_URL")
    .flag("--base-url"),
    setting("limit", "100", "a whole number from 1 to 100", "files asked for at once", |v, g| {
        g.number(1, 100).map(|limit| v.limit = limit)
    })
    .flag("--limit"),
    setting(
        "load",
        "\"auto\"",
        "\"auto\", \"demand\" or \"all\"",
        "what to load: pages as the view calls for them and the rest at leisure, only the former, or all at once",
        |v, g| one_of(g, &LOADS.map(|(word, load, _)| (word, load)), &mut v.load),
    )
    .flag("--load"),
    setting(
        "read_on_after",
        "\"2s\"",
        "a span from \"1s\" to \"1h\"",
        "at leisure is read on once nothing was typed or clicked for so long: whoever works here goes first",
        |v, g| g.span(1, 3_600).map(|s| v.leisure.after = Duration::from_secs(s)),
    ),
    setting(
        "read_on_pages",
        "20",
        "a whole number from 0 to 1000",
        "so many pages come without a pause, which makes 2,000 files known at once; each is a request",
        |v, g| g.number(0, 1_000).map(|number| v.leisure.burst = number),
    ),
    setting(
        "read_on_pause",
        "\"1s\"",
        "a span from \"1s\" to \"1h\"",
        "from one page to the next behind those: sixty requests a minute are felt by no service; it doubles with each 429",
        |v, g| g.span(1, 3_600).map(|s| v.leisure.pause = Duration::from_secs(s)),
    ),
    setting(
        "read_on_share",
        "50",
        "a whole number from 1 to 100",
        "per cent of what the service still allows that reading on may use, so that the operator's own requests come through",
        |v, g| g.number(1, 100).map(|number| v.leisure.share = number),
    ),
    setting(
        "read_on_files",
        "100000",
        "a whole number from 0 to 10000000",
        "files beyond which is not read on: a quarter of an hour of requests; a filter, or loading all, may always ask for more",
        |v, g| g.number(0, 10_000_000).map(|number| v.leisure.most_files = number),
    ),
    setting(
        "refresh",
        "\"30s\"",
        "a span from \"1s\" to \"24h\" such as \"30s\" or \"1h30m\", or \"off\"",
        "how often to refresh",
        |v, g| {
            let off = g.text() == Some("off");
            let interval = g.span(1, DAY_S).map(Duration::from_secs);
            (off || interval.is_some()).then(|| v.refresh.interval = interval)
        },
    )
    .flag("--refresh"),
    setting(
        "refresh_requests",
        "10",
        "a whole number from 1 to 1000",
        "list requests that one refresh may make",
        |v, g| g.number(1, 1_000).map(|number| v.refresh.list_requests = number),
    ),
    setting(
        "refresh_checks",
        "10",
        "a whole number from 0 to 1000",
        "missing files that one refresh may ask for by their ids",
        |v, g| g.number(0, 1_000).map(|number| v.refresh.checks = number),
    ),
    setting(
        "refresh_cursors",
        "4",
        "a whole number from 1 to 4",
        "list requests at once while R reads a complete list again",
        |v, g| g.number(1, 4).map(|number| v.refresh.cursors = number),
    ),
    setting(
        "critical",
        "\"1h\"",
        "a span from \"1s\" to \"365d\", no longer than that of soon",
        "less time left than this is critical",
        |v, g| g.span(1, 365 * DAY_S).map(|span| v.thresholds.critical_s = span),
    ),
    setting(
        "soon",
        "\"24h\"",
        "a span from \"1s\" to \"365d\"",
        "less time left than this is soon",
        |v, g| g.span(1, 365 * DAY_S).map(|span| v.thresholds.soon_s = span),
    ),
    setting("sort", "\"left\"", SORT_ALLOWED, "what the table is sorted by at the start", |v, g| {
        let text = g.text()?;
        let (word, descending) = text.strip_prefix('-').map_or((text, false), |word| (word, true));
        let key = sort_key(word)?;
        v.sort = (key, descending);
        Some(())
    }),
    setting(
        "columns",
        "[\"filename\", \"size\", \"purpose\", \"created\", \"left\"]",
        "a list of at least one of filename, size, purpose, created, left, expires, id, verified, saved; \"size:12\" gives a width from 4 to 120",
        "the columns of the table, from left to right",
        |v, g| {
            let Given::List(list) = g else { return None };
            let columns: Option<Vec<Column>> = list.iter().map(|text| column(text)).collect();
            columns.filter(|columns| !columns.is_empty()).map(|columns| v.columns = Columns::new(columns))
        },
    ),
    setting("filter", "\"\"", "a filter as after /", "the filter in force at the start", |v, g| {
        let text = g.text().filter(|text| Filter::parse(text, LOCAL).is_ok())?;
        text.clone_into(&mut v.filter);
        Some(())
    }),
    setting(
        "times",
        "\"relative\"",
        "\"relative\", \"local\" or \"utc\"",
        "how times are shown",
        |v, g| {
            let all = [Times::Relative, Times::Local, Times::Utc].map(|times| (times.word(), times));
            one_of(g, &all, &mut v.times)
        },
    ),
    setting("pane", "true", "true or false", "show the detail pane", |v, g| {
        g.switch().map(|switch| v.pane = switch)
    }),
    setting("timeline", "true", "true or false", "show the timeline", |v, g| {
        g.switch().map(|switch| v.timeline = switch)
    }),
    setting(
        "timeline_unit",
        "\"files\"",
        "\"files\" or \"bytes\"",
        "what the bars of the timeline stand for",
        |v, g| one_of(g, &[("files", Measure::Files), ("bytes", Measure::Bytes)], &mut v.measure),
    ),
    setting("mouse", "true", "true or false", "use the mouse", |v, g| {
        g.switch().map(|switch| v.mouse = switch)
    }),
    setting(
        "color",
        "\"auto\"",
        "\"auto\", \"always\" or \"never\"",
        "when to use colour; auto obeys NO_COLOR, and uses none where the terminal has none",
        |v, g| {
            let all = Colouring::ALL.map(|(word, when, _)| (word, when));
            one_of(g, &all, &mut v.color)
        },
    )
    .environment("NO_COLOR")
    .flag("--color"),
    setting(
        "theme",
        "\"auto\"",
        "\"auto\" (follows the terminal's background), a theme that comes with the program, or the name of a file in themes/ beside this one, without .toml",
        "the colours",
        |v, g| g.text().map(|text| text.clone_into(&mut v.theme)),
    )
    .flag("--theme"),
    setting(
        "notify",
        "\"auto\"",
        "\"auto\", \"osc9\", \"osc777\", \"osc99\" or \"off\"",
        "how the terminal shows desktop notifications",
        |v, g| {
            if g.text() == Some("auto") {
                v.notify = None;
                return Some(());
            }
            let (_, found) = Protocol::ALL.iter().find(|(name, _)| g.text() == Some(name))?;
            v.notify = Some(*found);
            Some(())
        },
    ),
    setting(
        "log_file",
        "\"\"",
        "a path in quotes, or \"\" for none",
        "write a log of requests, changes of state and errors to this file",
        |v, g| g.text().map(|text| text.clone_into(&mut v.log_file)),
    )
    .flag("--log-file"),
    setting(
        "log",
        "\"info\"",
        "\"error\", \"warn\", \"info\" or \"debug\"",
        "how much goes into the log file",
        |v, g| {
            let levels =
                [LevelFilter::Error, LevelFilter::Warn, LevelFilter::Info, LevelFilter::Debug];
            let text = g.text()?;
            v.log = levels.into_iter().find(|level| level.as_str().eq_ignore_ascii_case(text))?;
            Some(())
        },
    )
    .environment("SHELFLIFE_LOG"),
    setting(
        "downloads",
        "\"\"",
        "a path in quotes, ~/ for the home, or \"\" for the working directory",
        "the folder that files are saved to; it is made where it is missing",
        |v, g| g.text().map(|text| text.clone_into(&mut v.downloads)),
    ),
    setting(
        "transfers",
        "3",
        "a whole number from 1 to 16",
        "files that are saved at once",
        |v, g| g.number(1, 16).map(|number: u16| v.transfers = number.into()),
    ),
    setting("read_only", "false", "true or false", "change nothing on the service: nothing uploads or deletes", |v, g| {
        g.switch().map(|switch| v.read_only = switch)
    })
    .flag("--read-only"),
];

const SORT_ALLOWED: &str = "filename, size, purpose, created, left, expires, id, verified or saved in quotes; a - before it puts the largest first";
