//! x
#![allow(missing_docs)]
pub mod api;
pub mod clock;
pub mod config;
pub mod demo;
pub mod expiry;
pub mod lister;
pub mod store;
pub mod text;
