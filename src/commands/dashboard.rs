//! The dashboard.

use std::io::IsTerminal;

use super::{CommandError, connect, failed};
use crate::api::retry::Policy;
use crate::app::settings::{AUTO_THEME, NamedTheme};
use crate::app::{App, Settings};
use crate::cli::{Load, Options, When};
use crate::clock::Now;
use crate::lister::{Lister, Restarts};
use crate::runtime::notify::{Notifier, Protocol};
use crate::runtime::{self, End};
use crate::view::theme::{self, Background, Theme, background_of_colorfgbg};

/// Shows the dashboard until it is left; tells the exit code.
///
/// # Errors
/// Where there is no terminal, no way to the service, or the key was refused.
pub async fn run(options: &Options) -> Result<u8, CommandError> {
    check_terminal()?;
    let connection = connect(options).await?;
    let endpoint = connection.client.endpoint();
    let themes = themes(has_colour(options.color));
    let ask_background = themes[0].name == AUTO_THEME;
    let settings = Settings {
        exposed: endpoint.is_exposed(),
        limit: options.limit,
        load_all: options.load == Load::All,
        themes,
        ..Settings::new(connection.profile, &endpoint.label())
    };
    let lister = Lister::new(Policy::default(), Restarts::Allowed, fastrand::u64(..));
    let mut app = App::new(settings, lister, fastrand::u64(..), Now::read());
    runtime::catch_panics();
    let variable = |name: &str| std::env::var(name).ok();
    let notifier = Notifier {
        protocol: Protocol::detect(variable),
        in_tmux: std::env::var_os("TMUX").is_some(),
    };
    let options = runtime::Options { notifier, ask_background };
    let end = runtime::run(&mut app, connection.client, options)
        .await
        .map_err(failed("the terminal cannot be used"))?;
    match end {
        End::Quit if app.key_was_refused() => Err(CommandError::KeyRefused),
        End::Quit => Ok(0),
        End::Signal(number) => Ok(u8::try_from(128 + number).unwrap_or(1)),
        End::TerminalGone => Ok(1),
        End::Panicked => Ok(crate::PANICKED),
    }
}

/// The themes, that which follows the terminal first; without colour there is but one.
fn themes(colour: bool) -> Vec<NamedTheme> {
    if !colour {
        return vec![NamedTheme { name: "plain".to_owned(), theme: Theme::plain() }];
    }
    let by_variable = std::env::var("COLORFGBG").ok().and_then(|v| background_of_colorfgbg(&v));
    let auto = Theme::ansi(by_variable.unwrap_or(Background::Dark));
    let auto = NamedTheme { name: AUTO_THEME.to_owned(), theme: auto };
    let named = |name: &str| Some(NamedTheme { name: name.to_owned(), theme: Theme::named(name)? });
    [auto].into_iter().chain(theme::names().into_iter().filter_map(named)).collect()
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

fn has_colour(when: When) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}
