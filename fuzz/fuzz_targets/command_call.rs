//! Any bytes are a call of a command: a reply or an error text, in the caller's encoding.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith::__private::{Call, CommandOutput, FromCall, Parameter, ReplyWriter, Signature, arity, call_command};
use plugsmith::protocol::{arguments::Encoding, resp};
use plugsmith::testing::MockContext;
use plugsmith::{Bytes, CommandError, PluginContext, Value};

const TYPED: &[Parameter] = &[
    Parameter::of::<&PluginContext>("ctx"),
    Parameter::of::<&str>("name"),
    Parameter::of::<Option<u8>>("times"),
    Parameter::of::<Option<f64>>("ratio"),
    Parameter::of::<Vec<Bytes>>("rest"),
];
const SIGNATURE: Signature = plugsmith::__signature!("GREET", arity(TYPED), TYPED);
const RAW: Signature = plugsmith::__signature!("ECHO", -1, &[Parameter::of::<&[Value]>("args")]);

fn greet(call: &mut Call<'_>, reply: &mut ReplyWriter) -> Result<(), CommandError> {
    let ctx: &PluginContext = FromCall::from_call(call, "ctx")?;
    let name: &str = FromCall::from_call(call, "name")?;
    let times: Option<u8> = FromCall::from_call(call, "times")?;
    let ratio: Option<f64> = FromCall::from_call(call, "ratio")?;
    let rest: Vec<Bytes> = FromCall::from_call(call, "rest")?;
    ctx.storage().set(name, ratio.map_or(Value::Ok, Value::Double))?;
    let mut values: Vec<Value> = rest.into_iter().map(Value::from).collect();
    values.push(ctx.storage().incr_by("times", times.unwrap_or(1).into())?.into());
    values.push(ctx.storage().get(name)?.into());
    Value::Array(values).finish(reply)
}

fn echo(call: &mut Call<'_>, reply: &mut ReplyWriter) -> Result<(), CommandError> {
    let args: &[Value] = FromCall::from_call(call, "args")?;
    Value::Array(args.to_vec()).finish(reply)
}

fuzz_target!(|bytes: &[u8]| {
    let ctx = MockContext::new();
    let replies = [call_command(&SIGNATURE, &ctx, bytes, greet), call_command(&RAW, &ctx, bytes, echo)];
    let encoding = plugsmith::protocol::arguments::decode(bytes).map(|(_, encoding)| encoding);
    for reply in replies {
        match (reply, &encoding) {
            (Ok(reply), Ok(Encoding::Resp)) => drop(resp::decode(&reply).unwrap()),
            (Ok(reply), Ok(Encoding::Json)) => drop(serde_json::from_slice::<serde_json::Value>(&reply).unwrap()),
            (Ok(reply), Err(_)) => panic!("malformed arguments got the reply {}", reply.escape_ascii()),
            (Err(text), _) => assert!(!text.trim().is_empty()),
        }
    }
});
