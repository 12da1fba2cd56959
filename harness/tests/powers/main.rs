//! What is done with any guest: the seams that it is built on, and each power.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

#[path = "../suite/guest.rs"]
mod guest;

mod fixture;

mod audit;
mod cost;
mod faults;
#[cfg(feature = "powers")]
mod fuzz;
#[cfg(feature = "powers")]
mod invariant;
mod replay;
mod steady;
mod versions;
mod watch;
