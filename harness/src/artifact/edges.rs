//! Counters in an artifact that say which way each call went: the feedback of fuzzing.
//!
//! A counter of one byte stands at the start of each function and wherever control flow splits or meets. They lie in
//! a memory of their own, which the guest cannot reach, so the module behaves as before and needs no rebuild.
//! Each costs a few units of fuel.

#[cfg(feature = "powers")]
mod instrument;

#[cfg(feature = "powers")]
pub(crate) use instrument::{instrument, splits};

/// What the export of the counters' memory is called; their number follows.
const EXPORT: &str = "plugsmith:edges:";

/// The counters of an instrumented module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edges {
    /// The index of their memory.
    pub(crate) memory: usize,
    /// How many there are.
    pub(crate) count: usize,
}

impl Edges {
    /// The counters in the memory that is exported by this name, if it is theirs. A name that promises more than a
    /// memory of 16 MiB holds is the artifact's own.
    pub(crate) fn of_export(name: &str, memory: u32) -> Option<Edges> {
        let count = name.strip_prefix(EXPORT)?.parse().ok().filter(|count| *count <= MOST)?;
        Some(Edges { memory: memory as usize, count })
    }

    /// The name that their memory is exported by.
    #[cfg(feature = "orbis")]
    pub(crate) fn export(&self) -> String {
        format!("{EXPORT}{}", self.count)
    }
}

/// The most counters.
const MOST: usize = 16 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::Edges;

    #[test]
    fn a_name_that_promises_too_much_is_the_artifacts_own() {
        assert_eq!(Edges::of_export("plugsmith:edges:12", 1), Some(Edges { memory: 1, count: 12 }));
        assert_eq!(Edges::of_export("plugsmith:edges:99999999999", 0), None);
        assert_eq!(Edges::of_export("plugsmith:edges:99999999", 0), None);
        assert_eq!(Edges::of_export("plugsmith:edges:x", 0), None);
        assert_eq!(Edges::of_export("memory", 0), None);
    }
}
