//! The encoding in which a body comes, and what comes of its bytes: gzip is asked for and decoded,
//! however its name is spelt and in however many members, up to a cap.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// What is sent as `Accept-Encoding`.
pub(super) const ACCEPTED: &str = "gzip";

/// In which encoding a body comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// As it is.
    Plain,
    Gzip,
    /// In one that nobody asked for: its bytes are kept as they come.
    Other,
}

impl Coding {
    /// What the head says: names in any case, several of them with commas or in several lines
    /// (RFC 9110, 8.4).
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(CONTENT_ENCODING).iter();
        let names = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
        let mut coding = Self::Plain;
        for name in names.map(|name| name.trim_ascii().to_ascii_lowercase()) {
            coding = match (name.as_slice(), coding) {
                (b"" | b"identity", coding) => coding,
                (b"gzip" | b"x-gzip", Self::Plain) => Self::Gzip,
                _ => return Self::Other,
            };
        }
        coding
    }
}

/// A body on its way, decoded as its pieces come.
pub(super) enum Body {
    Plain(Kept),
    Gzip(Box<MultiGzDecoder<Kept>>),
    /// Nothing came yet: an empty body is one in any encoding.
    Awaited(Kept),
}

/// Why no more of a body is taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is larger than it may be.
    TooLarge,
    /// It is not in the encoding that its head names.
    Broken,
    /// It ends in the middle of its encoding.
    Short,
}

/// The bytes of a body, up to a cap.
#[derive(Debug)]
pub(super) struct Kept {
    bytes: Vec<u8>,
    cap: usize,
    is_full: bool,
}

impl Write for Kept {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let room = self.cap - self.bytes.len();
        self.bytes.extend_from_slice(&piece[..piece.len().min(room)]);
        self.is_full |= piece.len() > room;
        if self.is_full { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(piece.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Body {
    /// A body of at most `cap` bytes, decoded; room is made for `likely` of them.
    pub(super) fn new(coding: Coding, likely: usize, cap: usize) -> Self {
        let kept = Kept { bytes: Vec::with_capacity(likely), cap, is_full: false };
        match coding {
            Coding::Plain | Coding::Other => Self::Plain(kept),
            Coding::Gzip => Self::Awaited(kept),
        }
    }

    /// Takes the next piece.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), Refused> {
        if let Self::Awaited(kept) = self
            && !piece.is_empty()
        {
            let kept = std::mem::replace(kept, Kept { bytes: vec![], cap: 0, is_full: false });
            *self = Self::Gzip(Box::new(MultiGzDecoder::new(kept)));
        }
        let result = match self {
            Self::Plain(kept) => kept.write_all(piece),
            Self::Gzip(decoder) => decoder.write_all(piece),
            Self::Awaited(_) => Ok(()),
        };
        result.map_err(|error| refused(&error))
    }

    /// No further piece comes.
    pub(super) fn finish(&mut self) -> Result<(), Refused> {
        match self {
            Self::Gzip(decoder) => decoder.try_finish().map_err(|error| refused(&error)),
            Self::Plain(_) | Self::Awaited(_) => Ok(()),
        }
    }

    /// Bytes that came so far, decoded.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Plain(kept) | Self::Awaited(kept) => kept.bytes.len(),
            Self::Gzip(decoder) => decoder.get_ref().bytes.len(),
        }
    }

    /// What came, up to the cap.
    pub(super) fn bytes(&mut self) -> Vec<u8> {
        let kept = match self {
            Self::Plain(kept) | Self::Awaited(kept) => kept,
            Self::Gzip(decoder) => decoder.get_mut(),
        };
        std::mem::take(&mut kept.bytes)
    }
}

fn refused(error: &io::Error) -> Refused {
    match error.kind() {
        io::ErrorKind::FileTooLarge => Refused::TooLarge,
        io::ErrorKind::UnexpectedEof => Refused::Short,
        _ => Refused::Broken,
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use reqwest::header::HeaderValue;

    use super::*;

    fn member(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(vec![], Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// The body in pieces of so many bytes.
    fn read(coding: Coding, body: &[u8], piece: usize, cap: usize) -> Result<Vec<u8>, Refused> {
        let mut read = Body::new(coding, 0, cap);
        body.chunks(piece).try_for_each(|piece| read.push(piece))?;
        read.finish()?;
        Ok(read.bytes())
    }

    #[test]
    fn encodings_are_known_however_they_are_spelt() {
        for (values, coding) in [
            (&[][..], Coding::Plain),
            (&["identity"], Coding::Plain),
            (&["", " , "], Coding::Plain),
            (&["gzip"], Coding::Gzip),
            (&["GZIP"], Coding::Gzip),
            (&[" X-GZip\t"], Coding::Gzip),
            (&["identity, Gzip,"], Coding::Gzip),
            (&["gzip", "Identity"], Coding::Gzip),
            (&["gzip, gzip"], Coding::Other),
            (&["gzip", "br"], Coding::Other),
            (&["deflate"], Coding::Other),
            (&["utf-8"], Coding::Other),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_ENCODING, HeaderValue::from_static(value));
            }
            assert_eq!(Coding::of(&headers), coding, "{values:?}");
        }
    }

    /// RFC 1952, 2.2: members follow each other, empty ones too, however the pieces fall.
    #[test]
    fn members_follow_each_other_however_they_are_cut() {
        let body = [member(b"{\"da"), member(b""), member(b"ta\":[]"), member(b"}")].concat();
        for piece in [1, 2, 3, 7, 18, 19, 20, 1_000] {
            let text = read(Coding::Gzip, &body, piece, 100);
            assert_eq!(text.as_deref(), Ok(&b"{\"data\":[]}"[..]), "{piece}");
            assert_eq!(read(Coding::Gzip, &body, piece, 10), Err(Refused::TooLarge), "{piece}");
        }
        for cut in [1, 9, 12, body.len() - 30, body.len() - 3] {
            let error = read(Coding::Gzip, &body[..cut], 5, 100).unwrap_err();
            assert!(matches!(error, Refused::Short | Refused::Broken), "{cut}: {error:?}");
        }
        assert_eq!(read(Coding::Gzip, &member(b"abc")[..14], 5, 100), Err(Refused::Short));
        assert_eq!(read(Coding::Gzip, b"no gzip at all", 5, 100), Err(Refused::Broken));
        assert_eq!(read(Coding::Gzip, b"", 5, 100).as_deref(), Ok(&b""[..]));
        assert_eq!(read(Coding::Other, b"\x01\x02", 1, 2).as_deref(), Ok(&b"\x01\x02"[..]));
        assert_eq!(read(Coding::Plain, b"abc", 2, 2), Err(Refused::TooLarge));
    }
}
