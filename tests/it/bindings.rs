//! Every binding of the key table is pressed, with each of its keys, wherever it is taken, in a state
//! in which it must mean something: an effect, or a difference on the screen, is demanded. What has a
//! key and a line in help, but does nothing, fails here.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use shelflife::api::call::Call;
use shelflife::app::Settings;
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;
use shelflife::app::settings::NamedTheme;
use shelflife::keys::Action as A;
use shelflife::keys::{Action, Binding, Scope as InForce, Shortcut, bindings};
use shelflife::theme::Theme;

use crate::support::calls::result_lines;
use crate::support::driver::Driver;
use crate::support::files::page;

/// Something that takes keys, and how one gets there; at the end in the middle of what there is, so
/// that every way to move leads somewhere.
struct Scope {
    name: &'static str,
    size: (u16, u16),
    keys: &'static str,
    takes: Takes,
}

/// Which actions have a meaning there.
enum Takes {
    All { but: &'static [Action] },
    These(&'static [Action]),
}

/// What is taken whatever has the keys, by those of its keys that are no text.
const ANYWHERE: &[Action] = &[A::Quit, A::Suspend, A::Redraw];
const MOVES: &[Action] = &[
    A::SelectNext,
    A::SelectPrevious,
    A::SelectFirst,
    A::SelectLast,
    A::HalfPageDown,
    A::HalfPageUp,
    A::PageDown,
    A::PageUp,
];

const SCOPES: &[Scope] = &[
    Scope {
        name: "browsing",
        size: (120, 36),
        keys: "/ame\n\\00\n\u{4}\u{4}\u{4}",
        takes: Takes::All { but: &[A::MoveLeft, A::MoveRight] },
    },
    Scope {
        name: "pane",
        size: (120, 10),
        keys: "/ame\n\u{4}\u{4}\u{4}\tjj",
        takes: Takes::These(&[A::GoBack, A::MoveFocus, A::TogglePane]),
    },
    Scope {
        name: "timeline",
        size: (120, 36),
        keys: "/ame\n\u{4}\u{4}\u{4}\t\tjjj",
        takes: Takes::These(&[
            A::MoveLeft,
            A::MoveRight,
            A::OpenDetail,
            A::Mark,
            A::GoBack,
            A::MoveFocus,
            A::ToggleMeasure,
            A::ToggleFiltered,
        ]),
    },
    Scope {
        name: "detail",
        size: (80, 8),
        keys: "\njjj",
        takes: Takes::These(&[
            A::GoBack,
            A::Close,
            A::OpenDetail,
            A::OpenHelp,
            A::OpenPalette,
            A::CopyId,
            A::OpenContent,
            A::ToggleRaw,
            A::CycleTimes,
            A::NextTheme,
            A::WriteSettings,
            A::Refresh,
        ]),
    },
    Scope {
        name: "help",
        size: (80, 24),
        keys: "?\u{4}\u{4}\u{4}",
        takes: Takes::These(&[
            A::GoBack,
            A::Close,
            A::OpenHelp,
            A::OpenFilter,
            A::OpenPalette,
            A::NextTheme,
            A::WriteSettings,
            A::Refresh,
        ]),
    },
    Scope {
        name: "events",
        size: (80, 24),
        keys: "E\u{4}\u{4}\u{4}",
        takes: Takes::These(&[
            A::GoBack,
            A::Close,
            A::OpenEvents,
            A::Choose,
            A::OpenDetail,
            A::CopyId,
            A::OpenCopyPicker,
            A::OpenFilter,
            A::OpenHelp,
            A::OpenPalette,
            A::CycleTimes,
            A::NextTheme,
            A::WriteSettings,
            A::Refresh,
        ]),
    },
    Scope {
        name: "jobs",
        size: (80, 12),
        // More than there is room for, the one under the cursor of a kind that each key means something to.
        keys: "*oJ\u{4}\u{4}\u{4}",
        takes: Takes::These(&[
            A::GoBack,
            A::Close,
            A::OpenJobs,
            A::Choose,
            A::OpenDetail,
            A::PauseJob,
            A::CancelJob,
            A::RetryJob,
            A::CopyId,
            A::OpenHelp,
            A::OpenPalette,
            A::CycleTimes,
            A::NextTheme,
            A::WriteSettings,
            A::Refresh,
        ]),
    },
    Scope {
        name: "content",
        size: (80, 24),
        keys: "e/quota\n\u{4}\u{4}\u{6}\u{6}",
        takes: Takes::These(&[
            A::GoBack,
            A::Close,
            A::OpenContent,
            A::Fold,
            A::ToggleWrap,
            A::CopyValue,
            A::OpenCopyPicker,
            A::MoveLeft,
            A::MoveRight,
            A::OpenFilter,
            A::NextMatch,
            A::PreviousMatch,
            A::OpenHelp,
            A::OpenPalette,
            A::CycleTimes,
            A::NextTheme,
            A::WriteSettings,
            A::Refresh,
        ]),
    },
    Scope {
        name: "save to",
        size: (80, 24),
        keys: "Ox",
        takes: Takes::These(&[A::OpenHelp, A::GoBack, A::Choose]),
    },
    Scope {
        name: "agenda",
        size: (80, 24),
        keys: "ajjjjj",
        takes: Takes::These(&[
            A::GoBack,
            A::Close,
            A::OpenAgenda,
            A::OpenDetail,
            A::OpenHelp,
            A::OpenPalette,
            A::ToggleMeasure,
            A::ToggleFiltered,
            A::CycleTimes,
            A::NextTheme,
            A::WriteSettings,
            A::Refresh,
        ]),
    },
    picker("sorting", "sgjj", &[A::OpenSortPicker, A::Choose, A::WriteSettings]),
    picker(
        "columns",
        "wj",
        &[
            A::OpenColumns,
            A::Choose,
            A::ToggleColumn,
            A::ColumnLeft,
            A::ColumnRight,
            A::Wider,
            A::Narrower,
            A::WriteSettings,
        ],
    ),
    picker("copying", "Yjj", &[A::OpenCopyPicker, A::Choose]),
    Scope {
        name: "question",
        size: (80, 24),
        // The answer that has the focus is yes, so that to take it is an effect.
        keys: "SW\t",
        takes: Takes::These(&[
            A::Confirm,
            A::Decline,
            A::GoBack,
            A::Close,
            A::Choose,
            A::MoveFocus,
            A::MoveLeft,
            A::MoveRight,
            A::OpenHelp,
            A::OpenPalette,
        ]),
    },
    Scope {
        name: "deletion",
        size: (80, 24),
        keys: "D\t",
        takes: Takes::These(&[
            A::Confirm,
            A::Decline,
            A::GoBack,
            A::Close,
            A::Choose,
            A::MoveFocus,
            A::MoveLeft,
            A::MoveRight,
            A::OpenHelp,
            A::OpenPalette,
        ]),
    },
    Scope {
        name: "deletion of several",
        size: (80, 24),
        keys: "  D2",
        takes: Takes::These(&[A::OpenHelp, A::GoBack, A::Choose]),
    },
    Scope {
        name: "upload",
        size: (80, 24),
        // In the middle of the three lines.
        keys: "ua\u{e}",
        takes: Takes::These(&[
            A::OpenHelp,
            A::GoBack,
            A::Choose,
            A::Complete,
            A::SelectNext,
            A::SelectPrevious,
        ]),
    },
    Scope {
        name: "filter",
        size: (80, 24),
        keys: "/am\n/\u{8}\u{8}na\u{e}\u{e}",
        takes: Takes::These(&[
            A::OpenHelp,
            A::GoBack,
            A::Choose,
            A::SelectNext,
            A::SelectPrevious,
            A::OlderText,
            A::NewerText,
        ]),
    },
    Scope {
        name: "palette",
        size: (80, 24),
        keys: ":re",
        takes: Takes::These(&[A::OpenHelp, A::GoBack, A::Choose, A::SelectNext]),
    },
];

const fn picker(name: &'static str, keys: &'static str, takes: &'static [Action]) -> Scope {
    Scope { name, size: (80, 24), keys, takes: Takes::These(takes) }
}

impl Scope {
    fn takes(&self, action: Action) -> bool {
        if let Takes::All { but } = self.takes {
            return !but.contains(&action);
        }
        let Takes::These(others) = self.takes else { return true };
        let moves = match self.name {
            "filter"
            | "palette"
            | "question"
            | "save to"
            | "upload"
            | "deletion"
            | "deletion of several" => &[],
            "sorting" | "columns" | "copying" => &MOVES[..4],
            _ => MOVES,
        };
        let closes = matches!(self.name, "sorting" | "columns" | "copying")
            && matches!(action, A::GoBack | A::Close | A::OpenHelp | A::OpenPalette);
        closes || [ANYWHERE, moves, others].iter().any(|list| list.contains(&action))
    }

    /// Whether a binding is in force there: one of a narrower scope may have its keys.
    fn holds(&self, binding: &Binding) -> bool {
        let scopes: &[InForce] = match self.name {
            "filter" => &[InForce::Filter, InForce::Typing],
            "palette" | "save to" | "upload" | "deletion of several" => &[InForce::Typing],
            "question" | "deletion" => &[InForce::Question, InForce::List, InForce::Main],
            "content" => &[InForce::Content, InForce::Main],
            "columns" => &[InForce::Columns, InForce::List, InForce::Main],
            "jobs" => &[InForce::Jobs, InForce::List, InForce::Main],
            "agenda" | "events" | "sorting" | "copying" => &[InForce::List, InForce::Main],
            _ => &[InForce::Main],
        };
        let above_all = ANYWHERE.contains(&binding.action) || binding.action == A::OpenHelp;
        if binding.scope == InForce::Main && above_all {
            return true;
        }
        let Some(at) = scopes.iter().position(|scope| *scope == binding.scope) else {
            return false;
        };
        let narrower = bindings().filter(|other| scopes[..at].contains(&other.scope));
        let mut taken = narrower.flat_map(|other| other.keys);
        !taken.any(|key| binding.keys.contains(key))
    }

    /// Text goes into what is typed.
    fn is_typed(&self) -> bool {
        matches!(self.name, "filter" | "palette" | "save to" | "upload" | "deletion of several")
    }

    /// An account with more on the server, in which much has happened, and this scope open.
    fn open(&self, settings: &Settings) -> Driver {
        let (width, height) = self.size;
        let mut driver = Driver::started(width, height, settings.clone());
        let left = |n: i64| (n + 1) * 1_000;
        driver.answer(&page(0..30, left, false));
        // A refresh finds new files, and that there are more.
        driver.keys("r");
        driver.answer(&page(0..90, left, true));
        let mut next = 90;
        while driver
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Call(_, Call::List { .. })))
        {
            driver.answer(&page(next..next + 20, left, true));
            next += 20;
        }
        for c in self.keys.chars() {
            match c {
                '\u{4}' => driver.control('d'),
                '\u{e}' => driver.control('n'),
                '\u{8}' => driver.tell(pressed(Shortcut::Named(KeyCode::Backspace))),
                '\u{6}' => driver.tell(pressed(Shortcut::Named(KeyCode::Right))),
                '\n' => driver.tell(pressed(Shortcut::Named(KeyCode::Enter))),
                '\t' => driver.tell(pressed(Shortcut::Named(KeyCode::Tab))),
                c => driver.tell(pressed(Shortcut::Char(c))),
            }
            driver.answer_questions();
            driver.answer_contents(result_lines(100).as_bytes());
        }
        driver.pass(Duration::from_secs(10));
        driver.tell(Event::DeadlineReached);
        driver.effects.clear();
        assert_eq!(
            driver.app.message(),
            None,
            "{}: a message that goes is no difference",
            self.name
        );
        driver
    }

    /// What is drawn, and where the cursor of the terminal stands.
    fn drawn(&self, driver: &Driver) -> (Buffer, Option<Position>) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, self.size.0, self.size.1));
        let cursor = shelflife::view::render(&driver.app, driver.app.theme(), &mut buffer);
        (buffer, cursor)
    }
}

fn pressed(key: Shortcut) -> Event {
    let (code, modifiers) = match key {
        Shortcut::Char(c) => (KeyCode::Char(c), KeyModifiers::NONE),
        Shortcut::Ctrl(c) => (KeyCode::Char(c), KeyModifiers::CONTROL),
        Shortcut::Named(code) => (code, KeyModifiers::NONE),
    };
    Event::KeyPressed(KeyEvent::new(code, modifiers))
}

#[test]
fn every_key_of_every_binding_means_something_where_it_is_taken() {
    let themes = ["dark", "light"].map(|name| NamedTheme::new(name, Theme::named(name).unwrap()));
    let themes = themes.to_vec();
    let settings = Settings { themes, ..Driver::settings() };
    let mut silent = vec![];
    let mut unpressed: Vec<&str> = bindings().map(|binding| binding.name).collect();
    for scope in SCOPES {
        let before = scope.drawn(&scope.open(&settings));
        for binding in
            bindings().filter(|binding| scope.holds(binding) && scope.takes(binding.action))
        {
            for key in binding.keys {
                if scope.is_typed() && matches!(key, Shortcut::Char(_)) {
                    continue;
                }
                unpressed.retain(|name| *name != binding.name);
                let mut driver = scope.open(&settings);
                driver.tell(pressed(*key));
                let ignored = driver.app.message().is_some_and(|m| m.starts_with("no such key"));
                if ignored || driver.effects.is_empty() && scope.drawn(&driver) == before {
                    silent.push(format!("{}: {} ({})", scope.name, binding.name, key.name()));
                }
            }
        }
    }
    assert!(silent.is_empty(), "neither an effect nor a difference:\n{}", silent.join("\n"));
    assert_eq!(unpressed, [""; 0], "taken in no scope");
}
