//! Two storage backends of one prefix.

use plugsmith::{CommandError, PluginContext, StorageBackend, Value, storage_backend};

struct Archive;

#[storage_backend(prefix = "archive:")]
impl StorageBackend for Archive {
    fn get(&self, _: &PluginContext, _: &str) -> Result<Option<Value>, CommandError> {
        Ok(None)
    }
}

struct Attic;

#[storage_backend(prefix = "archive:")]
impl StorageBackend for Attic {
    fn get(&self, _: &PluginContext, _: &str) -> Result<Option<Value>, CommandError> {
        Ok(None)
    }
}

fn main() {}
