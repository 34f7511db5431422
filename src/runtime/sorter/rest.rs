//! The rest of what was cut off, which comes late on a line that stalls, and is told from keys.

/// What is missing of a sequence that was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// All but the ESC.
    Sequence,
    /// The rest of a CSI.
    Csi,
    /// The rest of a string.
    Text,
    /// The second half of a string's end.
    Half,
}

impl Rest {
    /// What follows the rest of what was cut off; `None` where `bytes` are no such rest. They are one
    /// where they came at once and no person types the like.
    pub(super) fn skip(self, bytes: &[u8]) -> Option<&[u8]> {
        match self {
            Self::Sequence => match bytes {
                [b'[', bytes @ ..] => after_csi(bytes),
                [b'P' | b']' | b'X' | b'^' | b'_', bytes @ ..] => after_string(bytes),
                _ => None,
            },
            // A last byte alone is a key as well.
            Self::Csi => after_csi(bytes).filter(|after| after.len() + 1 < bytes.len()),
            Self::Text => after_string(bytes),
            Self::Half => bytes.strip_prefix(b"\\"),
        }
    }

    /// Whether `bytes` begin a string of which the ESC came before.
    pub(super) fn begins_a_string(self, bytes: &[u8]) -> bool {
        self == Self::Sequence && matches!(bytes, [b'P' | b']' | b'X' | b'^' | b'_', _, ..])
    }
}

/// What follows the end of a string.
fn after_string(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().position(|byte| matches!(byte, 0x07 | 0x1b))?;
    match &bytes[end..] {
        [0x07, after @ ..] | [0x1b, b'\\', after @ ..] => Some(after),
        _ => None,
    }
}

/// What follows the end of a CSI.
fn after_csi(bytes: &[u8]) -> Option<&[u8]> {
    let middle = bytes.iter().take_while(|byte| (b' '..=b'?').contains(*byte)).count();
    matches!(bytes.get(middle), Some(b'@'..=b'~')).then(|| &bytes[middle + 1..])
}
