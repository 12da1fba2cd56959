//! Transfers between accounts: all or nothing, also where the host fails half-way. The tests show how the test
//! powers tell a naive version from a right one.

#![forbid(unsafe_code)]

use plugsmith::{CommandError, PluginContext, command, export_plugin};

/// Moves money from one account to another; what is left in the first.
#[command(name = "BANK.TRANSFER", flags = ["write"], first_key = 1, last_key = 2, step = 1)]
fn transfer(ctx: &PluginContext, from: &str, to: &str, amount: u32) -> Result<i64, CommandError> {
    let storage = ctx.storage();
    let balance = storage.get(from)?.and_then(|value| value.as_i64()).unwrap_or(0);
    if from == to || balance < amount.into() {
        return Err("INSUFFICIENT the first account cannot pay this to the second".into());
    }
    let left = storage.incr_by(from, -i64::from(amount))?;
    if let Err(error) = storage.incr_by(to, amount.into()) {
        storage.incr_by(from, amount.into())?;
        return Err(error.into());
    }
    Ok(left)
}

/// The first version of it: it loses money where the second write fails.
#[command(name = "BANK.NAIVE", flags = ["write"], first_key = 1, last_key = 2, step = 1)]
fn naive(ctx: &PluginContext, from: &str, to: &str, amount: u32) -> Result<i64, CommandError> {
    let left = ctx.storage().incr_by(from, -i64::from(amount))?;
    ctx.storage().incr_by(to, amount.into())?;
    Ok(left)
}

export_plugin!(transfer, naive);

#[cfg(test)]
mod tests {
    use super::*;
    use plugsmith::testing::MockContext;

    #[test]
    fn nobody_pays_what_they_do_not_have() {
        let ctx = MockContext::new();
        ctx.storage().set("ada", 10).unwrap();
        assert_eq!(transfer(&ctx, "ada", "bob", 4).unwrap(), 6);
        assert!(transfer(&ctx, "ada", "bob", 7).is_err());
        assert_eq!(ctx.storage().get("bob").unwrap().and_then(|value| value.as_i64()), Some(4));
    }
}
