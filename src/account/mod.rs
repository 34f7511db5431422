//! What is known of one account: what happened to its files, what is to come, and who is to be told.
//!
//! Knows neither a screen nor keys.

pub mod alerts;
pub mod journal;
pub mod outlook;
pub mod timeline;
