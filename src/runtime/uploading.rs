//! Carries out what the dashboard wants of uploads: paths are completed, files looked at, and sent.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::completion::complete;
use super::lazy_client::LazyClient;
use super::ledger::Ledger;
use super::upload::send;
use super::validation::{Meter, validate};
use super::{End, Message};
use crate::api::Client;
use crate::api::upload::Outflow;
use crate::app::event::Event;
use crate::jobs::upload::{FileStamp, Upload, UploadEnd};
use crate::validation::{BatchLimits, Use, of_host};

/// From one telling of how far an upload is to the next.
const BETWEEN: Duration = Duration::from_millis(100);

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

    /// Finds what a path goes on with, of what the service would take for this purpose.
    pub(super) fn complete(&self, typed: String, purpose: &str) {
        let (sender, home) = (self.sender.clone(), self.home.clone());
        let (client, used_for) = (Arc::clone(&self.client), Use::of_purpose(purpose));
        self.background.spawn_blocking(move || {
            let most = match client.as_ref().as_ref() {
                Ok(client) => limits_of(client).most_bytes(used_for),
                Err(_) => None,
            };
            let completion = complete(&typed, home.as_deref(), most);
            let _ = sender.blocking_send(Message::Event(Event::PathCompleted(typed, completion)));
        });
    }

    /// Looks at a file, by the limits of the service that it is for.
    pub(super) fn look_at(&mut self, number: u64, upload: Upload) {
        let (client, sender) = (Arc::clone(&self.client), self.sender.clone());
        let task = self.background.spawn(async move {
            let message = match client.as_ref().as_ref() {
                Err(why) => Message::End(End::NoClient(why.clone())),
                Ok(client) => {
                    let used_for = Use::of_purpose(&upload.purpose);
                    let (path, meter) = (upload.path.clone(), Arc::new(Meter::default()));
                    let found = validate(path, limits_of(client), used_for, meter).await;
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
                    let sent = loop {
                        tokio::select! {
                            sent = &mut sending => break sent,
                            _ = looks.tick() => {
                                let event = Event::UploadTold(number, flows.bytes(), flows.stage());
                                // Where the loop has better to do, the next one says it.
                                let _ = sender.try_send(Message::Event(event));
                            }
                        }
                    };
                    Message::Event(Event::Uploaded(number, Box::new(sent)))
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
        let end = called_off(&outflow).into();
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

/// What the service of a client takes.
fn limits_of(client: &Client) -> &'static BatchLimits {
    of_host(client.endpoint().host())
}

/// What is known of an upload that is called off now.
fn called_off(outflow: &Outflow) -> UploadEnd {
    if outflow.close() {
        UploadEnd::Unknown("called off".to_owned())
    } else {
        UploadEnd::Failed("called off before all of it was sent".to_owned())
    }
}
