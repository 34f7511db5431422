//! A terminal browser and live dashboard for the files of a batch-inference account.
//!
//! # The house in a page
//!
//! One loop owns one [`app::App`]. Everything that happens reaches it as an [`app::event::Event`]
//! through one bounded channel; [`app::App::update`] is pure and answers with
//! [`app::effect::Effect`]s, which only [`runtime`] carries out, and whose answers come back as events
//! bearing the ticket of their call. There is no tick: [`app::App::deadline`] names the next moment at
//! which something visible changes or something is due, and the loop sleeps until then. [`view`] is a
//! function of the app.
//!
//! ```text
//!  input, signals, deadline, answers ──> Event + Now ──> App::update ──> Effects ──> tasks
//!                                                            │                         │
//!                                         view <── App       └─ Replied, Progressed <──┘
//! ```
//!
//! Top floor first; nobody imports from above, which `tests/it/house.rs` holds; `cargo test --test it
//! house::the_graph -- --nocapture` tells who imports whom:
//!
//! * [`commands`]: what can be asked for from a shell, each with its arguments and its help.
//! * [`runtime`] touches the world: the loop, the terminal, signals; its
//!   [`exec`](runtime::exec) carries out calls for dashboard and commands alike.
//! * [`view`] draws.
//! * [`config`]: one table of settings, and where each value came from.
//! * [`app`]: the state of the screen. Its deadline is made of named causes
//!   ([`Wake`](app::Wake)).
//! * [`jobs`]: work that takes time, a queue of it, and the plans that it follows.
//! * [`account`]: the state of one account, without size or screen, so that commands can drive it.
//! * [`lister`] decides what to ask for next: a state machine with its transition table; its
//!   [`refresh`](lister::refresh) decides what to read again.
//! * [`store`] holds the files in columns, built for a million of them, with the service's own order,
//!   so that a page that is read again proves what became of the files between its ends; its
//!   [`filter`](store::filter) is a language.
//! * [`content`] is what was read of a content: which lines are held, what they say, what is read
//!   next.
//! * [`api`] makes one try of a call within limits and reads tolerantly what comes; its
//!   [`pace`](api::pace) keeps to what the service allows.
//! * [`validation`] says whether a file is a sound input of a batch, before it is sent.
//! * [`theme`], [`keys`], [`notify`]: styles, the table of keys, protocols of notifications.
//! * [`text`] lets nothing that a service sends reach a terminal unescaped; [`time`] says how long a
//!   file has left, on the service's clock.
//! * [`topics`]: what help tells at length, for the shell and the dashboard.
//! * [`log_file`] tells afterwards what was asked and answered, where that is wanted.
//! * [`demo`] is a faithful server on loopback, for `--demo` and the tests.
//!
//! For whoever changes it there is a [`guide`]: [`invariants`](guide::invariants) with the tests that
//! hold them, [`glossary`](guide::glossary), [`testing`](guide::testing), and
//! [`recipes`](guide::recipes) for a key, a column, a layer, a setting, a command, a call, a job.
//!
//! The crate is the program's own; its interface follows the program and promises nothing else.

pub mod account;
pub mod api;
pub mod app;
pub mod commands;
pub mod config;
pub mod content;
pub mod demo;
pub mod guide;
pub mod jobs;
pub mod keys;
pub mod lister;
pub mod log_file;
pub mod notify;
pub mod runtime;
pub mod store;
pub mod text;
pub mod theme;
pub mod time;
pub mod topics;
pub mod validation;
pub mod view;
