//! `inspect`: what a plugin offers, wants and weighs, as a page or as JSON.

mod page;

use plugsmith_harness::{Inspection, Profile, named};

use crate::artifact::{self, Named};
use crate::error::Error;
use crate::options::Inspect;
use crate::terminal;

pub(crate) use page::weight;

pub(crate) fn inspect(options: Inspect) -> Result<u8, Error> {
    let plugin = artifact::locate(&options.plugin)?;
    let artifact = artifact::build(&plugin, options.krate.of(Profile::Release), options.quiet)?;
    // The names of functions, which tell crates apart, are beside what ships.
    let inspection = match plugin {
        Named::Crate(_) => {
            Inspection::read(Some(named(&artifact)).filter(|named| named.is_file()).unwrap_or(artifact.clone()))?
        }
        Named::Artifact(_) => Inspection::read(artifact.clone())?,
    };
    if options.json {
        let mut json = serde_json::to_vec_pretty(&inspection).expect("an inspection has a JSON form");
        json.push(b'\n');
        terminal::output(&json)?;
    } else {
        let name = artifact.file_name().unwrap_or(artifact.as_os_str()).to_string_lossy().into_owned();
        terminal::output_styled(&page::page(&name, &inspection))?;
    }
    Ok(0)
}
