//! The machine that is fed a file, piece by piece, and says in the end what is wrong with it.

use memchr::{memchr, memchr_iter};
use serde_json::value::RawValue;

use super::findings::{Findings, Severity};
use super::limits::{Address, BatchLimits, Bound, Models};
use super::request::{Body, Fault, Request, read, text};
use super::seen::Seen;
use super::{Code, Report, Use};
use crate::text::{UntrustedRef, exact_size, grouped};

/// Bytes of a line that are held and looked into; what is longer is measured only.
pub const MOST_OF_A_LINE: usize = 1 << 20;
/// Room for a carriage return behind it, which is no part of the line.
const MOST_HELD: usize = MOST_OF_A_LINE + 1;
/// The mark of the byte order, which UTF-8 has no need of.
const BOM: &[u8] = b"\xef\xbb\xbf";
/// Cells of a text of the file in a message.
const SHOWN: usize = 60;

/// Looks at a file that it is fed in pieces; any cut of the pieces gives the same report.
///
/// It holds the line that is being read, up to [`MOST_OF_A_LINE`] bytes, and a hash of each
/// `custom_id`, of as many requests as a batch may have.
#[derive(Debug)]
pub struct Validator {
    limits: &'static BatchLimits,
    used_for: Use,
    findings: Findings,
    lines: u64,
    bytes: u64,
    requests: u64,
    /// The line of the first request that is one too many.
    surplus: Option<u64>,
    line: Unfinished,
    seen: Seen,
}

/// A line whose end has not come.
#[derive(Debug, Default)]
struct Unfinished {
    /// Its first bytes, [`MOST_HELD`] at most.
    head: Vec<u8>,
    length: u64,
    last: Option<u8>,
}

impl Unfinished {
    fn add(&mut self, bytes: &[u8]) {
        let room = MOST_HELD - self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.length += bytes.len() as u64;
        self.last = bytes.last().copied().or(self.last);
    }
}

/// A line whose end has come, or the end of the file.
#[derive(Clone, Copy)]
struct Whole<'a> {
    /// Its first bytes, [`MOST_HELD`] at most.
    head: &'a [u8],
    length: u64,
    last: Option<u8>,
    has_end: bool,
}

impl Validator {
    /// One for a file that is to be used for this; `name` is what the service will be told, where
    /// there is one.
    #[must_use]
    pub fn new(limits: &'static BatchLimits, used_for: Use, name: Option<&[u8]>) -> Self {
        let mut findings = Findings::default();
        if used_for == Use::Batch && name.is_some_and(|name| !name.ends_with(b".jsonl")) {
            let words = "its name does not end in .jsonl, which some services insist on".to_owned();
            findings.add_whole(None, Code::Extension, Severity::Warning, words);
        }
        Self {
            limits,
            used_for,
            findings,
            lines: 0,
            bytes: 0,
            requests: 0,
            surplus: None,
            line: Unfinished::default(),
            seen: Seen::default(),
        }
    }

    /// Takes in the next bytes.
    pub fn feed(&mut self, piece: &[u8]) {
        self.bytes += piece.len() as u64;
        if self.used_for == Use::Other {
            self.lines += memchr_iter(b'\n', piece).count() as u64;
            self.line.last = piece.last().copied().or(self.line.last);
            return;
        }
        let mut rest = piece;
        while let Some(at) = memchr(b'\n', rest) {
            let (line, behind) = (&rest[..at], &rest[at + 1..]);
            if self.line.length == 0 {
                // Nearly always all of it is here, and nothing is copied.
                let head = &line[..line.len().min(MOST_HELD)];
                let (length, last) = (line.len() as u64, line.last().copied());
                self.take(Whole { head, length, last, has_end: true });
            } else {
                self.line.add(line);
                self.take_unfinished(true);
            }
            rest = behind;
        }
        self.line.add(rest);
    }

    /// Bytes of the file that are held.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.line.head.len()
    }

    /// Says what there is to say, once all has been fed.
    #[must_use]
    pub fn finish(mut self) -> Report {
        match self.used_for {
            Use::Batch => {
                if self.line.length > 0 {
                    self.take_unfinished(false);
                }
                self.count_requests();
                self.weigh(self.limits.file);
            }
            Use::Other => {
                self.lines += u64::from(self.line.last.is_some_and(|last| last != b'\n'));
                if self.bytes == 0 {
                    self.whole(Code::EmptyFile, "there is nothing in it".to_owned());
                }
                self.weigh(self.limits.other_file);
            }
        }
        Report { lines: self.lines, bytes: self.bytes, findings: self.findings }
    }

    fn count_requests(&mut self) {
        let BatchLimits { service, least_lines, most_lines, .. } = *self.limits;
        let requests = grouped(self.requests);
        if self.requests == 0 {
            self.whole(Code::EmptyFile, "there is no request in it".to_owned());
        } else if self.requests < least_lines {
            let unit = if self.requests == 1 { "request" } else { "requests" };
            let words = format!("{requests} {unit}; {service} wants {least_lines} at least");
            self.whole(Code::TooFewLines, words);
        } else if self.surplus.is_some() {
            let words =
                format!("{requests} requests; {service} takes {} at most", grouped(most_lines));
            self.findings.add_whole(self.surplus, Code::TooManyTasks, Severity::Error, words);
        }
    }

    fn weigh(&mut self, bound: Bound) {
        if let Some((severity, words)) = self.too_large(self.bytes, bound, "a file") {
            self.findings.add_whole(None, Code::LargeFile, severity, words);
        }
    }

    /// What is said of so many bytes of `what`, where they are too many.
    fn too_large(&self, bytes: u64, bound: Bound, what: &str) -> Option<(Severity, String)> {
        let (service, shown) = (self.limits.service, exact_size(bytes));
        if let Some(most) = bound.refused.filter(|most| bytes > *most) {
            let most = exact_size(most);
            let words = format!("{shown}; {service} takes {most} of {what} at most");
            return Some((Severity::Error, words));
        }
        (bytes > bound.doubtful).then(|| {
            let words = match bound.refused {
                Some(_) => format!(
                    "{shown}; above {} bytes {service} may refuse {what}",
                    grouped(bound.doubtful)
                ),
                None => format!("{shown}; above {} it may be refused", exact_size(bound.doubtful)),
            };
            (Severity::Warning, words)
        })
    }

    fn whole(&mut self, code: Code, words: String) {
        self.findings.add_whole(None, code, Severity::Error, words);
    }

    fn take_unfinished(&mut self, has_end: bool) {
        let mut line = std::mem::take(&mut self.line);
        self.take(Whole { head: &line.head, length: line.length, last: line.last, has_end });
        // The next one that is cut has its room.
        line.head.clear();
        self.line.head = line.head;
    }

    /// Takes in a line.
    fn take(&mut self, line: Whole<'_>) {
        self.lines += 1;
        let (number, mut length) = (self.lines, line.length);
        if !line.has_end {
            self.warn(number, Code::NoFinalNewline, || "the last line has no end".to_owned());
        } else if line.last == Some(b'\r') {
            length -= 1;
            self.warn(number, Code::Crlf, || "the line ends in CR LF, not in LF".to_owned());
        }
        let mut head = line.head;
        if let Some(rest) = head.strip_prefix(BOM).filter(|_| number == 1) {
            let words = || "the file begins with a byte order mark".to_owned();
            self.warn(number, Code::Bom, words);
            head = rest;
        }
        let is_looked_into = length <= MOST_OF_A_LINE as u64;
        if is_looked_into && head.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
            self.warn(number, Code::BlankLine, || "there is nothing on the line".to_owned());
            return;
        }
        self.requests += 1;
        if self.requests > self.limits.most_lines {
            self.surplus.get_or_insert(number);
        }
        if let Some((severity, mut words)) = self.too_large(length, self.limits.line, "a line") {
            if !is_looked_into {
                words.push_str("; it is not looked into");
            }
            self.findings.add(number, Code::LongLine, severity, || words);
        }
        if is_looked_into {
            self.look_into(number, head);
        }
    }

    /// Looks at what a line says.
    fn look_into(&mut self, number: u64, line: &[u8]) {
        let text = match std::str::from_utf8(line) {
            Ok(text) => text,
            Err(error) => {
                let at = error.valid_up_to() + 1;
                let words = || match guess(line).filter(|_| number == 1) {
                    Some(what) => format!("no UTF-8: it looks like {what}"),
                    None => format!("no UTF-8 at byte {at}"),
                };
                return self.blame(number, Code::NotUtf8, words);
            }
        };
        let request = match read(text) {
            Ok(request) => request,
            Err(fault) => {
                let words = || match fault {
                    Fault::NoJson(why) => format!("no JSON: {why}"),
                    Fault::NoObject(kind) => format!("no JSON object, but {kind}"),
                };
                return self.blame(number, Code::InvalidJsonLine, words);
            }
        };
        self.look_at_id(number, request.custom_id);
        if self.limits.address != Address::OfTheBatch {
            self.look_at_address(number, &request);
        }
        match request.body {
            Body::Missing => {
                self.blame(number, Code::MissingBody, || "there is no body".to_owned());
            }
            Body::NoObject => {
                self.blame(number, Code::InvalidBody, || "the body is no object".to_owned());
            }
            Body::Object { model, stream } => {
                self.look_at_model(number, model);
                if stream {
                    let words = || "stream is true: a batch has no streams".to_owned();
                    self.warn(number, Code::Stream, words);
                }
            }
        }
    }

    fn look_at_id(&mut self, number: u64, id: Option<&RawValue>) {
        let Some(id) = id else {
            let words = || "there is no custom_id".to_owned();
            return self.blame(number, Code::MissingCustomId, words);
        };
        let Some(id) = text(id) else {
            let words = || "custom_id is no string".to_owned();
            return self.blame(number, Code::InvalidCustomId, words);
        };
        if id.is_empty() {
            let words = || "custom_id is empty".to_owned();
            return self.blame(number, Code::MissingCustomId, words);
        }
        let service = self.limits.service;
        if let Some(most) = self.limits.most_of_an_id {
            let characters = String::from_utf8_lossy(&id).chars().count();
            if characters > most {
                let words = || {
                    let characters = grouped(characters);
                    format!("custom_id has {characters} characters; {service} takes {most} at most")
                };
                self.blame(number, Code::InvalidCustomId, words);
            }
        }
        if let Some(before) = self.seen.ids.add(&id, number, self.limits.most_lines) {
            let words = || format!("custom_id {} is that of line {}", shown(&id), grouped(before));
            self.blame(number, Code::DuplicateCustomId, words);
        }
    }

    fn look_at_address(&mut self, number: u64, request: &Request<'_>) {
        let method = request.method.and_then(text);
        if method.as_deref() != Some(b"POST") {
            let words = || match &method {
                Some(method) => format!("method is {}, not POST", shown(method)),
                None => "there is no method; it has to be POST".to_owned(),
            };
            self.blame(number, Code::InvalidMethod, words);
        }
        let Some(url) = request.url.and_then(text).filter(|url| !url.is_empty()) else {
            let words = || "there is no url".to_owned();
            return self.blame(number, Code::MissingUrl, words);
        };
        if self.limits.address == Address::Each {
            return;
        }
        let (first, line) = self.seen.url.get_or_insert_with(|| (url.to_vec(), number));
        if *first != *url {
            let words =
                format!("url is {}; line {} has {}", shown(&url), grouped(*line), shown(first));
            self.blame(number, Code::UrlMismatch, || words);
        }
    }

    fn look_at_model(&mut self, number: u64, model: Option<&RawValue>) {
        let Models::One = self.limits.models else {
            let is_wanted = self.limits.models == Models::Each;
            if is_wanted && model.and_then(text).is_none() {
                self.warn(number, Code::MissingModel, || "the body names no model".to_owned());
            }
            return;
        };
        let model = model.and_then(text);
        match (&model, &self.seen.model) {
            (Some(model), Some((first, _))) if **model == **first => {}
            (Some(model), Some((first, line))) => {
                let (line, first) = (grouped(*line), shown(first));
                let words = format!("model is {}; line {line} has {first}", shown(model));
                self.blame(number, Code::ModelMismatch, || words);
            }
            (None, Some((first, line))) => {
                let words = format!(
                    "the body names no model; line {} has {}",
                    grouped(*line),
                    shown(first)
                );
                self.blame(number, Code::ModelMismatch, || words);
            }
            (Some(model), None) => {
                self.seen.model = Some((model.to_vec(), number));
                if let Some(line) = self.seen.without_model {
                    let (model, line) = (shown(model), grouped(line));
                    let words = || format!("model is {model}; line {line} names none");
                    self.blame(number, Code::ModelMismatch, words);
                }
            }
            // Some servers have but one. It is said once: the lines behind say the same.
            (None, None) if self.seen.without_model.is_none() => {
                self.seen.without_model = Some(number);
                self.warn(number, Code::MissingModel, || "the body names no model".to_owned());
            }
            (None, None) => {}
        }
    }

    fn blame(&mut self, line: u64, code: Code, message: impl FnOnce() -> String) {
        self.findings.add(line, code, Severity::Error, message);
    }

    fn warn(&mut self, line: u64, code: Code, message: impl FnOnce() -> String) {
        self.findings.add(line, code, Severity::Warning, message);
    }
}

/// What else a file is that begins so.
fn guess(beginning: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], _); 4] = [
        (b"\xff\xfe", "UTF-16"),
        (b"\xfe\xff", "UTF-16"),
        (b"\x1f\x8b", "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
    ];
    known.into_iter().find(|(begins, _)| beginning.starts_with(begins)).map(|(_, what)| what)
}

/// A text of the file, in a message.
fn shown(text: &[u8]) -> String {
    format!("\"{}\"", UntrustedRef::new(text).printable_within(SHOWN))
}
