//! Carries out what the dashboard wants of uploads: paths are completed, files looked at, and sent.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::ledger::Ledger;
use super::upload::send;
use super::validation::{Meter, validate};
use super::{End, LazyClient, Message};
use crate::api::upload::Outflow;
use crate::app::event::Event;
use crate::jobs::upload::{FileStamp, Upload, UploadEnd};
use crate::validation::{Use, of_host};

/// From one telling of how far an upload is to the next.
const BETWEEN: Duration = Duration::from_millis(100);
/// Paths that go on from what was typed, at most.
const MOST_PATHS: usize = 50;

/// The uploads that are on their way.
pub(super) struct Uploads {
    client: Arc<LazyClient>,
    sender: Sender<Message>,
    background: Handle,
    home: Option<PathBuf>,
    ledger: Ledger,
    going: HashMap<u64, (AbortHandle, Arc<Outflow>)>,
    /// The file that is looked at, of this number.
    look: Option<(u64, AbortHandle)>,
}

impl Uploads {
    pub(super) fn new(
        client: Arc<LazyClient>,
        sender: Sender<Message>,
        background: &Handle,
        home: Option<PathBuf>,
        ledger: Ledger,
    ) -> Self {
        let (going, look) = (HashMap::new(), None);
        Self { client, sender, background: background.clone(), home, ledger, going, look }
    }

    /// Finds what a path goes on with.
    pub(super) fn complete(&self, typed: String) {
        let (sender, home) = (self.sender.clone(), self.home.clone());
        self.background.spawn_blocking(move || {
            let (text, candidates) = complete(&typed, home.as_deref());
            let event = Event::PathCompleted { typed, text, candidates };
            let _ = sender.blocking_send(Message::Event(event));
        });
    }

    /// Looks at a file, by the limits of the service that it is for.
    pub(super) fn look_at(&mut self, number: u64, upload: Upload) {
        let (client, sender) = (Arc::clone(&self.client), self.sender.clone());
        let task = self.background.spawn(async move {
            let message = match client.as_ref().as_ref() {
                Err(why) => Message::End(End::NoClient(why.clone())),
                Ok(client) => {
                    let label = client.endpoint().label();
                    let limits = of_host(label.split(':').next().unwrap_or_default());
                    let used_for = Use::of_purpose(&upload.purpose);
                    let (path, meter) = (upload.path.clone(), Arc::new(Meter::default()));
                    let found = validate(path, limits, used_for, meter).await;
                    let found = found.map_err(|why| why.to_string());
                    let found = found.and_then(|found| {
                        let path = std::path::absolute(&upload.path);
                        let path = path.map_err(|error| crate::text::cause(&error))?;
                        Ok(Box::new((Upload { path, ..upload }, found.report, found.stamp)))
                    });
                    Message::Event(Event::FileLookedAt(number, found))
                }
            };
            let _ = sender.send(message).await;
        });
        self.look = Some((number, task.abort_handle()));
    }

    /// Looks no longer at the file of this number: whoever drops the reading ends it.
    pub(super) fn stop_look(&mut self, number: u64) {
        if let Some((_, task)) = self.look.take_if(|(own, _)| *own == number) {
            task.abort();
        }
    }

    /// Sends a file.
    pub(super) fn send(&mut self, number: u64, upload: Upload, stamp: FileStamp) {
        let (client, sender) = (Arc::clone(&self.client), self.sender.clone());
        let outflow = Arc::new(Outflow::default());
        let (flows, ledger) = (Arc::clone(&outflow), self.ledger.clone());
        let task = self.background.spawn(async move {
            let message = match client.as_ref().as_ref() {
                Err(why) => Message::End(End::NoClient(why.clone())),
                Ok(client) => {
                    let sending = send(client, &upload, stamp, &flows, &ledger);
                    tokio::pin!(sending);
                    let mut looks = interval(BETWEEN);
                    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
                    let end = loop {
                        tokio::select! {
                            end = &mut sending => break end,
                            _ = looks.tick() => {
                                let event = Event::UploadTold(number, flows.bytes());
                                // Where the loop has better to do, the next one says it.
                                let _ = sender.try_send(Message::Event(event));
                            }
                        }
                    };
                    Message::Event(Event::Uploaded(number, Box::new(end)))
                }
            };
            let _ = sender.send(message).await;
        });
        self.going.retain(|_, (task, _)| !task.is_finished());
        self.going.insert(number, (task.abort_handle(), outflow));
    }

    /// Calls an upload off: whether it is stored then is known only where its end had not left yet.
    pub(super) fn stop(&mut self, number: u64) {
        let Some((task, outflow)) = self.going.remove(&number) else { return };
        if task.is_finished() {
            return;
        }
        task.abort();
        let end = called_off(&outflow);
        let sender = self.sender.clone();
        self.background.spawn(async move {
            let _ = sender.send(Message::Event(Event::Uploaded(number, Box::new(end)))).await;
        });
    }

    /// Calls off all of them; tells what is known of each.
    pub(super) fn stop_all(&mut self) -> Vec<(u64, UploadEnd)> {
        let stop = |(number, (task, outflow)): (u64, (AbortHandle, Arc<Outflow>))| {
            task.abort();
            (number, called_off(&outflow))
        };
        self.going.drain().map(stop).collect()
    }
}

/// What is known of an upload that is called off now.
fn called_off(outflow: &Outflow) -> UploadEnd {
    let why = "called off".to_owned();
    if outflow.close() { UploadEnd::Unknown(why) } else { UploadEnd::Failed(why) }
}

/// As far as it is clear how a path goes on, and what it may be from there: folders, and files that can be
/// uploaded.
fn complete(text: &str, home: Option<&Path>) -> (String, Vec<String>) {
    if text == "~" {
        return ("~/".to_owned(), vec![]);
    }
    let (folder, begun) =
        text.rsplit_once('/').map_or(("", text), |(folder, begun)| (&text[..=folder.len()], begun));
    let place = match (folder.strip_prefix("~/"), home) {
        (Some(below), Some(home)) => home.join(below),
        _ if folder.is_empty() => PathBuf::from("."),
        _ => PathBuf::from(folder),
    };
    let Ok(entries) = std::fs::read_dir(place) else { return (text.to_owned(), vec![]) };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name();
            let name = str::from_utf8(name.as_bytes()).ok()?;
            // What is hidden has to be asked for.
            let fits =
                name.starts_with(begun) && (!name.starts_with('.') || begun.starts_with('.'));
            // A link leads to what it is.
            let kind = fits.then(|| std::fs::metadata(entry.path()).ok()).flatten()?.file_type();
            match (kind.is_dir(), kind.is_file()) {
                (true, _) => Some(format!("{name}/")),
                (_, true) => Some(name.to_owned()),
                _ => None,
            }
        })
        .collect();
    names.sort();
    let Some(first) = names.first() else { return (text.to_owned(), vec![]) };
    let common = names.iter().skip(1).fold(first.as_str(), |common, name| shared(common, name));
    let completed = format!("{folder}{common}");
    // Where nothing is to be added, it is shown that it is there.
    if names.len() == 1 && completed != text {
        return (completed, vec![]);
    }
    names.truncate(MOST_PATHS);
    let shown =
        |name: &String| crate::text::UntrustedRef::new(name.as_bytes()).printable().into_owned();
    (completed, names.iter().map(shown).collect())
}

/// What two texts begin with.
fn shared<'a>(one: &'a str, other: &str) -> &'a str {
    let same = one.char_indices().zip(other.chars()).find(|((_, a), b)| a != b);
    let end = same.map_or(one.len().min(other.len()), |((at, _), _)| at);
    &one[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_completed_as_far_as_they_are_clear() {
        let place = tempfile::tempdir().unwrap();
        for name in ["batch-1.jsonl", "batch-2.jsonl", "other.jsonl", ".hidden", "日本.jsonl"] {
            std::fs::write(place.path().join(name), "x").unwrap();
        }
        std::fs::create_dir(place.path().join("folder")).unwrap();
        std::os::unix::fs::symlink("/dev/null", place.path().join("device")).unwrap();
        let at = format!("{}/", place.path().display());
        for (text, completed, others) in [
            ("b", "batch-", vec!["batch-1.jsonl", "batch-2.jsonl"]),
            ("o", "other.jsonl", vec![]),
            ("f", "folder/", vec![]),
            (".h", ".hidden", vec![]),
            ("日", "日本.jsonl", vec![]),
            ("other.jsonl", "other.jsonl", vec!["other.jsonl"]),
            ("d", "d", vec![]),
            ("zzz", "zzz", vec![]),
        ] {
            for (from, home) in [(at.as_str(), None), ("~/", Some(place.path()))] {
                let (found, candidates) = complete(&format!("{from}{text}"), home);
                assert_eq!(
                    (found, candidates),
                    (
                        format!("{from}{completed}"),
                        others.iter().map(ToString::to_string).collect::<Vec<_>>()
                    )
                );
            }
        }
        let (all, candidates) = complete(&at, None);
        assert_eq!((all, candidates.len()), (at, 5));
        assert_eq!(complete("~", Some(place.path())).0, "~/");
    }
}
