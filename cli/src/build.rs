//! `build`: the artifact that ships, in one place, with its size and what it consists of.

use plugsmith_harness::{Inspection, Profile, named};

use crate::artifact::{self, Named};
use crate::error::Error;
use crate::inspect::weight;
use crate::options::Build;
use crate::terminal;

pub(crate) fn build(options: &Build) -> Result<u8, Error> {
    let plugin = artifact::locate(&options.plugin)?;
    if let Named::Artifact(path) = &plugin {
        let path = path.display();
        return Err(Error::Input(format!(
            "{path} is built already: name a crate's folder or a package; `cargo plugsmith inspect {path}` shows what a \
             file consists of"
        )));
    }
    let artifact = artifact::build(&plugin, options.krate.of(Profile::Release), options.quiet)?;
    let mut out = format!("{}\n", artifact.display());
    if !options.quiet {
        // The names of functions, which tell crates apart, are beside what ships.
        let names = Some(named(&artifact)).filter(|named| named.is_file());
        let (ships, parts) = (Inspection::read(artifact.clone())?, Inspection::read(names.unwrap_or(artifact))?);
        out.push_str(&weight(&ships, &parts));
    }
    terminal::output_styled(&out)?;
    Ok(0)
}
