//! Typed calls: a name that is taken, a rename, and types that go one way only.

use plugsmith::testing::MockContext;
use plugsmith::{Json, command, function};

#[derive(serde::Deserialize)]
struct In;

#[function]
fn one_way(_: Json<In>) -> String {
    String::new()
}

#[command]
fn renamed(name: &str) -> String {
    name.to_owned()
}

#[command]
fn taken() {}

fn taken_call() {}

fn main() {
    let ctx = MockContext::new();
    let _ = ctx.run(one_way_call(Json(In)));
    let _ = ctx.run(greet_call("Ada"));
    let _ = ctx.run(renamed_call(7));
}
