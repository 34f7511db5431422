//! `shelflife doctor`: what the program needs, and whether it has it; one line each.
//!
//! ```text
//! ok       terminal       120x36, TERM=xterm-256color, true colour
//! warning  clock          this machine's clock is 2m behind the service's; countdowns go by the service's
//! failure  key            no key: set CEREBRAS_API_KEY to the key of the account
//! ```
//! Nothing in it is secret: it can be put into a report of a bug as it is.

mod terminal;

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;

use clap::Args;
use tokio::runtime::Handle;

use super::options::{GlobalOptions, silent_but};
use super::{CommandError, authorities, begin_log, dashboard, endpoint, failed, proxy};
use crate::api::client::Limits;
use crate::api::endpoint::Endpoint;
use crate::api::proxy::Route;
use crate::api::secret::{KEY, Secret};
use crate::api::{Answer, ApiError, Client, HasMore, Page};
use crate::config::words::Colouring;
use crate::config::{Config, shown};
use crate::lister::Failure;
use crate::runtime::output::stdout;
use crate::runtime::{exec, tmux};
use crate::text::grouped;
use crate::text::secrets::without_secrets;
use crate::time::clock::{Now, ServerClock, since_boot};
use crate::time::span::{apart, long_span};

const HELP: &str = "\
One line each: ok, warning or failure, what it is about, and what to do. The exit code is 0, or \
that of the first failure. Nothing in it is secret.";

/// The options of every command that act here.
const ACTING: &[&str] =
    &["--base-url", "--allow-http", "--limit", "--demo", "--files", "--log-file", "--config"];

/// Say what is in order and what is not: terminal, configuration, key, address, TLS, one call
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, mut_args = silent_but(ACTING))]
pub struct Doctor {}

/// How a thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Ok,
    Warning,
    Failure,
}

/// Prints the lines as they come, and keeps the exit code that they come to.
#[derive(Debug, Default)]
struct Report {
    code: u8,
    /// Why nothing more can be printed.
    unprintable: Option<io::Error>,
}

impl Report {
    fn line(&mut self, verdict: Verdict, about: &str, text: &str) {
        let word = match verdict {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Failure => "failure",
        };
        // The key may have been put where something else belongs.
        let line = format!("{word:<8} {about:<14} {text}");
        let line = without_secrets(&line);
        if self.unprintable.is_none() {
            self.unprintable = stdout().write_all(format!("{line}\n").as_bytes()).err();
        }
    }

    fn ok(&mut self, about: &str, text: &str) {
        self.line(Verdict::Ok, about, text);
    }

    fn warning(&mut self, about: &str, text: &str) {
        self.line(Verdict::Warning, about, text);
    }

    /// The first failure gives the exit code.
    fn failure(&mut self, about: &str, error: &CommandError) {
        self.failure_as(about, &error.to_string(), error);
    }

    fn failure_as(&mut self, about: &str, text: &str, error: &CommandError) {
        self.line(Verdict::Failure, about, text);
        if self.code == 0 {
            self.code = error.code();
        }
    }
}

/// Looks at everything, says it, and tells the exit code: 0, or that of the first failure.
///
/// # Errors
/// Where nothing can be printed.
pub async fn run(options: &GlobalOptions) -> Result<u8, CommandError> {
    let mut report = Report::default();
    report.ok("version", concat!("shelflife ", env!("CARGO_PKG_VERSION")));
    let asked = terminal::look(&mut report);
    if tmux::is_here() {
        in_tmux(&mut report).await;
    }
    match options.configuration() {
        Ok(config) => {
            configuration(&mut report, &config);
            service(&mut report, options, &config).await;
        }
        Err(error) => {
            report.failure("configuration", &error.into());
            if !options.demo {
                look_for_key(&mut report);
            }
            report.warning("list", "not tried: mend the configuration first");
        }
    }
    if let Some(asked) = asked {
        asked.finish(&mut report);
    }
    match report.unprintable {
        Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(failed("the report cannot be printed")(error))
        }
        _ => Ok(report.code),
    }
}

/// What of the dashboard tmux keeps from the terminal.
async fn in_tmux(report: &mut Report) {
    let passes = match tmux::passes().await {
        Ok(passes) => passes,
        Err(error) => {
            let why = crate::text::cause(&error);
            let text = format!("TMUX is set, but tmux cannot be asked: {why}");
            return report.warning("tmux", &text);
        }
    };
    if passes.copies {
        report.ok("tmux", "what is copied goes to its buffer and to the terminal");
    } else {
        report.warning(
            "tmux",
            "what is copied stays in its buffer; if the terminal has a clipboard: set -as terminal-features ',*:clipboard'",
        );
    }
    if passes.notifications {
        report.ok("tmux", "notifications pass through to the terminal");
    } else {
        report.warning(
            "tmux",
            "notifications do not reach the terminal, the bell does: set -g allow-passthrough on",
        );
    }
}

fn configuration(report: &mut Report, config: &Config) {
    let given = config.given();
    let what = match given.len() {
        0 => "every setting is the default".to_owned(),
        _ => format!("set: {}", given.join(", ")),
    };
    let from = |name: &str| at_home(config.place(name).as_ref());
    let place = match (&config.path, crate::config::place()) {
        (Some(path), _) => at_home(path),
        (None, Some(place)) => format!("none at {}", at_home(&place)),
        (None, None) => "no place for one, as HOME is not set".to_owned(),
    };
    report.ok("configuration", &format!("{place}; {what}"));
    match dashboard::themes(config) {
        Ok(themes) => {
            if let Some(mut why) = dashboard::why_plain(config) {
                if config.values.color == Colouring::Never {
                    why = format!("{why}, from {}", from("color"));
                }
                report.ok("theme", &format!("plain: {why}; --color always has colours"));
            } else if themes[0].is_reduced() {
                let (name, colours) = (&themes[0].name, dashboard::shown_colours().words());
                let from = from("theme");
                // Of some terminals no more is believed, whatever it says.
                let is_said = std::env::var_os("COLORTERM").is_some_and(|more| !more.is_empty());
                let more = if is_said {
                    "as TERM has it"
                } else {
                    "COLORTERM=truecolor says that the terminal has more"
                };
                let text = format!("{name} from {from}, shown in {colours}; {more}");
                report.ok("theme", &text);
            }
        }
        Err(error) => report.failure("theme", &error),
    }
    match (config.values.log_file.as_str(), begin_log(config)) {
        ("", _) => report.ok("log", "none; --log-file writes one"),
        (path, Ok(())) => {
            let text = format!("written to {}, from {}", at_home(path.as_ref()), from("log_file"));
            report.ok("log", &text);
        }
        (_, Err(error)) => report.failure("log", &error),
    }
}

/// A path without the name of whoever is at home there.
fn at_home(path: &Path) -> String {
    let home = std::env::var_os("HOME").filter(|home| home.len() > 1);
    let below = home.and_then(|home| path.strip_prefix(home).ok());
    below.map_or_else(|| shown(path), |below| format!("~/{}", shown(below)))
}

async fn service(report: &mut Report, options: &GlobalOptions, config: &Config) {
    let found = if options.demo {
        report.ok("key", "the demo needs none");
        super::start_demo(options, None, &Handle::current()).map(|endpoint| (endpoint, None))
    } else {
        let key = look_for_key(report);
        endpoint(options, config).map(|endpoint| (endpoint, key))
    };
    let (endpoint, key) = match found {
        Ok(found) => found,
        Err(error) => {
            report.failure("address", &error);
            return report.warning("list", "not tried: mend the address first");
        }
    };
    address(report, options, config, &endpoint);
    match proxy::in_force(&endpoint) {
        Ok(_) if endpoint.is_loopback() => {}
        // An address may hold a password, so it is not shown.
        Ok(Route::Direct) => report.ok("proxy", "none"),
        Ok(Route::Excepted { variable, by }) => {
            report.ok("proxy", &format!("none: {by} excepts the service from {variable}"));
        }
        Ok(Route::Through(proxy)) => {
            let text =
                format!("the one in {}; NO_PROXY does not except the service", proxy.variable);
            report.ok("proxy", &text);
        }
        Err(error) => {
            report.failure("proxy", &error);
            return report.warning("list", "not tried: mend the proxy first");
        }
    }
    let authorities = authorities::look(&endpoint);
    if !authorities.read.is_empty() {
        report.ok("authorities", &format!("those in {}", authorities.read.join(" and ")));
    }
    let checked = authorities::check(&endpoint);
    // What is a failure is said as one, and once.
    let failure = checked.as_ref().err().map(ToString::to_string);
    for why in authorities.passed_over.iter().filter(|why| failure.as_ref() != Some(*why)) {
        report.warning("authorities", why);
    }
    if let Err(error) = checked {
        report.failure("authorities", &error);
        return report.warning("list", "not tried: mend the certificates first");
    }
    if key.is_none() && !options.demo {
        return report.warning("list", "not tried: there is no key to try it with");
    }
    list(report, endpoint, key, config.values.limit).await;
}

fn look_for_key(report: &mut Report) -> Option<Secret> {
    let key = Secret::read(KEY).map_err(CommandError::from);
    match &key {
        Ok(key) => report.ok("key", &format!("{} is set", key.source())),
        Err(error) => report.failure("key", error),
    }
    key.ok()
}

fn address(report: &mut Report, options: &GlobalOptions, config: &Config, endpoint: &Endpoint) {
    let place = if options.demo { "--demo".to_owned() } else { config.place("base_url") };
    let text = format!("{} from {}", endpoint.shown(), at_home(place.as_ref()));
    if endpoint.is_exposed() {
        report.warning("address", &format!("{text}; plain http: the key travels in clear"));
    } else {
        report.ok("address", &text);
    }
    if !endpoint.is_https() {
        report.ok("tls", "not used");
    }
}

/// One list call, and what its answer tells on the side.
async fn list(report: &mut Report, endpoint: Endpoint, key: Option<Secret>, limit: u16) {
    let https = endpoint.is_https();
    let client = match Client::new(endpoint, key, Limits::default()) {
        Ok(client) => client,
        Err(error) => return report.failure("tls", &error.into()),
    };
    let sent = since_boot();
    let result = exec::list(&client, None, limit, 1).await;
    let ms = since_boot().saturating_sub(sent).as_millis();
    match result {
        Ok(answer) => {
            if https {
                report.ok("tls", "the service's certificate is good");
            }
            let files = counted(answer.value.readings.len(), "file");
            let more = match answer.value.has_more {
                HasMore::Yes => "more on the server",
                HasMore::No => "that is all",
                HasMore::Unread => "more in the same page than are read of one",
                HasMore::Unknown => "the service does not say whether there are more",
            };
            report.ok("list", &format!("{files} in {ms} ms; {more}"));
            told(report, &answer);
        }
        Err(error) => {
            let is_tls = matches!(error, ApiError::Untrustworthy { .. });
            if https && error.was_connected() {
                report.ok("tls", "the service's certificate is good");
            } else if https && !is_tls {
                report.warning("tls", "not seen: no connection was made");
            }
            let wait = error.wait().map_or(String::new(), |wait| {
                format!("; it asks to wait {}", long_span(wait.as_secs()))
            });
            let text = format!("{error} (after {ms} ms){wait}; {}", error.advice());
            let about = if is_tls { "tls" } else { "list" };
            report.failure_as(about, &text, &CommandError::List(Failure::Call(error)));
        }
    }
}

fn told(report: &mut Report, answer: &Answer<Page>) {
    match answer.date {
        None => report
            .warning("clock", "the service does not tell its own; countdowns go by this machine's"),
        Some(sample) => {
            let mut clock = ServerClock::default();
            clock.observe(sample);
            let now = Now::read();
            let skew_ms = clock.server_ms(now) - now.wall_ms;
            let apart = apart(skew_ms.unsigned_abs());
            let side = if skew_ms > 0 { "behind" } else { "ahead of" };
            let text = format!("this machine's clock is {apart} {side} the service's");
            match clock.notable_skew(now) {
                Some(_) => report.warning(
                    "clock",
                    &format!("{text}; countdowns go by the service's; set the clock"),
                ),
                None if skew_ms == 0 => report.ok("clock", "it agrees with the service's"),
                None => report.ok("clock", &text),
            }
        }
    }
    match answer.allowance {
        None => report.ok("rate limits", "the service tells none"),
        Some(allowance) => {
            let left = counted(allowance.remaining, "request");
            let span = long_span(allowance.reset.as_secs());
            let text = format!("{left} left until they are counted anew in {span}");
            if allowance.remaining == 0 {
                report.warning("rate limits", &format!("{text}; wait that long"));
            } else {
                report.ok("rate limits", &text);
            }
        }
    }
}

/// `1 file`, `3,000 files`.
fn counted<N: Copy + Display + PartialEq + From<u8>>(number: N, unit: &str) -> String {
    let plural = if number == N::from(1) { "" } else { "s" };
    format!("{} {unit}{plural}", grouped(number))
}
