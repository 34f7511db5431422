//! Answers to the calls of the pure part, as the runtime would bring them.

use shelflife::api::call::{Call, Reply, Ticket};
use shelflife::api::{Answer, ApiError, Existence, Page};
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;
use shelflife::lister::Cursor;

/// A page came, or failed.
pub fn page_answered(ticket: Ticket, result: Result<Answer<Page>, ApiError>) -> Event {
    Event::Replied(ticket, result.map(|answer| answer.map(Reply::Page)))
}

/// What is said of a single file came, or failed.
pub fn file_answered(ticket: Ticket, result: Result<Answer<Existence>, ApiError>) -> Event {
    Event::Replied(ticket, result.map(|answer| answer.map(Reply::File)))
}

/// A page that was asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub request: Ticket,
    pub cursor: Cursor,
}

/// The page that an effect asks for.
pub fn listed(effect: Effect) -> Option<Asked> {
    let Effect::Call(request, Call::List { after, .. }) = effect else { return None };
    let cursor = after.map_or(Cursor::Start, Cursor::After);
    Some(Asked { request, cursor })
}
