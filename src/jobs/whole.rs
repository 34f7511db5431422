//! Whether a content is whole, and what proves it. A clean end of the answer does not.
//!
//! | known | whole where | in words |
//! |---|---|---|
//! | announced and listed length | both are what came | `complete` |
//! | listed length | it is what came | `complete, size as listed` |
//! | announced length | it is what came | `complete, length as announced` |
//! | neither | the last line ends | `length unknown, N lines, last line complete` |
//!
//! Where the announced length is another than the listed one, it is not, unless whoever asks trusts what
//! is announced. What says of itself that it is still being written never is, nor is an error or a page
//! for people that stands in a content's place.
//!
//! It knows neither disk nor network.

use serde::de::IgnoredAny;

use crate::api::content::{ContentHead, Portion};
use crate::content::looks::{Impostor, Judgement, judge};
use crate::text::{exact_size, grouped};

/// Bytes of a last line that are kept: one that is longer is complete where it ends, and nowhere else.
const MOST_KEPT: usize = 64 * 1_024;

/// What shows that a content is whole, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The answer announced as many bytes as the list has, and they came.
    Both,
    /// As many bytes came as the list has.
    Listed,
    /// As many bytes came as the answer announced; the list does not say.
    Announced,
    /// Nobody said how many: the last of so many lines is complete.
    LastLine {
        /// Lines.
        lines: u64,
    },
}

impl std::fmt::Display for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Both => f.write_str("complete"),
            Self::Listed => f.write_str("complete, size as listed"),
            Self::Announced => f.write_str("complete, length as announced"),
            Self::LastLine { lines } => {
                let unit = if *lines == 1 { "line" } else { "lines" };
                write!(f, "length unknown, {} {unit}, last line complete", grouped(lines))
            }
        }
    }
}

/// Why a content is not whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWhole {
    /// The answer ended before all was there.
    #[error("it ended after {} of {}", exact_size(*.received), exact_size(*.of))]
    Short {
        /// Bytes that came.
        received: u64,
        /// Bytes that there are.
        of: u64,
    },
    /// More came than there is.
    #[error("{} came where the list has {}", exact_size(*.received), exact_size(*.of))]
    Long {
        /// Bytes that came.
        received: u64,
        /// Bytes that there are.
        of: u64,
    },
    /// The answer announced another length than the list has.
    #[error(
        "the service announces {} where its list has {}", exact_size(*.announced), exact_size(*.listed)
    )]
    LengthsDiffer {
        /// By the answer.
        announced: u64,
        /// By the list.
        listed: u64,
    },
    /// Nobody says how long it is, and its last line breaks off.
    #[error("its length is not known, and its last line breaks off after {}", exact_size(*.received))]
    BrokenLine {
        /// Bytes that came.
        received: u64,
    },
    /// The service says that there is more to come.
    #[error("the service says that it is still being written{}", lines_so_far(*.0))]
    BeingWritten(Option<u64>),
    /// Something else in its place.
    #[error("what came is not the content: {0}")]
    NotTheContent(Impostor),
}

fn lines_so_far(lines: Option<u64>) -> String {
    lines.map_or(String::new(), |lines| format!(": {} lines so far", grouped(lines)))
}

impl NotWhole {
    /// Whether the rest may come when it is asked for again.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        let is_short = matches!(self, Self::Short { .. } | Self::BrokenLine { .. });
        is_short || matches!(self, Self::NotTheContent(Impostor::Page(_)))
    }
}

/// What is known of a content's length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// By the answer, of the whole content.
    pub announced: Option<u64>,
    /// By the list.
    pub listed: Option<u64>,
    /// Whether the answer is believed where they differ.
    pub trust_announced: bool,
}

impl Expected {
    /// The length of the whole content, as the head of an answer announces it.
    #[must_use]
    pub fn announced_by(head: &ContentHead) -> Option<u64> {
        match head.extent {
            Portion::Whole => head.length,
            Portion::Partial(range) => range.total,
            Portion::Outside(total) => total,
            Portion::Unplaced => None,
        }
    }

    /// The length that is to be reached, where one is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        match (self.announced, self.listed) {
            (Some(announced), _) if self.trust_announced => Some(announced),
            (announced, listed) => listed.or(announced),
        }
    }

    /// Whether it can be whole at all.
    ///
    /// # Errors
    /// [`NotWhole::LengthsDiffer`] where answer and list contradict each other.
    pub fn check(&self) -> Result<(), NotWhole> {
        match (self.announced, self.listed) {
            (Some(announced), Some(listed)) if announced != listed && !self.trust_announced => {
                Err(NotWhole::LengthsDiffer { announced, listed })
            }
            _ => Ok(()),
        }
    }

    /// What proves that `received` bytes are all of it; `end` tells of their last line.
    ///
    /// # Errors
    /// [`NotWhole`] where nothing does.
    pub fn prove(&self, received: u64, end: &LastLine) -> Result<Proof, NotWhole> {
        self.check()?;
        let Some(of) = self.length() else {
            return if end.is_complete() {
                Ok(Proof::LastLine { lines: end.lines() })
            } else {
                Err(NotWhole::BrokenLine { received })
            };
        };
        match received.cmp(&of) {
            std::cmp::Ordering::Less => Err(NotWhole::Short { received, of }),
            std::cmp::Ordering::Greater => Err(NotWhole::Long { received, of }),
            std::cmp::Ordering::Equal => Ok(match (self.announced, self.listed) {
                (Some(announced), Some(listed)) if announced == listed => Proof::Both,
                (Some(_), _) if self.trust_announced => Proof::Announced,
                (_, Some(_)) => Proof::Listed,
                (_, None) => Proof::Announced,
            }),
        }
    }
}

/// The last line of what has come, as far as it has to be known.
#[derive(Clone, Debug, Default)]
pub struct LastLine {
    ended: u64,
    /// What stands behind the last line break, up to [`MOST_KEPT`] bytes of it.
    rest: Vec<u8>,
    /// Whether there is more of it.
    is_cut: bool,
}

impl LastLine {
    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        let breaks = memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.ended += breaks;
        let from = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
        if breaks > 0 {
            self.rest.clear();
            self.is_cut = false;
        }
        let room = MOST_KEPT.saturating_sub(self.rest.len());
        let behind = &bytes[from..];
        self.rest.extend_from_slice(&behind[..behind.len().min(room)]);
        self.is_cut |= behind.len() > room;
    }

    /// Whether it ends with a line break, or is a whole document of JSON.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        if self.rest.is_empty() {
            return self.ended > 0;
        }
        !self.is_cut && serde_json::from_slice::<IgnoredAny>(&self.rest).is_ok()
    }

    /// Lines in all, the last one among them.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.ended + u64::from(!self.rest.is_empty())
    }
}

/// Looks at the beginning of an answer before anything of it is written: whether it is the content, or
/// more has to come before that is known. `is_all` says that there is no more of it than `beginning`.
///
/// # Errors
/// [`NotWhole`] where something else came in the content's place. What is as long as the list has it is
/// the content, whatever it [looks](crate::content::looks) like; a document of JSON may be it where the
/// list has no length.
pub fn is_content(
    head: &ContentHead,
    expected: &Expected,
    beginning: &[u8],
    is_all: bool,
) -> Result<bool, NotWhole> {
    if head.incomplete {
        return Err(NotWhole::BeingWritten(head.last_line));
    }
    let length = if is_all { Some(beginning.len() as u64) } else { expected.announced };
    if length.is_some() && length == expected.listed {
        return Ok(true);
    }
    match judge(head, beginning, is_all) {
        Judgement::Content => Ok(true),
        Judgement::Unsure => Ok(false),
        Judgement::Suspect(Impostor::Document) if expected.listed.is_none() => Ok(true),
        Judgement::Suspect(impostor) => Err(NotWhole::NotTheContent(impostor)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::content::Kind;
    use crate::text::Untrusted;

    fn end(text: &[u8]) -> LastLine {
        let mut end = LastLine::default();
        text.chunks(3).for_each(|piece| end.push(piece));
        end
    }

    fn expected(announced: Option<u64>, listed: Option<u64>) -> Expected {
        Expected { announced, listed, trust_announced: false }
    }

    #[test]
    fn a_proof_names_what_held() {
        let whole = end(b"{}\n{}\n");
        let broken = end(b"{}\n{\"a");
        let prove =
            |announced, listed, received, end| expected(announced, listed).prove(received, end);
        let short = |received, of| Err(NotWhole::Short { received, of });
        let long = |received, of| Err(NotWhole::Long { received, of });
        let differ = |announced, listed| Err(NotWhole::LengthsDiffer { announced, listed });
        for (announced, listed, received, end, proof) in [
            (Some(6), Some(6), 6, &whole, Ok(Proof::Both)),
            (None, Some(6), 6, &broken, Ok(Proof::Listed)),
            (Some(6), None, 6, &broken, Ok(Proof::Announced)),
            (None, None, 6, &whole, Ok(Proof::LastLine { lines: 2 })),
            (None, None, 6, &broken, Err(NotWhole::BrokenLine { received: 6 })),
            (Some(6), Some(6), 5, &whole, short(5, 6)),
            (None, Some(6), 5, &whole, short(5, 6)),
            (None, Some(6), 7, &whole, long(7, 6)),
            (Some(5), Some(6), 5, &whole, differ(5, 6)),
            (Some(0), Some(0), 0, &whole, Ok(Proof::Both)),
        ] {
            assert_eq!(prove(announced, listed, received, end), proof, "{announced:?} {listed:?}");
        }
        let trusting = Expected { trust_announced: true, ..expected(Some(5), Some(6)) };
        assert_eq!(trusting.prove(5, &whole), Ok(Proof::Announced));
        assert_eq!(trusting.prove(6, &whole), long(6, 5));
    }

    #[test]
    fn a_last_line_is_complete_where_it_ends_or_is_json() {
        for (text, complete, lines) in [
            (&b""[..], false, 0),
            (b"\n", true, 1),
            (b"{}\n", true, 1),
            (b"{}\n{\"a\":1}", true, 2),
            (b"{}\n{\"a\":1", false, 2),
            (b"plain text", false, 1),
            (b"plain text\n", true, 1),
        ] {
            let end = end(text);
            assert_eq!((end.is_complete(), end.lines()), (complete, lines), "{text:?}");
        }
        let mut long = LastLine::default();
        long.push(&vec![b'1'; MOST_KEPT + 1]);
        assert!(!long.is_complete());
    }

    fn head(kind: Kind, incomplete: bool) -> ContentHead {
        ContentHead {
            extent: Portion::Whole,
            length: None,
            etag: None,
            encoded: false,
            incomplete,
            last_line: Some(7),
            kind,
            takes_ranges: false,
        }
    }

    #[test]
    fn what_came_in_its_place_is_no_content() {
        let error = br#"{"error":{"message":"no such thing","code":404}}"#;
        let line = br#"{"custom_id":"a","error":{"message":"no"},"response":null}"#;
        let page = b"\n<!DOCTYPE html><html><head><title>Sign in</title>";
        let check = |kind, listed, body: &[u8], is_all| {
            is_content(&head(kind, false), &expected(None, listed), body, is_all)
        };
        let refused = |impostor| Err(NotWhole::NotTheContent(impostor));
        let an_error = refused(Impostor::Error(Some(Untrusted::new("no such thing"))));
        let a_page = |title: Option<&str>| refused(Impostor::Page(title.map(Untrusted::new)));
        assert_eq!(check(Kind::Other, None, error, true), an_error);
        assert_eq!(check(Kind::Json, Some(9_999), error, true), an_error);
        assert_eq!(check(Kind::Other, Some(error.len() as u64), error, true), Ok(true));
        assert_eq!(check(Kind::Other, None, line, true), Ok(true));
        assert_eq!(check(Kind::Other, None, b"{\"error\":null}", true), Ok(true));
        assert_eq!(check(Kind::Other, None, error, false), Ok(false), "perhaps a line of many");
        assert_eq!(check(Kind::Other, None, page, false), a_page(Some("Sign in")));
        assert_eq!(check(Kind::Html, None, b"...", false), a_page(None));
        assert_eq!(check(Kind::Html, Some(3), b"...", true), Ok(true));
        assert_eq!(check(Kind::Json, Some(5), b"{\"a\":1}", true), refused(Impostor::Document));
        assert_eq!(check(Kind::Json, None, b"{\"a\":1}", true), Ok(true));
        let announced = expected(Some(5), Some(5));
        assert_eq!(is_content(&head(Kind::Html, false), &announced, b"", false), Ok(true));
        let written = is_content(&head(Kind::Other, true), &expected(None, None), b"", false);
        assert_eq!(written, Err(NotWhole::BeingWritten(Some(7))));
    }
}
