//! `completions` and `man`: what a shell and a manual want to know of the command line.

use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::error::Error;
use crate::options::Options;
use crate::terminal;

pub(crate) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  cargo plugsmith completions bash > ~/.local/share/bash-completion/completions/cargo-plugsmith
  cargo plugsmith completions zsh > ~/.zfunc/_cargo-plugsmith
  cargo plugsmith completions fish > ~/.config/fish/completions/cargo-plugsmith.fish

The shell completes the name of the program itself: cargo-plugsmith run ..";

pub(crate) const MAN_EXAMPLES: &str = "\
Examples:
  cargo plugsmith man ~/.local/share/man/man1
  man cargo-plugsmith-run";

#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

#[derive(Args, Debug)]
pub(crate) struct Man {
    /// The folder for the pages; it is created if it does not exist
    #[arg(default_value = ".")]
    folder: PathBuf,
}

/// The name of the program, which cargo runs for `cargo plugsmith`.
const PROGRAM: &str = "cargo-plugsmith";

pub(crate) fn completions(options: &Completions) -> Result<u8, Error> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command(), PROGRAM, &mut script);
    terminal::output(&script)?;
    Ok(0)
}

pub(crate) fn man(options: &Man) -> Result<u8, Error> {
    let folder = &options.folder;
    let unwritten = |reason| Error::Unwritten { path: folder.clone(), reason };
    std::fs::create_dir_all(folder).map_err(unwritten)?;
    clap_mangen::generate_to(command(), folder).map_err(unwritten)?;
    terminal::note(&format!("{} has {PROGRAM}.1 and a page for each verb", folder.display()));
    Ok(0)
}

fn command() -> clap::Command {
    Options::command().name(PROGRAM).bin_name(PROGRAM)
}
