//! The host that a test starts from: what every host has in memory, with storage and kv by their names.

use plugsmith::kv::KvImportsHost;
use plugsmith::storage::StorageImportsHost;
use plugsmith::testing::MockContext;

use crate::engine::host::Host;
use crate::hosts::ferrite::{Gate, Keyspace};

impl Default for Host {
    fn default() -> Host {
        Host::new()
    }
}

impl Host {
    /// An empty host at 2025-01-01T00:00:00Z, with random seed 0.
    pub fn new() -> Host {
        let context = MockContext::detached();
        let gate = Gate::default();
        let mut services = StorageImportsHost::serve(Keyspace::new(context.store(), &gate));
        services.extend(KvImportsHost::serve(context.kv_functions()));
        let mut host = Host::bare(context);
        host.services = services.len();
        host.functions(services).attach(gate)
    }
}
