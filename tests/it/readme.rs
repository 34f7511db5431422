//! The README says what is true: whatever key, option, command, variable or setting it names is
//! there. What it need not name, the program's own help must.

use std::collections::BTreeSet;

use clap::{Arg, CommandFactory, Parser};
use shelflife::api::secret::SECRET_VARIABLE;
use shelflife::commands::cli::Cli;
use shelflife::config::table::{SETTINGS, Setting};
use shelflife::config::template;
use shelflife::keys::{GROUPS, KeyMap};

use crate::support::binary::{command, text};

const README: &str = include_str!("../../README.md");

/// The program's command line and those of its commands.
fn commands() -> Vec<clap::Command> {
    let mut program = Cli::command();
    program.build();
    let below: Vec<_> = program.get_subcommands().cloned().collect();
    [program].into_iter().chain(below).collect()
}

/// The options of a command that are its own, or everybody's and act there, but for clap's.
fn options(command: &clap::Command) -> Vec<&Arg> {
    let is_ours =
        |arg: &&Arg| !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version");
    command.get_arguments().filter(is_ours).filter(|arg| arg.get_long().is_some()).collect()
}

fn long(arg: &Arg) -> String {
    format!("--{}", arg.get_long().unwrap())
}

/// The option of this name, in whichever command.
fn option(name: &str) -> Option<Arg> {
    let all: Vec<Arg> = commands().iter().flat_map(options).cloned().collect();
    all.into_iter().find(|arg| long(arg) == name)
}

/// What stands between backquotes.
fn spans() -> impl Iterator<Item = &'static str> {
    let prose = README.split("```").step_by(2);
    prose.flat_map(|part| part.split('`').skip(1).step_by(2))
}

/// The lines of the README's blocks of code, without what a shell adds to them.
fn code() -> Vec<&'static str> {
    let blocks = README.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(|block| block.lines().skip(1));
    lines.map(|line| line.split(['#', '>', '|']).next().unwrap().trim()).collect()
}

/// The words of `text` that begin like an option.
fn flags(text: &str) -> impl Iterator<Item = &str> {
    let is_end = |c: char| !c.is_ascii_alphanumeric() && c != '-';
    text.split(is_end).filter(|word| {
        word.strip_prefix("--")
            .is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
    })
}

#[test]
fn the_keys_that_it_names_are_those_of_the_program() {
    let rows: BTreeSet<String> = GROUPS
        .iter()
        .flat_map(|group| group.bindings)
        .map(|binding| {
            let keys = KeyMap::default().names(binding);
            let keys: Vec<String> = keys.split(' ').map(|key| format!("`{key}`")).collect();
            format!("| {} | {} |", keys.join(" "), binding.what)
        })
        .collect();
    let section = README.split("\n## Keys\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let said: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    for row in &said {
        assert!(rows.contains(*row), "no binding is so:\n{row}");
    }
    let once: BTreeSet<&&str> = said.iter().collect();
    assert_eq!(once.len(), said.len(), "none stands there twice");
}

#[test]
fn the_options_that_it_names_are_there() {
    // What other programs are given is theirs; cargo's stands before the `--` that parts it from ours.
    let ours = |line: &'static str| match line.split_once(" -- ") {
        Some((cargo, ours)) if cargo.starts_with("cargo run") => ours,
        _ if line.starts_with("shelflife") || line.starts_with("--") => line,
        _ => "",
    };
    let named: BTreeSet<&str> = spans().chain(code()).map(ours).flat_map(flags).collect();
    assert!(named.contains("--demo"), "{named:?}");
    // The heads of two tables have it without `cargo`.
    for flag in named.into_iter().filter(|flag| *flag != "--bench") {
        assert!(option(flag).is_some(), "the README names {flag}");
    }
    // `--load demand|all`: the values that it lists are those that are allowed.
    for span in spans() {
        for part in span.split("--").skip(1) {
            let Some((flag, values)) = part.split_once(' ') else { continue };
            let flag = format!("--{flag}");
            let Some(option) = option(&flag) else { continue };
            let allowed: BTreeSet<String> =
                option.get_possible_values().iter().map(|v| v.get_name().to_owned()).collect();
            let values = values.trim_end_matches([']', '\'']).split(' ').next().unwrap();
            let listed: BTreeSet<String> = values.split("\\|").map(str::to_owned).collect();
            let is_so =
                if listed.len() > 1 { listed == allowed } else { listed.is_subset(&allowed) };
            assert!(allowed.is_empty() || is_so, "`{span}`: {allowed:?} are allowed");
        }
    }
}

#[test]
fn each_option_is_in_the_help_of_its_command_and_of_no_other() {
    for of in commands().iter().filter(|of| of.get_name() != "help") {
        let mut arguments = vec!["--help"];
        if of.get_name() != "shelflife" {
            arguments.insert(0, of.get_name());
        }
        let help = text(&command(&arguments).output().unwrap().stdout);
        let is_option = |line: &&str| line.starts_with("  -") || line.starts_with("      --");
        let listed: BTreeSet<&str> =
            help.lines().filter(is_option).filter_map(|line| flags(line).next()).collect();
        let mut expected: BTreeSet<String> = options(of).into_iter().map(long).collect();
        expected.insert("--help".to_owned());
        if of.get_name() == "shelflife" {
            expected.insert("--version".to_owned());
        }
        assert_eq!(listed.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), expected);
        for option in options(of) {
            assert!(option.get_help().is_some(), "{} says what it does", long(option));
        }
    }
}

/// A value that is allowed for an option.
fn sample(setting: &Setting, option: &Arg) -> Option<String> {
    if !option.get_action().takes_values() {
        return None;
    }
    let default = setting.default.trim_matches('"');
    let first = option.get_possible_values().first().map(|value| value.get_name().to_owned());
    Some(first.unwrap_or_else(|| if default.is_empty() { "x" } else { default }.to_owned()))
}

/// A setting that can be given with a flag has that flag, and the flag gives it.
#[test]
fn each_flag_of_a_setting_is_an_option_that_sets_it() {
    // What belongs to one run, and to no configuration.
    let mut others = BTreeSet::from(["--allow-http", "--demo", "--files", "--config"]);
    for setting in SETTINGS {
        let Some(flag) = setting.flag else { continue };
        let option = option(flag).unwrap_or_else(|| panic!("{}: no option {flag}", setting.name));
        let words = ["shelflife".to_owned(), flag.to_owned()];
        let words = words.into_iter().chain(sample(setting, &option));
        let cli = Cli::try_parse_from(words).unwrap();
        let given = cli.options.given(flag);
        let given = given.unwrap_or_else(|| panic!("{flag} does not reach {}", setting.name));
        let mut values = shelflife::config::table::Values::default();
        assert!(setting.set(&mut values, &given).is_some(), "{flag}");
        others.insert(flag);
    }
    let program = &commands()[0];
    let all: BTreeSet<String> = options(program).into_iter().map(long).collect();
    assert_eq!(all, others.into_iter().map(str::to_owned).collect());
}

#[test]
fn the_settings_and_variables_that_it_names_are_there_and_the_template_has_all() {
    let settings: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
    // Words of the API, and of HTTP as the API spells it.
    let fields = ["created_at", "expires_at", "has_more"];
    let is_snake = |span: &&str| {
        span.contains('_') && span.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    for span in spans().filter(is_snake) {
        assert!(settings.contains(span) || fields.contains(&span), "the README names `{span}`");
    }
    let variables = SETTINGS.iter().filter_map(|setting| setting.environment);
    let variables: BTreeSet<&str> = variables.chain([SECRET_VARIABLE]).collect();
    let is_variable = |word: &&str| {
        word.contains('_') && word.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    };
    let words = README.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    for word in words.filter(is_variable) {
        assert!(variables.contains(word), "the README names {word}");
    }
    let template = template();
    let head = template.split("\n#[[alerts]]").next().unwrap();
    let named: BTreeSet<&str> = head
        .lines()
        .filter_map(|line| line.strip_prefix('#')?.split_once(" = "))
        .map(|(name, _)| name)
        .filter(|name| !name.contains(' '))
        .collect();
    assert_eq!(named, settings, "`shelflife config` has every setting");
}

#[test]
fn its_commands_can_be_given_and_its_links_lead_somewhere() {
    let mut given = 0;
    for line in code() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (["cargo", "run", "--release", "--", ref ours @ ..] | ["shelflife", ref ours @ ..]) =
            words[..]
        else {
            continue;
        };
        given += 1;
        let parsed = Cli::try_parse_from(["shelflife"].iter().chain(ours));
        assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
    }
    assert!(given > 0);
    let names: Vec<String> = commands().iter().map(|of| of.get_name().to_owned()).collect();
    for span in spans() {
        let Some(rest) = span.strip_prefix("shelflife ") else { continue };
        let word = rest.split(' ').next().unwrap();
        let is_option = word.starts_with(['-', '[']);
        assert!(is_option || names.iter().any(|name| name == word), "`{span}`");
    }
    let links = README.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
    for link in links.filter(|link| !link.starts_with("http")) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(link);
        assert!(path.exists(), "{link}");
    }
}
