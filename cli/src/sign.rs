//! `keygen` and `sign`: signatures of artifacts.

use std::io::Write;
use std::path::{Path, PathBuf};

use plugsmith_harness::file;
use plugsmith_harness::hosts::ferrite;

use crate::error::Error;
use crate::options::{Keygen, Sign};
use crate::terminal;

pub(crate) fn keygen(options: &Keygen) -> Result<u8, Error> {
    let keys = ferrite::keygen();
    let public = public(&options.file);
    write_new(&options.file, &keys.secret, true)?;
    write_new(&public, &keys.public, false)?;
    terminal::output(format!("{}\n", keys.public).as_bytes())?;
    terminal::note(&format!("wrote {} and {}", options.file.display(), public.display()));
    Ok(0)
}

pub(crate) fn sign(options: &Sign) -> Result<u8, Error> {
    let read = |path: &Path| file::read(path).map_err(|reason| Error::File { path: path.to_owned(), reason });
    let wasm = read(&options.artifact)?;
    let secret = read(&options.key)?;
    let wrong = |reason: String| Error::Input(format!("{}: {reason}", options.artifact.display()));
    let signed = ferrite::sign(&wasm, &String::from_utf8_lossy(&secret)).map_err(wrong)?;
    let out = options.out.as_ref().unwrap_or(&options.artifact);
    file::replace(&[(out.clone(), signed)]).map_err(|reason| Error::Unwritten { path: out.clone(), reason })?;
    terminal::note(&format!("signed {}", out.display()));
    Ok(0)
}

fn public(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

/// Writes a file that is not there yet: a key that is lost cannot be made again.
fn write_new(path: &Path, line: &str, secret: bool) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let _ = secret;
    let unwritten = |reason| Error::Unwritten { path: path.to_owned(), reason };
    let mut file = options.open(path).map_err(unwritten)?;
    writeln!(file, "{line}").map_err(unwritten)
}
