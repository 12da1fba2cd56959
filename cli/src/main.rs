//! `cargo plugsmith`: every verb of the harness from the command line. Each verb is thin; what a
//! test could want, too, is the harness's.

mod artifact;
mod audit;
mod build;
mod call;
mod check;
mod cost;
mod doctor;
mod error;
mod host;
mod init;
mod inspect;
mod manifest;
mod new;
mod options;
mod pack;
mod replay;
mod reply;
mod report;
mod run;
mod serve;
mod shell;
mod sign;
mod template;
mod terminal;
mod test;
mod values;
mod xtp;

use std::process::ExitCode;

use clap::Parser;

use crate::error::Error;
use crate::options::{Options, Verb};

fn main() -> ExitCode {
    let options = match Options::try_parse_from(arguments()) {
        Ok(options) => options,
        Err(error) => {
            // The help goes to standard output with 0, a mistake to standard error with 2.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(error::USAGE));
        }
    };
    let done = match options.verb {
        Verb::Run(options) => run::run(options),
        Verb::Call(options) => call::call(options),
        Verb::Build(options) => build::build(&options),
        Verb::Inspect(options) => inspect::inspect(options),
        Verb::Manifest(options) => manifest::manifest(&options),
        Verb::Check(options) => check::check(&options),
        Verb::Pack(options) => pack::pack(&options),
        Verb::Serve(options) => serve::serve(*options),
        Verb::Keygen(options) => sign::keygen(&options),
        Verb::Sign(options) => sign::sign(&options),
        Verb::Cost(options) => cost::cost(&options),
        Verb::Audit(options) => audit::audit(&options),
        Verb::Test(options) => test::test(&options),
        Verb::New(options) => new::new(&options),
        Verb::Init(options) => init::init(&options),
        Verb::Doctor(options) => doctor::doctor(&options),
        Verb::Completions(options) => shell::completions(&options),
        Verb::Man(options) => shell::man(&options),
        Verb::Replay(options) => replay::replay(&options),
        Verb::Xtp(options) => xtp::xtp(&options),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(Error::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            // Whoever reads the output has seen enough, as in `.. | head -1`.
            ExitCode::SUCCESS
        }
        Err(error) => {
            terminal::error(&error);
            ExitCode::from(error.code())
        }
    }
}

/// The arguments, as `cargo-plugsmith run ..` has them: `cargo plugsmith run ..` comes with the
/// subcommand's name first.
fn arguments() -> Vec<std::ffi::OsString> {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == "plugsmith") {
        arguments.remove(1);
    }
    arguments
}
