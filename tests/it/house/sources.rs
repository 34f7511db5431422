//! The sources as text: without what stands in comments and strings, and without tests.
//!
//! It knows as much of the language as finding imports, functions and types takes, and no more.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// A file of `src`.
pub struct Source {
    /// Its path, from `src/` on.
    pub path: String,
    /// The first part of its path: the module of the crate that it belongs to.
    pub module: String,
    /// Lines that are no tests; comments and blank ones count.
    pub lines: usize,
    /// Its text, with blanks for comments, the contents of strings, and tests: a place in it is at
    /// the same line as in the file.
    pub code: String,
    /// The other way round: its strings, with blanks for all else, and for tests.
    pub strings: String,
}

/// A function: its name, the line that it begins on, and its lines up to its closing brace.
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

impl Source {
    /// The files of `src` that are no tests, in the order of their paths.
    pub fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<Source>> = LazyLock::new(Source::read_all);
        &ALL
    }

    fn read_all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut paths = vec![];
        gather(&root.join("src"), &mut paths);
        paths.sort();
        let all = paths.iter().map(|path| {
            let shown = path.strip_prefix(root).unwrap().to_str().unwrap();
            Self::new(shown, &fs::read_to_string(path).unwrap())
        });
        all.collect()
    }

    pub fn new(path: &str, text: &str) -> Self {
        let module = path.trim_start_matches("src/").split('/').next().unwrap();
        let (mut code, mut strings) = code_and_strings(text);
        let tests = blank_tests(&mut code, &mut strings);
        Self {
            path: path.to_owned(),
            module: module.trim_end_matches(".rs").to_owned(),
            lines: text.lines().count() - tests,
            code: code.into_iter().collect(),
            strings: strings.into_iter().collect(),
        }
    }

    /// Every place of `text` as words of their own: the line, and what follows.
    pub fn places<'s>(&'s self, text: &'s str) -> impl Iterator<Item = (usize, &'s str)> {
        places_in(&self.code, text)
    }

    /// The same in its strings.
    pub fn places_in_strings<'s>(
        &'s self,
        text: &'s str,
    ) -> impl Iterator<Item = (usize, &'s str)> {
        places_in(&self.strings, text)
    }

    /// The modules of the crate that are imported or named, each with its line.
    pub fn imports(&self) -> Vec<(usize, String)> {
        let root = if self.module == "main" { "shelflife::" } else { "crate::" };
        let mut all = vec![];
        for (line, after) in self.places(root) {
            match after.strip_prefix('{') {
                None => all.push((line, word(after).to_owned())),
                Some(group) => all.extend(heads(group).map(|head| (line, head.to_owned()))),
            }
        }
        all.retain(|(_, module)| *module != self.module);
        all
    }

    pub fn functions(&self) -> Vec<Function> {
        let all = self.places("fn").filter_map(|(line, after)| {
            let name = word(after.strip_prefix(' ')?);
            let begin = body(after)?;
            let end = begin + closing(&after[begin..])?;
            let lines = after[..end].matches('\n').count() + 1;
            (!name.is_empty()).then(|| Function { name: name.to_owned(), line, lines })
        });
        all.collect()
    }

    /// The public types that are made here, each with its line.
    pub fn types(&self) -> Vec<(usize, &str)> {
        let kinds = ["struct", "enum", "trait", "type", "union"];
        let all = kinds.into_iter().flat_map(|kind| {
            let places = self.code.lines().zip(1..).filter_map(move |(text, line)| {
                let after = text.trim_start().strip_prefix("pub ")?.strip_prefix(kind)?;
                Some((line, word(after.strip_prefix(' ')?)))
            });
            places.collect::<Vec<_>>()
        });
        all.collect()
    }
}

fn places_in<'s>(whole: &'s str, text: &'s str) -> impl Iterator<Item = (usize, &'s str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    whole.match_indices(text).filter_map(move |(at, found)| {
        let (before, after) = (&whole[..at], &whole[at + found.len()..]);
        let begins = !text.starts_with(is_word) || !before.ends_with(is_word);
        let ends = !text.ends_with(is_word) || !after.starts_with(is_word);
        (begins && ends).then(|| (before.matches('\n').count() + 1, after))
    })
}

fn gather(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() && !is_test {
            gather(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
            all.push(path);
        }
    }
}

/// The name that `text` begins with.
fn word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()
}

/// What the parts of a group of imports begin with, `group` being what follows its brace.
fn heads(group: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let part = group.split_inclusive([',', '{', '}']).map_while(move |part| {
        let head = (depth == 0).then(|| word(part.trim_start()));
        match part.chars().last() {
            Some('{') => depth += 1,
            Some('}') => depth -= 1,
            _ => {}
        }
        (depth >= 0 || head.is_some_and(|head| !head.is_empty())).then_some(head)
    });
    part.flatten().filter(|head| !head.is_empty())
}

/// Where the brace of a function's body is, if it has one; `[u8; 3]` in its head is no end.
fn body(head: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in head.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(at),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// Where the brace is closed that is opened first.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The text with blanks for comments, strings and characters, and the strings with blanks for all
/// else.
fn code_and_strings(text: &str) -> (Vec<char>, Vec<char>) {
    let text: Vec<char> = text.chars().collect();
    let mut code = text.clone();
    let mut strings = text.clone();
    blank(&mut strings);
    let mut at = 0;
    while at < text.len() {
        let end = end_of_words(&text, at);
        blank(&mut code[at..end]);
        if end > at && matches!(text[at], '"' | 'r') {
            strings[at..end].copy_from_slice(&text[at..end]);
        }
        at = end.max(at + 1);
    }
    (code, strings)
}

fn blank(text: &mut [char]) {
    text.iter_mut().filter(|c| **c != '\n').for_each(|c| *c = ' ');
}

/// Where the comment, string or character ends that begins at `at`; `at` where none does.
fn end_of_words(text: &[char], at: usize) -> usize {
    let find = |from: usize, end: &[char]| {
        let found = (from..text.len()).find(|at| text[*at..].starts_with(end));
        found.map_or(text.len(), |found| found + end.len())
    };
    let is_word = |c: &char| c.is_alphanumeric() || *c == '_';
    match &text[at..] {
        ['/', '/', ..] => find(at, &['\n']) - 1,
        ['/', '*', ..] => find(at, &['*', '/']),
        ['"', ..] => end_of_string(text, at + 1),
        // Not the end of a name, but for the marks of bytes and of what C reads.
        ['r', '#' | '"', ..]
            if at == 0 || !is_word(&text[at - 1]) || matches!(text[at - 1], 'b' | 'c') =>
        {
            let marks = text[at + 1..].iter().take_while(|c| **c == '#').count();
            let mut end = vec!['"'];
            end.extend(std::iter::repeat_n('#', marks));
            let is_string = text.get(at + 1 + marks) == Some(&'"');
            if is_string { find(at + 2 + marks, &end) } else { at }
        }
        ['\'', '\\', _, ..] => find(at + 3, &['\'']),
        ['\'', _, '\'', ..] => at + 3,
        _ => at,
    }
}

fn end_of_string(text: &[char], from: usize) -> usize {
    let mut at = from;
    while let Some(c) = text.get(at) {
        match c {
            '"' => return at + 1,
            '\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// Blanks what is compiled for tests only, and tells how many lines that were.
fn blank_tests(code: &mut [char], strings: &mut [char]) -> usize {
    let mark: Vec<char> = "#[cfg(test)]".chars().collect();
    let mut lines = 0;
    while let Some(at) = code.windows(mark.len()).position(|here| here == mark) {
        let text: String = code[at..].iter().collect();
        let head = text.find(['{', ';']).unwrap_or(text.len());
        let is_block = text[head..].starts_with('{');
        let end = if is_block { head + closing(&text[head..]).unwrap_or(0) } else { head };
        let length = text[..end].chars().count() + 1;
        let end = code.len().min(at + length);
        lines += code[at..end].iter().filter(|c| **c == '\n').count() + 1;
        blank(&mut code[at..end]);
        blank(&mut strings[at..end]);
    }
    lines
}
