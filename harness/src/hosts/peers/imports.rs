//! `register_plugin` and `call_plugin`, between the wire and [`crate::hosts::peers`].

use extism::{CurrentPlugin, Val};
use plugsmith::protocol::host_functions::{HostValue, WireType};
use plugsmith::protocol::peers::REFUSED;

use crate::engine::attached::{Answering, Attached};
use crate::engine::blocks::{must_have_started, read_block, write_block};
use crate::engine::cost;
use crate::engine::door::{Asked, Stop, asked, host_failure, pass, stopped};
use crate::engine::failure::Failure;
use crate::engine::running::Running;
use crate::error::Unexpected;
use crate::hosts::peers::Failures;
use crate::hosts::peers::members::{Member, Refusal};
use crate::import::{Import, Signature, peers_signature};
use crate::trace::again::Again;

impl Attached for Member {
    fn begins(&self) {
        self.begin();
    }

    fn discarded(&self) {
        self.clear();
    }

    fn options(&self, again: &mut Again) {
        self.registry().options(again);
    }

    fn signature(&self, import: &Import) -> Option<Signature> {
        peers_signature(import)
    }

    fn answer(&self, call: Answering<'_>) -> Result<(), Failure> {
        let Answering { import, running, plugin, inputs, outputs } = call;
        must_have_started(running)?;
        // Else a peer's first call would take these for its own.
        running.adopt_memories();
        work(self, import, running, plugin, inputs, outputs)
    }
}

/// Answers one of the two.
fn work(
    member: &Member,
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    let mut refusal = None;
    let answer = match inputs {
        [Val::I64(name)] => {
            let name = text(running, plugin, *name)?;
            running.charge(cost::INSTANCE)?;
            let arguments = [HostValue::Block(Some(name.clone().into_bytes()))];
            let asked = asked(import, &[WireType::Text], &arguments, WireType::I64);
            pass(&mut &*running, &asked, |_| {
                member.load(&name).map(HostValue::I64).map_err(|why| stop(&asked, &name, why, &mut refusal))
            })
        }
        [Val::I64(id), Val::I64(function), Val::I64(input)] => {
            let function = text(running, plugin, *function)?;
            let input = read_block(running, plugin, input.cast_unsigned())?.unwrap_or_default();
            let arguments = [
                HostValue::I64(*id),
                HostValue::Block(Some(function.clone().into_bytes())),
                HostValue::Block(Some(input)),
            ];
            let types = [WireType::I64, WireType::Text, WireType::Bytes];
            let asked = asked(import, &types, &arguments, WireType::Bytes);
            let [_, _, HostValue::Block(Some(input))] = &arguments else { return Ok(()) };
            pass(&mut &*running, &asked, |running| {
                let (result, inside) = member.call(running, *id, &function, input);
                running.below.events.borrow_mut().extend(inside);
                let output = result.map_err(|why| stop(&asked, "..", why, &mut refusal))?;
                Ok(HostValue::Block(Some(output).filter(|output| !output.is_empty())))
            })
        }
        _ => return Err(Failure::msg("the import has another signature than the demo's")),
    };
    let answer = match answer {
        Ok(HostValue::I64(id)) => id,
        Ok(HostValue::Block(output)) => write_block(running, plugin, output.as_deref().unwrap_or_default())?,
        Ok(_) => 0,
        Err(Stop::Told(message)) => {
            let (code, message) = refusal.unwrap_or((REFUSED, message));
            tell(member, running, plugin, import, code, message)?
        }
        Err(stop) => return Err(stopped(running, &import.name, stop)),
    };
    set(outputs, answer)
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
fn tell(
    member: &Member,
    running: &Running,
    plugin: &mut CurrentPlugin,
    import: &Import,
    code: &str,
    message: String,
) -> Result<i64, Failure> {
    match member.failures() {
        Some(Failures::Told) => {
            let told = format!("{code} {message}");
            let offset = write_block(running, plugin, told.as_bytes())?;
            if code == REFUSED {
                running.note_refusal(told);
            }
            Ok(-offset)
        }
        Some(Failures::Zero) => Ok(0),
        Some(Failures::EndTheCall) => Err(host_failure(running, &import.name, message)),
        None => {
            let fix = "if the host tells its plugins so, add `.failures(Failures::Told)` to its `Registry`";
            Err(host_failure(running, &import.name, format!("{code} {message}; {fix}")))
        }
    }
}

/// Why there is no answer; `refusal` keeps the code and the message apart.
fn stop(asked: &Asked<'_>, name: &str, why: Refusal, refusal: &mut Option<(&'static str, String)>) -> Stop {
    match why {
        Refusal::Told(code, message) => {
            let text = format!("{code} {message}");
            *refusal = Some((code, message));
            Stop::Told(text)
        }
        Refusal::Unexpected => unexpected(asked, name),
        Refusal::Fails(error) => Stop::Fails(error),
    }
}

fn unexpected(asked: &Asked<'_>, name: &str) -> Stop {
    let call = format!("{}({})", asked.name, asked.shown().join(", "));
    Stop::Unexpected(Unexpected::plugin(call, name))
}
