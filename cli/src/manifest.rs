//! `manifest`: the file that tells a host of a plugin, printed, written or checked.

mod ferrite;
pub(crate) mod orbis;

use crate::error::Error;
use crate::options::{Manifest, ManifestHost};

pub(crate) fn manifest(options: &Manifest) -> Result<u8, Error> {
    match options.host {
        ManifestHost::Ferrite => ferrite::manifest(options),
        ManifestHost::Orbis => orbis::manifest(options),
    }
}
