//! The harness tested through its front door: what it answers to good, bad and hostile guests.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

mod errors;
mod fidelity;
mod foreign;
mod guest;
mod heavy;
mod held;
mod hostile;
mod imports;
mod inspect;
mod isolation;
mod leaks;
mod limits;
mod refused;
mod round_trips;
mod time;
mod told;
mod wall_clock;
