//! What the log is told of the dashboard's state: it is looked at after each event, so that the pure
//! part of the program need not know of a log.

use crate::app::App;
use crate::lister::State;

/// What was seen last.
#[derive(Debug, Default)]
pub(super) struct Record {
    list: &'static str,
    rounds: u32,
    trouble: Option<String>,
    frozen: bool,
}

impl Record {
    /// Logs what has changed since the last look.
    pub(super) fn log_changes(&mut self, app: &App) {
        if log::max_level() == log::LevelFilter::Off {
            return;
        }
        let list = app.lister().state().word();
        if list != self.list {
            let (from, files) = (std::mem::replace(&mut self.list, list), app.store().len());
            match app.lister().state() {
                // Each page goes through these two.
                State::Ready { .. } | State::Loading { .. } => {
                    log::debug!(from, to = list, files; "list");
                }
                State::Failed { why, .. } => {
                    let why = why.to_string();
                    log::warn!(from, to = list, files, why; "list");
                }
                State::Backoff { .. } | State::Exhausted => {
                    log::info!(from, to = list, files; "list");
                }
            }
        }
        let refresher = app.refresher();
        if refresher.rounds() != self.rounds {
            self.rounds = refresher.rounds();
            log::debug!(round = self.rounds, files = app.store().len(); "refreshed");
        }
        let trouble = refresher.trouble().map(|trouble| trouble.why.to_string());
        if trouble != self.trouble {
            match &trouble {
                Some(why) => log::warn!(why = why.as_str(); "refreshing fails"),
                None => log::info!("refreshing works again"),
            }
            self.trouble = trouble;
        }
        if refresher.is_frozen() != self.frozen {
            self.frozen = refresher.is_frozen();
            log::info!(frozen = self.frozen; "freezing");
        }
    }
}
