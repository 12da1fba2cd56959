//! Measuring side by side: guests, clocks, medians, tables.

pub mod author;
pub mod examples;
pub mod guests;
pub mod plain;
pub mod race;
pub mod table;
