//! Text in, text out, with extism-pdk.

use extism_pdk::{FnResult, plugin_fn};

#[plugin_fn]
pub fn hello(name: String) -> FnResult<String> {
    Ok(format!("Hello, {name}!"))
}
