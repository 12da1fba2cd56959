//! `replay`: the calls of a session once more, with every host call answered from the file.

use std::io::{BufRead, Write};
use std::path::PathBuf;

use clap::Args;
use plugsmith_harness::hosts::orbis::Orbis;
use plugsmith_harness::powers::replay::{Replay, Report, Session, replay as play};
use plugsmith_harness::{BuildOptions, Features, Module, Plugin, Profile, Source};

use crate::artifact::{self, CrateOptions, Named};
use crate::error::{Error, FAILED};
use crate::terminal::{self, one_line};

pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo plugsmith replay target/plugsmith/replays/my-plugin-greets.jsonl
  cargo plugsmith replay tests/sessions/checkout.jsonl . --step
  cargo plugsmith replay session.jsonl plugin.wasm --json | jq .differences

A failing test prints the line that replays it. The plugin is built again, so: fix, then replay.
A session names a plugin of this workspace, or a .wasm file; name any other crate yourself.
Every host call is answered from the file. What the plugin does in another way than when it was recorded is shown with
- and +, and makes the exit code 1.";

#[derive(Args, Debug)]
pub(crate) struct ReplayOptions {
    /// A session: of a failing test, of `serve --record`, `tap --read` or a `Recorder`
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A crate's folder, a package, or a .wasm or .wat file [default: the one that the session names]
    #[arg(value_name = "PLUGIN")]
    plugin: Option<String>,
    /// Stop after each host call: Enter goes on to the next, c and Enter to the end
    #[arg(long, conflicts_with = "json")]
    step: bool,
    /// Print one JSON object: calls, host_calls, differences, warnings, traces
    #[arg(long)]
    json: bool,
    /// Print no progress and no traces
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    krate: CrateOptions,
}

pub(crate) fn replay(options: &ReplayOptions) -> Result<u8, Error> {
    let session = Session::read(&options.file)?;
    let (named, build) = plugin(options, &session)?;
    let artifact = artifact::build(&named, build, options.quiet)?;
    let wasm = Source::Path(artifact.clone()).read()?;
    let mut replay = play(session.clone()).artifact(&wasm);
    if options.step {
        replay = replay.on_host_call(step);
    }
    let report = run(replay, &session, artifact, &wasm)?;
    if options.json {
        let mut json = serde_json::to_vec_pretty(&report).expect("a report has a JSON form");
        json.push(b'\n');
        terminal::output(&json)?;
    } else {
        let mut text = String::new();
        if !options.quiet {
            report.traces.iter().for_each(|trace| text.push_str(&format!("{}\n\n", printable(trace))));
        }
        terminal::output(format!("{text}{report}\n").as_bytes())?;
    }
    Ok(if report.is_same() { 0 } else { FAILED })
}

fn run(replay: Replay, session: &Session, artifact: PathBuf, wasm: &[u8]) -> Result<Report, Error> {
    Ok(match Module::parse(wasm)?.is_orbis() {
        true => replay.check(&mut Orbis::as_documented().load(artifact)?),
        false => replay.check(&mut Plugin::load_in(artifact, session.host())?),
    })
}

/// What is replayed, and how it is built: as the user says, else as the session does. To build a crate is to run its
/// `build.rs`, and a session may be a stranger's: it names a plugin of this workspace, or a file.
fn plugin(options: &ReplayOptions, session: &Session) -> Result<(Named, BuildOptions), Error> {
    let build = options.krate.of(Profile::Test);
    match (&options.plugin, &session.facts.plugin) {
        (Some(plugin), _) => Ok((artifact::locate(plugin)?, build)),
        (None, Some(plugin)) => {
            let facts = &session.facts;
            let named = artifact::locate(plugin)?;
            if let Named::Crate(folder) = &named
                && !artifact::is_here(folder)?
            {
                return Err(Error::Input(format!(
                    "{} names the crate {}, which is not of this workspace, and building it runs its code: if you trust \
                     it, name it after the session",
                    options.file.display(),
                    folder.display()
                )));
            }
            let is_crate = matches!(named, Named::Crate(_));
            let features =
                Features { named: facts.features.clone(), all: false, no_default: facts.no_default_features };
            let is_unset = build.features == Features::default();
            let build = if is_crate && is_unset { BuildOptions { features, ..build } } else { build };
            Ok((named, build))
        }
        (None, None) => Err(Error::Input(format!(
            "{} does not say which plugin it is of: name a crate or a .wasm file after it",
            options.file.display()
        ))),
    }
}

/// Shows a host call, and waits. At the end of the input, the rest runs without a stop.
fn step(line: &str) -> bool {
    let mut out = std::io::stderr();
    let _ = write!(out, "{} ", one_line(line));
    let _ = out.flush();
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    matches!(read, Ok(1..)) && answer.trim() != "c"
}

fn printable(text: &str) -> std::borrow::Cow<'_, str> {
    plugsmith_harness::printable(text)
}
