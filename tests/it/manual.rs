//! Manual pages and completions: every command and every option that help names is in both, and no
//! other; shells and formatters take them, where they are on this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use shelflife::commands::cli::whole;
use shelflife::topics::TOPICS;

use crate::support::binary::{command, text};

/// What is printed by a command that must succeed without a word.
fn printed(arguments: &[&str]) -> String {
    let output = command(arguments).output().unwrap();
    assert_eq!(
        (output.status.code(), text(&output.stderr).as_str()),
        (Some(0), ""),
        "{arguments:?}"
    );
    text(&output.stdout)
}

/// The names of all commands.
fn names() -> Vec<String> {
    let program = whole();
    program.get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

/// The long options that the help of the program, or of a command, names.
fn in_help(of: Option<&str>) -> BTreeSet<String> {
    let help = printed(&["help"].into_iter().chain(of).collect::<Vec<_>>());
    let lines = help.lines().filter(|line| line.starts_with("  -") || line.starts_with("      --"));
    let longs = lines.filter_map(|line| line.split([' ', ',']).find(|word| word.starts_with("--")));
    longs.map(str::to_owned).collect()
}

/// The program and its commands, as they are given.
fn all() -> Vec<Option<String>> {
    [None].into_iter().chain(names().into_iter().map(Some)).collect()
}

/// Whether a program is on this machine; says that its part is left out where not.
fn is_here(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        println!("left out: {program} is not on this machine");
    }
    found
}

fn written(name: &str, content: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("manual");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    path
}

/// Runs a script and gives its lines.
fn lines_of(program: &str, arguments: &[&str]) -> Vec<String> {
    let output = Command::new(program)
        .args(arguments)
        .env("HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/no-home"))
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{program}: {said}");
    text(&output.stdout).lines().map(str::to_owned).collect()
}

/// Where the package takes its pages and completions from, as Cargo.toml has it.
const PACKAGED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");

/// `INSTA_UPDATE=always cargo test --test it manual` writes them anew, as it does with snapshots.
#[test]
fn the_package_has_the_pages_and_completions_that_are_printed() {
    let shells = [("bash", "shelflife.bash"), ("zsh", "_shelflife"), ("fish", "shelflife.fish")];
    let completions = shells
        .map(|(shell, file)| (format!("completions/{file}"), printed(&["completions", shell])));
    let pages = all().into_iter().map(|of| {
        let page = printed(&["man"].into_iter().chain(of.as_deref()).collect::<Vec<_>>());
        let name = of.map_or("shelflife".to_owned(), |name| format!("shelflife-{name}"));
        (format!("man/{name}.1"), page)
    });
    let expected: BTreeMap<String, String> = completions.into_iter().chain(pages).collect();
    let update = std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always");
    for (name, printed) in &expected {
        let path = Path::new(PACKAGED).join(name);
        if update {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, printed).unwrap();
        }
        let packaged = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            packaged == *printed,
            "assets/{name} is not what is printed: INSTA_UPDATE=always cargo test --test it manual"
        );
    }
    for folder in ["man", "completions"] {
        for entry in fs::read_dir(Path::new(PACKAGED).join(folder)).unwrap() {
            let name = format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap());
            if !expected.contains_key(&name) && update {
                fs::remove_file(Path::new(PACKAGED).join(&name)).unwrap();
            }
            assert!(expected.contains_key(&name) || update, "assets/{name} is of no command");
        }
    }
    let manifest = include_str!("../../Cargo.toml");
    for (_, file) in shells {
        assert!(manifest.contains(&format!("[\"assets/completions/{file}\", ")), "{file}");
    }
    assert!(manifest.contains("[\"assets/man/*.1\", "));
}

#[test]
fn a_page_has_the_options_of_the_help_and_no_others() {
    for of in all() {
        let page = printed(&["man"].into_iter().chain(of.as_deref()).collect::<Vec<_>>());
        let title = of.as_ref().map_or("shelflife".to_owned(), |name| format!("shelflife-{name}"));
        assert!(page.contains(&format!(".TH {title} 1")), "{page}");
        let options =
            page.split(".SH OPTIONS").nth(1).unwrap().split(".SH COMMANDS").next().unwrap();
        let heads = options.split("\n.TP\n").skip(1).map(|item| item.lines().next().unwrap());
        let longs = heads.filter_map(|head| {
            let long = head.replace("\\fB", " ").replace("\\fR", " ").replace("\\-", "-");
            long.split_whitespace().find(|word| word.starts_with("--")).map(str::to_owned)
        });
        assert_eq!(longs.collect::<BTreeSet<_>>(), in_help(of.as_deref()), "{title}");
    }
    for name in names() {
        assert!(printed(&["man"]).contains(&format!("shelflife\\-{}", name.replace('-', "\\-"))));
    }
}

#[test]
fn a_page_of_nothing_is_refused_with_the_commands_that_there_are() {
    let output = command(&["man", "\u{1b}[31mnobody"]).output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("commands are list, ") && !said.contains('\u{1b}'), "{said}");
}

#[test]
fn formatters_have_nothing_against_the_pages() {
    if !is_here("groff") {
        return;
    }
    for of in all() {
        let page = printed(&["man"].into_iter().chain(of.as_deref()).collect::<Vec<_>>());
        let path = written(&format!("{}.1", of.as_deref().unwrap_or("shelflife")), &page);
        let arguments = ["-man", "-Tutf8", "-Kutf8", "-ww", "-z", path.to_str().unwrap()];
        // `lines_of` takes no word on standard error.
        assert!(lines_of("groff", &arguments).is_empty());
    }
}

/// What bash offers behind each command for `--`, as a line for each.
#[test]
fn bash_completes_the_options_of_the_help_and_no_others() {
    if !is_here("bash") {
        return;
    }
    let path = written("shelflife.bash", &printed(&["completions", "bash"]));
    let mut script = format!("source {}\n", path.display());
    script += "of() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _shelflife shelflife \"${!#}\" \"${COMP_WORDS[$COMP_CWORD - 1]}\"; echo \"${COMPREPLY[@]}\"; }\n";
    for of in all() {
        let _ = writeln!(script, "of shelflife {} --", of.unwrap_or_default());
    }
    script += "of shelflife ''\nof shelflife man ''\nof shelflife help ''\n";
    let lines = lines_of("bash", &["--norc", "-c", &script]);
    let offered = |line: &str| line.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
    for (of, line) in all().iter().zip(&lines) {
        let offered: BTreeSet<String> =
            offered(line).into_iter().filter(|word| word.starts_with("--")).collect();
        assert_eq!(offered, in_help(of.as_deref()), "{of:?}");
    }
    let [program, man, help] = lines.last_chunk().unwrap();
    for name in names() {
        for line in [program, man, help] {
            assert!(offered(line).contains(&name), "{name}: {line}");
        }
    }
    assert!(TOPICS.iter().all(|topic| offered(help).contains(topic.name)), "{help}");
}

#[test]
fn fish_completes_the_options_of_the_help_and_no_others() {
    if !is_here("fish") {
        return;
    }
    let path = written("shelflife.fish", &printed(&["completions", "fish"]));
    let mut script = format!("source {}\n", path.display());
    // Files are offered where some are wanted, and nowhere else.
    for (words, is_offered) in [
        ("completions ", "zsh"),
        ("help s", "saving"),
        ("man ", "rescue"),
        ("show ", ""),
        ("list ", ""),
        ("validate shelflife.f", "shelflife.fish"),
        ("list --config shelflife.f", "shelflife.fish"),
    ] {
        let place = path.parent().unwrap().display();
        let ask = format!("source {}; cd {place}; complete -C 'shelflife {words}'", path.display());
        let lines = lines_of("fish", &["--no-config", "-c", &ask]);
        let offered = lines.iter().map(|line| line.split('\t').next().unwrap_or_default());
        let offered: Vec<&str> = offered.collect();
        assert!(is_offered.is_empty() || offered.contains(&is_offered), "{words}: {offered:?}");
        let offers_file = offered.iter().any(|word| word.contains(".fish"));
        assert_eq!(offers_file, is_offered == "shelflife.fish", "{words}: {offered:?}");
    }
    for of in all() {
        let _ = writeln!(script, "echo of; complete -C 'shelflife {} --'", of.unwrap_or_default());
    }
    let lines = lines_of("fish", &["--no-config", "-c", &script]);
    let offered = lines.split(|line| line == "of").skip(1);
    for (of, offered) in all().iter().zip(offered) {
        let words = offered.iter().filter_map(|line| line.split('\t').next());
        let offered: BTreeSet<String> = words.map(str::to_owned).collect();
        assert_eq!(offered, in_help(of.as_deref()), "{of:?}");
    }
}

#[test]
fn zsh_takes_its_completions() {
    let completions = printed(&["completions", "zsh"]);
    for of in all() {
        for long in in_help(of.as_deref()) {
            let is_there =
                ["[", "=["].iter().any(|end| completions.contains(&format!("{long}{end}")));
            assert!(is_there, "{long}");
        }
    }
    if !is_here("zsh") {
        return;
    }
    let path = written("_shelflife", &completions);
    let folder = path.parent().unwrap().display();
    let script = format!(
        "fpath=({folder} $fpath); autoload -Uz compinit; compinit -D -u; autoload +X _shelflife; print ${{_comps[shelflife]}}"
    );
    assert_eq!(lines_of("zsh", &["-f", "-c", &script]), ["_shelflife"]);
}

#[test]
fn another_shell_is_refused_with_those_that_there_are() {
    let output = command(&["completions", "tcsh"]).output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("bash, zsh, fish"), "{said}");
}
