//! Mistakes in transformers and storage backends.

use plugsmith::{CommandError, PluginContext, StorageBackend, Value, storage_backend, transformer};

#[transformer]
fn without_arguments(value: Value) -> Value {
    value
}

#[transformer(on = "writes", pattern = "", priority = 9999999999)]
fn three_mistakes(value: Value) -> Value {
    value
}

#[transformer(on = "read", pattern = "*")]
fn wrong_result(value: Value) -> Option<Value> {
    Some(value)
}

#[transformer(on = "read", pattern = "*")]
fn nothing(_value: Value) {}

#[transformer(on = "read", pattern = "*")]
fn without_the_value(key: &str) -> String {
    key.to_owned()
}

#[transformer(on = "read", pattern = "*")]
fn without_the_value_too(ctx: &PluginContext, key: &str) -> String {
    let _ = ctx;
    key.to_owned()
}

#[transformer(on = "read", pattern = "*")]
fn no_such_field(name: String, value: Value) -> Value {
    let _ = name;
    value
}

#[transformer(on = "read", pattern = "*")]
struct NoFunction;

struct Archive;

#[storage_backend]
impl StorageBackend for Archive {
    fn get(&self, _: &PluginContext, _: &str) -> Result<Option<Value>, CommandError> {
        Ok(None)
    }
}

struct Everything;

#[storage_backend(prefix = "")]
impl StorageBackend for Everything {
    fn get(&self, _: &PluginContext, _: &str) -> Result<Option<Value>, CommandError> {
        Ok(None)
    }
}

struct WithState {
    _state: u8,
}

#[storage_backend(prefix = "state:")]
impl StorageBackend for WithState {
    fn get(&self, _: &PluginContext, _: &str) -> Result<Option<Value>, CommandError> {
        Ok(None)
    }
}

struct NoTrait;

#[storage_backend(prefix = "none:")]
impl NoTrait {}

#[storage_backend(prefix = "fn:")]
fn no_impl() {}

fn main() {}
