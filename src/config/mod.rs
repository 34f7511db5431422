//! What the program is told from outside: settings from flags, environment and file, the address of
//! the service, and the key.
//!
//! Precedence is flag, environment, file, default. The key is never taken from a flag, nor shown.

pub mod file;
pub mod given;
mod load;
pub mod places;
pub mod small_file;
pub mod table;
mod template;
pub mod words;
pub mod write;

pub use load::{Config, ConfigError, Source, load, place, shown};
pub use template::template;
