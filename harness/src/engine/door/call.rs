//! One call of a host function of Extism's ABI: its arguments, its way through the door, its answer.

use extism::{CurrentPlugin, Val};
use plugsmith::protocol::host_functions::{HostValue, WireType};

use super::pass::{Asked, Noted, Passes, Stop, pass};
use crate::engine::blocks::{read_block, write_block};
use crate::engine::failure::Failure;
use crate::engine::running::Running;
use crate::engine::watch::Watched;
use crate::error::Error;
use crate::import::Import;
use crate::trace::cost::Crossed;
use crate::trace::event::Event;
use crate::trace::render::Dialect;

/// The work of one import: the test's host, and the call's values.
pub(super) type Work = fn(&Import, &Running, &mut CurrentPlugin, &[Val], &mut [Val]) -> Result<(), Failure>;

/// A call of an import, as a trace notes it.
pub(crate) fn asked<'a>(
    import: &'a Import,
    parameters: &'a [WireType],
    arguments: &'a [HostValue],
    answers: WireType,
) -> Asked<'a> {
    Asked {
        dialect: Dialect::Extism,
        module: &import.module,
        name: &import.name,
        parameters,
        arguments,
        answers,
        noted: Noted::Call,
    }
}

impl Passes for &Running {
    fn watched(&self) -> Option<Watched> {
        self.watched.borrow().clone()
    }

    fn inside(&mut self) -> Vec<Event> {
        self.below.events.take()
    }

    fn status(&self) -> u16 {
        self.instance.borrow().http_status
    }

    fn note(&mut self, event: Event) {
        if let Event::Call(call) = &event
            && let Some(refusal) = call.refusal()
        {
            self.note_refusal(refusal);
        }
        self.call.borrow_mut().events.push(event);
    }

    fn count(&mut self, count: impl FnOnce(&mut Crossed)) {
        count(&mut self.call.borrow_mut().crossed);
    }
}

/// Notes a host function's own failure, and ends the call.
pub(crate) fn host_failure(running: &Running, name: &str, message: String) -> Failure {
    let failure = Failure::msg(format!("{name}: {message}"));
    running.below.fails(Error::HostFailed { function: name.to_owned(), message });
    failure
}

/// Ends the guest's call with a host function that does not answer: no handling in the guest can undo it.
pub(crate) fn stopped(running: &Running, name: &str, stop: Stop) -> Failure {
    let error = match stop {
        Stop::Told(message) => return host_failure(running, name, message),
        Stop::Unexpected(unexpected) => unexpected.into(),
        Stop::Fails(error) => error,
    };
    let failure = Failure::msg(error.to_string());
    running.below.fails(error);
    failure
}

/// A function without arguments, of which no trace speaks.
pub(super) fn quiet(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    outputs: &mut [Val],
    answers: WireType,
    work: impl FnOnce() -> Result<HostValue, Stop>,
) -> Result<(), Failure> {
    let asked = Asked { noted: Noted::Nothing, ..asked(import, &[], &[], answers) };
    let value = pass(&mut &*running, &asked, |_| work()).map_err(|stop| stopped(running, &import.name, stop))?;
    write_result(running, plugin, &value, outputs)
}

pub(super) fn offset(inputs: &[Val], index: usize) -> Result<u64, Failure> {
    inputs
        .get(index)
        .and_then(Val::i64)
        .map(i64::cast_unsigned)
        .ok_or_else(|| Failure::msg("the import has another signature than Extism's"))
}

pub(super) fn take_text(
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    index: usize,
) -> Result<(u64, String), Failure> {
    let offset = offset(inputs, index)?;
    let bytes = read_block(running, plugin, offset)?.unwrap_or_default();
    Ok((offset, String::from_utf8(bytes)?))
}

pub(super) fn read_arguments(
    running: &Running,
    plugin: &mut CurrentPlugin,
    parameters: &[WireType],
    inputs: &[Val],
) -> Result<Vec<HostValue>, Failure> {
    parameters
        .iter()
        .zip(inputs)
        .map(|(ty, input)| {
            Ok(match input {
                Val::I64(offset) if ty.is_block() => {
                    HostValue::Block(read_block(running, plugin, offset.cast_unsigned())?)
                }
                Val::I64(n) => HostValue::I64(*n),
                Val::I32(n) => HostValue::I32(*n),
                Val::F32(bits) => HostValue::F32(f32::from_bits(*bits)),
                Val::F64(bits) => HostValue::F64(f64::from_bits(*bits)),
                _ => return Err(Failure::msg("a reference cannot be an argument of a host function")),
            })
        })
        .collect()
}

pub(super) fn write_result(
    running: &Running,
    plugin: &mut CurrentPlugin,
    value: &HostValue,
    outputs: &mut [Val],
) -> Result<(), Failure> {
    let Some(output) = outputs.first_mut() else { return Ok(()) };
    *output = match value {
        HostValue::Nothing => return Ok(()),
        HostValue::I32(n) => Val::I32(*n),
        HostValue::I64(n) => Val::I64(*n),
        HostValue::F32(n) => Val::F32(n.to_bits()),
        HostValue::F64(n) => Val::F64(n.to_bits()),
        // As in the Rust SDK, zero bytes need no block: empty arrives as offset 0, like none.
        HostValue::Block(bytes) => Val::I64(write_block(running, plugin, bytes.as_deref().unwrap_or_default())?),
    };
    Ok(())
}
