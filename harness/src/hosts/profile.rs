//! What each host gives a plugin and asks of it, as data: what `check` judges by.

mod extism;
mod ferrite;
pub(crate) mod orbis;
mod peers;
mod query;

use std::time::Duration;

use wasmparser::WasmFeatures;

use crate::engine::host::Host;
use crate::error::{Error, Result};
use crate::hosts::report::{Artifact, Report};
use crate::import::Import;

/// A host: what it gives a plugin, and what it asks of it.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its word: `extism`, `query`, `ferrite`, `orbis`, `peers`.
    pub word: &'static str,
    /// Which real host this is.
    pub real: &'static str,
    /// How it calls a plugin.
    pub abi: Abi,
    /// The functions of its own.
    pub functions: Functions,
    /// Whether it has WASI.
    pub wasi: Wasi,
    /// The pages of 64 KiB that a plugin may have.
    pub memory_pages: Option<u64>,
    /// The fuel of one call.
    pub fuel: Option<u64>,
    /// The wall time of one call.
    pub timeout: Option<Duration>,
    /// The wasm proposals that it runs.
    pub(crate) features: WasmFeatures,
    /// The fuel of one call by `FCALL`, where a host has that.
    pub(crate) fcall_fuel: Option<u64>,
    /// Whether a `plugin.toml` may say what an artifact without records has.
    pub(crate) reads_plugin_toml: bool,
    /// What else is different in a host of this kind for a test.
    pub(crate) habits: fn(Host) -> Host,
    /// Judges what the other fields do not cover.
    pub(crate) judge: fn(&Artifact, &mut Report),
}

/// How a host calls a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abi {
    /// Exports without parameters, values in blocks of Extism's kernel.
    Extism,
    /// Exports with pointers into their own memory, values behind their length.
    Orbis,
}

/// The functions that a host has besides those of Extism's kernel and of WASI.
#[derive(Clone, Debug)]
pub enum Functions {
    /// None.
    None,
    /// Whatever its author registers.
    Own,
    /// These, and no others.
    These(Vec<Import>),
}

/// Whether a host has WASI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wasi {
    /// Never.
    Off,
    /// When its author switches it on.
    Optional,
    /// Always.
    On,
}

/// Every host.
pub fn profiles() -> Vec<Profile> {
    vec![extism::profile(), query::profile(), ferrite::profile(), orbis::profile(), peers::profile()]
}

/// The host with this name.
///
/// ```
/// use plugsmith_harness::hosts::profile;
///
/// assert_eq!(profile("orbis")?.fuel, Some(5_000_000));
/// assert_eq!(profile("redis").unwrap_err().to_string(), "no host `redis`: choose one of extism, query, ferrite, orbis, peers");
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
///
/// # Errors
/// [`Error::UnknownHost`] with the words that there are.
pub fn profile(word: &str) -> Result<Profile> {
    profiles().into_iter().find(|profile| profile.word == word).ok_or_else(|| Error::UnknownHost {
        word: word.to_owned(),
        known: profiles().iter().map(|profile| profile.word.to_owned()).collect(),
    })
}

impl Profile {
    /// A host of Extism's ABI without limits, whose author registers its functions.
    const fn unlimited(word: &'static str, real: &'static str, judge: fn(&Artifact, &mut Report)) -> Profile {
        Profile {
            word,
            real,
            abi: Abi::Extism,
            functions: Functions::Own,
            wasi: Wasi::Optional,
            memory_pages: None,
            fuel: None,
            timeout: None,
            features: ALL,
            fcall_fuel: None,
            reads_plugin_toml: false,
            habits: |host| host,
            judge,
        }
    }

    /// A host of this kind for a test, from one that holds the test's mocks: what the real one lacks
    /// is gone, its limits and habits are there. A request needs [`Host::allowed_hosts`], and headers
    /// of a response [`Host::response_headers`].
    pub fn host(&self, host: Host) -> Host {
        let mut host = match self.functions {
            Functions::None => host.only_given_functions(),
            Functions::Own => host.sealed(),
            // `check` refuses any other.
            Functions::These(_) => host,
        };
        if let Some(pages) = self.memory_pages.and_then(|pages| u32::try_from(pages).ok()) {
            host = host.memory_pages(pages);
        }
        if let Some(fuel) = self.fuel {
            host = host.fuel(fuel);
        }
        if let Some(timeout) = self.timeout {
            host = host.timeout(timeout);
        }
        if self.wasi == Wasi::Off {
            host = host.without_wasi();
        }
        (self.habits)(host).with_sdk_defaults()
    }
}

/// What every build of extism 1.30 runs, and the harness: it leaves wasmtime's exceptions off, shared
/// memories too, and a build without wasmtime's default features has no threads at all.
const ALL: WasmFeatures = WasmFeatures::WASM3.difference(WasmFeatures::EXCEPTIONS.union(WasmFeatures::THREADS));

/// An import of a host's: `function("env", "log", &["i32", "i32"], &[])`.
fn function(module: &str, name: &str, parameters: &[&str], results: &[&str]) -> Import {
    let owned = |types: &[&str]| types.iter().map(|&ty| ty.to_owned()).collect();
    Import {
        module: module.to_owned(),
        name: name.to_owned(),
        signature: crate::import::Signature { parameters: owned(parameters), results: owned(results) },
    }
}
