//! `hosts::peers`: plugins that load and call each other, seen from the test that loads the first.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

mod access;
mod calls;
mod guests;
mod limits;
mod strict;
