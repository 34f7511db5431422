//! The content of generated files: the lines of a batch's input, output or errors. Any part of it,
//! and its size, can be computed without the rest.
//!
//! The texts of a line come round again after [`SLOTS`] lines, and what else differs from line to
//! line has a fixed number of digits; so the lines of one slot are of one length, and where a line
//! begins is a matter of arithmetic.

use std::sync::LazyLock;

use bytes::Bytes;

use super::batch::{Batch, Side};
use super::mix;
use super::texts::{SLOTS, Task, failure};

/// Digits of a request's number in its custom id.
const DIGITS: usize = 6;
/// Places where a line of a round of slots may begin, and the end of the round.
const BEGINS: usize = 33;
const SIDES: [Side; 3] = [Side::Input, Side::Output, Side::Errors];

/// Where the lines of a round begin, for each side and task, with a model of no letters.
static ROUNDS: LazyLock<Vec<[u64; BEGINS]>> = LazyLock::new(|| {
    let each = SIDES.into_iter().flat_map(|side| Task::ALL.map(|task| (side, task)));
    each.map(|(side, task)| {
        let mut begins = [0; BEGINS];
        for slot in 0..SLOTS {
            let at = usize::try_from(slot).unwrap_or(0);
            let batch = Batch { side, task, model: "", failed: 0, ..Batch::of(0) };
            let line = Content { batch, lines: SLOTS, created_s: 0 }.line(slot);
            begins[at + 1] = begins[at] + line.len() as u64;
        }
        begins
    })
    .collect()
});

/// A file's content, as it was made at a moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Content {
    /// What it belongs to.
    pub(super) batch: Batch,
    /// How many lines there are so far.
    pub(super) lines: u64,
    /// Seconds since the epoch.
    pub(super) created_s: i64,
}

impl Content {
    /// Its length in bytes.
    pub(super) fn size(&self) -> u64 {
        self.begin(self.lines)
    }

    /// The bytes `from..to`, in pieces of `most` bytes.
    pub(super) fn pieces(self, from: u64, to: u64, most: u64) -> Pieces {
        let templates = std::iter::repeat_with(|| None).take(BEGINS - 1).collect();
        Pieces { content: self, at: from, to: to.min(self.size()), most: most.max(1), templates }
    }

    fn round(&self) -> &'static [u64; BEGINS] {
        let side = SIDES.iter().position(|side| *side == self.batch.side).unwrap_or(0);
        let task = Task::ALL.iter().position(|task| *task == self.batch.task).unwrap_or(0);
        &ROUNDS[side * Task::ALL.len() + task]
    }

    /// Bytes that the name of the model adds to each line.
    fn of_model(&self) -> u64 {
        match self.batch.side {
            Side::Input | Side::Output => self.batch.model.len() as u64,
            Side::Errors => 0,
        }
    }

    /// Where a line begins.
    fn begin(&self, line: u64) -> u64 {
        let round = self.round();
        let slot = usize::try_from(line % SLOTS).unwrap_or(0);
        line / SLOTS * round[BEGINS - 1] + round[slot] + line * self.of_model()
    }

    /// The line that holds this byte.
    fn line_at(&self, byte: u64) -> u64 {
        let whole = self.begin(SLOTS);
        let (first, rest) = (byte / whole * SLOTS, byte % whole);
        // The least line that begins behind it, and one back.
        let (mut from, mut to) = (0, SLOTS);
        while to - from > 1 {
            let middle = u64::midpoint(from, to);
            if self.begin(middle) <= rest { from = middle } else { to = middle }
        }
        first + from
    }

    /// What is known of an answer alone: 64 bits.
    fn hash(&self, request: u64) -> u64 {
        mix(mix(request) ^ self.created_s.unsigned_abs())
    }

    /// One line, its end included.
    fn line(&self, line: u64) -> String {
        let Self { batch, created_s, .. } = self;
        let Batch { task, model, .. } = batch;
        let (slot, request) = (line % SLOTS, batch.request(line));
        let custom_id = format!("{}-{request:0DIGITS$}", task.word());
        let id = format!("{:016x}", self.hash(request));
        let text = |text: &str| serde_json::Value::from(text).to_string();
        match batch.side {
            Side::Input => format!(
                "{{\"custom_id\":\"{custom_id}\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{{\"model\":\"{model}\",\"messages\":[{{\"role\":\"system\",\"content\":{}}},{{\"role\":\"user\",\"content\":{}}}],\"max_tokens\":{},\"temperature\":0}}}}\n",
                text(task.instruction()),
                text(&task.prompt(slot)),
                task.most_tokens(),
            ),
            Side::Output => {
                let (prompt, answer) = (task.prompt(slot).len() as u64 / 4 + 24, task.answer(slot));
                let tokens = answer.len() as u64 / 4 + 1;
                let all = prompt + tokens;
                format!(
                    "{{\"id\":\"batch_req_{id}\",\"custom_id\":\"{custom_id}\",\"response\":{{\"status_code\":200,\"request_id\":\"req_{id}\",\"body\":{{\"id\":\"chatcmpl-{id}\",\"object\":\"chat.completion\",\"created\":{created_s:010},\"model\":\"{model}\",\"choices\":[{{\"index\":0,\"message\":{{\"role\":\"assistant\",\"content\":{}}},\"finish_reason\":\"stop\"}}],\"usage\":{{\"prompt_tokens\":{prompt},\"completion_tokens\":{tokens},\"total_tokens\":{all}}}}}}},\"error\":null}}\n",
                    text(&answer),
                )
            }
            Side::Errors => {
                let (status, code, why) = failure(slot);
                let why = text(why);
                let (response, error) = match status {
                    None => {
                        ("null".to_owned(), format!("{{\"code\":\"{code}\",\"message\":{why}}}"))
                    }
                    Some(status) => (
                        format!(
                            "{{\"status_code\":{status},\"request_id\":\"req_{id}\",\"body\":{{\"error\":{{\"message\":{why},\"code\":\"{code}\"}}}}}}"
                        ),
                        "null".to_owned(),
                    ),
                };
                format!(
                    "{{\"id\":\"batch_req_{id}\",\"custom_id\":\"{custom_id}\",\"response\":{response},\"error\":{error}}}\n"
                )
            }
        }
    }
}

/// A part of a content on its way. The first line of each slot is written; those that follow are that
/// one with other digits, so that a server on loopback has the time to send, not to write.
#[derive(Debug)]
pub(super) struct Pieces {
    content: Content,
    at: u64,
    to: u64,
    most: u64,
    templates: Vec<Option<Template>>,
}

impl Iterator for Pieces {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let (from, to) = (self.at, self.to.min(self.at.saturating_add(self.most)));
        if from >= to {
            return None;
        }
        let length = |bytes: u64| usize::try_from(bytes).unwrap_or(0);
        let mut out = Vec::with_capacity(length(to - from));
        let mut number = self.content.line_at(from);
        let mut begin = self.content.begin(number);
        while begin < to {
            let line = self.line(number);
            let end = begin + line.len() as u64;
            let cut = |at: u64| length(at.clamp(begin, end) - begin);
            out.extend_from_slice(&line[cut(from)..cut(to)]);
            (number, begin) = (number + 1, end);
        }
        self.at = to;
        Some(out.into())
    }
}

impl Pieces {
    fn line(&mut self, number: u64) -> &[u8] {
        let content = self.content;
        let slot = usize::try_from(number % SLOTS).unwrap_or(0);
        let template = self.templates[slot].get_or_insert_with(|| Template::of(&content, number));
        let request = content.batch.request(number);
        template.fill(request, content.hash(request));
        &template.line
    }
}

/// The line of a slot, and the places in it that differ from one line of the slot to the next.
#[derive(Debug)]
struct Template {
    line: Vec<u8>,
    /// Where the number of the request stands.
    number: usize,
    /// Where its hash stands.
    hashes: Vec<usize>,
}

impl Template {
    fn of(content: &Content, number: u64) -> Self {
        let line = content.line(number);
        let request = content.batch.request(number);
        let digits = format!("-{request:0DIGITS$}\"");
        let hash = format!("{:016x}", content.hash(request));
        let hashes = line.match_indices(&hash).map(|(at, _)| at).collect();
        let number = line.find(&digits).map_or(0, |at| at + 1);
        Self { line: line.into(), number, hashes }
    }

    fn fill(&mut self, request: u64, hash: u64) {
        let mut rest = request;
        for digit in self.line[self.number..][..DIGITS].iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
        }
        let mut digits = [0; 16];
        for (digit, place) in digits.iter_mut().rev().zip(0..) {
            *digit = b"0123456789abcdef"[usize::try_from(hash >> (4 * place) & 15).unwrap_or(0)];
        }
        for at in &self.hashes {
            self.line[*at..][..digits.len()].copy_from_slice(&digits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn content(index: u64, lines: u64) -> Content {
        Content { batch: Batch::of(index), lines, created_s: 1_790_000_000 }
    }

    fn whole(content: Content) -> Vec<u8> {
        content.pieces(0, content.size(), 64 * 1_024).flatten().collect()
    }

    #[test]
    fn every_line_is_one_of_its_side_and_all_have_the_stated_size() {
        for index in 0..42 {
            let batch = Batch::of(index);
            for lines in [0, 1, 32, 33, 70] {
                let content = content(index, lines);
                let bytes = whole(content);
                assert_eq!(bytes.len() as u64, content.size());
                let text = String::from_utf8(bytes).unwrap();
                assert_eq!(text.lines().count() as u64, lines);
                assert!(lines == 0 || text.ends_with('\n'));
                for (line, number) in text.lines().zip(0..) {
                    let line: Value = serde_json::from_str(line).unwrap();
                    let custom_id = format!("{}-{:06}", batch.task.word(), batch.request(number));
                    assert_eq!(line["custom_id"], custom_id);
                    let body = &line["response"]["body"];
                    match batch.side {
                        Side::Input => assert_eq!(line["body"]["model"], batch.model),
                        Side::Output => {
                            assert_eq!(body["model"], batch.model);
                            let usage = |name| body["usage"][name].as_u64().unwrap();
                            let sum = usage("prompt_tokens") + usage("completion_tokens");
                            assert_eq!(usage("total_tokens"), sum);
                        }
                        Side::Errors => assert!(
                            line["error"]["code"].is_string() || body["error"]["code"].is_string()
                        ),
                    }
                }
            }
        }
    }

    #[test]
    fn a_line_is_the_same_from_its_template_as_written() {
        for index in 0..42 {
            let content = content(index, Batch::of(index).lines().min(200));
            let mut pieces = content.pieces(0, 0, 1);
            for number in 0..content.lines {
                let line = String::from_utf8(pieces.line(number).to_vec()).unwrap();
                assert_eq!(line, content.line(number));
            }
        }
    }

    #[test]
    fn any_part_is_the_same_as_in_the_whole() {
        for index in 0..3 {
            let content = content(index, 300);
            let (size, whole) = (content.size(), whole(content));
            let mut rng = fastrand::Rng::with_seed(index);
            for _ in 0..40 {
                let from = rng.u64(..=size);
                let to = rng.u64(from..=size.min(from + 100_000));
                let most = rng.u64(1_000..70_000);
                let pieces: Vec<Bytes> = content.pieces(from, to, most).collect();
                let (last, others) = pieces
                    .split_last()
                    .map_or((0, &[][..]), |(last, others)| (last.len() as u64, others));
                assert!(last <= most && others.iter().all(|piece| piece.len() as u64 == most));
                let part: Vec<u8> = pieces.into_iter().flatten().collect();
                let at = |offset: u64| usize::try_from(offset).unwrap();
                assert_eq!(part, whole[at(from)..at(to)], "{from}..{to} of {size}");
            }
        }
    }
}
