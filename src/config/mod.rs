//! What the program is told from outside: the address of the service, and the key.
//!
//! Precedence is flag, environment, default. The key is never taken from a flag.

mod endpoint;
mod key;

pub use endpoint::{BadEndpoint, DEFAULT_BASE_URL, Endpoint};
pub use key::{BadKey, KEY_VARIABLE, Key};
