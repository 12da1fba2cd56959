//! Test powers: what a test can do with any guest besides calling it.
//!
//! Each starts with its subject, takes its options, and ends with `check(|guest| ..)`, which gives a report:
//! a value to inspect, text to print, and `assert()`.
//!
//! | power | finds |
//! |---|---|
//! | [`audit`] | what a plugin may do, can do and does, and what an update newly asks for |
//! | [`cost`] | what each export costs, what exceeds its budget, and what has become dearer |
//! | [`faults`](fn@faults) | what goes wrong when a host call fails |
//! | `fuzz` (feature `powers`) | an input for which an export traps, exceeds a limit, or breaks what must hold |
//! | `invariant` (feature `powers`) | a sequence of calls, time, restarts and faults that breaks what must hold |
//! | [`replay`](fn@replay) | what has changed since a session was recorded |
//! | [`steady`](fn@steady) | what grows from call to call |
//! | [`versions`](fn@versions) | what changes for callers between two artifacts |
//!
//! They work on every [`Guest`](crate::Guest), so on artifacts of other SDKs, too.

pub mod audit;
pub mod cost;
pub mod faults;
#[cfg(feature = "powers")]
pub mod fuzz;
#[cfg(feature = "powers")]
pub mod invariant;
pub mod replay;
pub mod steady;
pub mod versions;

pub use faults::faults;
#[cfg(feature = "powers")]
pub use fuzz::fuzz;
#[cfg(feature = "powers")]
pub use invariant::invariant;
pub use replay::replay;
pub use steady::{Grown, steady};
pub use versions::{Difference, versions};
