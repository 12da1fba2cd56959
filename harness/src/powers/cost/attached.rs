//! A budget as a host has it.

use std::rc::Rc;

use super::budget::Budget;
use crate::engine::attached::{Attach, Attached, Ended, Loading};
use crate::engine::host::Host;
use crate::error::{Error, Result};
use crate::trace::cost::Cost;

impl Host {
    /// With a budget: a call that costs more fails with [`Error::OverBudget`], unless it has failed otherwise.
    /// There may be several, and all of them hold. What the call has changed in the host stays.
    ///
    /// Hooks, transformers and backends have no budgets of their own: their fuel is that of the call that leads to
    /// them.
    ///
    /// ```no_run
    /// // Needs the plugin of the crate it stands in.
    /// use plugsmith_harness::powers::cost::Budget;
    /// use plugsmith_harness::{Host, plugin};
    ///
    /// let mut plugin = plugin!(
    ///     Host::new()
    ///         .budget(Budget::new().fuel(1_000_000).pages(20))
    ///         .budget(Budget::of("BANK.TRANSFER").calls_of("storage_incr", 2))
    /// );
    /// plugin.command("BANK.TRANSFER", ("ada", "bob", 5)).unwrap();
    /// ```
    pub fn budget(self, budget: Budget) -> Host {
        self.attach(budget)
    }
}

impl Attach for Budget {
    /// A budget for an export that is not there would never fail.
    fn attach(self: Box<Self>, to: &Loading<'_>) -> Result<Option<Rc<dyn Attached>>> {
        let module = &to.compiled.module;
        match self.export() {
            Some(export) if !module.exports.contains_key(export) => Err(Error::MissingExport {
                name: export.to_owned(),
                available: module.callable().map(str::to_owned).collect(),
            }),
            _ => Ok(Some(Rc::new(*self))),
        }
    }
}

impl Attached for Budget {
    fn ended(&self, call: &Ended<'_>) -> Result<()> {
        let (spent, crossed) = (call.spent, &call.spent.crossed);
        let cost = Cost {
            fuel: spent.fuel,
            pages: spent.pages,
            bytes_in: crossed.bytes_in,
            bytes_out: crossed.bytes_out,
            host_calls: crossed.host_calls.clone(),
        };
        self.check(call.export, &cost)
    }
}
