//! What the filenames in view have in common at their ends: where it costs the cells in which they
//! differ, it is said once, above them.

use crate::text::{shorten_end, width};

/// Between these and what follows a name can be parted.
const SEAMS: [char; 3] = ['.', '-', '_'];
/// Cells of what stands before the ending, in the heading.
const BEFORE: usize = 2;

/// The ending that these names are shown without, if any of them is longer than `room` cells: the
/// longest that all of them have, begins at a seam, and leaves some of each name, and of `head` in
/// front of it.
pub(super) fn common(names: &[String], head: &str, room: usize) -> Option<String> {
    let (first, others) = names.split_first()?;
    if others.is_empty() || names.iter().all(|name| width(name) <= room) {
        return None;
    }
    let shared = |other: &String| {
        let pairs = first.chars().rev().zip(other.chars().rev());
        pairs.take_while(|(one, other)| one == other).map(|(c, _)| c.len_utf8()).sum::<usize>()
    };
    let shortest = names.iter().map(String::len).min().unwrap_or(0);
    let most = others.iter().map(shared).min().unwrap_or(0).min(shortest.saturating_sub(1));
    let start = (first.len() - most..=first.len()).find(|at| first.is_char_boundary(*at))?;
    let ends = &first[start..];
    let fits = |ending: &&str| width(head) + BEFORE + width(ending) <= room;
    let mut seams = ends.match_indices(SEAMS).map(|(at, _)| &ends[at..]);
    seams.find(fits).filter(|ending| width(ending) > 1).map(str::to_owned)
}

/// The heading of names that are shown without `ending`.
pub(super) fn heading(head: &str, ending: Option<&str>, room: usize) -> String {
    let ending = ending.map_or(String::new(), |ending| format!(" …{ending}"));
    shorten_end(&format!("{head}{ending}"), room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_is_what_all_names_have_and_is_told_only_where_room_is_short() {
        let long = "a-long-name-of-a-batch";
        let cases: [(&[&str], usize, Option<&str>); 10] = [
            (&["a-1.jsonl", "a-2.jsonl"], 24, None),
            (&["a-1.jsonl", "a-long-name-of-a-batch.jsonl"], 24, Some(".jsonl")),
            (
                &["a-1-output.jsonl", "a-long-name-of-a-batch-output.jsonl"],
                24,
                Some("-output.jsonl"),
            ),
            (&["a-1-output.jsonl", "a-long-name-of-a-batch-output.jsonl"], 20, Some(".jsonl")),
            (&["a-11.jsonl", "a-long-name-of-batch-21.jsonl"], 24, Some(".jsonl")),
            (&["a-long-name-of-a-batch.jsonl"], 24, None),
            (&["a-long-name-of-a-batch.jsonl", "b.csv"], 24, None),
            (&[".jsonl", "a-long-name-of-a-batch.jsonl"], 24, None),
            (&["评.jsonl", "a-long-name-of-a-评评评.jsonl"], 24, Some(".jsonl")),
            (&[], 24, None),
        ];
        for (names, room, expected) in cases {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let ending = common(&names, "Filename", room);
            assert_eq!(ending.as_deref(), expected, "{names:?}");
            assert!(width(&heading("Filename", ending.as_deref(), room)) <= room);
        }
        assert_eq!(common(&[long.to_owned(), long.to_owned()], "Filename", 8), None, "no room");
        assert_eq!(heading("Filename", Some(".jsonl"), 30), "Filename ….jsonl");
    }
}
