//! What help tells at length, apart from keys and options: written once, for the shell and for the
//! dashboard.
//!
//! It knows nothing of the program. Where a text says [`TABLE`], whoever shows it puts the table that
//! the program works with, of keys, filters or settings, so that it stays true.

/// Stands in a text for what is generated.
pub const TABLE: &str = "{table}";

/// Something that can be asked about: `shelflife help NAME`.
#[derive(Clone, Copy, Debug)]
pub struct Topic {
    /// What it is called.
    pub name: &'static str,
    /// What it is about, in a few words.
    pub about: &'static str,
    /// All about it, in lines of 80 cells at most.
    pub text: &'static str,
}

/// Every topic, in the order in which help lists them.
pub const TOPICS: &[Topic] = &[
    Topic {
        name: "keys",
        about: "every key, the signs and the counts",
        text: include_str!("keys.md"),
    },
    Topic { name: "filters", about: "how filters are written", text: include_str!("filters.md") },
    Topic {
        name: "paging",
        about: "what is loaded, when, at what cost",
        text: include_str!("paging.md"),
    },
    Topic {
        name: "refreshing",
        about: "how what is shown stays true",
        text: include_str!("refreshing.md"),
    },
    Topic {
        name: "alerts",
        about: "to be told before files vanish",
        text: include_str!("alerts.md"),
    },
    Topic { name: "scripts", about: "jq, xargs, cron: examples", text: include_str!("scripts.md") },
    Topic {
        name: "saving",
        about: "downloads, rescue, the ledger",
        text: include_str!("saving.md"),
    },
    Topic {
        name: "changing",
        about: "uploads, deletions, read-only",
        text: include_str!("changing.md"),
    },
    Topic {
        name: "monitoring",
        about: "metrics, and alerts on them",
        text: include_str!("monitoring.md"),
    },
    Topic {
        name: "security",
        about: "the key, limits, privacy, the log",
        text: include_str!("security.md"),
    },
    Topic {
        name: "configuration",
        about: "every setting, and themes",
        text: include_str!("configuration.md"),
    },
];

/// The topic of this name.
#[must_use]
pub fn topic(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_fit_a_screen_of_80_cells() {
        for topic in TOPICS {
            for line in topic.text.lines() {
                let cells = line.chars().count();
                assert!(cells <= 80, "{}: {cells} cells: {line}", topic.name);
            }
            assert!(topic.text.matches(TABLE).count() <= 1, "{}", topic.name);
        }
    }
}
