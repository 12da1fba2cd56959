//! `run`: a command, as a Redis client would call it.

use std::ffi::OsString;

use plugsmith_harness::plugsmith::Value;
use plugsmith_harness::plugsmith::protocol::{json, metadata::Record};
use plugsmith_harness::{Error as Harness, Plugin, Profile};

use crate::error::Error;
use crate::options::Run;
use crate::{artifact, reply, report, terminal};

pub(crate) fn run(options: Run) -> Result<u8, Error> {
    let quiet = options.output.quiet;
    let artifact = artifact::find(&options.plugin, Profile::Test, quiet)?;
    let mut plugin = Plugin::load_in(artifact, options.host.host())?;
    let name = &options.command;
    if let Some(function) = function(&plugin, name) {
        return Err(Error::Input(format!(
            "{function} is a function and no command: cargo plugsmith call {} {function}",
            options.plugin
        )));
    }
    let arguments: Vec<Value> =
        options.arguments.into_iter().map(OsString::into_encoded_bytes).map(Value::from_bytes).collect();
    let outcome = plugin.command(name, arguments.as_slice());
    if let Err(error @ Harness::MissingExport { .. }) = outcome.result {
        return Err(Error::Harness(commands_only(error, &plugin)));
    }
    if options.output.json {
        let arguments = arguments.iter().map(|value| report::raw(|out| json::write(out, value))).collect();
        let reply = outcome.result.as_ref().ok().map(|value| report::raw(|out| json::write(out, value)));
        terminal::output(&report::json(name, report::Input::Arguments(arguments), &outcome, reply.as_deref()))?;
        return Ok(report::code(&outcome));
    }
    match &outcome.result {
        Ok(value) => terminal::output(reply::render(value).as_bytes())?,
        Err(error) if report::is_answer(error) => {
            terminal::output(reply::render(&Value::Error(error.to_string())).as_bytes())?;
        }
        Err(_) => {}
    }
    report::print(&outcome, quiet);
    if let Err(Harness::BadOutput { .. }) = outcome.result {
        terminal::note(&format!(
            "\nif {name} is a function and no command: cargo plugsmith call {} {name}",
            options.plugin
        ));
    }
    Ok(report::code(&outcome))
}

fn function<'a>(plugin: &Plugin, name: &'a str) -> Option<&'a str> {
    let is_it = |record: &Record| matches!(record, Record::Function(function) if function.name == name);
    plugin.module().records.iter().any(is_it).then_some(name)
}

/// Of what can be called, a plugin that has commands offers these.
fn commands_only(error: Harness, plugin: &Plugin) -> Harness {
    let mut commands = plugin.module().commands().map(|command| command.name.clone()).collect::<Vec<_>>();
    commands.sort();
    match error {
        Harness::MissingExport { name, .. } if !commands.is_empty() => {
            Harness::MissingExport { name, available: commands }
        }
        error => error,
    }
}
