//! `pack`: the files that a host installs.

mod orbis;
mod query;

use plugsmith_harness::hosts::orbis::require_plugin;
use plugsmith_harness::{Module, Profile, Source};

use crate::artifact;
use crate::error::Error;
use crate::options::{Pack, PackHost};

pub(crate) fn pack(options: &Pack) -> Result<u8, Error> {
    match host(options)? {
        PackHost::Orbis => orbis::pack(options),
        PackHost::Query => query::pack(options),
    }
}

/// The host that was named, or the one whose ABI the artifact speaks.
fn host(options: &Pack) -> Result<PackHost, Error> {
    if let Some(host) = options.host {
        return Ok(host);
    }
    let artifact = artifact::find(&options.plugin, options.krate.of(Profile::Release), options.quiet)?;
    let module = Module::parse(&Source::Path(artifact).read()?)?;
    match require_plugin(&module) {
        Ok(()) => Ok(PackHost::Orbis),
        Err(error) => Err(Error::Input(format!("{error}; to pack it for a host that runs it, add --host query"))),
    }
}
