//! The Files API as this program speaks it: one client that makes one try at a time, a reader that
//! tolerates what services really send, errors sorted by what can be done about them, and the
//! retry policy as plain arithmetic.
//!
//! This layer knows neither the list that it serves nor the screen.

pub mod call;
mod changing;
pub mod client;
mod coding;
pub mod content;
pub mod endpoint;
pub mod error;
mod exchange;
mod failure;
mod headers;
pub mod pace;
mod progress;
pub mod proxy;
pub mod retry;
pub mod secret;
mod tunnel;
pub mod upload;
pub mod wire;

pub use changing::Deletion;
pub use client::{Answer, Client, Existence, Progress};
pub use content::Content;
pub use error::{ApiError, ClientError};
pub use wire::{File, HasMore, Page, Reading, Unreadable};
