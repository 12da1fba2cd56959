//! `run`: a command, as a Redis client would call it.

use std::ffi::OsString;

use plugsmith_harness::hosts::ferrite::Fcall;
use plugsmith_harness::plugsmith::protocol::{json, metadata::Record};
use plugsmith_harness::plugsmith::{Event, HookResult, Value};
use plugsmith_harness::{Error as Harness, Module, Outcome, Plugin, Profile, Source};

use crate::error::Error;
use crate::options::{OutputOptions, Run};
use crate::{artifact, reply, report, terminal, values};

pub(crate) fn run(options: Run) -> Result<u8, Error> {
    let quiet = options.output.quiet;
    let artifact = artifact::find(&options.plugin, options.krate.of(Profile::Test), quiet)?;
    let name = &options.command;
    let arguments: Vec<Value> =
        options.arguments.into_iter().map(OsString::into_encoded_bytes).map(Value::from_bytes).collect();
    let module = Module::parse(&Source::from(artifact.as_path()).read()?)?;
    if options.event {
        let event = event(name, &arguments)?;
        let outcome = Plugin::load_in(artifact, options.host.host(&module, quiet)?)?.fire(event);
        let verdict = outcome.result.as_ref().ok().map(verdict);
        return print(name, &arguments, &outcome, verdict.as_ref(), &options.output);
    }
    if module.is_fcall() {
        let mut function = Fcall::load(artifact)?;
        if let Some(time) = options.host.clock_only("FCALL")? {
            function = function.clock(time);
        }
        if function.entry() != name {
            return Err(Error::Input(format!(
                "FCALL runs `{}` and nothing else: cargo plugsmith run {} {0} ..",
                function.entry(),
                options.plugin
            )));
        }
        let outcome = function.call(arguments.as_slice());
        return print(name, &arguments, &outcome, outcome.result.as_ref().ok(), &options.output);
    }
    let mut plugin = Plugin::load_in(artifact, options.host.host(&module, quiet)?)?;
    if let Some(function) = function(&plugin, name).filter(|_| !options.client) {
        return Err(Error::Input(format!(
            "{function} is a function and no command: cargo plugsmith call {} {function}",
            options.plugin
        )));
    }
    let outcome = match options.client {
        true => plugin.client().command(name, arguments.as_slice()),
        false => plugin.command(name, arguments.as_slice()),
    };
    if let Err(error @ Harness::MissingExport { .. }) = outcome.result {
        return Err(no_command(error, name, &plugin));
    }
    if let Err(error @ Harness::InvalidModule { .. }) = outcome.result {
        return Err(Error::Harness(error));
    }
    let code = print(name, &arguments, &outcome, outcome.result.as_ref().ok(), &options.output)?;
    if let (Err(Harness::BadOutput { .. }), false) = (&outcome.result, options.output.json) {
        terminal::note(&format!(
            "\nif {name} is a function and no command: cargo plugsmith call {} {name}",
            options.plugin
        ));
    }
    Ok(code)
}

/// An event with the fields that the arguments name.
fn event(name: &str, fields: &[Value]) -> Result<Event, Error> {
    fields.iter().try_fold(Event::new(name), |event, field| {
        let text =
            field.as_str().ok_or_else(|| Error::Input("a field is text: FIELD=VALUE or FIELD:=JSON".to_owned()))?;
        let values::StoragePair { key, value } = values::storage_pair(text).map_err(Error::Input)?;
        Ok(event.with(&key, value))
    })
}

/// A hook's verdict as a reply.
fn verdict(result: &HookResult) -> Value {
    match result {
        HookResult::Continue => Value::SimpleString("continue".to_owned()),
        HookResult::Abort(message) => Value::Array(vec!["abort".into(), message.as_str().into()]),
        HookResult::Modified(value) => Value::Array(vec!["modified".into(), value.clone()]),
    }
}

/// The reply, and what happened on the way to it.
fn print<T>(
    name: &str,
    arguments: &[Value],
    outcome: &Outcome<T>,
    reply: Option<&Value>,
    output: &OutputOptions,
) -> Result<u8, Error> {
    if output.json {
        let arguments = arguments.iter().map(|value| report::raw(|out| json::write(out, value))).collect();
        let reply = reply.map(|value| report::raw(|out| json::write(out, value)));
        terminal::output(&report::json(name, report::Input::Arguments(arguments), outcome, reply.as_deref()))?;
        return Ok(report::code(outcome));
    }
    if let Some(value) = reply {
        terminal::output(reply::render(value).as_bytes())?;
    }
    match &outcome.result {
        Err(error) if report::is_answer(error) => {
            terminal::output(reply::render(&Value::Error(error.to_string())).as_bytes())?;
        }
        _ => {}
    }
    report::print(outcome, output.quiet);
    Ok(report::code(outcome))
}

fn function<'a>(plugin: &Plugin, name: &'a str) -> Option<&'a str> {
    let is_it = |record: &Record| matches!(record, Record::Function(function) if function.name == name);
    plugin.module().records.iter().any(is_it).then_some(name)
}

/// That there is no such command, with the nearest; a plugin without records has exports only.
fn no_command(error: Harness, name: &str, plugin: &Plugin) -> Error {
    let mut commands = plugin.module().commands().map(|command| command.name.as_str()).collect::<Vec<_>>();
    if commands.is_empty() {
        return Error::Harness(error);
    }
    commands.sort_unstable();
    let hint = nearest(name, &commands).map(|near| format!("did you mean {near}? ")).unwrap_or_default();
    Error::Input(format!("no command {name}: {hint}the plugin has {}", commands.join(", ")))
}

/// The name that differs in the fewest letters, where these are few; upper and lower case are one.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let allowed = name.chars().count().div_ceil(3);
    let name = name.to_uppercase();
    let near = known.iter().map(|known| (distance(&name, &known.to_uppercase()), *known)).min()?;
    (near.0 <= allowed).then_some(near.1)
}

/// How many letters must be put in, left out or replaced.
fn distance(one: &str, other: &str) -> usize {
    let other = other.chars().collect::<Vec<_>>();
    let mut row = (0..=other.len()).collect::<Vec<_>>();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, known) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *known);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}
