//! No stale artifact, ever: an author's project is edited, moved, copied and configured in every way
//! that we know of, and what is tested afterwards must be what its sources say.
//!
//! The project has no dependencies, so that a build takes a moment. It lies in a temporary folder with
//! a target folder of its own.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

mod broken;
mod edits;
mod environment;
mod features;
mod given;
mod places;
mod project;
