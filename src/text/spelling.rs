//! Two spellings of one letter: composed (NFC, what nearly everybody writes) and decomposed (NFD, as
//! filenames of macOS are).

use std::borrow::Cow;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

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

/// The composed spelling of a text that differs from it in nothing but being all decomposed.
pub(super) fn of_decomposed(text: &[u8]) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let valid = std::str::from_utf8(text).ok().filter(|text| !NFC.is_normalized(text))?;
    let composed = NFC.normalize(valid).into_owned();
    (NFD.normalize(&composed) == valid).then_some(composed)
}
