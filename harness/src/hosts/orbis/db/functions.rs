//! Functions of SQL that take the product of two lengths.
//!
//! The clock is looked at between SQLite's own instructions, and a function is one of them: with two
//! texts of a megabyte `trim` takes an hour, which nothing ends. So these refuse a plugin what takes
//! too long, and ask SQLite's own in another connection for the rest.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::limits::Limit;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::confined::Watch;

/// The product of the two lengths, half a second or so.
const PRODUCT: usize = 1 << 28;

/// What SQLite calls JSON.
const JSON: u32 = 'J' as u32;

/// Their names, and how many arguments they take; the first two count.
const FUNCTIONS: [(&str, usize); 7] =
    [("instr", 2), ("json_patch", 2), ("ltrim", 2), ("replace", 3), ("rtrim", 2), ("trim", 2), ("unhex", 2)];

/// Puts ours in the place of SQLite's own.
pub(super) fn guard(connection: &Connection, watch: &Arc<Watch>) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS
        | FunctionFlags::SQLITE_RESULT_SUBTYPE;
    let plain = Arc::new(Mutex::new(Connection::open_in_memory()?));
    for (name, arguments) in FUNCTIONS {
        let (plain, watch) = (Arc::clone(&plain), Arc::clone(watch));
        let guarded = move |context: &Context<'_>| -> rusqlite::Result<(Value, Option<u32>)> {
            let lengths = [length_of(context.get_raw(0)), length_of(context.get_raw(1))];
            if watch.confines() && lengths[0].saturating_mul(lengths[1]) > PRODUCT {
                let reason = format!("`{name}` of {} and {} bytes takes too long", lengths[0], lengths[1]);
                return Err(rusqlite::Error::UserFunctionError(reason.into()));
            }
            let plain = plain.lock().unwrap_or_else(PoisonError::into_inner);
            plain.set_limit(Limit::SQLITE_LIMIT_LENGTH, watch.longest())?;
            let places = vec!["?"; arguments].join(", ");
            let mut statement = plain.prepare(&format!("SELECT {name}({places})"))?;
            let values = (0..arguments).map(|index| Value::try_from(context.get_raw(index)));
            let values = values.collect::<Result<Vec<_>, _>>()?;
            let answer = statement.query_row(params_from_iter(values), |row| row.get(0))?;
            Ok((answer, (name == "json_patch").then_some(JSON)))
        };
        connection.create_scalar_function(name, arguments as i32, flags, guarded)?;
    }
    Ok(())
}

fn length_of(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
        _ => 0,
    }
}
