//! The house, held: who may import whom, how large things may grow, and what the core may not do.
//!
//! `cargo test --test it house::the_graph -- --nocapture` shows who imports whom.

mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sources::Source;

/// The modules, floor by floor, the top one first. A module imports from floors below its own, never
/// from above and never from its neighbours.
const FLOORS: &[&[&str]] = &[
    &["main", "lib", "guide"],
    &["commands"],
    &["runtime"],
    &["view"],
    &["config"],
    &["app"],
    &["jobs"],
    &["account"],
    &["lister", "demo"],
    &["store", "content"],
    &["api"],
    &["theme", "keys", "notify", "log_file", "validation"],
    &["text", "time", "topics"],
];

/// Modules with a door that only these come in by: the rest of the house does not know them.
const DOORS: &[(&str, &[&str])] =
    &[("demo", &["commands"]), ("log_file", &["main", "commands"]), ("view", &["runtime"])];

/// What has neither clock nor chance nor world: it is told all of it.
const CORE: &[&str] = &[
    "view",
    "app",
    "jobs",
    "account",
    "lister",
    "store",
    "content",
    "theme",
    "keys",
    "notify",
    "text",
    "validation",
];

/// Where a real wait or a real moment is meant.
const CLOCKS: &[&str] = &[
    "src/time/clock.rs",
    "src/runtime/",
    "src/commands/",
    "src/demo/",
    "src/log_file.rs",
    // The moments that a request was sent at and answered.
    "src/api/exchange.rs",
    "src/api/headers.rs",
];

const MOST_LINES: usize = 400;
const MOST_LINES_OF_A_FUNCTION: usize = 60;

/// Functions that are one exhaustive `match` without a `_`, a line a case: they grow with their enum, and
/// the compiler asks for each line.
const TABLES: &[(&str, &str)] = &[("src/app/actions.rs", "dispatch")];

/// Fails with every violation, not only the first.
#[track_caller]
fn none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

type Graph = BTreeMap<&'static str, BTreeMap<String, Vec<String>>>;

/// Who imports whom: for each module, the modules that it imports and the places where it does.
fn graph() -> Graph {
    let mut graph = Graph::new();
    for source in Source::all() {
        let imports = graph.entry(&source.module).or_default();
        for (line, module) in source.imports() {
            imports.entry(module).or_default().push(format!("{}:{line}", source.path));
        }
    }
    graph
}

#[test]
fn the_graph() {
    let graph = graph();
    let mut out = String::from(
        "Who imports whom, and in how many places; the top floor first. Lines are without tests.\n",
    );
    for module in FLOORS.iter().copied().flatten() {
        let Some(imports) = graph.get(module) else { continue };
        let mut imports: Vec<_> = imports.iter().collect();
        imports.sort_by_key(|(name, _)| floor(name));
        let each = imports.iter().map(|(name, places)| format!("{name} ({})", places.len()));
        let own = Source::all().iter().filter(|source| source.module == *module);
        let lines: usize = own.map(|source| source.lines).sum();
        let each = each.collect::<Vec<_>>().join(", ");
        let _ = writeln!(out, "{module:>9} {lines:>5} lines: {each}");
    }
    println!("{out}");
}

#[test]
fn every_module_has_its_floor_and_every_floor_its_modules() {
    let there: BTreeSet<&str> = Source::all().iter().map(|source| source.module.as_str()).collect();
    let planned: BTreeSet<&str> = FLOORS.iter().copied().flatten().copied().collect();
    let homeless = there.difference(&planned).map(|module| {
        format!("src/{module}: no floor: put it into FLOORS, above all that it imports")
    });
    let gone = planned
        .difference(&there)
        .map(|module| format!("FLOORS: no module {module} any more: take it out"));
    none(&homeless.chain(gone).collect::<Vec<_>>());
}

#[test]
fn nobody_imports_from_above() {
    let mut violations = vec![];
    for (module, imports) in graph() {
        for (imported, places) in imports {
            let why = match (floor(module), floor(&imported)) {
                (Some(own), Some(other)) if own == other => "a neighbour",
                (Some(own), Some(other)) if own > other => "on a floor above",
                (_, None) => "not a module: put the item into one",
                _ => continue,
            };
            violations.extend(places.iter().map(|place| {
                format!(
                    "{place}: {module} imports {imported}, {why}: hand in what it needs, or move the item down"
                )
            }));
        }
    }
    none(&violations);
}

#[test]
fn doors_are_used_by_those_who_have_the_key() {
    let mut violations = vec![];
    for (module, imports) in graph() {
        for (behind, let_in) in DOORS.iter().filter(|(_, let_in)| !let_in.contains(&module)) {
            violations.extend(imports.get(*behind).into_iter().flatten().map(|place| {
                format!("{place}: {module} knows {behind}, which only {let_in:?} may know")
            }));
        }
    }
    none(&violations);
}

#[test]
fn the_graph_has_no_knot() {
    let graph = graph();
    // Whoever imports nothing that is left, or is not imported by it, is taken away, until nobody is
    // left but knots.
    let mut left: BTreeSet<&str> = graph.keys().copied().collect();
    let is_free = |module: &str, left: &BTreeSet<&str>| {
        let imports = |one: &str, other: &str| graph[one].contains_key(other);
        !left.iter().any(|other| imports(module, other))
            || !left.iter().any(|other| imports(other, module))
    };
    while let Some(free) = left.iter().copied().find(|module| is_free(module, &left)) {
        left.remove(free);
    }
    let ties = left.iter().flat_map(|module| {
        let ties = graph[module].iter().filter(|(imported, _)| left.contains(imported.as_str()));
        ties.map(move |(imported, places)| {
            format!("{}: {module} imports {imported}, which comes back to it: cut it", places[0])
        })
    });
    none(&ties.collect::<Vec<_>>());
}

/// A way to the crate's root that does not name it would be an import that nothing here sees.
#[test]
fn nobody_climbs_out_of_a_module_by_super() {
    let mut violations = vec![];
    for source in Source::all() {
        let inner = source.path.trim_start_matches("src/").trim_end_matches("/mod.rs");
        let depth = inner.split('/').count();
        for (line, after) in source.places("super::") {
            let more = after.split("super::").take_while(|part| part.is_empty()).count();
            if more + 1 >= depth {
                violations.push(format!(
                    "{}:{line}: super reaches the crate's root: begin there",
                    source.path
                ));
            }
        }
    }
    none(&violations);
}

#[test]
fn files_are_small() {
    let large = Source::all().iter().filter(|source| source.lines > MOST_LINES);
    let violations = large.map(|source| {
        format!(
            "{}: {} lines without tests; at most {MOST_LINES}: make a module of what belongs together",
            source.path, source.lines
        )
    });
    none(&violations.collect::<Vec<_>>());
}

#[test]
fn functions_are_small() {
    let mut violations = vec![];
    for source in Source::all() {
        for function in source.functions() {
            let is_table = TABLES.contains(&(source.path.as_str(), function.name.as_str()));
            if function.lines > MOST_LINES_OF_A_FUNCTION && !is_table {
                violations.push(format!(
                    "{}:{}: {} has {} lines; at most {MOST_LINES_OF_A_FUNCTION}: give its parts names",
                    source.path, function.line, function.name, function.lines
                ));
            }
        }
    }
    none(&violations);
}

/// Every place in `sources` of one of `words`, as violations that say what to do.
fn words_in<'s>(
    sources: impl Iterator<Item = &'s Source>,
    words: &[&str],
    what_to_do: &str,
) -> Vec<String> {
    let mut violations = vec![];
    for source in sources {
        for word in words {
            for (line, _) in source.places(word) {
                violations.push(format!("{}:{line}: {word}: {what_to_do}", source.path));
            }
        }
    }
    violations
}

fn core() -> impl Iterator<Item = &'static Source> {
    Source::all().iter().filter(|source| CORE.contains(&source.module.as_str()))
}

#[test]
fn clocks_are_read_only_where_a_moment_is_meant() {
    let others = Source::all()
        .iter()
        .filter(|source| !CLOCKS.iter().any(|place| source.path.starts_with(place)));
    let words = [
        "Instant::now",
        "SystemTime::now",
        "now_utc",
        "now_local",
        "local_offset_at",
        "current_local_offset",
        "Now::read",
        "since_boot",
    ];
    none(&words_in(others, &words, "take the moment, a `Now` or a `Duration`, as an argument"));
}

#[test]
fn the_core_is_told_the_zone() {
    none(&words_in(core(), &["LOCAL"], "take the `Zone` as an argument"));
}

#[test]
fn the_core_has_no_chance() {
    let mut violations = vec![];
    for source in core() {
        for (line, after) in source.places("fastrand::") {
            if !after.starts_with("Rng") || after.starts_with("Rng::new") {
                violations.push(format!(
                    "{}:{line}: chance without a seed: take a seed, and draw from an `Rng` of it",
                    source.path
                ));
            }
        }
    }
    none(&violations);
}

#[test]
fn the_core_touches_nothing_in_the_world() {
    let words = [
        "std::fs",
        "std::env",
        "std::net",
        "std::process",
        "std::thread",
        "std::io",
        "tokio::",
        "reqwest::",
        "async fn",
        "static mut",
        "println!",
        "eprintln!",
    ];
    none(&words_in(core(), &words, "answer with an `Effect`, which the runtime carries out"));
}

#[test]
fn what_is_not_the_view_draws_nothing() {
    let others = Source::all().iter().filter(|source| {
        ["app", "account", "lister", "store", "api", "config"].contains(&source.module.as_str())
    });
    let words =
        ["ratatui::Frame", "Buffer", "ratatui::widgets", "ratatui::buffer", "ratatui::text"];
    none(&words_in(others, &words, "give the view what it needs, and let it draw"));
}

/// Keys can be bound otherwise: whoever names one asks the table for it, through a `Hint`.
#[test]
fn no_sentence_names_a_key() {
    let speak = ["app", "view", "account", "jobs", "lister", "content"];
    let mut violations = vec![];
    for source in Source::all().iter().filter(|source| speak.contains(&source.module.as_str())) {
        for key in ["Esc", "Enter", "Tab", "Space", "Backspace", "PgUp", "PgDn", "F1", "F5"] {
            for (line, _) in source.places_in_strings(key) {
                violations.push(format!(
                    "{}:{line}: a string names {key}: say it with a `Hint`",
                    source.path
                ));
            }
        }
        for (line, after) in source.places_in_strings("^") {
            let is_key = after.starts_with(|c: char| c.is_ascii_lowercase());
            let is_letter = after.chars().nth(1).is_some_and(char::is_alphanumeric);
            if is_key && !is_letter {
                violations.push(format!("{}:{line}: a string names ^x", source.path));
            }
        }
    }
    none(&violations);
}

#[test]
fn no_two_public_types_have_one_name() {
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for source in Source::all() {
        for (line, name) in source.types() {
            places.entry(name).or_default().push(format!("{}:{line}", source.path));
        }
    }
    let twice = places.iter().filter(|(_, places)| places.len() > 1);
    let violations = twice.map(|(name, places)| {
        format!("{}: all called {name}: give each a name of its own", places.join(", "))
    });
    none(&violations.collect::<Vec<_>>());
}

/// What the checks see of a source, so that they do not pass for having seen nothing.
#[test]
fn sources_are_read_as_they_are() {
    let text = r##"//! crate::none
use crate::{api::Client, store::{Store, filter}, text};
use crate::time::span; /* crate::none */
const A: &str = "crate::none \" fn none() {";
const B: &str = r#"crate::none " "#;
const C: [char; 3] = ['"', '\'', '{'];
pub struct Shelf<'a>(&'a [u8; 3]);
fn short(bytes: [u8; 3]) {}

pub(crate) fn long<F: Fn() -> u8>(f: F) -> u8 where F: Clone {
    let r#fn = "}";
    match f() {
        _ => { 1 }
    }
}
trait T { fn without_body(&self) -> [u8; 3]; }
type NoFunction = fn(u8) -> u8;

#[cfg(test)]
#[allow(unused)]
mod tests {
    use crate::view;
    pub struct Shelf;
}
"##;
    let source = Source::new("src/lister/refresh/mod.rs", text);
    assert_eq!((source.module.as_str(), source.lines), ("lister", text.lines().count() - 6));
    let imports: Vec<(usize, String)> = source.imports();
    let expected = [(2, "api"), (2, "store"), (2, "text"), (3, "time")];
    assert_eq!(imports, expected.map(|(line, module)| (line, module.to_owned())));
    let functions: Vec<_> =
        source.functions().into_iter().map(|f| (f.name, f.line, f.lines)).collect();
    let expected = [("short", 8, 1), ("long", 10, 6)];
    assert_eq!(functions, expected.map(|(name, line, lines)| (name.to_owned(), line, lines)));
    assert_eq!(source.types(), [(7, "Shelf")]);
    let strings: Vec<usize> =
        source.places_in_strings("crate::none").map(|(line, _)| line).collect();
    assert_eq!(strings, [4, 5]);
}
