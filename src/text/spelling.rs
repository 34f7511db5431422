//! Two spellings of one letter: composed (NFC, what nearly everybody writes) and decomposed (NFD, as
//! filenames of macOS are).

use std::borrow::Cow;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// What stands behind a text that is shown composed and is all decomposed: no other text ends so,
/// since a backslash of its own is doubled.
pub(super) const DECOMPOSED: &str = "\\{nfd}";

const NFC: ComposingNormalizerBorrowed<'_> = ComposingNormalizerBorrowed::new_nfc();
const NFD: DecomposingNormalizerBorrowed<'_> = DecomposingNormalizerBorrowed::new_nfd();

/// `text` in its composed spelling, so that one that is looked for is found in either: as it is where
/// that is its spelling, or where it is no UTF-8.
#[must_use]
pub fn composed(text: &[u8]) -> Cow<'_, [u8]> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let Ok(valid) = std::str::from_utf8(text) else { return Cow::Borrowed(text) };
    match NFC.normalize(valid) {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        Cow::Owned(composed) => Cow::Owned(composed.into_bytes()),
    }
}

/// `text` in its decomposed spelling.
#[cfg(test)]
pub(super) fn decomposed(text: &[u8]) -> Option<String> {
    std::str::from_utf8(text).ok().map(|text| NFD.normalize(text).into_owned())
}

/// A printed text that ends with [`DECOMPOSED`], in two.
pub(super) fn without_mark(text: &str) -> Option<(&str, &str)> {
    let body = text.strip_suffix(DECOMPOSED)?;
    let backslashes = body.bytes().rev().take_while(|byte| *byte == b'\\').count();
    backslashes.is_multiple_of(2).then(|| text.split_at(body.len()))
}

/// The composed spelling of a text that differs from it in nothing but being all decomposed.
pub(super) fn of_decomposed(text: &[u8]) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let valid = std::str::from_utf8(text).ok().filter(|text| !NFC.is_normalized(text))?;
    let composed = NFC.normalize(valid).into_owned();
    (NFD.normalize(&composed) == valid).then_some(composed)
}
