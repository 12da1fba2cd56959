//! `pack`: the files that a host installs.

mod orbis;
mod query;

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
    let artifact = artifact::find(&options.plugin, Profile::Release, options.quiet)?;
    let module = Module::parse(&Source::Path(artifact).read()?)?;
    match module.exports.contains_key("allocate") {
        true => Ok(PackHost::Orbis),
        false => Err(Error::Input("an Extism plugin is packed for a host of its own: --host query".to_owned())),
    }
}
