//! Prints what comes: exactly, or escaped for a terminal, once it is known to be the content.

use std::io::{self, Write};

use super::cut::Cut;
use super::stream::Stream;
use crate::api::content::ContentHead;
use crate::content::looks::{Impostor, Judgement, binary_kind, is_binary, judge};
use crate::content::results::{Meaning, read};
use crate::text::{UntrustedRef, json_text};

/// Bytes of a line that are escaped at once: of a longer one, one part after the other.
const MOST_AT_ONCE: usize = 64 * 1_024;

/// What came of taking in some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Took {
    /// More is wanted.
    More,
    /// All that was wanted is printed.
    Enough,
    /// It seems to be no content; nothing is printed until somebody trusts it.
    Suspect(Impostor),
}

/// Where the content goes.
pub(super) struct Printer<W> {
    out: W,
    is_terminal: bool,
    cut: Cut,
    head: Option<ContentHead>,
    /// What came before it is known whether it is the content.
    begin: Vec<u8>,
    is_trusted: bool,
    /// Told before the first byte of what is binary, which a terminal is shown spelt out: of which kind that
    /// is, empty where that is not known.
    tell_binary: Option<Box<dyn FnOnce(&'static str)>>,
    /// The beginning of a line that is to be escaped.
    line: Vec<u8>,
    printed: u64,
}

impl<W: Write> Printer<W> {
    pub(super) fn new(out: W, is_terminal: bool, cut: Cut) -> Self {
        let (head, begin, line) = (None, vec![], vec![]);
        let (is_trusted, tell_binary) = (false, None);
        Self { out, is_terminal, cut, head, begin, is_trusted, tell_binary, line, printed: 0 }
    }

    /// This is what is going to be printed.
    pub(super) fn begin(&mut self, stream: &Stream<'_>) {
        self.head = Some(stream.head().clone());
        self.cut.skip = stream.to_skip();
    }

    /// What comes is known to be the content, from the first byte on that is wanted.
    pub(super) fn begin_with_the_first(&mut self) {
        self.cut.skip = 0;
        self.is_trusted = true;
    }

    /// Bytes of the content that were printed.
    pub(super) fn printed(&self) -> u64 {
        self.printed
    }

    /// It is the content, whatever it looks like.
    pub(super) fn trust(&mut self) {
        self.is_trusted = true;
    }

    /// The same, which has `tell` told, before the first byte, that what is spelt out is binary, and of
    /// which kind: empty where that is not known.
    pub(super) fn telling_binary(self, tell: impl FnOnce(&'static str) + 'static) -> Self {
        Self { tell_binary: Some(Box::new(tell)), ..self }
    }

    /// Takes the next bytes.
    pub(super) fn take(&mut self, piece: &[u8]) -> io::Result<Took> {
        if self.is_trusted && self.begin.is_empty() && self.tell_binary.is_none() {
            return self.put(piece);
        }
        self.begin.extend_from_slice(piece);
        self.look(false)
    }

    /// There are no more bytes. To be called again where it was suspect and is trusted.
    pub(super) fn end(&mut self) -> io::Result<Took> {
        if !self.begin.is_empty() {
            let took = self.look(true)?;
            if took != Took::More {
                return Ok(took);
            }
        }
        let line = std::mem::take(&mut self.line);
        self.escape(&line)?;
        if self.is_terminal && !line.is_empty() {
            self.out.write_all(b"\n")?;
        }
        self.out.flush()?;
        Ok(Took::More)
    }

    /// Judges what came first, and prints it.
    fn look(&mut self, ended: bool) -> io::Result<Took> {
        if !self.is_trusted {
            let verdict = self.head.as_ref().map(|head| judge(head, &self.begin, ended));
            match verdict {
                Some(Judgement::Unsure) => return Ok(Took::More),
                Some(Judgement::Suspect(impostor)) => return Ok(Took::Suspect(impostor)),
                Some(Judgement::Content) | None => self.is_trusted = true,
            }
        }
        if let Some(tell) = self.tell_binary.take()
            && self.is_terminal
            && is_binary(&self.begin)
        {
            tell(binary_kind(&self.begin).unwrap_or_default());
        }
        let begin = std::mem::take(&mut self.begin);
        self.put(&begin)
    }

    fn put(&mut self, piece: &[u8]) -> io::Result<Took> {
        let wanted = self.cut.take(piece);
        if self.is_terminal {
            self.put_escaped(wanted)?;
        } else {
            self.out.write_all(wanted)?;
        }
        self.printed += wanted.len() as u64;
        if !self.cut.is_done() {
            return Ok(Took::More);
        }
        self.end()?;
        Ok(Took::Enough)
    }

    /// Prints lines with everything spelt out that could command the terminal.
    fn put_escaped(&mut self, bytes: &[u8]) -> io::Result<()> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            while self.line.len() > MOST_AT_ONCE {
                let rest = self.line.split_off(boundary(&self.line, MOST_AT_ONCE));
                let begin = std::mem::replace(&mut self.line, rest);
                self.escape(&begin)?;
            }
            if self.line.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                self.escape(&line[..line.len() - 1])?;
                self.out.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    /// JSON stays JSON; anything else is spelt out so that no two texts look the same.
    fn escape(&mut self, line: &[u8]) -> io::Result<()> {
        let hidden = UntrustedRef::new(line).without_secrets();
        let text = UntrustedRef::new(&hidden);
        let is_json = matches!(read(&hidden), Meaning::Of(_) | Meaning::Object | Meaning::NoObject);
        if is_json {
            self.out.write_all(json_text(text).as_bytes())
        } else {
            self.out.write_all(text.printable().as_bytes())
        }
    }
}

/// The last place up to `most` at which a character begins.
fn boundary(bytes: &[u8], most: usize) -> usize {
    let begins = |at: &usize| bytes.get(*at).is_none_or(|byte| byte & 0xC0 != 0x80);
    (most.saturating_sub(3)..=most).rev().find(begins).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &[u8], size: usize) -> String {
        let mut out = vec![];
        let mut printer = Printer::new(&mut out, true, Cut::default());
        printer.trust();
        for piece in text.chunks(size) {
            printer.take(piece).unwrap();
        }
        printer.end().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_terminal_gets_lines_that_command_nothing() {
        let text = "{\"a\":\"x\\ny\u{202e}\"}\nplain \x1b[2J\u{9b}1m\\\nlast".as_bytes();
        let expected = "{\"a\":\"x\\ny\\u202e\"}\nplain \\u{1b}[2J\\u{9b}1m\\\\\nlast\n";
        for size in [1, 3, 7, 100] {
            assert_eq!(shown(text, size), expected, "{size}");
        }
        let long = "日".repeat(MOST_AT_ONCE);
        assert_eq!(shown(long.as_bytes(), 1_000), long + "\n");
    }

    #[test]
    fn a_pipe_gets_the_bytes() {
        let text = b"{\"a\":\"\x1b\xff\"}\n\x00\x01";
        let mut out = vec![];
        let mut printer = Printer::new(&mut out, false, Cut::default());
        for byte in text {
            printer.take(&[*byte]).unwrap();
        }
        printer.end().unwrap();
        assert_eq!(printer.printed(), text.len() as u64);
        assert_eq!(out, text);
    }
}
