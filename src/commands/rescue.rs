//! `shelflife rescue`: saves all that is at risk and not saved; the job of a cron.

use std::cell::Cell;
use std::time::Duration;

use clap::Args;
use tokio::runtime::Handle;
use tokio::time::sleep;

use super::download::finish;
use super::filters::read_filter;
use super::options::{GlobalOptions, silent_but};
use super::saving::{Saving, SavingOptions};
use super::{CommandError, configure, count, find_service};
use crate::api::Reading;
use crate::jobs::rescue::RescuePlan;
use crate::store::filter::Filter;
use crate::time::clock::Now;
use crate::time::expiry::Stated;
use crate::time::span::{read_span, short_span};

const HELP: &str = "\
Examples:
  shelflife rescue --to /srv/results             what goes within a day
  shelflife rescue --within 3h --filter name:output --to /srv/results
  shelflife rescue --dry-run                     what would be saved
  shelflife rescue --quiet --splay 60s --to /srv/results     from cron

The whole list is read first, since a rescue over a part is none. Then the files with the least slack \
come first: the time that they have left, without that which saving takes. What is listed still though its \
time has run out is tried before all others. What is saved already is not taken again, so that \
it can run as often as you like, beside a dashboard or another rescue.

Exit codes: 0 nothing to do, or all saved · 1 at least one failed, or the list was partial, in which \
case what was known is saved · 2 usage · 3 no, malformed or refused key · 5 service unavailable or \
rate-limited, and nothing was saved · 130, 143 interrupted: what came stays.";

/// The options of every command that act here.
const ACTING: &[&str] =
    &["--base-url", "--allow-http", "--limit", "--demo", "--files", "--log-file", "--config"];

/// Save all files that are soon gone and not saved: the cron job
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, mut_args = silent_but(ACTING))]
pub struct RescueCommand {
    /// What has less time left than this is at risk [default: the bound of soon, 24h]
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub within: Option<u64>,

    /// Only what this lets through
    #[arg(long, value_name = "EXPR", value_parser = read_filter, allow_hyphen_values = true)]
    pub filter: Option<Filter>,

    /// Wait for a random while up to this first, so that many machines do not ask at once
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub splay: Option<u64>,

    /// How it is done.
    #[command(flatten)]
    pub saving: SavingOptions,
}

fn span(text: &str) -> Result<u64, String> {
    read_span(text).ok_or_else(|| "a span such as 90s, 24h or 1d12h is allowed".to_owned())
}

/// Of what it holds that nothing is to be done.
fn of_what(is_partial: bool, has_odd: bool) -> &'static str {
    match (is_partial, has_odd) {
        (true, _) => "of what was read, ",
        (false, true) => "of what is known, ",
        (false, false) => "",
    }
}

/// Why there is nothing to rescue that goes within `bound`.
fn why_nothing(is_saved: bool, is_filtered: bool, bound: &str) -> String {
    match (is_saved, is_filtered) {
        (false, true) => format!("the filter lets through nothing that goes within {bound}"),
        (false, false) => format!("nothing goes within {bound}"),
        (true, true) => format!("all that goes within {bound} and matches is saved"),
        (true, false) => format!("all that goes within {bound} is saved"),
    }
}

/// Saves what is at risk, and tells the exit code.
///
/// # Errors
/// Where nothing can be done at all.
pub async fn run(options: &GlobalOptions, rescue: RescueCommand) -> Result<u8, CommandError> {
    let config = configure(options)?;
    let service = find_service(options, &config, None, &Handle::current())?;
    let saving = Saving::new(service, rescue.saving, &config.values)?;
    if let Some(most) = rescue.splay.filter(|most| *most > 0) {
        let ms = fastrand::u64(..=most.saturating_mul(1_000));
        sleep(Duration::from_millis(ms)).await;
    }
    let bound_s = rescue.within.unwrap_or(config.values.thresholds.soon_s);
    let most_left_ms = i128::from(bound_s) * 1_000;
    let meant = saving.meant(rescue.filter)?;
    let odd = Cell::new(0);
    let list = super::download::listed(
        &saving,
        saving.sieve(false),
        config.values.limit,
        |reading, server_ms| {
            let Reading::File(file) = reading else { return false };
            let may_be = match file.expires_at {
                Stated::Value(at) => i128::from(at) * 1_000 - i128::from(server_ms) < most_left_ms,
                Stated::Odd => true,
                Stated::Nothing => false,
            };
            let is_meant = may_be && meant.takes(reading, server_ms);
            let is_odd = is_meant && file.expires_at == Stated::Odd;
            odd.set(odd.get() + u64::from(is_odd));
            is_meant && !is_odd
        },
    );
    let mut listed = list.await?;
    let telling = saving.options().doing.telling;
    if odd.get() > 0 {
        let files = count(odd.get(), "file");
        telling.trouble(&format!("{files} with an unreadable expiry: not known to be at risk"));
    }
    let found = listed.sifted.saved_files;
    let wanted = std::mem::take(&mut listed.sifted.wanted);
    if wanted.is_empty() {
        let why = why_nothing(found > 0, meant.is_filtered(), &short_span(bound_s));
        let read = of_what(listed.is_partial, odd.get() > 0);
        telling.note(&format!("nothing to rescue: {read}{why}"));
        return Ok(u8::from(listed.is_partial));
    }
    let server_s = listed.clock.server_ms(Now::read()).div_euclid(1_000);
    let RescuePlan { files, bytes, late, .. } = RescuePlan::new(wanted, server_s, None);
    let run_out = match late.len() as u64 {
        0 => String::new(),
        late => format!("; the time of {} has run out, tried first", count(late, "file")),
    };
    telling.note(&format!(
        "{} at risk, {}{run_out}",
        count(files.len() as u64, "file"),
        bytes.words()
    ));
    listed.sifted.wanted = files;
    finish(saving, listed).await
}
