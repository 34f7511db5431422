//! The examples of `help scripts`, run as they are written, against a demo account.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use shelflife::topics::topic;

use crate::support::binary::text;
use crate::support::demo::Demo;
use crate::support::{CANARY, NO_CONFIGURATION};

/// What is indented in the topic: each block is one script.
fn examples() -> Vec<String> {
    let page = topic("scripts").unwrap().text;
    let mut examples = vec![];
    let mut script = String::new();
    for line in page.lines().chain([""]) {
        if let Some(code) = line.strip_prefix("    ") {
            script += code;
            script.push('\n');
        } else if !script.is_empty() {
            examples.push(std::mem::take(&mut script));
        }
    }
    examples
}

/// Whether the tools of a script are on this machine; says that it is left out where not.
fn has_its_tools(script: &str) -> bool {
    for tool in ["jq", "xargs"] {
        let wanted = script.contains(&format!("{tool} -"));
        if wanted && Command::new(tool).arg("--version").output().is_err() {
            println!("left out, for {tool} is not on this machine:\n{script}");
            return false;
        }
    }
    true
}

/// Runs a script in a folder of its own, as a shell would that has the program and a key.
fn run(script: &str, url: &str, folder: &Path) -> Output {
    let programs = Path::new(env!("CARGO_BIN_EXE_shelflife")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-e", "-u", "-c", script]).current_dir(folder).env_clear();
    shell.env("PATH", format!("{}:{path}", programs.display()));
    shell.env("CEREBRAS_API_KEY", CANARY).env("CEREBRAS_BASE_URL", url);
    shell.env("XDG_CONFIG_HOME", NO_CONFIGURATION).output().unwrap()
}

#[test]
fn every_example_does_what_it_says() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scripts");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let demo = Demo::with_files(250);
    let examples = examples();
    assert!(examples.len() > 4, "{examples:?}");
    for script in examples.iter().filter(|script| has_its_tools(script)) {
        let output = run(script, &demo.url, &folder);
        let said = text(&output.stderr);
        let more_is_said = said.ends_with("more on the server: --all\n");
        assert!(output.status.success(), "{script}: {said}");
        assert!(said.is_empty() || more_is_said, "{script}: {said}");
        let is_silent = script.contains("/dev/null") || script.contains("files.csv");
        assert_eq!(output.stdout.is_empty(), is_silent, "{script}");
    }
    assert_eq!(fs::read_to_string(folder.join("files.csv")).unwrap().lines().count(), 251);
}

/// What the first example is there for.
#[test]
fn a_list_that_failed_takes_nobodys_place() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scripts-failed");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("files.csv"), "yesterday's").unwrap();
    let examples = examples();
    let example = examples.iter().find(|script| script.contains("files.csv")).unwrap();
    let output = run(example, "http://127.0.0.1:1", &folder);
    assert!(text(&output.stderr).contains("stays, for this one ended with 5"));
    assert_eq!(fs::read_to_string(folder.join("files.csv")).unwrap(), "yesterday's");
}
