//! Sentences on lines.

use super::width::shorten_end;

/// Breaks a sentence at spaces into lines of at most `width` cells; longer words are cut.
#[must_use]
pub fn wrap(sentence: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in sentence.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        let joined = super::width(line) + 1 + super::width(word);
        if line.is_empty() {
            line.push_str(&shorten_end(word, width));
        } else if joined <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(shorten_end(word, width));
        }
    }
    lines
}
