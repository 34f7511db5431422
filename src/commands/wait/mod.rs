//! `shelflife wait`: until files appear, vanish, or have little time left.

mod machine;

use std::collections::HashSet;
use std::time::Duration;

use clap::{ArgGroup, Args};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::filters::{Meant, read_filter};
use super::options::{GlobalOptions, read_seconds, silent_but};
use super::progress::{Progress, Telling};
use super::reader::{Outcome, Reach, Reader};
use super::{CommandError, configure, count, find_service, print};
use crate::api::pace::Pace;
use crate::api::{Client, File, Reading};
use crate::lister::Failure;
use crate::runtime::output::say;
use crate::store::filter::Filter;
use crate::text::Untrusted;
use crate::time::clock::Now;
use crate::time::expiry::TimeLeft;
use crate::time::span::{long_span, short_span};
use machine::{Goal, Sight, Step, Waiting};

const HELP: &str = "\
Examples:
  shelflife wait --appears name:output-0412    met by what is there, too
  shelflife wait --appears purpose=batch_output --new --timeout 12h
  shelflife wait --vanishes purpose=tmp --timeout 0        look once
  shelflife wait --left-below 1h | xargs -rn 1 shelflife show

The whole list is read every --interval. Ids are printed once it has come true, one a line: of the \
files that match, with --new of those that did not at the first reading, of those that have \
vanished, or of those with less time left. --vanishes is about the files that match at the first \
reading: gone is what the service lists no longer; where none matches it is met at once, which is \
said.

A reading that fails and may pass is ridden through, the first one too, and counted on standard \
error; pauses grow to five minutes meanwhile, or as long as the service asks for. A key that is \
refused ends it, and so does a failed look where --timeout is 0.

Exit codes: 0 met · 1 failure · 2 usage · 3 no, malformed or refused key · 4 it can come true no \
longer, since the files that were to have less time left are gone · 5 service unavailable, where it \
looks once · 124 out of time · 130, 143 interrupted.";

/// The options of every command that act here.
const ACTING: &[&str] =
    &["--base-url", "--allow-http", "--limit", "--demo", "--files", "--log-file", "--config"];

/// The goals on one line.
const USAGE: &str = "shelflife wait --appears EXPR|--vanishes EXPR|--left-below T [OPTIONS]";

/// The exit code where time was over.
const OUT_OF_TIME: u8 = 124;

/// Wait until files appear, vanish, or have little time left
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, mut_args = silent_but(ACTING))]
#[command(group = ArgGroup::new("goal").required(true), override_usage = USAGE)]
pub struct Wait {
    /// Until a file is there that this lets through
    #[arg(long, value_name = "EXPR", group = "goal", value_parser = read_filter, allow_hyphen_values = true)]
    pub appears: Option<Filter>,

    /// Until all files are gone that this lets through now
    #[arg(long, value_name = "EXPR", group = "goal", value_parser = read_filter, allow_hyphen_values = true)]
    pub vanishes: Option<Filter>,

    /// Until a file has less time left than this, such as 1h; one that has expired has
    #[arg(long, value_name = "T", group = "goal", value_parser = read_bound)]
    pub left_below: Option<u64>,

    /// With --appears: what is there already does not count
    #[arg(long, conflicts_with_all = ["vanishes", "left_below"])]
    pub new: bool,

    /// With --left-below: only files that this lets through
    #[arg(long, value_name = "EXPR", conflicts_with_all = ["appears", "vanishes"], value_parser = read_filter, allow_hyphen_values = true)]
    pub filter: Option<Filter>,

    /// How long to wait at most; 0 looks once
    #[arg(long, value_name = "DUR", default_value = "2h", value_parser = read_timeout)]
    pub timeout: Duration,

    /// From one reading to the next, from 1s to 24h
    #[arg(long, value_name = "DUR", default_value = "30s", value_parser = read_interval)]
    pub interval: Duration,

    /// What is told meanwhile.
    #[command(flatten)]
    pub telling: Telling,
}

fn read_bound(text: &str) -> Result<u64, String> {
    read_seconds(text)
        .ok_or_else(|| "a span such as 1h or 1d12h, or whole seconds, is allowed".to_owned())
}

fn read_timeout(text: &str) -> Result<Duration, String> {
    let allowed = "a span up to 365d such as 90s or 2h, or 0 to look once, is allowed";
    let span = read_seconds(text).filter(|seconds| *seconds <= 365 * 86_400);
    span.map(Duration::from_secs).ok_or_else(|| allowed.to_owned())
}

fn read_interval(text: &str) -> Result<Duration, String> {
    let span = read_seconds(text).filter(|seconds| (1..=86_400).contains(seconds));
    let allowed = "a span from 1s to 24h such as 30s or 5m is allowed";
    span.map(Duration::from_secs).ok_or_else(|| allowed.to_owned())
}

impl Wait {
    fn goal(&self) -> Goal {
        match (&self.vanishes, self.left_below) {
            (Some(_), _) => Goal::Vanishes,
            (None, Some(_)) => Goal::LeftBelow,
            (None, None) => Goal::Appears { new: self.new },
        }
    }

    /// Which files are waited for, or could become such.
    fn meant(&self) -> Option<&Filter> {
        self.appears.as_ref().or(self.vanishes.as_ref()).or(self.filter.as_ref())
    }

    /// Whether its time left is as it is waited for.
    fn is_due(&self, file: &File, server_ms: i64) -> bool {
        let Some(bound) = self.left_below else { return true };
        match TimeLeft::of(file.expires_at, server_ms) {
            TimeLeft::Expired => bound > 0,
            TimeLeft::Seconds(left) => left < bound,
            TimeLeft::Never | TimeLeft::Unknown => false,
        }
    }
}

/// Waits, and tells the exit code.
///
/// # Errors
/// Where the list could not be read in a way that does not pass, or at all where it looks once.
pub async fn run(options: &GlobalOptions, wait: Wait) -> Result<u8, CommandError> {
    let config = configure(options)?;
    let service = find_service(options, &config, None, &Handle::current())?;
    let meant = Meant::new(wait.meant().cloned(), &service.ledger())?;
    let (client, limit) = (service.client()?, config.values.limit);
    let mut eyes = Eyes { client, limit, meant, pace: Some(Pace::default()) };
    let mut waiting = Waiting::new(wait.goal(), wait.interval);
    let mut progress = Progress::begin(wait.telling, false);
    let end = watch(&mut waiting, wait.timeout, &mut progress, async |watched| {
        eyes.look(&wait, watched).await
    })
    .await;
    drop(progress);
    if let Some((failed, why)) = waiting.failures() {
        let readings = count(failed, "reading");
        say(&format!("shelflife: {readings} failed meanwhile, the last one because {why}"));
    }
    match end {
        End::Met(ids) => {
            if waiting.had_none() && wait.goal() == Goal::Vanishes {
                wait.telling.note("no file matched at the first reading: there is none to vanish");
            }
            let lines = ids.iter().map(|id| format!("{}\n", id.borrow().printable()));
            print(&lines.collect::<String>())?;
            Ok(0)
        }
        End::Impossible => Err(CommandError::NotFound(
            "the files that were to have less time left are gone, all of them".to_owned(),
        )),
        End::Failed(why) => Err(CommandError::List(why)),
        End::OutOfTime => {
            let readings = count(waiting.readings(), "reading");
            say(&format!(
                "shelflife: out of time after {}, {readings}: it has not come true",
                short_span(wait.timeout.as_secs())
            ));
            Ok(OUT_OF_TIME)
        }
    }
}

/// How the waiting ended.
#[derive(Debug, PartialEq)]
enum End {
    Met(Vec<Untrusted>),
    Impossible,
    Failed(Failure),
    OutOfTime,
}

/// Reads until it has come true, or never will, or time is over. Without any time it looks once.
async fn watch(
    waiting: &mut Waiting,
    timeout: Duration,
    progress: &mut Progress,
    mut read: impl AsyncFnMut(&HashSet<Untrusted>) -> Result<Sight, Failure>,
) -> End {
    let began = Instant::now();
    let end = began + timeout;
    loop {
        let reading = read(waiting.watched());
        let reading = if timeout.is_zero() {
            reading.await
        } else {
            match timeout_at(end, reading).await {
                Ok(reading) => reading,
                Err(_) => return End::OutOfTime,
            }
        };
        let next = match waiting.update(began.elapsed(), reading) {
            Step::Met(ids) => return End::Met(ids),
            Step::Impossible => return End::Impossible,
            Step::Failed(why) => return End::Failed(why),
            Step::Again(at) => began + at,
        };
        progress.draw(|spent| told(waiting, spent));
        if timeout.is_zero() {
            return waiting.take_failure().map_or(End::OutOfTime, End::Failed);
        }
        if let Some(why) = waiting.first_failure() {
            progress.clear();
            say(&format!("shelflife: the list cannot be read yet: {why}; it is tried again"));
        }
        sleep_until(next.min(end)).await;
        if next >= end {
            return End::OutOfTime;
        }
    }
}

fn told(waiting: &Waiting, spent: Duration) -> String {
    let failed =
        waiting.failures().map_or(String::new(), |(failed, _)| format!(", {failed} failed"));
    let readings = count(waiting.readings(), "reading");
    format!("waiting for {} · {readings}{failed}", long_span(spent.as_secs()))
}

/// Whoever reads the list for it.
struct Eyes {
    client: Client,
    limit: u16,
    meant: Meant,
    /// What the readings before left of the service's patience.
    pace: Option<Pace>,
}

impl Eyes {
    async fn look(&mut self, wait: &Wait, watched: &HashSet<Untrusted>) -> Result<Sight, Failure> {
        self.meant.read_on();
        let reader = Reader::new(self.client.clone(), self.limit, Reach::All).remembering_all();
        let mut pages = reader.at_pace(self.pace.take().unwrap_or_default()).start();
        let mut sight = Sight::default();
        let mut read_any = false;
        while let Some(batch) = pages.next_page().await {
            read_any = true;
            let server_ms = batch.clock.server_ms(Now::read());
            for reading in &batch.readings {
                let Reading::File(file) = reading else { continue };
                if watched.contains(&file.id) {
                    sight.there.insert(file.id.clone());
                }
                if self.meant.takes(reading, server_ms) {
                    sight.candidates += 1;
                    if wait.is_due(file, server_ms) {
                        sight.matching.push(file.id.clone());
                    }
                }
            }
        }
        let Outcome { end, pace, .. } = pages.outcome().await;
        self.pace = Some(pace);
        match end {
            Ok(_) => Ok(sight),
            Err(why) if read_any => Ok(Sight { partial: Some(why), ..sight }),
            Err(why) => Err(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ApiError;

    fn silent() -> Progress {
        Progress::begin(Telling { quiet: true, progress: false }, false)
    }

    #[allow(clippy::unnecessary_wraps, reason = "a reading may fail")]
    fn sight(ids: &[&str]) -> Result<Sight, Failure> {
        let matching = ids.iter().map(|id| Untrusted::new(*id)).collect();
        Ok(Sight { matching, ..Sight::default() })
    }

    const INTERVAL: Duration = Duration::from_secs(30);

    /// Waits for a file that is there from reading number `there_at`; readings take so long.
    async fn wait_for(there_at: u64, takes: Duration, timeout: Duration) -> (End, u64, Duration) {
        let began = Instant::now();
        let mut waiting = Waiting::new(Goal::Appears { new: false }, INTERVAL);
        let mut number = 0;
        let end = watch(&mut waiting, timeout, &mut silent(), async |_| {
            tokio::time::sleep(takes).await;
            number += 1;
            if number < there_at { sight(&[]) } else { sight(&["a"]) }
        })
        .await;
        (end, number, began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn it_looks_at_intervals_until_it_is_met_or_time_is_over() {
        let met = || End::Met(vec![Untrusted::new("a")]);
        let seconds = Duration::from_secs;
        for (there_at, takes, timeout, end, readings, spent) in [
            (1, 2, 7_200, met(), 1, 2),
            (4, 2, 7_200, met(), 4, 98),
            (99, 2, 100, End::OutOfTime, 4, 100),
            (99, 0, 90, End::OutOfTime, 3, 90),
            // A reading that lasts is broken off.
            (1, 50, 20, End::OutOfTime, 0, 20),
            // Without any time it looks once, however long that takes.
            (1, 50, 0, met(), 1, 50),
            (2, 50, 0, End::OutOfTime, 1, 50),
        ] {
            let (takes, timeout) = (seconds(takes), seconds(timeout));
            let told = wait_for(there_at, takes, timeout).await;
            assert_eq!(told, (end, readings, seconds(spent)), "{there_at} {takes:?} {timeout:?}");
        }
    }

    /// Hazards 20: a service that is down for eight hours is asked now and then, and waited for.
    #[tokio::test(start_paused = true)]
    async fn an_outage_is_ridden_through_at_a_low_cost() {
        let began = Instant::now();
        let mut waiting = Waiting::new(Goal::Vanishes, INTERVAL);
        let mut readings = 0;
        let end =
            watch(&mut waiting, Duration::from_secs(86_400), &mut silent(), async |watched| {
                readings += 1;
                let up = readings == 1 || began.elapsed() > Duration::from_secs(8 * 3_600);
                assert_eq!(watched.len(), usize::from(readings > 1));
                let down = ApiError::TimedOut { what: "answer", limit: INTERVAL };
                match readings {
                    1 => sight(&["a"]),
                    _ if up => sight(&[]),
                    _ => Err(Failure::Call(down)),
                }
            })
            .await;
        assert_eq!(end, End::Met(vec![Untrusted::new("a")]));
        assert!(readings <= 110, "{readings}");
        assert!(began.elapsed() <= Duration::from_secs(8 * 3_600 + 300), "{:?}", began.elapsed());
    }
}
