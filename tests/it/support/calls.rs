//! Answers to the calls of the pure part, as the runtime would bring them.

use bytes::Bytes;
use shelflife::api::call::{Call, Reply, Ticket};
use shelflife::api::content::{ContentHead, ContentRange, ETag, Kind, Part, Portion};
use shelflife::api::{Answer, ApiError, Existence, Page};
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;
use shelflife::content::Arrival;
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

/// The head of a content that is `length` bytes long, or of a part of it.
pub fn content_head(part: &Part, length: u64) -> ContentHead {
    let (from, to) = match part.tail {
        Some(tail) => (length.saturating_sub(tail), length),
        None => (part.from, part.last.map_or(length, |last| length.min(last + 1))),
    };
    let extent = match part.header() {
        None => Portion::Whole,
        Some(_) if from >= to => Portion::Outside(Some(length)),
        Some(_) => {
            Portion::Partial(ContentRange { start: from, last: to - 1, total: Some(length) })
        }
    };
    ContentHead {
        extent,
        length: Some(to.saturating_sub(from)),
        etag: ETag::read("\"one\""),
        encoded: false,
        incomplete: false,
        last_line: None,
        kind: Kind::Other,
        takes_ranges: true,
    }
}

/// All that comes of a reading of `text`, at once.
pub fn whole_content(part: &Part, text: &[u8]) -> Vec<Arrival> {
    let head = content_head(part, text.len() as u64);
    let bytes = match head.extent {
        Portion::Partial(range) => {
            let at = |offset: u64| usize::try_from(offset).unwrap();
            &text[at(range.start)..=at(range.last)]
        }
        Portion::Outside(_) => &[],
        _ => text,
    };
    let opened = Arrival::Opened { head: Box::new(head), date: None, allowance: None };
    vec![opened, Arrival::Piece(Bytes::copy_from_slice(bytes)), Arrival::Ended]
}

/// Lines of a batch, as many as that; one in ten failed.
pub fn result_lines(lines: usize) -> String {
    let line = |n: usize| {
        let answer =
            format!("Answer {n}: shelf life is how long a thing can be kept.\\n\\nNot longer.");
        if n % 10 == 7 {
            return format!(
                r#"{{"id":"batch_req_{n:04}","custom_id":"summarize-{n:06}","response":{{"status_code":429,"request_id":"req_{n:04}","body":{{"error":{{"message":"Requests per minute limit exceeded","type":"too_many_requests_error","code":"request_quota_exceeded"}}}}}},"error":null}}"#
            );
        }
        format!(
            r#"{{"id":"batch_req_{n:04}","custom_id":"summarize-{n:06}","response":{{"status_code":200,"request_id":"req_{n:04}","body":{{"model":"llama-3.3-70b","choices":[{{"index":0,"message":{{"role":"assistant","content":"{answer}"}},"finish_reason":"stop"}}],"usage":{{"prompt_tokens":{},"completion_tokens":{}}}}}}},"error":null}}"#,
            400 + n * 7 % 1_000,
            80 + n * 13 % 90
        )
    };
    (0..lines).map(|n| line(n) + "\n").collect()
}
