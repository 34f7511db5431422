//! Time: the clocks, how long files have left, zones, and spans as text.
//!
//! Nothing here reads a clock but [`clock`]; moments and zones are handed in.

pub mod clock;
pub mod expiry;
pub mod span;
pub mod zone;
