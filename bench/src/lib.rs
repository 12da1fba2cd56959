//! Measuring side by side: guests, clocks, medians, tables.

pub mod author;
pub mod guests;
pub mod race;
pub mod table;
