//! What the program is told from outside: settings from flags, environment and file, the address of
//! the service, and the key.
//!
//! Precedence is flag, environment, file, default. The key is never taken from a flag, nor shown.

mod endpoint;
pub mod file;
mod key;
mod load;
pub mod table;

pub use endpoint::{BadEndpoint, DEFAULT_BASE_URL, Endpoint};
pub use key::{BadKey, KEY_VARIABLE, Key, LONG_KEY, without_key};
pub use load::{Config, ConfigError, Source, load, read_text, shown, template};
