//! Exports whose names the linker needs for something else, in every macro that takes a name.

use plugsmith::orbis::route;
use plugsmith::{Json, command, function};

#[function]
fn cos(x: Json<f64>) -> Json<f64> {
    Json(x.0.cos())
}

#[function]
fn hypotf() {}

#[function(name = "memcpy")]
fn copy() {}

#[function(name = "malloc")]
fn allocate() {}

#[command(name = "log")]
fn log_it() {}

#[function(name = "__heap_base")]
fn base() {}

/// In capitals it is nobody's.
#[command]
fn pow(x: f64, y: f64) -> f64 {
    x.powf(y)
}

#[route(GET, "/round")]
fn round() {}

mod entry {
    #[plugsmith::function]
    fn main() {}
}

fn main() {}
