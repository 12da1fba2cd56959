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
    match is_for_orbis(&module) {
        true => Ok(PackHost::Orbis),
        false => Err(Error::Input(
            "it exports no `allocate`, so it is no Orbis plugin; an Extism plugin is packed for a host of its own: --host query".to_owned(),
        )),
    }
}

/// Whether it speaks the ABI of Orbis, or that of Orbis' page: then Orbis says what to do.
fn is_for_orbis(module: &Module) -> bool {
    let exports = |name: &&str| module.exports.contains_key(*name);
    exports(&"allocate")
        || (["init", "execute", "cleanup"].iter().all(exports)
            && module.imports.iter().all(|import| import.module == "env"))
}
