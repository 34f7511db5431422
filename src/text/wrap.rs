//! Sentences on lines.

use super::width::{cells_from_start, shorten_end};

/// Breaks a sentence at spaces into lines of at most `width` cells; longer words are broken, so that
/// all of it is there.
#[must_use]
pub fn wrap(sentence: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in sentence.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        let joined = super::width(line) + 1 + super::width(word);
        if !line.is_empty() && joined <= width {
            line.push(' ');
            line.push_str(word);
            continue;
        }
        if line.is_empty() {
            lines.pop();
        }
        lines.extend(break_anywhere(word, width));
    }
    lines
}

/// Breaks a text into lines of at most `width` cells wherever one is full.
#[must_use]
pub fn break_anywhere(word: &str, width: usize) -> Vec<String> {
    let (mut pieces, mut rest) = (vec![], word);
    while super::width(rest) > width {
        let (piece, behind) = rest.split_at(cells_from_start(rest, width));
        if piece.is_empty() {
            // Not even one character of it fits.
            break;
        }
        pieces.push(piece.to_owned());
        rest = behind;
    }
    pieces.push(shorten_end(rest, width));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_a_sentence_is_on_its_lines() {
        let cases: [(&str, usize, &[&str]); 7] = [
            ("", 5, &[""]),
            ("a few words", 20, &["a few words"]),
            ("a few words", 5, &["a few", "words"]),
            ("to /a/long/path", 6, &["to", "/a/lon", "g/path"]),
            ("/a/long/path it is", 6, &["/a/lon", "g/path", "it is"]),
            ("评评评", 4, &["评评", "评"]),
            ("评", 1, &["…"]),
        ];
        for (sentence, width, expected) in cases {
            assert_eq!(wrap(sentence, width), expected, "{sentence:?} {width}");
        }
    }
}
