//! The tests that need more than one module: servers on loopback, the real binary, whole screens.
//!
//! No test sleeps and none has a fixed port: each waits for the thing that it is about.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod alerts;
mod bindings;
mod browse;
mod check;
mod cli;
mod client;
mod columns;
mod config;
mod content;
mod content_command;
mod content_layer;
mod contrast;
mod deleting;
mod deletion;
mod demo;
mod detail;
mod doctor;
mod events;
mod exit_codes;
mod faults;
mod guide;
mod help;
mod hindered;
mod hostile;
mod house;
mod joblist;
mod jobs;
mod layers;
mod leisure;
mod live;
mod log_file;
mod manual;
mod many;
mod metrics;
mod mouse;
mod narrow;
mod narrowed;
mod paging;
mod pty;
mod readme;
mod reconcile;
mod replies;
mod rescue_live;
mod saved;
mod saving;
mod screens;
mod scripts;
mod show;
mod sizes;
mod support;
mod tls;
mod tolerance;
mod twin;
mod update;
mod upload;
mod uploading;
mod validate;
mod waiting;
mod wakes;
