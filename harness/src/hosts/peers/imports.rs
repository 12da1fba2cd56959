//! `register_plugin` and `call_plugin`, between the wire and [`crate::hosts::peers`].

use extism::{CurrentPlugin, Val};
use plugsmith::protocol::host_functions::{HostValue, WireType};

use crate::engine::cost;
use crate::engine::door::{Failure, fail, host_failure, must_have_started, read_block, write_block};
use crate::engine::host::Running;
use crate::error::Error;
use crate::hosts::peers::{Failures, Refusal};
use crate::import::Import;
use crate::trace::event::{Event, HostCall, render, render_bytes};

/// Answers one of the two. Without plugins in the host, any call is one that no test expects.
pub(crate) fn work(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    must_have_started(running)?;
    // Else a peer's first call would take these for its own.
    running.adopt_memories();
    match inputs {
        [Val::I64(name)] => {
            let name = text(running, plugin, *name)?;
            let shown = vec![render_bytes(name.as_bytes())];
            let Some(member) = &running.member else { return Err(unexpected(running, import, shown, &name)) };
            running.charge(cost::INSTANCE)?;
            let result = member.load(&name);
            let answer = result.as_ref().map(i64::to_string).ok();
            record(running, import, &shown, answer, result.as_ref().err(), Vec::new());
            let answer = match result {
                Ok(id) => id,
                Err(refusal) => refuse(running, plugin, import, shown, &name, refusal)?,
            };
            set(outputs, answer)
        }
        [Val::I64(id), Val::I64(function), Val::I64(input)] => {
            let function = text(running, plugin, *function)?;
            let input = read_block(running, plugin, input.cast_unsigned())?.unwrap_or_default();
            let shown = vec![id.to_string(), render_bytes(function.as_bytes()), render_bytes(&input)];
            let Some(member) = &running.member else { return Err(unexpected(running, import, shown, "..")) };
            let (result, inside) = member.call(*id, &function, &input);
            let answer = result.as_ref().ok().and_then(|output| {
                let output = HostValue::Block(Some(output.clone()).filter(|output| !output.is_empty()));
                render(WireType::Bytes, &output)
            });
            record(running, import, &shown, answer, result.as_ref().err(), inside);
            let answer = match result {
                Ok(output) => write_block(running, plugin, &output)?,
                Err(refusal) => refuse(running, plugin, import, shown, "..", refusal)?,
            };
            set(outputs, answer)
        }
        _ => Err(Failure::msg("the import has another signature than the demo's")),
    }
}

fn set(outputs: &mut [Val], answer: i64) -> Result<(), Failure> {
    if let Some(output) = outputs.first_mut() {
        *output = Val::I64(answer);
    }
    Ok(())
}

fn text(running: &Running, plugin: &mut CurrentPlugin, offset: i64) -> Result<String, Failure> {
    let bytes = read_block(running, plugin, offset.cast_unsigned())?.unwrap_or_default();
    Ok(String::from_utf8(bytes)?)
}

/// The answer of a failure, where there is one.
fn refuse(
    running: &Running,
    plugin: &mut CurrentPlugin,
    import: &Import,
    shown: Vec<String>,
    name: &str,
    refusal: Refusal,
) -> Result<i64, Failure> {
    let failures = running.member.as_ref().and_then(|member| member.failures());
    match (refusal, failures) {
        (Refusal::Told(code, message), Some(Failures::Told)) => {
            let block = write_block(running, plugin, format!("{code} {message}").as_bytes())?;
            Ok(-block)
        }
        (Refusal::Told(..), Some(Failures::Zero)) => Ok(0),
        (Refusal::Told(_, message), Some(Failures::EndTheCall)) => Err(host_failure(running, &import.name, message)),
        (Refusal::Told(code, message), None) => {
            let fix = "if the host tells its plugins so, add `.failures(Failures::Told)` to its `Registry`";
            Err(host_failure(running, &import.name, format!("{code} {message}; {fix}")))
        }
        (Refusal::Unexpected, _) => Err(unexpected(running, import, shown, name)),
        (Refusal::Fails(error), _) => {
            let failure = Failure::msg(error.to_string());
            running.failure.borrow_mut().get_or_insert(error);
            Err(failure)
        }
    }
}

fn unexpected(running: &Running, import: &Import, shown: Vec<String>, name: &str) -> Failure {
    let call = format!("{}({})", import.name, shown.join(", "));
    let paste = format!(".plugin({name:?}, \"path/to/{name}.wasm\")");
    fail(running, import, shown, Error::UnexpectedHostCall { call, paste })
}

/// Notes the call, but for one that nobody expects: that is noted where it fails.
fn record(
    running: &Running,
    import: &Import,
    shown: &[String],
    answer: Option<String>,
    refusal: Option<&Refusal>,
    inside: Vec<Event>,
) {
    let result = match refusal {
        None => Ok(answer),
        Some(Refusal::Unexpected) => return,
        Some(Refusal::Told(code, message)) => Err(format!("{code} {message}")),
        Some(Refusal::Fails(error)) => Err(error.to_string()),
    };
    running.events.borrow_mut().push(Event::Call(HostCall {
        module: import.module.clone(),
        name: import.name.clone(),
        arguments: shown.to_vec(),
        result,
        inside,
    }));
}
