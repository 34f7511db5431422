use super::*;
use crate::account::alerts::Rule;
use crate::config::template;
use crate::keys::KeyMap;

fn wrong(text: &str) -> String {
    file::read(text, LOCAL).unwrap_err().to_string()
}

#[test]
fn defaults_are_what_the_table_says() {
    let mut values = Values::default();
    let before = format!("{values:?}");
    for setting in SETTINGS {
        let text = format!("{} = {}", setting.name, setting.default);
        let file = file::read(&text, LOCAL).unwrap();
        setting.set(&mut values, &file.entries[0].given).unwrap();
    }
    assert_eq!(format!("{values:?}"), before);
}

#[test]
fn the_template_is_all_comments_and_says_the_defaults_once_they_are_gone() {
    let template = template();
    assert!(template.lines().all(|line| line.is_empty() || line.starts_with('#')));
    let settings = template.lines().filter(|line| !line.starts_with("# "));
    let bare: Vec<&str> = settings.map(|line| line.trim_start_matches('#')).collect();
    let bare = bare.join("\n");
    let file = file::read(&bare, LOCAL).unwrap_or_else(|error| panic!("{error}\n{bare}"));
    assert_eq!(file.entries.len(), SETTINGS.len());
    let mut keys = KeyMap::default();
    for rebinding in file.keys {
        keys.bind(rebinding.action, rebinding.keys);
    }
    assert_eq!(keys, KeyMap::default());
    let rules = file.alerts.unwrap().0;
    let said = |rules: &[Rule]| {
        rules.iter().map(|rule| (rule.name.clone(), rule.left_s)).collect::<Vec<_>>()
    };
    assert_eq!(said(&rules), said(&Values::default().alerts));
}

#[test]
fn errors_name_line_key_and_what_is_allowed() {
    for (text, expected) in [
        ("limit = 5\nlimt = 3", "line 2: unknown key \"limt\"; allowed are base_url, limit, load"),
        (
            "\nlimit = 101",
            "line 2: limit: not allowed 101; allowed is a whole number from 1 to 100",
        ),
        ("refresh = \"fast\"", "line 1: refresh: not allowed \"fast\"; allowed is a span"),
        ("refresh = 30", "line 1: refresh: not allowed 30; allowed is a span"),
        ("mouse = \"no\"", "line 1: mouse: not allowed \"no\"; allowed is true or false"),
        (
            "columns = [\"name\"]",
            "line 1: columns: not allowed; allowed is a list of at least one of filename",
        ),
        ("columns = [\"size:3\"]", "line 1: columns: not allowed"),
        ("[keys]\nfly = \"x\"", "line 2: unknown key \"fly\"; allowed are select-next"),
        ("[keys]\nmark = \"hyper-x\"", "line 2: mark: not allowed \"hyper-x\"; allowed is a key"),
        ("[keys]\nmark = \"r\"", "line 2: the key r is bound to both mark and refresh"),
        ("[[alerts]]\nname = \"x\"", "line 1: an alert needs left"),
        ("[[alerts]]\nleft = \"1h\"\nsound = true", "line 3: unknown key \"sound\""),
        ("[[alerts]]\nleft = \"1h\"\nfilter = \"size>\"", "line 3: filter: "),
        ("[[alerts]]\nleft = \"0s\"", "line 2: left: not allowed \"0s\"; allowed is a span"),
        ("refresh = \"24h1s\"", "line 1: refresh: not allowed \"24h1s\"; allowed is a span"),
        ("[[alerts]]\nleft = \"soon\"", "line 2: left: not allowed \"soon\""),
        ("alerts = 3", "line 1: alerts: not allowed 3; allowed is a list of rules"),
        ("a = = 3", "line 1: "),
        ("\"\\u001b[31m\" = 1", "line 1: unknown key \"\\u{1b}[31m\"; allowed are"),
    ] {
        let error = wrong(text);
        assert!(error.starts_with(expected), "{text}\n{error}\n{expected}");
        assert!(!error.contains(['\n', '\u{1b}']), "{error}");
    }
}

#[test]
fn alerts_can_be_turned_off_or_replaced() {
    let read = |text: &str| file::read(text, LOCAL).unwrap().alerts.unwrap().0;
    assert!(read("alerts = []").is_empty());
    let rules = read(
        "[[alerts]]\nname = \"mine\"\nleft = \"1h30m\"\nfilter = \"purpose:batch\"\nbell = false\ncommand = [\"notify-send\", \"x\"]",
    );
    assert_eq!((rules[0].left_s, rules[0].bell, rules[0].desktop), (5_400, false, true));
    assert!(rules[0].filter.is_some());
    assert_eq!(rules[0].command, ["notify-send", "x"]);
}
