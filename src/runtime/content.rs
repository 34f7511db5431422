//! Reads contents: from the service, with the tries that the policy allows until the head of an answer
//! is there, or from this machine.
//!
//! A reading for the dashboard sends what comes as events, a piece at a time, and only as many as were
//! called for: what nobody needs yet stays on the wire.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Sender;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::keeper::look_at;
use super::{Dashboard, End, Message};
use crate::account::shelf::shown;
use crate::api::call::Ticket;
use crate::api::content::{
    Content, ContentHead, ContentRange, Kind, Part, Portion, TransferLimits,
};
use crate::api::retry::Policy;
use crate::api::{Answer, ApiError, Client};
use crate::app::event::Event;
use crate::content::{Arrival, ContentSource, Hindrance, MOST_OF_A_PIECE, Wanted};
use crate::text::{Untrusted, cause};

/// How long a disk has to open a saved file before the service is asked.
const ANSWERS: Duration = Duration::from_secs(5);
/// From one piece to the next where the bytes come slowly.
const BETWEEN: Duration = Duration::from_millis(100);

/// Asks for a content, as often as the policy allows where a try fails that may pass; `tell` is told
/// of each that did before the next.
///
/// # Errors
/// Why the last try failed.
pub async fn open(
    client: &Client,
    id: &Untrusted,
    part: &Part,
    mut tell: impl FnMut(&ApiError),
) -> Result<Answer<Content>, ApiError> {
    let (policy, mut rng) = (Policy::default(), fastrand::Rng::new());
    let mut attempt = 1;
    loop {
        let client = client.on_attempt(attempt);
        let error = match client.content(id, part, TransferLimits::default()).await {
            Err(error) if error.is_transient() && attempt < policy.attempts => error,
            result => return result,
        };
        let wait = error.wait().unwrap_or_else(|| policy.backoff(attempt, &mut rng));
        if wait > policy.longest_wait {
            return Err(error);
        }
        tell(&error);
        sleep(wait).await;
        attempt += 1;
    }
}

/// What was called for of the readings that are under way.
pub(super) type Reads = HashMap<Ticket, Calls>;

/// A reading that is under way: what was called for of it.
#[derive(Clone, Debug)]
pub(super) struct Calls(Arc<Semaphore>);

impl Calls {
    fn new(pieces: u32) -> Self {
        Self(Arc::new(Semaphore::new(pieces as usize)))
    }

    fn call_for(&self, pieces: u32) {
        self.0.add_permits(pieces as usize);
    }

    /// Waits until one more piece is called for.
    async fn called(&self) {
        if let Ok(permit) = self.0.acquire().await {
            permit.forget();
        }
    }
}

/// Where that goes which comes of a reading.
struct Outlet {
    ticket: Ticket,
    sender: Sender<Message>,
}

impl Outlet {
    /// Hands it to the loop, once that has room; whether anybody takes it is no matter.
    async fn send(&self, arrival: Arrival) {
        let event = Event::ContentCame(self.ticket, arrival);
        let _ = self.sender.send(Message::Event(event)).await;
    }
}

impl Dashboard<'_> {
    /// Has a content read, which comes in events; no more of it than is called for.
    pub(super) fn read(&mut self, ticket: Ticket, wanted: Wanted) {
        let calls = Calls::new(wanted.pieces);
        self.reads.insert(ticket, calls.clone());
        let outlet = Outlet { ticket, sender: self.sender.clone() };
        let client = Arc::clone(&self.client);
        let task = self.background.spawn(async move {
            let end = match &wanted.source {
                ContentSource::Disk { path, bytes } => {
                    read_disk((path, *bytes), &wanted.part, &calls, &outlet).await
                }
                ContentSource::Service { id } => match client.as_ref().as_ref() {
                    Ok(client) => read_service(client, id, &wanted.part, &calls, &outlet).await,
                    Err(why) => {
                        let end = Message::End(End::NoClient(why.clone()));
                        let _ = outlet.sender.send(end).await;
                        return;
                    }
                },
            };
            outlet.send(end.map_or_else(Arrival::Failed, |()| Arrival::Ended)).await;
        });
        self.calls.insert(ticket, task.abort_handle());
    }

    /// Lets more pieces of a content come.
    pub(super) fn read_on(&self, ticket: Ticket, pieces: u32) {
        if let Some(calls) = self.reads.get(&ticket) {
            calls.call_for(pieces);
        }
    }

    /// Nobody waits for the answer to a call, or for more of a reading.
    pub(super) fn give_up(&mut self, ticket: Ticket) {
        if let Some(task) = self.calls.remove(&ticket) {
            task.abort();
        }
        self.reads.remove(&ticket);
    }

    /// It is known that nothing more comes of a call or of a reading.
    pub(super) fn note_end(&mut self, event: &Event) {
        let (Event::Replied(ticket, _)
        | Event::ContentCame(ticket, Arrival::Ended | Arrival::Failed(_))) = event
        else {
            return;
        };
        self.calls.remove(ticket);
        self.reads.remove(ticket);
    }
}

/// Carries out a reading of the service to its end.
async fn read_service(
    client: &Client,
    id: &Untrusted,
    part: &Part,
    calls: &Calls,
    outlet: &Outlet,
) -> Result<(), Hindrance> {
    let tell = |error: &ApiError| {
        // Where the loop has better to do, nobody misses it.
        let event = Event::ContentCame(outlet.ticket, Arrival::TriedInVain(error.clone()));
        let _ = outlet.sender.try_send(Message::Event(event));
    };
    let Answer { value: mut content, date, allowance } = open(client, id, part, tell).await?;
    let head = Box::new(content.head.clone());
    outlet.send(Arrival::Opened { head, date, allowance }).await;
    pump(&mut content, calls, outlet).await?;
    Ok(())
}

/// Hands on what comes, in pieces that are as large as may be: the first one at once.
async fn pump(content: &mut Content, calls: &Calls, outlet: &Outlet) -> Result<(), ApiError> {
    let mut rest = Bytes::new();
    let mut is_first = true;
    loop {
        calls.called().await;
        let mut piece = BytesMut::from(std::mem::take(&mut rest));
        let until = Instant::now() + BETWEEN;
        let mut end = None;
        while piece.len() < MOST_OF_A_PIECE {
            let next = if piece.is_empty() {
                Ok(content.next().await)
            } else if is_first {
                break;
            } else {
                timeout_at(until, content.next()).await
            };
            match next {
                Ok(Ok(Some(bytes))) => piece.extend_from_slice(&bytes),
                Ok(Ok(None)) => end = Some(Ok(())),
                Ok(Err(error)) => end = Some(Err(error)),
                Err(_) => break,
            }
            if end.is_some() {
                break;
            }
        }
        is_first = false;
        let whole = piece.freeze();
        rest = whole.slice(whole.len().min(MOST_OF_A_PIECE)..);
        let piece = whole.slice(..whole.len() - rest.len());
        if !piece.is_empty() {
            outlet.send(Arrival::Piece(piece)).await;
        }
        if let Some(end) = end {
            while !rest.is_empty() {
                let piece = rest.split_to(rest.len().min(MOST_OF_A_PIECE));
                outlet.send(Arrival::Piece(piece)).await;
            }
            return end;
        }
    }
}

/// Carries out a reading of a file on this machine to its end: of one that is so many bytes long still.
async fn read_disk(
    (path, bytes): (&Path, u64),
    part: &Part,
    calls: &Calls,
    outlet: &Outlet,
) -> Result<(), Hindrance> {
    let (opened, part) = (path.to_owned(), part.clone());
    let opened = timeout(ANSWERS, spawn_blocking(move || open_disk(&opened, bytes, &part))).await;
    let stuck = || Hindrance::Disk(format!("{} lies on a disk that does not answer", shown(path)));
    let opened = opened.map_err(|_| stuck())?;
    let opened = opened.map_err(|error| Hindrance::Disk(error.to_string()))?;
    let opened = opened.map_err(Hindrance::Disk)?;
    let end = pump_disk(opened, calls, outlet).await;
    end.map_err(|error| {
        Hindrance::Disk(format!("{} cannot be read on: {}", shown(path), cause(&error)))
    })
}

async fn pump_disk(
    (mut file, head, mut left): (std::fs::File, ContentHead, u64),
    calls: &Calls,
    outlet: &Outlet,
) -> io::Result<()> {
    outlet.send(Arrival::Opened { head: Box::new(head), date: None, allowance: None }).await;
    while left > 0 {
        calls.called().await;
        let most = left.min(MOST_OF_A_PIECE as u64);
        let read = spawn_blocking(move || {
            let mut piece = vec![];
            io::Read::by_ref(&mut file).take(most).read_to_end(&mut piece)?;
            Ok::<_, io::Error>((file, piece))
        });
        let (back, piece) = read.await.map_err(io::Error::other)??;
        file = back;
        if piece.is_empty() {
            break;
        }
        left -= piece.len() as u64;
        outlet.send(Arrival::Piece(piece.into())).await;
    }
    Ok(())
}

/// Opens a part of a file of so many bytes, with a head as a service would send it, and the bytes of the
/// part; or says what is there instead.
fn open_disk(
    path: &Path,
    total: u64,
    part: &Part,
) -> Result<(std::fs::File, ContentHead, u64), String> {
    look_at(path, total)?;
    let failed = |error: io::Error| format!("{} cannot be read: {}", shown(path), cause(&error));
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let from = part.tail.map_or(part.from, |bytes| total.saturating_sub(bytes));
    let end = part.last.map_or(total, |last| total.min(last.saturating_add(1)));
    let left = end.saturating_sub(from);
    let extent = match (from, left) {
        (0, _) if *part == Part::whole() => Portion::Whole,
        (_, 0) => Portion::Outside(Some(total)),
        _ => Portion::Partial(ContentRange { start: from, last: end - 1, total: Some(total) }),
    };
    file.seek(SeekFrom::Start(from)).map_err(failed)?;
    let head = ContentHead {
        extent,
        length: Some(left),
        etag: None,
        encoded: false,
        incomplete: false,
        last_line: None,
        kind: Kind::Other,
        takes_ranges: true,
    };
    Ok((file, head, left))
}
