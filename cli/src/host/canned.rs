//! A host function that gives the replies of the command line.

use std::cell::Cell;
use std::rc::Rc;

use plugsmith_harness::Module;
use plugsmith_harness::plugsmith::protocol::host_functions::{HostCall, HostClosure, HostValue, WireType};

use crate::error::Error;
use crate::values::HostReply;

/// The replies in order, the last again and again, under the types of the artifact's import.
pub(super) struct Canned {
    parameters: Vec<WireType>,
    result: WireType,
    replies: Vec<Result<HostValue, String>>,
}

impl Canned {
    /// # Errors
    /// The artifact imports no such function, or one that answers something else.
    pub(super) fn new(name: &str, module: &Module, replies: Vec<HostReply>) -> Result<Canned, Error> {
        let Some(import) = module.imports.iter().find(|import| import.name == name) else {
            let mut names = module.imports.iter().map(|import| import.name.as_str()).collect::<Vec<_>>();
            names.sort_unstable();
            let names = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
            return Err(Error::Input(format!("--host-fn {name}: the plugin does not import it; it imports {names}")));
        };
        let number = |ty: &String| match ty.as_str() {
            "i32" => WireType::I32,
            "f32" => WireType::F32,
            "f64" => WireType::F64,
            _ => WireType::I64,
        };
        let answers = import.signature.results.first().map_or(WireType::Nothing, number);
        let is_block = replies.iter().any(|reply| matches!(reply, HostReply::Block(_)));
        let result = if is_block && answers == WireType::I64 { WireType::Bytes } else { answers };
        let replies = replies.into_iter().map(|reply| match (lower(reply), result) {
            (Err(message), _) => Ok(Err(message)),
            (Ok(value), _) => value.of(result).map(Ok).ok_or_else(|| {
                Error::Input(format!(
                    "--host-fn {name}: the plugin imports it as `{}`: {}",
                    import.signature.render(name),
                    match answers {
                        WireType::Nothing => format!("write {name} alone"),
                        WireType::I64 => format!("write {name}=TEXT, or {name}:=NUMBER, the same for every reply"),
                        _ => format!("write {name}:=NUMBER"),
                    }
                ))
            }),
        });
        let replies = replies.collect::<Result<Vec<_>, Error>>()?;
        Ok(Canned { parameters: import.signature.parameters.iter().map(number).collect(), result, replies })
    }
}

/// A reply before its type is known.
enum Loose {
    Nothing,
    Block(Option<Vec<u8>>),
    Number(serde_json::Number),
}

fn lower(reply: HostReply) -> Result<Loose, String> {
    match reply {
        HostReply::Nothing => Ok(Loose::Nothing),
        HostReply::Block(block) => Ok(Loose::Block(block)),
        HostReply::Number(number) => Ok(Loose::Number(number)),
        HostReply::Error(message) => Err(message),
    }
}

impl Loose {
    /// The value as this type, if it is one.
    fn of(self, ty: WireType) -> Option<HostValue> {
        match (ty, self) {
            (WireType::Nothing, Loose::Nothing) => Some(HostValue::Nothing),
            (WireType::Bytes, Loose::Block(block)) => Some(HostValue::Block(block)),
            (WireType::I32, Loose::Number(number)) => {
                let number = number.as_i64()?;
                // An unsigned one has the same bits.
                let bits = i32::try_from(number).ok().or_else(|| u32::try_from(number).ok().map(u32::cast_signed));
                bits.map(HostValue::I32)
            }
            (WireType::I64, Loose::Number(number)) => {
                number.as_i64().or_else(|| number.as_u64().map(u64::cast_signed)).map(HostValue::I64)
            }
            (WireType::F32, Loose::Number(number)) => number.as_f64().map(|number| HostValue::F32(number as f32)),
            (WireType::F64, Loose::Number(number)) => number.as_f64().map(HostValue::F64),
            _ => None,
        }
    }
}

impl HostClosure<()> for Canned {
    fn parameters(&self) -> Vec<WireType> {
        self.parameters.clone()
    }

    fn result(&self) -> WireType {
        self.result
    }

    fn into_call(self) -> HostCall {
        let next = Cell::new(0);
        Rc::new(move |_| {
            let index = next.get().min(self.replies.len() - 1);
            next.set(index + 1);
            self.replies[index].clone()
        })
    }
}
