//! The texts of the topics as help shows them: filled into whatever width there is, each under its
//! heading.
//!
//! They are written for 80 cells, once, for the shell; this module knows how they are written: with a
//! blank line between paragraphs, `- ` before an item, four blanks before what is to be typed.

use super::{Line, has_words};
use crate::text::{break_anywhere, wrap};
use crate::theme::Tone;
use crate::topics::{TABLE, TOPICS, Topic};

/// Said at the top where the operator has given actions other keys.
pub const KEYS_AS_THEY_CAME: &str =
    "The keys named below are those that the program comes with; some are bound otherwise here.";

/// Something of a text that is found as a whole: a paragraph, an item, or lines to be typed.
#[derive(Debug, PartialEq, Eq)]
struct Block {
    kind: Kind,
    /// One line, however long; of what is to be typed, those that there are.
    lines: Vec<String>,
    /// Whether a blank line stands before it.
    is_apart: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Paragraph,
    Item,
    Typed,
}

/// The topics, each as lines of at most `room` cells with a blank one at the end: of each the blocks in
/// which, or in whose heading, each of the typed words is. Where `rebound`, it is said first that the
/// keys in the texts are not those in force.
pub(super) fn lines(typed: &str, room: usize, rebound: bool) -> Vec<Vec<Line>> {
    let texts = TOPICS.iter().map(|topic| topic_lines(topic, typed, room));
    let mut texts: Vec<Vec<Line>> = texts.filter(|lines| !lines.is_empty()).collect();
    if rebound && !texts.is_empty() {
        let said = wrap(KEYS_AS_THEY_CAME, room.max(8)).into_iter();
        let mut said: Vec<Line> = said.map(|line| Line::of(Tone::Warning, line)).collect();
        said.push(Line::default());
        texts.insert(0, said);
    }
    texts
}

/// What a topic is called above its text.
#[must_use]
pub fn heading(topic: &Topic) -> String {
    let mut name = topic.name.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

fn topic_lines(topic: &Topic, typed: &str, room: usize) -> Vec<Line> {
    let heading = heading(topic);
    let is_found =
        |block: &Block| has_words(&format!("{heading} {}", block.lines.join(" ")), typed);
    let text = topic.text.replace(TABLE, instead_of_table(topic.name));
    let found: Vec<Block> = blocks(&text).into_iter().filter(is_found).collect();
    if found.is_empty() {
        return vec![];
    }
    let mut lines = vec![Line::of(Tone::Strong, heading)];
    for (place, block) in found.iter().enumerate() {
        if block.is_apart && place > 0 {
            lines.push(Line::default());
        }
        lines.extend(block_lines(block, room));
    }
    lines.push(Line::default());
    lines
}

/// What is said where the shell has a table that help has elsewhere, or that is too long for it.
fn instead_of_table(name: &str) -> &'static str {
    match name {
        "keys" => "They stand at the top of this help, as they are bound now.",
        "filters" => "Examples stand further up.",
        _ => "    shelflife help configuration",
    }
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = vec![];
    let mut is_apart = false;
    for line in text.lines() {
        let typed = line.strip_prefix("    ");
        let (kind, text) = match (typed, line.strip_prefix("- ")) {
            (Some(typed), _) => (Kind::Typed, typed),
            (None, Some(item)) => (Kind::Item, item),
            (None, None) => (Kind::Paragraph, line.trim()),
        };
        if text.is_empty() {
            is_apart = true;
            continue;
        }
        let last = blocks.last_mut().filter(|_| !is_apart);
        match (last, kind) {
            (Some(last), Kind::Typed) if last.kind == Kind::Typed => {
                last.lines.push(text.to_owned());
            }
            (Some(Block { kind: Kind::Paragraph | Kind::Item, lines, .. }), Kind::Paragraph) => {
                if let Some(last) = lines.last_mut() {
                    last.push(' ');
                    last.push_str(text);
                }
            }
            _ => blocks.push(Block { kind, lines: vec![text.to_owned()], is_apart }),
        }
        is_apart = false;
    }
    blocks
}

fn block_lines(block: &Block, room: usize) -> Vec<Line> {
    let (mut lead, rest, tone) = match block.kind {
        Kind::Paragraph => ("  ", "  ", Tone::Plain),
        Kind::Item => ("  - ", "    ", Tone::Plain),
        Kind::Typed => ("    ", "    ", Tone::Accent),
    };
    let cells = room.saturating_sub(lead.len()).max(8);
    let mut lines = vec![];
    for line in &block.lines {
        let filled = match block.kind {
            Kind::Typed => break_anywhere(line, cells),
            Kind::Paragraph | Kind::Item => wrap(line, cells),
        };
        for line in filled {
            lines.push(Line::of(tone, format!("{lead}{line}")));
            lead = rest;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lines: &[Line]) -> Vec<String> {
        let text = |line: &Line| line.pieces.iter().map(|piece| piece.text.as_str()).collect();
        lines.iter().map(text).collect()
    }

    #[test]
    fn a_text_is_filled_into_any_width() {
        let text = "One that is\nbroken.\n\nHow\n- an item\n  of two lines\n- another\n\n    a -b |\n      c\n";
        let lines: Vec<Line> =
            blocks(text).iter().flat_map(|block| block_lines(block, 20)).collect();
        assert_eq!(
            shown(&lines),
            [
                "  One that is",
                "  broken.",
                "  How",
                "  - an item of two",
                "    lines",
                "  - another",
                "    a -b |",
                "      c",
            ]
        );
        let apart: Vec<bool> = blocks(text).iter().map(|block| block.is_apart).collect();
        assert_eq!(apart, [false, true, false, false, true]);
    }

    /// No word of a text is lost at any width, nothing of it is wider, and no heading stands alone.
    #[test]
    fn every_word_of_each_topic_is_shown() {
        let words = |text: &str| text.split_whitespace().collect::<String>();
        for room in [20, 36, 57, 76, 97, 200] {
            for topic in TOPICS {
                let lines = shown(&topic_lines(topic, "", room));
                let all = topic.text.replace(TABLE, instead_of_table(topic.name));
                let text = |text: &str| words(text).replace("- ", "");
                assert_eq!(text(&lines[1..].concat()), text(&all), "{} at {room}", topic.name);
                let widest = lines.iter().map(|line| crate::text::width(line)).max();
                assert!(widest <= Some(room), "{} at {room}: {widest:?}", topic.name);
            }
        }
    }

    #[test]
    fn what_is_typed_finds_paragraphs_under_their_heading() {
        for (typed, topics, line) in [
            ("paging", "Paging", "one list request is in flight"),
            ("PAGING prefetch", "", ""),
            ("429 halved", "Paging", "with a pause that doubles"),
            ("textfile node_exporter", "Monitoring", "collector of node_exporter"),
            ("no such word", "", ""),
        ] {
            let found = lines(typed, 76, true);
            let heads: Vec<String> = found.iter().skip(1).map(|of| shown(of)[0].clone()).collect();
            assert_eq!(found.is_empty(), topics.is_empty(), "{typed}");
            assert!(topics.is_empty() || heads.iter().any(|head| head == topics), "{typed}");
            let all = found.iter().flat_map(|of| shown(of)).collect::<Vec<_>>().join(" ");
            assert!(all.to_lowercase().contains(line), "{typed}: {all}");
            let said = all.contains("those that the program comes with");
            assert_eq!(said, !topics.is_empty(), "{typed}");
        }
        let calm = lines("", 76, false);
        assert_eq!(calm.len(), TOPICS.len(), "nothing is said where no key was changed");
    }
}
