//! Which bytes of a content are wanted, and how they are cut out of what comes.

use crate::api::content::Part;

/// A span of bytes as a range of HTTP says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// From one byte to another, counted from 0, both included; to the end without the other.
    From(u64, Option<u64>),
    /// The last bytes.
    Last(u64),
}

impl Span {
    /// Reads `0-99`, `100-` or `-500`.
    ///
    /// # Errors
    /// What is allowed.
    pub fn read(text: &str) -> Result<Self, String> {
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u64>().ok().filter(|_| is_number)
        };
        let (first, last) = text.split_once('-').unwrap_or(("", ""));
        match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Self::From(first, Some(last))),
            (Some(first), None) if last.is_empty() => Ok(Self::From(first, None)),
            (None, Some(last)) if first.is_empty() && last > 0 => Ok(Self::Last(last)),
            _ => Err("A-B, A- or -N is allowed, A not above B, and N above 0".to_owned()),
        }
    }

    /// Whether it begins with a certain byte, which there has to be: not where it is all, or the last
    /// bytes, of which there may be none.
    pub(super) fn has_first_byte(self) -> bool {
        matches!(self, Self::From(first, last) if first > 0 || last.is_some())
    }

    /// What is asked of the service.
    #[must_use]
    pub fn part(self) -> Part {
        match self {
            Self::From(from, last) => Part { from, last, ..Part::whole() },
            Self::Last(bytes) => Part { tail: Some(bytes), ..Part::whole() },
        }
    }
}

/// What is cut out of the bytes of a content as they come, which is told how far they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cut {
    /// Bytes that are passed over.
    pub(super) skip: u64,
    /// Bytes that are wanted behind them.
    pub(super) bytes: Option<u64>,
    /// Lines that are wanted.
    pub(super) lines: Option<u64>,
}

impl Cut {
    pub(super) fn of(lines: Option<u64>, span: Option<Span>) -> Self {
        let (skip, bytes) = match span {
            Some(Span::From(from, last)) => {
                (from, last.map(|last| last.saturating_sub(from).saturating_add(1)))
            }
            Some(Span::Last(bytes)) => (0, Some(bytes)),
            None => (0, None),
        };
        Self { skip, bytes, lines }
    }

    /// What of the next bytes is wanted.
    pub(super) fn take<'p>(&mut self, piece: &'p [u8]) -> &'p [u8] {
        let length = piece.len() as u64;
        let skipped = self.skip.min(length);
        self.skip -= skipped;
        let mut wanted = &piece[usize::try_from(skipped).unwrap_or(piece.len())..];
        if let Some(bytes) = &mut self.bytes {
            let most = usize::try_from(*bytes).unwrap_or(usize::MAX).min(wanted.len());
            wanted = &wanted[..most];
            *bytes -= most as u64;
        }
        if let Some(lines) = &mut self.lines {
            let mut end = 0;
            while *lines > 0 && end < wanted.len() {
                match memchr::memchr(b'\n', &wanted[end..]) {
                    Some(at) => {
                        end += at + 1;
                        *lines -= 1;
                    }
                    None => end = wanted.len(),
                }
            }
            wanted = &wanted[..end];
        }
        wanted
    }

    /// Whether nothing more is wanted.
    pub(super) fn is_done(&self) -> bool {
        self.bytes == Some(0) || self.lines == Some(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spans_are_those_of_http() {
        for (text, expected) in [
            ("0-99", Some(Span::From(0, Some(99)))),
            ("7-7", Some(Span::From(7, Some(7)))),
            ("100-", Some(Span::From(100, None))),
            ("-500", Some(Span::Last(500))),
            ("0-18446744073709551615", Some(Span::From(0, Some(u64::MAX)))),
            ("9-8", None),
            ("-0", None),
            ("-", None),
            ("", None),
            ("5", None),
            ("a-b", None),
            ("+1-2", None),
            ("1-2-3", None),
            ("1,2", None),
            ("0-18446744073709551616", None),
        ] {
            assert_eq!(Span::read(text).ok(), expected, "{text}");
        }
        assert_eq!(Span::Last(5).part().header().as_deref(), Some("bytes=-5"));
        assert_eq!(Span::From(0, None).part().header(), None, "that is all of it");
        assert_eq!(Cut::of(None, Some(Span::From(0, Some(u64::MAX)))).bytes, Some(u64::MAX));
    }

    proptest! {
        #[test]
        fn the_same_is_cut_out_whatever_the_pieces(
            text in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..80),
            size in 1_usize..20, from in 0_u64..90, length in 1_u64..90, lines in 1_usize..9,
        ) {
            let cut = |mut cut: Cut| {
                let mut out = vec![];
                for piece in text.chunks(size) {
                    out.extend_from_slice(cut.take(piece));
                    if cut.is_done() {
                        break;
                    }
                }
                out
            };
            let span = Span::From(from, Some(from + length - 1));
            let bytes = text.iter().skip(usize::try_from(from).unwrap()).take(usize::try_from(length).unwrap());
            prop_assert_eq!(cut(Cut::of(None, Some(span))), bytes.copied().collect::<Vec<u8>>());
            let first: Vec<u8> = text.split_inclusive(|byte| *byte == b'\n').take(lines).flatten().copied().collect();
            prop_assert_eq!(cut(Cut::of(Some(lines as u64), None)), first);
        }
    }
}
