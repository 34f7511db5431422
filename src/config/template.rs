//! The configuration to begin with: every setting as a comment.

use std::fmt::Write as _;

use super::table::SETTINGS;
use crate::keys::bindings;
use crate::time::span::short_span;

/// A configuration file in which every setting stands as a comment, with its default.
#[must_use]
pub fn template() -> String {
    let mut out = String::from(
        "# Configuration of shelflife. Every setting is optional; what is commented out is the default.\n# Flags win over the environment, the environment over this file.\n# The key of the account is never in here: it comes from the environment.\n",
    );
    for setting in SETTINGS {
        let _ = write!(out, "\n# {}\n# allowed: {}\n", setting.doc, setting.allowed);
        let also: Vec<&str> = setting.flag.into_iter().chain(setting.environment).collect();
        if !also.is_empty() {
            let _ = writeln!(out, "# also: {}", also.join(", "));
        }
        let _ = writeln!(out, "#{} = {}", setting.name, setting.default);
    }
    out.push_str(
        "\n# Alerts: each file with less than `left` is told of once. Rules here replace the two defaults;\n# alerts = [] turns them off. A command gets the files as JSON on its standard input and has 10 s.\n# always: also of a file that was there all along and is only read now (up to an hour by default).\n# action: \"download\" saves what comes under the bound, too, as [rescue] does.\n",
    );
    for rule in crate::account::alerts::default_rules() {
        let _ = write!(
            out,
            "#[[alerts]]\n#name = \"{}\"\n#left = \"{}\"\n#filter = \"\"\n#bell = true\n#desktop = true\n#title = true\n#always = {}\n#command = []\n#action = \"tell\"\n",
            rule.name,
            short_span(rule.left_s),
            rule.always,
        );
    }
    out.push_str(
        "\n# Rescue: what the filter lets through is saved without a key, as soon as it is known, to the folder\n# (that of `downloads` where it is empty). The dashboard then reads all of the account. An example:\n# filter = \"left<2h and name:output\"\n#[rescue]\n#filter = \"\"\n#folder = \"\"\n",
    );
    out.push_str("\n# Keys: a key or a list of keys for each action, [] for none. `close` quits, too, where nothing is\n# open; who wants `quit` alone to do that sets close = [].\n#[keys]\n");
    for binding in bindings() {
        let keys: Vec<String> =
            binding.keys.iter().map(|key| format!("\"{}\"", key.spelling())).collect();
        let _ = writeln!(out, "#{} = [{}]  # {}", binding.name, keys.join(", "), binding.what);
    }
    out
}
