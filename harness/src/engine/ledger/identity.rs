//! What a ledger belongs to: an artifact, and what decides on its costs besides its sources.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use wasmparser::{KnownCustom, Parser, Payload};

use crate::artifact::build;
use crate::text::sha256;

/// An artifact, and the tools that its costs depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Identity {
    /// Its SHA-256.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// What made it, as its section `producers` says: `rustc 1.95.0`; empty where it does not say.
    pub compiler: String,
    /// The version of Extism that ran it, whose kernel uses fuel, too.
    pub extism: String,
    /// cargo's profile: `dev` is the one for tests; `given` for an artifact that was not built by the test.
    pub profile: String,
}

/// What takes time to find out, by the bytes themselves: all plugins of an artifact share them.
static KNOWN: Mutex<Vec<(Arc<[u8]>, Identity)>> = Mutex::new(Vec::new());

/// More artifacts than one process has are forgotten.
const MOST: usize = 256;

impl Identity {
    pub(crate) fn of(wasm: &Arc<[u8]>, path: Option<&Path>) -> Identity {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, identity)) = known.iter().find(|(bytes, _)| Arc::ptr_eq(bytes, wasm)) {
            return identity.clone();
        }
        let identity = Identity {
            sha256: sha256(wasm),
            bytes: wasm.len() as u64,
            compiler: compiler(wasm).unwrap_or_default(),
            extism: extism::extism_version().trim_end_matches('\0').to_owned(),
            profile: profile(path),
        };
        if known.len() >= MOST {
            known.clear();
        }
        known.push((Arc::clone(wasm), identity.clone()));
        identity
    }

    /// What decides on the costs besides the sources, in a line: `rustc 1.95.0, extism 1.30.0, profile dev`.
    pub fn toolchain(&self) -> String {
        let compiler = if self.compiler.is_empty() { "unknown compiler" } else { &self.compiler };
        format!("{compiler}, extism {}, profile {}", self.extism, self.profile)
    }
}

/// The profile that a test's artifact was built with: the test's own.
fn profile(path: Option<&Path>) -> String {
    let is_built = path.is_some_and(|path| path.ancestors().any(|folder| folder.ends_with("plugsmith/tests")));
    let layout = std::env::current_exe().ok().and_then(build::layout).filter(|_| is_built);
    match layout {
        Some((profile, _)) if profile == "debug" => "dev".to_owned(),
        Some((profile, _)) => profile,
        None => "given".to_owned(),
    }
}

/// The compiler in the section `producers`: its name and the number of its version.
fn compiler(wasm: &[u8]) -> Option<String> {
    for payload in Parser::new(0).parse_all(wasm) {
        let Ok(Payload::CustomSection(section)) = payload else { continue };
        let KnownCustom::Producers(fields) = section.as_known() else { continue };
        let values = fields.into_iter().flatten().filter(|field| field.name == "processed-by");
        let mut values = values.flat_map(|field| field.values.into_iter().flatten());
        return values.next().map(|value| {
            let version = value.version.split(" (").next().unwrap_or(value.version);
            format!("{} {version}", value.name).trim().to_owned()
        });
    }
    None
}
