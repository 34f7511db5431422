//! What an alert says: a line for people, a document for commands.

use serde::Serialize;

use super::{Alert, Rule};
use crate::store::{FileNo, Store};
use crate::text::{UntrustedRef, grouped};

/// Files of one alert that a command is told of by name.
const MOST_TOLD: usize = 100;

/// All rules in one alert, the tightest first; the commands of the others are run beside it.
pub(super) fn summary(mut all: Vec<(&Rule, Vec<FileNo>)>, store: &Store) -> Vec<Alert> {
    all.sort_by_key(|(rule, _)| rule.left_s);
    let (bell, desktop) =
        (all.iter().any(|(rule, _)| rule.bell), all.iter().any(|(rule, _)| rule.desktop));
    let counts = all.iter().enumerate().map(|(i, (rule, files))| {
        let (count, bound) = (grouped(files.len()), rule.bound());
        match (i, files.len()) {
            (0, 1) => format!("1 file has less than {bound} left"),
            (0, _) => format!("{count} files have less than {bound} left"),
            _ => format!("{count} less than {bound}"),
        }
    });
    let counts = counts.collect::<Vec<_>>().join(", ");
    let mut alerts: Vec<Alert> = all.iter().map(|(rule, files)| told(rule, files, store)).collect();
    let first = all.first().and_then(|(_, files)| files.first());
    let name = first.map(|no| store.file(*no).name_to_show()).unwrap_or_default();
    for (i, alert) in alerts.iter_mut().enumerate() {
        (alert.bell, alert.desktop) = (i == 0 && bell, i == 0 && desktop);
    }
    let rules = all.iter().map(|(rule, _)| printable_name(rule)).collect::<Vec<_>>().join(", ");
    if let Some(alert) = alerts.first_mut() {
        (alert.rule, alert.text) = (rules, format!("{counts}; first {name}"));
    }
    let mut rest = alerts.split_off(1);
    rest.retain(|alert| !alert.command.is_empty());
    alerts.append(&mut rest);
    alerts
}

pub(super) fn told(rule: &Rule, files: &[FileNo], store: &Store) -> Alert {
    let (id, first) = (store.file(files[0]).id.to_owned(), store.file(files[0]).name_to_show());
    let bound = rule.bound();
    let text = match files.len() {
        1 => format!("{first} has less than {bound} left"),
        n => format!("{} files have less than {bound} left, first {first}", grouped(n)),
    };
    let json = document(rule, files, store);
    let (bell, desktop, command) = (rule.bell, rule.desktop, rule.command.clone());
    Alert { rule: printable_name(rule), text, first: id, bell, desktop, command, json }
}

/// The name of a rule, as it can be shown.
fn printable_name(rule: &Rule) -> String {
    UntrustedRef::new(rule.name.as_bytes()).printable().into_owned()
}

/// What a command is told, as it stands in JSON.
#[derive(Serialize)]
struct Told<'a> {
    rule: UntrustedRef<'a>,
    left_s: u64,
    count: usize,
    files: Vec<ToldFile<'a>>,
}

/// A file in it; null is what the service did not say, or not so that it could be read.
#[derive(Serialize)]
struct ToldFile<'a> {
    id: UntrustedRef<'a>,
    filename: Option<UntrustedRef<'a>>,
    bytes: Option<u64>,
    created_at: Option<i64>,
    expires_at: Option<i64>,
}

/// The rule and the first of its files, on one line.
fn document(rule: &Rule, files: &[FileNo], store: &Store) -> String {
    let told = |no: &FileNo| {
        let file = store.file(*no);
        ToldFile {
            id: file.id,
            filename: file.filename,
            bytes: file.bytes.value(),
            created_at: file.created_at.value(),
            expires_at: file.expires_at.value(),
        }
    };
    let told = Told {
        rule: UntrustedRef::new(rule.name.as_bytes()),
        left_s: rule.left_s,
        count: files.len(),
        files: files.iter().take(MOST_TOLD).map(told).collect(),
    };
    // Texts and numbers can always be written.
    serde_json::to_string(&told).unwrap_or_default() + "\n"
}
