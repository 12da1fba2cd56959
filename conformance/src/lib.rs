//! The table of cases that every host must pass, the judge of what the hosts' drivers report, and
//! the matrix of known differences that the documentation shows.

mod artifacts;
mod files;
mod judge;
mod matrix;
mod report;
mod server;
mod table;

pub use artifacts::artifacts;
pub use files::Folder;
pub use judge::{Verdict, judge};
pub use matrix::{check, render};
pub use report::{Answer, Loaded, Outcome, Report, drive, read};
pub use server::Server;
pub use table::{Call, CallDifference, Case, CaseDifference, Expectation, Host, Reply, Table, table};
