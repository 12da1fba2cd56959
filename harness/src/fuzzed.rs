//! Readers of untrusted bytes that are not part of the public API, for the fuzz targets in `fuzz/`.

#[cfg(feature = "orbis")]
use std::collections::BTreeMap;
#[cfg(feature = "orbis")]
use std::path::Path;

use crate::error::Result;
#[cfg(feature = "orbis")]
use crate::hosts::orbis::{Limits, Manifest, Mode, Request, Response};

/// The frames at these addresses, from the artifact's own line tables.
pub fn frames(wasm: &[u8], addresses: &[u64]) -> Vec<String> {
    crate::artifact::symbols::frames(wasm, addresses)
}

/// The artifact with the records that a `plugin.toml` gives it.
///
/// # Errors
/// As for a `plugin.toml` in the artifact's folder.
pub fn adopt(wasm: &[u8], plugin_toml: &str) -> Result<Vec<u8>> {
    crate::artifact::stand_in::adopt_text(wasm.to_vec(), plugin_toml)
}

/// Checks that one of these public keys has signed the artifact.
///
/// # Errors
/// Why it is not signed by them.
pub fn verify_signature(wasm: &[u8], trusted: &[String]) -> Result<(), String> {
    crate::hosts::ferrite::verify_signature(wasm, trusted)
}

/// The requests in a recording of an Orbis server.
///
/// # Errors
/// [`Error::File`](crate::Error::File), with the line that is no request.
#[cfg(feature = "orbis")]
pub fn read_recording(file: &Path) -> Result<Vec<Request>> {
    crate::hosts::orbis::read_recording(file)
}

/// The handler for a request to an Orbis plugin, with the path's parameters, or the host's own answer.
///
/// # Errors
/// The host's answer: no such route, a wrong method, a body that is not accepted.
#[cfg(feature = "orbis")]
pub fn find_route<'a>(
    mode: Mode,
    manifest: &'a Manifest,
    request: &Request,
) -> Result<(&'a str, BTreeMap<String, String>), Response> {
    let manifest = manifest.parsed();
    let user = request.user.as_ref();
    crate::hosts::orbis::find_route(mode, Limits::default(), &manifest.name, &manifest.routes, request, user)
        .map(|found| (found.route.handler.as_str(), found.params))
}
