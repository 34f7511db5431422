//! The guide says what is true: whatever file, name or test it mentions is there, and each recipe
//! names just those sources that its example stands in.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A file of the repository: where it lies, the words in it and the names that it makes, without
/// comments, and its tests.
struct Source {
    path: String,
    words: HashSet<String>,
    made: HashSet<String>,
    tests: HashSet<String>,
}

static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let mut paths = vec![];
    for folder in ["src", "tests"] {
        gather(folder, "rs", &mut paths);
    }
    paths.into_iter().map(Source::read).collect()
});

/// The pages of the guide, each with its text.
static PAGES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let mut paths = vec![];
    gather("src/guide", "md", &mut paths);
    paths.into_iter().map(|path| (path.clone(), read(&path))).collect()
});

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

fn gather(folder: &str, extension: &str, all: &mut Vec<String>) {
    for entry in fs::read_dir(Path::new(ROOT).join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            gather(&path, extension, all);
        } else if entry.path().extension().is_some_and(|its| its == extension) {
            all.push(path);
        }
    }
    all.sort();
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What a name follows where it is made.
const KINDS: [&str; 9] =
    ["fn", "struct", "enum", "trait", "type", "const", "static", "mod", "macro_rules"];

/// The name of the variant or field that a line is, if it is one.
fn part(line: &str) -> Option<&str> {
    let name = line.trim_start_matches("pub ").split(|c| !is_word(c)).next()?;
    let rest = line.trim_start_matches("pub ").strip_prefix(name)?;
    let is_part = rest == "," || rest.starts_with([':', '(']) || rest.starts_with(" {");
    is_part.then_some(name)
}

impl Source {
    fn read(path: String) -> Self {
        let text = read(&path);
        let mut source =
            Self { path, words: HashSet::new(), made: HashSet::new(), tests: HashSet::new() };
        let mut is_test = false;
        for line in text.lines() {
            let line = line.split("//").next().unwrap().trim();
            let words: Vec<&str> =
                line.split(|c| !is_word(c)).filter(|word| !word.is_empty()).collect();
            let named = words.windows(2).filter(|pair| KINDS.contains(&pair[0]));
            let named: Vec<&str> = named.map(|pair| pair[1]).collect();
            if is_test && line.contains("fn ") {
                source.tests.extend(named.first().map(|name| (*name).to_owned()));
                is_test = false;
            }
            is_test |= line == "#[test]";
            source.made.extend(named.into_iter().chain(part(line)).map(str::to_owned));
            source.words.extend(words.into_iter().map(str::to_owned));
        }
        source
    }

    /// Whether the program itself is made of it.
    fn is_program(&self) -> bool {
        self.path.starts_with("src/") && !self.path.contains("/tests")
    }

    /// Whether it is, or lies in, a module of this name.
    fn lies_in(&self, module: &str) -> bool {
        self.path.trim_end_matches(".rs").split('/').any(|part| part == module)
    }
}

/// What stands between backquotes in prose, links without their brackets.
fn spans(page: &str) -> impl Iterator<Item = &str> {
    let prose = page.split("```").step_by(2);
    prose.flat_map(|part| part.split('`').skip(1).step_by(2))
}

/// The parts of a name such as `App::update`; nothing where it is none.
fn parts(span: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = span.split("::").collect();
    let is_name = |part: &&str| {
        part.starts_with(|c: char| c.is_alphabetic() || c == '_') && part.chars().all(is_word)
    };
    // A word of the API, of a filter or of a configuration is in the sources as a word.
    (span.len() > 1 && parts.iter().all(is_name)).then_some(parts)
}

fn is_there(parts: &[&str]) -> bool {
    match parts {
        [name] => SOURCES.iter().any(|source| source.words.contains(*name)),
        [.., above, name] => SOURCES.iter().any(|source| {
            source.made.contains(*name) && (source.lies_in(above) || source.words.contains(*above))
        }),
        [] => false,
    }
}

#[track_caller]
fn none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

#[test]
fn what_is_named_is_there() {
    let mut violations = vec![];
    let mut names = 0;
    for (path, text) in PAGES.iter() {
        for span in spans(text) {
            let is_path = ["src/", "tests/", ".ci/"].iter().any(|root| span.starts_with(root));
            let file = span.split(' ').next().unwrap();
            if is_path && !Path::new(ROOT).join(file).exists() {
                violations.push(format!("{path}: {span}: no such file"));
            }
            let subject = span.split_once("--test it ").map(|(_, rest)| rest);
            let subject = subject.and_then(|rest| rest.split([' ', ':']).next());
            if let Some(subject) = subject
                && !Path::new(ROOT).join(format!("tests/it/{subject}.rs")).exists()
            {
                violations.push(format!("{path}: {span}: no such subject"));
            }
            if let Some(parts) = parts(span) {
                names += 1;
                if !is_there(&parts) {
                    violations.push(format!("{path}: {span}: nothing has this name"));
                }
            }
        }
    }
    none(&violations);
    assert!(names > 80, "{names} names found");
}

/// Each row of a table of invariants names a test that holds it, or who else does.
#[test]
fn every_invariant_is_held() {
    let (_, page) = PAGES.iter().find(|(path, _)| path.ends_with("invariants.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.contains("held by |"));
    let mut violations = vec![];
    let mut held = 0;
    for row in rows {
        let holder = row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap();
        if holder.trim().starts_with("the compiler") {
            continue;
        }
        held += 1;
        let test = spans(holder).next().and_then(|span| span.split_once("::"));
        let is_test = test.is_some_and(|(module, name)| {
            SOURCES.iter().any(|source| source.lies_in(module) && source.tests.contains(name))
        });
        if !is_test {
            violations.push(format!("{holder}: no such test"));
        }
    }
    none(&violations);
    assert!(held > 30, "{held} invariants found");
}

/// One definition a word, so that nobody has to choose.
#[test]
fn the_glossary_says_each_word_once_in_a_table() {
    let (_, page) = PAGES.iter().find(|(path, _)| path.ends_with("glossary.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| word |"));
    let words = rows.map(|row| row.split('|').nth(1).unwrap().trim());
    let words: Vec<&str> = words.flat_map(|words| words.split(", ")).collect();
    let each: BTreeSet<&str> = words.iter().copied().collect();
    assert_eq!(each.len(), words.len(), "a word is there twice: {words:?}");
    assert!(words.len() > 40, "{} words found", words.len());
}

/// A step that is missing is one that the next change forgets; one too many is one that is gone.
#[test]
fn a_recipe_names_the_sources_that_its_example_stands_in() {
    let (_, page) = PAGES.iter().find(|(path, _)| path.ends_with("recipes.md")).unwrap();
    let mut violations = vec![];
    let recipes = page.split("\n# Add ").skip(1);
    for recipe in recipes.clone() {
        let title = recipe.lines().next().unwrap();
        let line = recipe.lines().find(|line| line.starts_with("As `"));
        let examples: Vec<&str> =
            spans(line.unwrap_or_else(|| panic!("{title}: no example"))).collect();
        let is_step = |line: &&str| line.starts_with(|c: char| c.is_ascii_digit());
        let steps = recipe.lines().filter(is_step);
        let listed: BTreeSet<&str> = steps.map(|line| spans(line).next().unwrap()).collect();
        let stands_in = |source: &&Source| {
            source.is_program() && examples.iter().any(|word| source.words.contains(*word))
        };
        let there = SOURCES.iter().filter(stands_in).map(|source| source.path.as_str());
        let there: BTreeSet<&str> = there.collect();
        let forgotten =
            there.difference(&listed).map(|path| format!("{title}: no step for {path}"));
        let gone = listed
            .difference(&there)
            .map(|path| format!("{title}: {path} has none of {examples:?}: not a step any more"));
        violations.extend(forgotten.chain(gone));
    }
    none(&violations);
    assert!(recipes.count() >= 6);
}

#[test]
fn every_page_is_a_module_and_the_front_page_leads_to_it() {
    let (guide, front) = (read("src/guide/mod.rs"), read("src/lib.rs"));
    for (path, _) in PAGES.iter() {
        let name = path.trim_start_matches("src/guide/").trim_end_matches(".md");
        for (file, text) in [("src/guide/mod.rs", &guide), ("src/lib.rs", &front)] {
            assert!(text.contains(&format!("{name}`]")), "{file} does not lead to {path}");
        }
        assert!(guide.contains(&format!("include_str!(\"{name}.md\")")), "{path} is not shown");
    }
    assert!(PAGES.len() >= 4, "{} pages", PAGES.len());
}
