//! The host of an Extism manifest: artifacts from files, URLs and bytes, each with its hash, and the
//! permissions and limits that the manifest gives them, enforced as the runtime does.
//!
//! It follows extism 1.30.0 (src/manifest.rs, src/pdk.rs, src/plugin.rs). A manifest without
//! `allowed_hosts` denies every request there, in Go and in JavaScript, whatever Extism's page says.

mod manifest;
mod sources;

use std::sync::Arc;
use std::time::Duration;

pub use ::extism::{Manifest, Wasm, WasmMetadata};
pub use extism_manifest::{HttpRequest, MemoryOptions};
pub use manifest::{parse, read, to_json, to_toml};
pub(crate) use sources::{artifact, main};

pub use crate::text::sha256;

use crate::engine::compiled;
use crate::engine::host::{Host, Modules};
use crate::engine::plugin::Plugin;
use crate::engine::subject::Origin;
use crate::error::{Error, Result};

/// Loads a manifest's artifact into this host, which keeps to the manifest: its configuration, its
/// permissions, its limits.
///
/// ```
/// use plugsmith_harness::{Host, hosts::extism::{self, Manifest, Wasm}};
///
/// let wat = br#"(module (func (export "run") (result i32) (i32.const 0)))"#;
/// let manifest = Manifest::new([Wasm::data(&wat[..])]).with_allowed_host("*.example.com");
/// let mut plugin = extism::load(&manifest, Host::new())?;
/// assert_eq!(plugin.call::<String>("run", "").unwrap(), "");
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
///
/// # Errors
/// [`Error::MissingArtifact`], [`Error::HashMismatch`], [`Error::Download`] for a URL that
/// [`Host::download`] does not answer, [`Error::BadManifest`] for what the manifest asks in vain;
/// and whatever [`Plugin::load_in`] refuses.
pub fn load(manifest: &Manifest, host: Host) -> Result<Plugin> {
    compile(manifest, &host)?.instance(host)
}

/// An artifact and its manifest, compiled once: make instances of it in as many threads as you like.
///
/// ```
/// use plugsmith_harness::{Host, hosts::extism::{self, Manifest, Wasm}};
///
/// let wat = br#"(module (func (export "run") (result i32) (i32.const 0)))"#;
/// let compiled = extism::compile(&Manifest::new([Wasm::data(&wat[..])]), &Host::new())?;
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| {
///             let mut plugin = compiled.instance(Host::new()).unwrap();
///             assert_eq!(plugin.call::<String>("run", "").unwrap(), "");
///         });
///     }
/// });
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Compiled {
    wasm: Arc<[u8]>,
    modules: Modules,
    manifest: Arc<Manifest>,
    label: Arc<str>,
}

/// Compiles a manifest's artifact, whose URL this host's downloads answer.
///
/// # Errors
/// As [`load`].
pub fn compile(manifest: &Manifest, host: &Host) -> Result<Compiled> {
    let found = sources::artifact(manifest, host)?;
    let compiled = Compiled {
        wasm: found.wasm.into(),
        modules: found.modules,
        manifest: Arc::new(manifest.clone()),
        label: found.label.into(),
    };
    // Compiled now, and found again by each instance: the limits that count are the manifest's.
    compiled::get(&compiled.wasm, &compiled.host(Host::new()))?;
    Ok(compiled)
}

impl Compiled {
    /// A fresh instance in this host, which keeps to the manifest. It stays in its thread.
    ///
    /// # Errors
    /// As [`Plugin::load_in`].
    pub fn instance(&self, host: Host) -> Result<Plugin> {
        let host = self.host(host);
        let again = host.with_parts(host.again_for_call(self.label.to_string()));
        Plugin::of_compiled(compiled::get(&self.wasm, &host)?, host, again, Origin::default())
    }

    fn host(&self, host: Host) -> Host {
        Host { modules: self.modules.clone(), ..grant(&self.manifest, host) }
    }
}

/// The host with what the manifest grants, and nothing that it does not. What the manifest leaves
/// open (pages, a timeout) stays as the host has it. As in the SDKs an import that nothing answers
/// keeps an artifact from loading, and headers of responses need [`Host::response_headers`].
pub fn grant(manifest: &Manifest, mut host: Host) -> Host {
    for (key, value) in &manifest.config {
        host = host.config(key, value);
    }
    host = host.allowed_hosts(manifest.allowed_hosts.iter().flatten());
    for (folder, guest_path) in manifest.allowed_paths.iter().flatten() {
        host = host.allowed_path(folder, guest_path);
    }
    if let Some(pages) = manifest.memory.max_pages {
        host = host.memory_pages(pages);
    }
    if let Some(bytes) = manifest.memory.max_http_response_bytes {
        host = host.http_response_bytes(usize::try_from(bytes).unwrap_or(usize::MAX));
    }
    if let Some(bytes) = manifest.memory.max_var_bytes {
        host = host.var_bytes(usize::try_from(bytes).unwrap_or(usize::MAX));
    }
    if let Some(milliseconds) = manifest.timeout_ms {
        host = host.timeout(Duration::from_millis(milliseconds));
    }
    host.sealed().with_sdk_defaults()
}

/// A manifest that cannot be followed.
fn bad(reason: impl Into<String>) -> Error {
    Error::BadManifest { place: "the manifest".to_owned(), reason: reason.into() }
}
