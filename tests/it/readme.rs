//! The README says what is true.

use shelflife::keys::{GROUPS, KeyMap};

const README: &str = include_str!("../../README.md");

#[test]
fn the_key_table_is_that_of_the_program() {
    for binding in GROUPS.iter().flat_map(|group| group.bindings) {
        let keys: Vec<String> =
            KeyMap::default().names(binding).split(' ').map(|key| format!("`{key}`")).collect();
        let row = format!("| {} | {} |", keys.join(" "), binding.what);
        assert!(README.contains(&row), "the README lacks this row:\n{row}");
    }
    let section = README.split("## Keys").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `")).count();
    let bindings: usize = GROUPS.iter().map(|group| group.bindings.len()).sum();
    assert_eq!(
        rows, bindings,
        "the README's key table has as many rows as the program has bindings"
    );
}

#[test]
fn its_commands_are_those_that_are_checked() {
    assert!(README.contains("cargo run --release -- --demo") && README.contains("cargo test"));
    assert!(README.contains("assets/shelflife.svg"));
}
