//! Text in, text out.

use plugsmith::function;

#[function]
fn hello(name: String) -> String {
    format!("Hello, {name}!")
}
