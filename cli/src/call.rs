//! `call`: a function, with bytes in and bytes out, so that it fits into a pipe.

use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use plugsmith_harness::plugsmith::protocol::json;
use plugsmith_harness::{Error as Harness, Module, Plugin, Profile, Source};

use crate::error::Error;
use crate::options::Call;
use crate::{artifact, report, terminal};

pub(crate) fn call(options: Call) -> Result<u8, Error> {
    let quiet = options.output.quiet;
    let artifact = artifact::find(&options.plugin, options.krate.of(Profile::Test), quiet)?;
    let module = Module::parse(&Source::from(artifact.as_path()).read()?)?;
    let mut plugin = Plugin::load_in(artifact, options.host.host(&module, quiet)?)?;
    let input = input(options.input, options.input_file)?;
    let outcome = plugin.call::<Vec<u8>>(&options.function, input.as_slice());
    if matches!(outcome.result, Err(Harness::MissingExport { .. } | Harness::InvalidModule { .. })) {
        return Err(Error::Harness(outcome.unwrap_err()));
    }
    if options.output.json {
        let input = report::Input::Input(report::raw(|out| json::write_bytes(out, &input)));
        let reply = outcome.result.as_ref().ok().map(|bytes| report::raw(|out| json::write_bytes(out, bytes)));
        terminal::output(&report::json(&options.function, input, &outcome, reply.as_deref()))?;
        return Ok(report::code(&outcome));
    }
    match &outcome.result {
        Ok(bytes) => print(bytes)?,
        // A pipe gets outputs only.
        Err(error) if report::is_answer(error) => terminal::error(error),
        Err(_) => {}
    }
    report::print(&outcome, quiet);
    Ok(report::code(&outcome))
}

/// The output as it is; a terminal gets the end of line that it lacks.
fn print(bytes: &[u8]) -> Result<(), Error> {
    terminal::output(bytes)?;
    let mut out = std::io::stdout();
    if out.is_terminal() && !bytes.is_empty() && !bytes.ends_with(b"\n") {
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn input(text: Option<String>, file: Option<PathBuf>) -> Result<Vec<u8>, Error> {
    match (text, file) {
        (Some(text), _) => Ok(text.into_bytes()),
        (None, Some(path)) if path != Path::new("-") => std::fs::read(&path)
            .map_err(|error| Error::Input(format!("cannot read --input-file {}: {error}", path.display()))),
        // Nobody is asked to type an input: without one, it is empty.
        (None, None) if std::io::stdin().is_terminal() => Ok(Vec::new()),
        (None, _) => {
            let mut bytes = Vec::new();
            std::io::stdin()
                .read_to_end(&mut bytes)
                .map_err(|reason| Error::File { path: "standard input".into(), reason })?;
            Ok(bytes)
        }
    }
}
