//! The configuration file, and where values come from, with the real binary.

use std::fs;
use std::process::Output;

use tempfile::TempDir;

use crate::support::CANARY;
use crate::support::binary::{command, text};
use crate::support::fault::{Fault, page};
use crate::support::terminal::Terminal;

/// A folder that serves as the XDG place, with this configuration in it.
fn place(config: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("shelflife/themes")).unwrap();
    fs::write(folder.path().join("shelflife/config.toml"), config).unwrap();
    folder
}

fn run(folder: &TempDir, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = command(arguments);
    command.env("XDG_CONFIG_HOME", folder.path()).envs(environment.iter().copied());
    command.output().unwrap()
}

#[test]
fn the_template_can_be_put_in_place_as_it_is() {
    let template = text(&command(&["config"]).output().unwrap().stdout);
    let folder = place(&template);
    let output = run(&folder, &["config", "--effective"], &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("refresh = \"30s\"  # default\n"));
}

#[test]
fn the_template_is_put_in_its_place_and_never_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("new/place/shelflife/config.toml");
    let write = |arguments: &[&str]| {
        let mut command = command(&["config", "--write"]);
        command.args(arguments).env("XDG_CONFIG_HOME", folder.path().join("new/place"));
        let output = command.output().unwrap();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let said = format!("written: {}\n", place.display());
    assert_eq!(write(&[]), (Some(0), said, String::new()));
    let template = text(&command(&["config"]).output().unwrap().stdout);
    assert_eq!(fs::read_to_string(&place).unwrap(), template);

    fs::write(&place, "limit = 7").unwrap();
    let (code, _, said) = write(&[]);
    assert_eq!((code, said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("config.toml was not written: there is one already"), "{said}");
    assert_eq!(fs::read_to_string(&place).unwrap(), "limit = 7");

    // Another place, and what is no file there.
    let other = folder.path().join("mine.toml");
    let path = other.to_str().unwrap();
    assert_eq!(write(&["--config", path]).0, Some(0));
    assert_eq!(fs::read_to_string(&other).unwrap(), template);
    fs::remove_file(&other).unwrap();
    std::os::unix::fs::symlink(folder.path().join("nowhere"), &other).unwrap();
    assert_eq!(write(&["--config", path]).0, Some(1));
    assert!(!folder.path().join("nowhere").exists(), "a link is not followed");
    let (code, _, said) = write(&["--config", place.join("below").to_str().unwrap()]);
    assert_eq!((code, said.lines().count()), (Some(1), 1), "{said}");
    assert_eq!(write(&["--effective"]).0, Some(2));

    let homeless = command(&["config", "--write"])
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("HOME")
        .output()
        .unwrap();
    assert_eq!(homeless.status.code(), Some(2));
    assert!(text(&homeless.stderr).contains("name a file with --config"));
}

#[test]
fn flag_environment_file_and_default_in_this_order() {
    let folder =
        place("limit = 7\nrefresh = \"1m\"\nbase_url = \"https://file.example\"\ntheme = \"fig\"");
    let environment = [("CEREBRAS_BASE_URL", "https://env.example"), ("CEREBRAS_API_KEY", CANARY)];
    let output = run(&folder, &["config", "--effective", "--refresh", "off"], &environment);
    let said = text(&output.stdout);
    for line in [
        "limit = 7  # line 1",
        "refresh = \"off\"  # --refresh",
        "base_url = \"https://env.example\"  # CEREBRAS_BASE_URL",
        "theme = \"fig\"  # line 4",
        "load = \"auto\"  # default",
        "# key: CEREBRAS_API_KEY is set",
    ] {
        assert!(said.lines().any(|other| other == line), "{line} in\n{said}");
    }
    assert!(!said.contains(CANARY));
    let output = run(&folder, &["list", "--demo", "--output", "csv"], &[]);
    assert_eq!(text(&output.stdout).lines().count(), 1 + 7, "the page size of the file");
}

/// Hazards 44: a configuration that cannot be used.
#[test]
fn what_is_not_allowed_is_named_with_file_line_key_and_what_is() {
    for (config, expected) in [
        ("limit = 5\nlimt = 3", ", line 2: unknown key \"limt\"; allowed are base_url,"),
        ("\n\nrefresh = \"often\"", ", line 3: refresh: not allowed \"often\"; allowed is a span"),
        ("columns = []", ", line 1: columns: not allowed; allowed is a list of at least one of"),
        ("filter = \"size>\"", ", line 1: filter: "),
        ("soon = \"1h\"\ncritical = \"2d\"", ", line 1 cannot be used: soon: critical is 2d and"),
        ("[keys]\nquit = []\nclose = []", ", line 3: quit and close have no key; one"),
        ("[keys]\nback = []\nclose = []", ", line 3: back and close have no key; one"),
        ("[keys]\nleave = []", ", line 2: leave has no key; one is needed to leave a text with"),
        ("[keys]\nleave = \"a\"", ", line 2: leave: a character is text where a text is typed"),
        ("[keys]\nmark = \"r\"", ", line 2: the key r is bound to both mark and refresh;"),
    ] {
        let folder = place(config);
        for arguments in [vec!["list", "--demo"], vec!["config", "--effective"]] {
            let output = run(&folder, &arguments, &[]);
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert!(said.contains("config.toml") && said.contains(expected), "{said}");
            assert_eq!(said.lines().count(), 1, "{said}");
            assert!(output.stdout.is_empty());
        }
    }
    let folder = place("");
    fs::write(folder.path().join("shelflife/config.toml"), b"\xff\xfe").unwrap();
    let output = run(&folder, &["list", "--demo"], &[]);
    assert!(text(&output.stderr).ends_with("cannot be read: it is not UTF-8\n"));
    let output = run(&folder, &["list", "--demo", "--config", "/nowhere/at/all.toml"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("/nowhere/at/all.toml cannot be read"));
}

#[test]
fn what_only_the_dashboard_needs_is_checked_too() {
    for (config, expected) in [
        ("\ntheme = \"nope\"", "config.toml, line 2 cannot be used: there is none of that name"),
        ("base_url = \"http://example.org\"", "config.toml, line 1 is not usable: plain http"),
    ] {
        let output = run(&place(config), &["config", "--effective"], &[]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(expected) && output.stdout.is_empty(), "{said}");
    }
}

/// What is said to be in force can be put in place of the file, and says the same again.
#[test]
fn what_is_in_force_is_toml() {
    let config = r#"
filter = '/out\d+\.jsonl$/ "a b"'
columns = [ # a comment
  "filename", # another
  "size:12",
]
limit = 5
[[alerts]]
left = "2h"
filter = '/\d/'
command = ["sh", "-c", "echo \"x\""]
[keys]
refresh = ['"', '\']
search = []
"#;
    let values = |said: &str| -> Vec<String> {
        let lines = said.lines().map(|line| line.rsplit_once("  #").map_or(line, |(v, _)| v));
        lines.filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
    };
    let first = text(&run(&place(config), &["config", "--effective"], &[]).stdout);
    assert!(first.contains("columns = [\"filename\", \"size:12\"]  # line 3"), "{first}");
    assert!(!first.contains("quits too"), "{first}");
    let quit = run(&place("[keys]\nquit = \"x\"\n"), &["config", "--effective"], &[]);
    let quit = text(&quit.stdout);
    let words = "quit = [\"x\"]  # line 2; close has q, which quits too where nothing is open";
    assert!(quit.contains(words), "{quit}");
    let again = run(&place(&first), &["config", "--effective"], &[]);
    assert_eq!(values(&text(&again.stdout)), values(&first), "{}", text(&again.stderr));
}

#[test]
fn an_address_from_the_file_is_named_as_such() {
    let folder = place("base_url = \"http://files.example\"");
    let output = run(&folder, &["list"], &[("CEREBRAS_API_KEY", CANARY)]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("config.toml, line 1 is not usable: plain http"), "{said}");
}

#[test]
fn the_dashboard_obeys_keys_columns_order_and_a_theme_of_ones_own() {
    let folder = place(
        "sort = \"-size\"\ncolumns = [\"filename\", \"id\", \"left\"]\ntheme = \"mine\"\nread_only = true\n[keys]\nclose = \"Q\"",
    );
    fs::write(folder.path().join("shelflife/themes/mine.toml"), "accent = \"#123456\"").unwrap();
    let server = Fault::start(|_, _| page(0, 3, false));
    let place = folder.path().to_str().unwrap();
    let environment = [
        ("COLORTERM", "truecolor"),
        ("CEREBRAS_API_KEY", CANARY),
        ("CEREBRAS_BASE_URL", server.url.as_str()),
        ("XDG_CONFIG_HOME", place),
    ];
    let mut terminal = Terminal::start(120, 36, &[], &environment);
    let screen = terminal.wait_for("3 files");
    assert!(screen.contains("[read-only]") && screen.contains("Files · size ▼"), "{screen}");
    assert!(screen.contains("ID") && !screen.contains("Purpose  Created"), "{screen}");
    terminal.wait_for_bytes(b"38;2;18;52;86");
    terminal.press("q");
    terminal.press("Q");
    assert_eq!(terminal.wait_exit_restored(), 0);

    let terminal = Terminal::start(80, 24, &["--demo", "--theme", "none"], &environment);
    assert_eq!(terminal.wait_exit(), 2);
    terminal.wait_for_end("allowed are auto, dark, light, juniper, fig, linen, beacon, plain");
}

/// Breaks the way to a file.
type Break = fn(&std::path::Path);

/// A file that is there is read or named; here each way to one is broken in turn.
#[test]
fn a_configuration_that_cannot_be_reached_is_not_passed_over() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let run = |arguments: &[&str]| {
        let output = run(&folder, arguments, &[("CEREBRAS_API_KEY", CANARY)]);
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, _, said) = run(&["config", "--effective"]);
    assert_eq!((code, said.as_str()), (Some(0), ""), "there is none");
    let breaks: [(Break, &str); 4] = [
        (
            |place| symlink("/nowhere/at/all", place).unwrap(),
            "shelflife is a link that leads nowhere",
        ),
        (|place| fs::write(place, "").unwrap(), "Not a directory"),
        (|place| symlink("shelflife", place).unwrap(), "Too many levels of symbolic links"),
        (
            |place| {
                fs::create_dir(place).unwrap();
                symlink("dotfiles/config.toml", place.join("config.toml")).unwrap();
            },
            "it is a link that leads nowhere",
        ),
    ];
    for (break_it, why) in breaks {
        break_it(&at("shelflife"));
        let commands: [&[&str]; 5] = [
            &["list"],
            &["list", "--demo"],
            &["config", "--effective"],
            &["demo-server"],
            &["doctor"],
        ];
        for arguments in commands {
            let (code, out, err) = run(arguments);
            assert_eq!(code, Some(2), "{arguments:?}: {out}{err}");
            let said = format!("{out}{err}");
            assert!(said.contains("the configuration ") && said.contains(why), "{said}");
        }
        if fs::symlink_metadata(at("shelflife")).unwrap().is_dir() {
            fs::remove_dir_all(at("shelflife")).unwrap();
        } else {
            fs::remove_file(at("shelflife")).unwrap();
        }
    }
}

#[test]
fn a_theme_of_ones_own_is_taken_or_named() {
    use std::os::unix::fs::symlink;
    let folder = place("");
    let theme = |name: &str| {
        let output = run(&folder, &["config", "--effective", "--theme", name], &[]);
        (output.status.code(), text(&output.stderr))
    };
    let themes = folder.path().join("shelflife/themes");
    assert_eq!(theme("dark").0, Some(0));
    symlink("nowhere.toml", themes.join("mine.toml")).unwrap();
    fs::write(themes.join("dark.toml"), "accent = 3").unwrap();
    fs::write(themes.join("auto.toml"), "").unwrap();
    fs::write(themes.join("my own.toml"), "").unwrap();
    for (name, why) in [
        ("mine", "themes/mine.toml: it is a link that leads nowhere"),
        ("dark", "themes/dark.toml, line 1: "),
        ("auto", "themes/auto.toml: auto follows the terminal; give the file another name"),
        ("my own", "named by letters, digits, - and _"),
    ] {
        let (code, said) = theme(name);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(why), "{said}");
    }
    fs::remove_dir_all(&themes).unwrap();
    symlink("nowhere", &themes).unwrap();
    let (code, said) = theme("fig");
    assert!(code == Some(2) && said.contains("themes is a link that leads nowhere"), "{said}");
}

/// A file wins over the theme of its name that comes with the program.
#[test]
fn a_theme_of_ones_own_wins() {
    let folder = place("theme = \"fig\"");
    fs::write(folder.path().join("shelflife/themes/fig.toml"), "accent = \"#123456\"").unwrap();
    let place = folder.path().to_str().unwrap();
    let environment = [("XDG_CONFIG_HOME", place), ("COLORTERM", "truecolor")];
    let mut terminal = Terminal::start(80, 24, &["--demo"], &environment);
    terminal.wait_for_bytes(b"38;2;18;52;86");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
}
