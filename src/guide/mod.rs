//! How the program is built, for whoever changes it: what must stay true, what the words mean, how to
//! test, and which files a change of a usual kind touches, in which order.
//!
//! The pages are kept true by `tests/it/guide.rs`: whatever file, name or test they mention is there,
//! and each recipe names just those files that the last change of its kind touched.
//!
//! * [`invariants`]: what is always so, each with the test that holds it.
//! * [`glossary`]: one word a thing.
//! * [`testing`]: which kinds of tests there are, and what to run while working.
//! * [`recipes`]: adding a key, a column, a layer, a setting, a command, a call.

pub mod invariants {
    #![doc = include_str!("invariants.md")]
}

pub mod glossary {
    #![doc = include_str!("glossary.md")]
}

pub mod testing {
    #![doc = include_str!("testing.md")]
}

pub mod recipes {
    #![doc = include_str!("recipes.md")]
}
