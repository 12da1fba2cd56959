//! `manifest`: what a host wants to know of a plugin, written or checked.

use crate::error::Error;
use crate::options::{Manifest, ManifestHost};
use crate::orbis;

pub(crate) fn manifest(options: &Manifest) -> Result<u8, Error> {
    match options.host {
        ManifestHost::Orbis => orbis::manifest(options),
    }
}
