//! The dashboard.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use termini::{NumberCapability, TermInfo};
use tokio::runtime::Handle;

use super::options::GlobalOptions;
use super::{CommandError, configure, failed, find_service};
use crate::account::Load;
use crate::api::retry::Policy;
use crate::app::settings::{AUTO_THEME, NamedTheme, RescueRule};
use crate::app::{App, Settings};
use crate::config::small_file;
use crate::config::table::Values;
use crate::config::words::Colouring;
use crate::config::{self, Config};
use crate::lister::{Lister, Restarts};
use crate::notify::{Notifier, Protocol, shows_progress};
use crate::runtime::{self, End};
use crate::store::filter::Filter;
use crate::text::UntrustedRef;
use crate::theme::{self, Background, Colours, Theme, background_of_colorfgbg};
use crate::time::clock::{LOCAL, Now};

/// Seconds from one change of the demo account to the next: often enough to see refreshing work.
const DEMO_CHURN_S: u32 = 15;

/// Shows the dashboard until it is left; tells the exit code. Everything but the screen is the
/// business of `background`.
///
/// # Errors
/// Where there is no terminal, no way to the service, or the key was refused.
pub async fn run(options: &GlobalOptions, background: &Handle) -> Result<u8, CommandError> {
    check_terminal()?;
    let config = configure(options)?;
    let themes = themes(&config)?;
    let service = find_service(options, &config, Some(DEMO_CHURN_S), background)?;
    let endpoint = &service.endpoint;
    let ask_background = themes[0].name == AUTO_THEME;
    let notify = config.values.notify;
    let configuration = config.path.or_else(config::place);
    let values = config.values;
    let home = home();
    let downloads = folder(&values.downloads, home.as_deref())?;
    let rescue = rescue_rules(&values, &downloads, home.as_deref())?;
    let settings = Settings {
        exposed: endpoint.is_exposed(),
        read_only: values.read_only,
        zone: LOCAL,
        limit: values.limit,
        load: if rescue.is_empty() { values.load } else { Load::All },
        rescue,
        downloads,
        home,
        transfers: values.transfers,
        leisure: values.leisure,
        refresh: values.refresh,
        thresholds: values.thresholds,
        alerts: values.alerts,
        columns: values.columns,
        sort: values.sort,
        times: values.times,
        measure: values.measure,
        pane: values.pane,
        timeline: values.timeline,
        mouse: values.mouse,
        filter: values.filter,
        keys: values.keys,
        themes,
        ..Settings::new(service.profile, &endpoint.label())
    };
    let lister = Lister::new(Policy::default(), Restarts::Allowed, fastrand::u64(..));
    let mut app = App::new(settings, lister, fastrand::u64(..), Now::read());
    let notifier = notifier(notify);
    let ledger = service.ledger();
    let profile = service.profile.to_owned();
    let setup = runtime::Setup { notifier, ask_background, configuration, ledger, profile };
    let client = move || service.client();
    let end = runtime::run(&mut app, client, background, setup)
        .await
        .map_err(failed("the terminal cannot be used"))?;
    match end {
        End::Quit => match app.never_let_in() {
            Some(why) => Err(CommandError::NotLetIn(why.clone())),
            None => Ok(0),
        },
        End::Signal(number) => Ok(u8::try_from(128 + number).unwrap_or(1)),
        End::NoClient(error) => Err(error.into()),
        End::TerminalGone => Ok(1),
        End::Panicked => Ok(runtime::PANICKED),
    }
}

/// How this terminal is told of something.
fn notifier(protocol: Option<Protocol>) -> Notifier {
    let variable = |name: &str| std::env::var(name).ok();
    Notifier {
        protocol: protocol.unwrap_or_else(|| Protocol::detect(variable)),
        in_tmux: std::env::var_os("TMUX").is_some(),
        progress: shows_progress(variable),
    }
}

/// The home of whoever runs it, where there is one.
pub(super) fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute())
}

/// A folder as it was given: below the home with `~/`, below the working directory where it is not
/// absolute.
pub(super) fn folder(given: &str, home: Option<&Path>) -> Result<PathBuf, CommandError> {
    let below_home =
        given.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'));
    if let (Some(below), Some(home)) = (below_home, home) {
        return Ok(home.join(below.trim_start_matches('/')));
    }
    let here = std::env::current_dir().map_err(failed("the working directory cannot be told"))?;
    Ok(if given.is_empty() { here } else { here.join(given) })
}

/// What is saved without a key: by `[rescue]`, and by those alerts whose action it is.
fn rescue_rules(
    values: &Values,
    downloads: &Path,
    home: Option<&Path>,
) -> Result<Vec<RescueRule>, CommandError> {
    let mut rules = vec![];
    if let Some(filter) = values.rescue.filter.clone() {
        let folder = match values.rescue.folder.as_str() {
            "" => downloads.to_owned(),
            given => folder(given, home)?,
        };
        rules.push(RescueRule { filter, folder });
    }
    for rule in values.alerts.iter().filter(|rule| rule.download) {
        let bound = format!("left<{}s", rule.left_s);
        let text = match rule.filter_text.as_deref().map(str::trim) {
            None | Some("") => bound,
            Some(filter) => format!("{bound} and ({filter})"),
        };
        // It was read before, without its bound.
        if let Ok(Some(filter)) = Filter::parse(&text, LOCAL) {
            rules.push(RescueRule { filter, folder: downloads.to_owned() });
        }
    }
    Ok(rules)
}

/// The themes, the chosen one first, then the others in the order in which `T` goes through them;
/// without colour there is but one.
pub(super) fn themes(config: &Config) -> Result<Vec<NamedTheme>, CommandError> {
    let by_variable = std::env::var("COLORFGBG").ok().and_then(|v| background_of_colorfgbg(&v));
    let auto = Theme::ansi(by_variable.unwrap_or(Background::Dark));
    let built_in = theme::names().into_iter().map(NamedTheme::built_in);
    let mut themes: Vec<NamedTheme> =
        [NamedTheme::new(AUTO_THEME, auto)].into_iter().chain(built_in).collect();
    let wanted = config.values.theme.as_str();
    let own = own_theme(config, wanted)?;
    match (own, themes.iter().position(|named| named.name == wanted)) {
        (Some(own), None) => themes.insert(0, own),
        (Some(own), Some(at)) => {
            themes.rotate_left(at);
            themes[0] = own;
        }
        (None, Some(at)) => themes.rotate_left(at),
        (None, None) => return Err(no_theme(config, wanted)),
    }
    if why_plain(config).is_some() {
        return Ok(vec![NamedTheme::built_in("plain")]);
    }
    let colours = shown_colours();
    Ok(themes.into_iter().map(|theme| theme.within(colours)).collect())
}

/// The colours of a theme on this terminal. Somebody may want some where none are known of: then those
/// that all others have.
pub(super) fn shown_colours() -> Colours {
    colours().0.max(Colours::Sixteen)
}

/// How many colours the terminal has, as the environment and its description in terminfo say, and
/// which of them says so.
pub(super) fn colours() -> (Colours, &'static str) {
    let listed = || {
        let terminal = TermInfo::from_env().ok()?;
        let colours = terminal.number_cap(NumberCapability::MaxColors);
        Some(colours.and_then(|colours| u32::try_from(colours).ok()).unwrap_or(0))
    };
    Colours::of(|name| std::env::var(name).ok(), listed)
}

/// A theme of the operator's own: a file in `themes/` beside the configuration, if there is one of
/// that name; it wins over one that comes with the program.
fn own_theme(config: &Config, name: &str) -> Result<Option<NamedTheme>, CommandError> {
    let is_name =
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    let Some(folder) = config.folder.as_ref().filter(|_| is_name) else { return Ok(None) };
    let path = folder.join("themes").join(format!("{name}.toml"));
    let file = config::shown(&path);
    let unreadable = |error| unusable_theme(config, name, &format!("{file}: {error}"));
    let Some(text) = small_file::read_if_there(&path).map_err(unreadable)? else {
        return Ok(None);
    };
    if name == AUTO_THEME {
        let why = format!("{file}: auto follows the terminal; give the file another name");
        return Err(unusable_theme(config, name, &why));
    }
    let theme = Theme::read(&text)
        .map_err(|error| unusable_theme(config, name, &format!("{file}, {error}")))?;
    Ok(Some(NamedTheme::new(name, theme)))
}

fn no_theme(config: &Config, name: &str) -> CommandError {
    let names: Vec<&str> = [AUTO_THEME].into_iter().chain(theme::names()).collect();
    let why = format!(
        "there is none of that name; allowed are {}, or a file in themes/ beside the configuration, named by letters, digits, - and _",
        names.join(", ")
    );
    unusable_theme(config, name, &why)
}

fn unusable_theme(config: &Config, name: &str, why: &str) -> CommandError {
    let shown = UntrustedRef::new(name.as_bytes()).printable_within(60);
    let place = config.place("theme");
    CommandError::Usage(format!("the theme \"{shown}\" in {place} cannot be used: {why}"))
}

fn check_terminal() -> Result<(), CommandError> {
    if !std::io::stdout().is_terminal() {
        return Err(CommandError::NoTerminal(" on standard output"));
    }
    match std::env::var("TERM").as_deref() {
        Err(_) | Ok("") => Err(CommandError::NoTerminal(", and TERM is not set")),
        Ok("dumb") => Err(CommandError::NoTerminal(" that can do more than TERM=dumb")),
        Ok(_) => Ok(()),
    }
}

/// Why there is no colour, in words; nothing where there is.
pub(super) fn why_plain(config: &Config) -> Option<String> {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match config.values.color {
        Colouring::Always => None,
        Colouring::Never => Some("color is never".to_owned()),
        Colouring::Auto if no_color => Some("NO_COLOR is set".to_owned()),
        Colouring::Auto => match colours() {
            (Colours::None, why) => Some(format!("the terminal has no colours, {why}")),
            _ => None,
        },
    }
}
