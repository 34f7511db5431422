//! The dashboard.

use std::io::IsTerminal;
use std::time::Instant;

use super::{CommandError, connect, failed};
use crate::api::retry::Policy;
use crate::app::{App, Settings};
use crate::cli::{Load, Options, When};
use crate::clock::Now;
use crate::dates::Zone;
use crate::lister::{Lister, Restarts};
use crate::runtime::{self, End};
use crate::view::theme::{Background, Theme};

/// Shows the dashboard until it is left; tells the exit code.
///
/// # Errors
/// Where there is no terminal, no way to the service, or the key was refused.
pub async fn run(options: &Options) -> Result<u8, CommandError> {
    check_terminal()?;
    let connection = connect(options).await?;
    let endpoint = connection.client.endpoint();
    let settings = Settings {
        profile: connection.profile.to_owned(),
        endpoint: endpoint.label(),
        exposed: endpoint.is_exposed(),
        limit: options.limit,
        load_all: options.load == Load::All,
        zone: Zone::System,
    };
    let theme =
        if has_colour(options.color) { Theme::ansi(Background::Dark) } else { Theme::plain() };
    let start = Instant::now();
    let lister = Lister::new(Policy::default(), Restarts::Allowed, fastrand::u64(..));
    let mut app = App::new(settings, lister, Now::read(start));
    runtime::catch_panics();
    let end = runtime::run(&mut app, connection.client, theme, start)
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
