//! What becomes of the bytes of a file that are held, once an answer to the request for the others is
//! there.
//!
//! | held, and what the answer says | verdict |
//! |---|---|
//! | nothing | [`Fresh`](Verdict::Fresh): whatever comes is kept from its first byte |
//! | 206 that [may stand](crate::content::resume) behind what is held, or at its seam | [`Append`](Verdict::Append) |
//! | 206 otherwise, or of a content that is shorter than what is held | [`Anew`](Verdict::Anew) |
//! | 200, though a part was asked for | [`Fresh`](Verdict::Fresh) |
//! | 416 `bytes */N` where N bytes are held | [`Complete`](Verdict::Complete) |
//! | 416 otherwise | [`Anew`](Verdict::Anew) |
//!
//! Without a validator nothing but the file itself speaks for its content: that it does not change, and
//! that the bytes at the seam are the same. They are asked for once more and compared.
//!
//! It knows neither disk nor network.

use crate::api::content::{ContentHead, ETag, Part, Portion};
use crate::content::resume::{Join, Known, SEAM};

/// What is held of a content, and is sure to be of this file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Bytes from its beginning.
    pub bytes: u64,
    /// The strong validator that came with them.
    pub etag: Option<String>,
    /// The length of the whole content, as the answer before told it, or else the list.
    pub total: Option<u64>,
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its bytes are the first ones: whatever is held is of no use.
    Fresh,
    /// So many of its bytes are held already, and are compared with those; what comes behind them is
    /// put there.
    Append {
        /// Bytes to compare.
        compare: u64,
    },
    /// All of the content is held.
    Complete,
    /// It is of no use, and neither is what is held: it is to be asked for from the start.
    Anew,
}

impl Held {
    /// What is to be asked for.
    #[must_use]
    pub fn part(&self) -> Part {
        if self.bytes == 0 {
            return Part::whole();
        }
        let from = if self.etag.is_some() { self.bytes } else { self.bytes - self.seam() };
        // The whole of it, compared: the service may as well send what it has.
        Part { from, if_range: self.etag.clone(), ..Part::default() }
    }

    /// Bytes before the end of what is held that are asked for again.
    fn seam(&self) -> u64 {
        self.bytes.min(SEAM)
    }

    /// What becomes of the answer to [that](Self::part).
    #[must_use]
    pub fn judge(&self, head: &ContentHead) -> Verdict {
        if self.bytes == 0 {
            let is_total = |total| self.total.is_none_or(|known| total == Some(known));
            return match head.extent {
                Portion::Whole => Verdict::Fresh,
                // Of a content of no bytes no part can be sent; from the start nothing else is one.
                Portion::Outside(Some(0)) => Verdict::Complete,
                Portion::Partial(range) if range.start == 0 && is_total(range.total) => {
                    Verdict::Fresh
                }
                Portion::Partial(_) | Portion::Unplaced | Portion::Outside(_) => Verdict::Anew,
            };
        }
        match head.extent {
            Portion::Whole => Verdict::Fresh,
            Portion::Outside(Some(total)) if total == self.bytes => Verdict::Complete,
            Portion::Outside(_) | Portion::Unplaced => Verdict::Anew,
            Portion::Partial(range) => {
                let asked = self.part().from;
                let is_long_enough = range.total.is_none_or(|total| total >= self.bytes);
                match self.known().join(asked, head) {
                    Ok(Join::AtOnce | Join::AfterComparing) if is_long_enough => {
                        Verdict::Append { compare: self.bytes - asked }
                    }
                    Ok(_) | Err(_) => Verdict::Anew,
                }
            }
        }
    }

    fn known(&self) -> Known {
        let etag = self.etag.clone().map(|text| ETag { text, weak: false });
        Known { total: self.total, etag }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::content::{ContentRange, ETag, Kind};

    const HELD: u64 = 100_000;
    const TOTAL: u64 = 250_000;

    fn head(extent: Portion, etag: Option<&str>) -> ContentHead {
        let etag = etag.and_then(ETag::read);
        ContentHead {
            extent,
            length: None,
            etag,
            encoded: false,
            incomplete: false,
            last_line: None,
            kind: Kind::Other,
            takes_ranges: true,
        }
    }

    fn partial(start: u64, total: Option<u64>) -> Portion {
        Portion::Partial(ContentRange { start, last: TOTAL - 1, total })
    }

    #[test]
    fn the_table_is_as_it_stands_above() {
        let tagged = Held { bytes: HELD, etag: Some("\"a\"".into()), total: Some(TOTAL) };
        let untagged = Held { etag: None, ..tagged.clone() };
        let unmeasured = Held { total: None, ..tagged.clone() };
        let seam = HELD - SEAM;
        let append = |compare| Verdict::Append { compare };
        for (n, (held, extent, etag, verdict)) in [
            (&tagged, partial(HELD, Some(TOTAL)), Some("\"a\""), append(0)),
            (&tagged, partial(HELD, Some(TOTAL)), Some("\"b\""), Verdict::Anew),
            (&tagged, partial(HELD, Some(TOTAL)), Some("W/\"a\""), Verdict::Anew),
            (&tagged, partial(HELD, Some(TOTAL)), None, Verdict::Anew),
            (&tagged, partial(HELD + 1, Some(TOTAL)), Some("\"a\""), Verdict::Anew),
            (&tagged, partial(0, Some(TOTAL)), Some("\"a\""), Verdict::Anew),
            (&tagged, partial(HELD, Some(TOTAL + 1)), Some("\"a\""), Verdict::Anew),
            (&tagged, partial(HELD, None), Some("\"a\""), Verdict::Anew),
            (&tagged, Portion::Unplaced, Some("\"a\""), Verdict::Anew),
            (&tagged, Portion::Whole, Some("\"a\""), Verdict::Fresh),
            (&tagged, Portion::Outside(Some(HELD)), None, Verdict::Complete),
            (&tagged, Portion::Outside(Some(TOTAL)), None, Verdict::Anew),
            (&tagged, Portion::Outside(None), None, Verdict::Anew),
            (&untagged, partial(seam, Some(TOTAL)), None, append(SEAM)),
            (&untagged, partial(seam, Some(TOTAL)), Some("\"new\""), append(SEAM)),
            (&untagged, partial(seam, Some(TOTAL)), Some("W/\"new\""), Verdict::Anew),
            (&untagged, partial(HELD, Some(TOTAL)), None, Verdict::Anew),
            (&unmeasured, partial(HELD, None), Some("\"a\""), append(0)),
            (&unmeasured, partial(HELD, Some(TOTAL)), Some("\"a\""), append(0)),
            (&unmeasured, partial(HELD, Some(HELD - 1)), Some("\"a\""), Verdict::Anew),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(held.judge(&head(extent, etag)), verdict, "row {n}");
        }
        let encoded =
            ContentHead { encoded: true, ..head(partial(HELD, Some(TOTAL)), Some("\"a\"")) };
        assert_eq!(tagged.judge(&encoded), Verdict::Anew);
    }

    #[test]
    fn what_begins_is_kept_from_its_first_byte() {
        let nothing = Held { total: Some(TOTAL), ..Held::default() };
        let judge = |extent| nothing.judge(&head(extent, None));
        assert_eq!(judge(Portion::Whole), Verdict::Fresh);
        assert_eq!(judge(partial(0, Some(TOTAL))), Verdict::Fresh);
        assert_eq!(judge(partial(1, Some(TOTAL))), Verdict::Anew);
        assert_eq!(judge(Portion::Outside(None)), Verdict::Anew);
        assert_eq!(
            Held::default().judge(&head(Portion::Outside(Some(0)), None)),
            Verdict::Complete
        );
    }

    #[test]
    fn what_is_asked_for_names_the_validator_or_goes_back_a_little() {
        let held =
            |bytes, etag: Option<&str>| Held { bytes, etag: etag.map(str::to_owned), total: None };
        assert_eq!(held(0, Some("\"a\"")).part(), Part::whole());
        let part = held(HELD, Some("\"a\"")).part();
        assert_eq!((part.from, part.if_range.as_deref()), (HELD, Some("\"a\"")));
        let part = held(HELD, None).part();
        assert_eq!((part.from, part.if_range), (HELD - SEAM, None));
        // Fewer bytes than that: all of them come again, and are compared.
        assert_eq!(held(10, None).part(), Part::whole());
    }
}
