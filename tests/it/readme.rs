//! The README and the topics of help say what is true: whatever key, option, command, variable or
//! setting they name is there. What the README need not name, the program's own help must.

use std::collections::BTreeSet;

use clap::{Arg, Parser};
use shelflife::api::secret::SECRET_VARIABLE;
use shelflife::app::sheets::help::FILTERS;
use shelflife::commands::cli::{Cli, whole};
use shelflife::config::table::{SETTINGS, Setting};
use shelflife::config::template;
use shelflife::keys::{KeyMap, bindings};
use shelflife::time::clock::LOCAL;
use shelflife::topics::{TABLE, TOPICS, topic};

use crate::support::binary::{command, text};

const README: &str = include_str!("../../README.md");

/// The program's command line and those of its commands.
fn commands() -> Vec<clap::Command> {
    let program = whole();
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

/// The README and the texts of all topics.
fn pages() -> impl Iterator<Item = &'static str> {
    [README].into_iter().chain(TOPICS.iter().map(|topic| topic.text))
}

/// What stands between backquotes, in all pages.
fn spans() -> impl Iterator<Item = &'static str> {
    pages().flat_map(spans_of)
}

fn spans_of(page: &'static str) -> impl Iterator<Item = &'static str> {
    let prose = page.split("```").step_by(2);
    prose.flat_map(|part| part.split('`').skip(1).step_by(2))
}

/// The lines of code, without what a shell or the text adds to them: in the README within fences, in
/// the topics behind four blanks.
fn code() -> Vec<&'static str> {
    let blocks = README.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(|block| block.lines().skip(1));
    let topics = TOPICS.iter().flat_map(|topic| topic.text.lines());
    let lines = lines.chain(topics.filter_map(|line| line.strip_prefix("    ")));
    lines
        .map(|line| line.split(['#', '>', '|']).next().unwrap().split("  ").next().unwrap().trim())
        .collect()
}

/// The words of `text` that begin like an option.
fn flags(text: &str) -> impl Iterator<Item = &str> {
    let is_end = |c: char| !c.is_ascii_alphanumeric() && c != '-';
    text.split(is_end).filter(|word| {
        word.strip_prefix("--")
            .is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
    })
}

/// A row of the README may name some of a binding's keys, and begin what the table says of it.
#[test]
fn the_keys_that_it_names_are_those_of_the_program() {
    let section = README.split("\n## Keys\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let said: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    for row in &said {
        let (keys, what) = row.trim_matches(['|', ' ']).split_once(" | ").unwrap();
        let is_so = bindings().any(|binding| {
            let names = KeyMap::default().names(binding);
            let bound: Vec<&str> = names.split(' ').collect();
            let keys = keys.split(' ').map(|key| key.trim_matches('`'));
            let rest = binding.what.strip_prefix(what);
            rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
                && keys.into_iter().all(|key| bound.contains(&key))
        });
        assert!(is_so, "no binding is so:\n{row}");
    }
    let once: BTreeSet<&&str> = said.iter().collect();
    assert_eq!(once.len(), said.len(), "none stands there twice");
    assert!((10..=16).contains(&said.len()), "the keys that matter");
}

#[test]
fn the_keys_in_its_sentences_are_bound() {
    let names: Vec<String> = bindings().map(|binding| KeyMap::default().names(binding)).collect();
    let bound: BTreeSet<&str> = names.iter().flat_map(|names| names.split(' ')).collect();
    // Those that edit a line belong to no binding, nor do signs.
    let other = topic("filters").unwrap().text;
    let is_key = |span: &&str| match span.as_bytes() {
        [one] => one.is_ascii_graphic() && *one != b'~',
        [b'^', one] => *one != b'x',
        _ => false,
    };
    let mut seen = 0;
    for page in pages().filter(|page| *page != other) {
        for key in spans_of(page).filter(is_key) {
            assert!(bound.contains(key), "no key `{key}`");
            seen += 1;
        }
    }
    assert!(seen > 20);
}

#[test]
fn it_is_short_and_names_every_topic() {
    assert!(README.lines().count() <= 120, "{} lines", README.lines().count());
    for topic in TOPICS {
        assert!(README.contains(&format!("`{}`", topic.name)), "{}", topic.name);
    }
}

fn help(about: &[&str]) -> (Option<i32>, String, String) {
    let output = command(&[&["help"], about].concat()).output().unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Without line breaks and the blanks behind them.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn help_tells_each_topic_with_the_table_that_the_program_works_with() {
    for topic in TOPICS {
        let (code, said, trouble) = help(&[topic.name]);
        assert_eq!((code, trouble.as_str()), (Some(0), ""));
        assert!(!said.contains(TABLE), "{}", topic.name);
        let (before, behind) = topic.text.split_once(TABLE).unwrap_or((topic.text, ""));
        assert!(said.starts_with(before) && said.ends_with(behind), "{}", topic.name);
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    }
    let keys = flat(&help(&["keys"]).1);
    for binding in bindings() {
        let row = format!("{} {}", KeyMap::default().names(binding), binding.what);
        assert!(keys.contains(&row), "{row}");
    }
    let filters = flat(&help(&["filters"]).1);
    for (example, what) in FILTERS {
        assert!(filters.contains(&format!("{example} {what}")), "{example}");
    }
    let settings = flat(&help(&["configuration"]).1);
    for setting in SETTINGS {
        let row = format!("{} = {} {}", setting.name, setting.default, setting.doc);
        assert!(settings.contains(&flat(&row)), "{row}");
    }
}

#[test]
fn help_of_a_command_is_its_help_and_of_nothing_known_names_what_there_is() {
    let plain = |arguments: &[&str]| text(&command(arguments).output().unwrap().stdout);
    assert_eq!(help(&["list"]).1, plain(&["list", "--help"]));
    assert_eq!(help(&[]).1, plain(&["--help"]));
    for topic in TOPICS {
        let is_command = commands().iter().any(|of| of.get_name() == topic.name);
        assert!(!is_command && plain(&["--help"]).contains(topic.about), "{}", topic.name);
    }
    let (code, out, said) = help(&["pagign\u{1b}[31m"]);
    assert_eq!((code, out.as_str(), said.lines().count()), (Some(2), "", 1), "{said}");
    for name in TOPICS.iter().map(|topic| topic.name).chain(["list", "config", "demo-server"]) {
        assert!(said.contains(name), "{name}: {said}");
    }
    assert!(!said.contains('\u{1b}'), "{said}");
}

/// What a topic gives as an example of a configuration is one.
#[test]
fn the_rule_that_alerts_are_explained_with_can_be_used() {
    let lines = topic("alerts").unwrap().text.lines();
    let example: Vec<&str> = lines.filter_map(|line| line.strip_prefix("    ")).collect();
    let file = shelflife::config::file::read(&example.join("\n"), LOCAL).unwrap();
    let (rules, _) = file.alerts.unwrap();
    assert_eq!((rules[0].name.as_str(), rules[0].left_s), ("results", 7_200));
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
    // Clap's own is no option of ours.
    for flag in named.into_iter().filter(|flag| *flag != "--help") {
        assert!(option(flag).is_some(), "a page names {flag}");
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
    for of in &commands() {
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
        // Whoever watches over plugins asks each of them for its version.
        if ["shelflife", "check"].contains(&of.get_name()) {
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
        assert!(settings.contains(span) || fields.contains(&span), "a page names `{span}`");
    }
    let variables = SETTINGS.iter().filter_map(|setting| setting.environment);
    let variables: BTreeSet<&str> = variables.chain([SECRET_VARIABLE]).collect();
    let is_variable = |word: &&str| {
        word.contains('_') && word.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    };
    let words =
        pages().flat_map(|page| page.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    for word in words.filter(is_variable) {
        assert!(variables.contains(word), "a page names {word}");
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
        // What a shell would take away: between two quotes blanks are part of a word.
        let words = line.split(" && ").next().unwrap().split('\'').enumerate();
        let words: Vec<&str> = words
            .flat_map(|(nth, part)| match nth % 2 {
                0 => part.split_whitespace().collect(),
                _ => vec![part],
            })
            .collect();
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
