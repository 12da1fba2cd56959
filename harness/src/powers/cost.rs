//! The cost ledger: what each export costs, budgets for it, and a baseline that it is held against.

mod attached;
mod baseline;
mod budget;
mod snapshot;
mod summary;

use std::path::{Path, PathBuf};

use crate::artifact::source::Source;
use crate::engine::ledger;
use crate::error::Result;
use crate::text::sha256;

pub use crate::engine::ledger::{Costs, ExportCosts, Identity, Recorded};
pub use crate::trace::cost::{Cost, HostUse};
pub use baseline::{Change, Comparison, Verdict};
pub use budget::Budget;
#[doc(hidden)]
pub use snapshot::{SameToolchain, snapshot};
pub use summary::{ExportSummary, Summary};

/// What the last test run has recorded of an artifact: the calls of every plugin that a test has loaded from
/// these very bytes, whatever process it ran in. `None` where no test has.
///
/// Tests write it to the target folder that they were built in. It is looked for in the target folder that the
/// artifact lies in, and in `target` beside the current folder and those above it.
///
/// ```no_run
/// // Needs a plugin whose tests have run.
/// use plugsmith_harness::powers::cost::{Summary, last_run};
///
/// if let Some(recorded) = last_run("plugins/resize.wasm".as_ref())? {
///     println!("{}", Summary::of(&recorded));
/// }
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
///
/// # Errors
/// The artifact cannot be read.
pub fn last_run(artifact: &Path) -> Result<Option<Recorded>> {
    let wasm = Source::Path(artifact.to_owned()).read_with_records()?;
    Ok(ledger::last(&roots(artifact), &sha256(&wasm)))
}

/// Where a ledger of this artifact may be.
fn roots(artifact: &Path) -> Vec<PathBuf> {
    let given = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let here = std::env::current_dir().unwrap_or_default();
    let above = here.ancestors().map(|folder| folder.join("target"));
    let targets = given.into_iter().chain(above).map(|target| target.join("plugsmith/ledger"));
    let mut roots: Vec<PathBuf> = ledger::beside(artifact).into_iter().chain(targets).collect();
    roots.dedup();
    roots
}
