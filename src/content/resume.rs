//! Whether bytes that come later may stand behind bytes that are there already: the strict table.
//!
//! | asked from `held`, answered | then |
//! |---|---|
//! | a part that begins there, of the known total, with the strong validator as before | [`Join::AtOnce`] |
//! | the same, and no validator was ever given, nor is a weak one now | [`Join::AfterComparing`] |
//! | nothing, for the content ends at `held` | [`Join::Complete`] |
//! | all of it, another part, a part without its place, another or no total, another or a weak validator, any encoding | never |
//!
//! Whatever reads or saves a content goes by it. It knows only heads of answers.

use crate::api::content::{ContentHead, ETag, Portion};

/// Bytes before the end of what is held that come again and are compared where no validator speaks for
/// them.
pub const SEAM: u64 = 64 * 1_024;

/// What the first answer told of a content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Its length in bytes.
    pub total: Option<u64>,
    /// Its validator.
    pub etag: Option<ETag>,
}

/// How bytes may be joined to those before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// As they come.
    AtOnce,
    /// Once the last bytes that are held have come again just as they were.
    AfterComparing,
    /// There are none: what is held is all.
    Complete,
}

impl Known {
    /// What this answer tells.
    #[must_use]
    pub fn of(head: &ContentHead) -> Self {
        let total = match head.extent {
            Portion::Whole => head.length,
            Portion::Partial(range) => range.total,
            Portion::Outside(total) => total,
            Portion::Unplaced => None,
        };
        Self { total, etag: head.etag.clone() }
    }

    /// The validator that `If-Range` may name.
    #[must_use]
    pub fn strong(&self) -> Option<String> {
        self.etag.as_ref().filter(|etag| !etag.weak).map(|etag| etag.text.clone())
    }

    /// Whether what `head` announces, which was asked for from the byte `from` on, may stand behind
    /// the bytes before that one.
    ///
    /// # Errors
    /// In which way it may not, in words.
    pub fn join(&self, from: u64, head: &ContentHead) -> Result<Join, &'static str> {
        if head.encoded {
            return Err("it comes compressed");
        }
        let range = match head.extent {
            Portion::Partial(range) => range,
            Portion::Outside(Some(total)) if total == from => return Ok(Join::Complete),
            Portion::Outside(_) => return Err("the service has nothing behind that"),
            Portion::Whole => return Err("the service sends it from its beginning"),
            Portion::Unplaced => return Err("the service does not say which part it sends"),
        };
        if range.start != from {
            return Err("the service sends another part");
        }
        if self.total.is_some() && range.total != self.total {
            return Err("its length is another one now");
        }
        let is_weak = |tag: &Option<ETag>| tag.as_ref().is_some_and(|tag| tag.weak);
        match (&self.etag, &head.etag) {
            _ if is_weak(&self.etag) || is_weak(&head.etag) => Err("its validator is a weak one"),
            (None, _) => Ok(Join::AfterComparing),
            (Some(before), Some(now)) if before == now => Ok(Join::AtOnce),
            (Some(_), _) => Err("it was changed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::content::{ContentRange, Kind};

    fn etag(text: &str) -> Option<ETag> {
        ETag::read(text)
    }

    fn head(extent: Portion, tag: &str) -> ContentHead {
        ContentHead {
            extent,
            length: None,
            etag: etag(tag),
            encoded: false,
            incomplete: false,
            last_line: None,
            kind: Kind::Other,
            takes_ranges: false,
        }
    }

    fn part(start: u64, total: Option<u64>) -> Portion {
        Portion::Partial(ContentRange { start, last: 99, total })
    }

    /// Each row of the table.
    #[test]
    fn bytes_are_joined_only_by_the_strict_table() {
        use Join::{AfterComparing, AtOnce, Complete};
        let known = |total, tag| Known { total, etag: etag(tag) };
        let all = Some(100);
        let cases = [
            (known(all, "\"a\""), part(40, all), "\"a\"", Some(AtOnce)),
            (known(None, "\"a\""), part(40, all), "\"a\"", Some(AtOnce)),
            (known(None, "\"a\""), part(40, None), "\"a\"", Some(AtOnce)),
            (known(all, ""), part(40, all), "", Some(AfterComparing)),
            (known(all, ""), part(40, all), "\"a\"", Some(AfterComparing)),
            (known(all, ""), part(40, all), "W/\"a\"", None),
            (known(all, "\"a\""), part(39, all), "\"a\"", None),
            (known(all, "\"a\""), part(40, Some(101)), "\"a\"", None),
            (known(all, "\"a\""), part(40, None), "\"a\"", None),
            (known(all, "\"a\""), part(40, all), "\"b\"", None),
            (known(all, "\"a\""), part(40, all), "", None),
            (known(all, "W/\"a\""), part(40, all), "W/\"a\"", None),
            (known(all, "\"a\""), part(40, all), "W/\"a\"", None),
            (known(all, "\"a\""), Portion::Whole, "\"a\"", None),
            (known(all, "\"a\""), Portion::Unplaced, "\"a\"", None),
            (known(all, "\"a\""), Portion::Outside(Some(40)), "", Some(Complete)),
            (known(all, "\"a\""), Portion::Outside(Some(100)), "", None),
            (known(all, "\"a\""), Portion::Outside(None), "", None),
        ];
        for (known, extent, tag, expected) in cases {
            let head = head(extent, tag);
            assert_eq!(known.join(40, &head).ok(), expected, "{known:?} {head:?}");
            let encoded = ContentHead { encoded: true, ..head };
            assert!(known.join(40, &encoded).is_err(), "compressed bytes have no place");
        }
    }
}
