//! Plain extism with the storage of the harness: what a call costs without the harness around it.

use std::cell::RefCell;

use extism::{CurrentPlugin, Error, Function, Manifest, Plugin, PluginBuilder, UserData, Val, ValType, Wasm};
use plugsmith_harness::plugsmith::kv::KvImportsHost;
use plugsmith_harness::plugsmith::protocol::host_functions::{HostFunction, HostValue, WireType};
use plugsmith_harness::plugsmith::storage::StorageImportsHost;
use plugsmith_harness::plugsmith::testing::MockContext;

thread_local! {
    /// What the imports call. Extism wants functions that may move between threads, ours stay on one.
    static FUNCTIONS: RefCell<Vec<HostFunction>> = const { RefCell::new(Vec::new()) };
}

/// An artifact in plain extism, with WASI, and with the keys of this context behind its storage.
///
/// # Panics
/// The artifact does not load.
pub fn load(wasm: &[u8], context: &MockContext) -> Plugin {
    let mut functions = StorageImportsHost::serve(context.store());
    functions.extend(KvImportsHost::serve(context.kv_functions()));
    let functions = functions.into_iter().map(register);
    PluginBuilder::new(Manifest::new([Wasm::data(wasm)]))
        .with_cache_disabled()
        .with_wasi(true)
        .with_functions(functions)
        .build()
        .expect("a valid artifact")
}

fn register(function: HostFunction) -> Function {
    let ty = |ty: WireType| match ty.wasm()? {
        "i32" => Some(ValType::I32),
        "i64" => Some(ValType::I64),
        "f32" => Some(ValType::F32),
        _ => Some(ValType::F64),
    };
    let parameters: Vec<ValType> = function.parameters.iter().filter_map(|parameter| ty(*parameter)).collect();
    let (name, namespace, result) = (function.name.clone(), function.namespace.clone(), ty(function.result));
    let index = FUNCTIONS.with_borrow_mut(|functions| {
        functions.push(function);
        functions.len() - 1
    });
    Function::new(name, parameters, result, UserData::new(()), move |plugin, inputs, outputs, _| {
        let function = FUNCTIONS.with_borrow(|functions| functions[index].clone());
        let arguments = function.parameters.iter().zip(inputs).map(|(ty, input)| lift(plugin, *ty, input));
        let result = (function.call)(&arguments.collect::<Result<Vec<_>, _>>()?).map_err(Error::msg)?;
        if let Some(output) = outputs.first_mut() {
            *output = lower(plugin, result)?;
        }
        Ok(())
    })
    .with_namespace(namespace)
}

fn lift(plugin: &mut CurrentPlugin, ty: WireType, input: &Val) -> Result<HostValue, Error> {
    Ok(match input {
        Val::I64(0) if ty.is_block() => HostValue::Block(None),
        Val::I64(offset) if ty.is_block() => {
            let handle = plugin.memory_handle(*offset as u64).ok_or_else(|| Error::msg("no such block"))?;
            HostValue::Block(Some(plugin.memory_bytes(handle)?.to_vec()))
        }
        Val::I32(n) => HostValue::I32(*n),
        Val::I64(n) => HostValue::I64(*n),
        Val::F32(bits) => HostValue::F32(f32::from_bits(*bits)),
        Val::F64(bits) => HostValue::F64(f64::from_bits(*bits)),
        _ => HostValue::Nothing,
    })
}

fn lower(plugin: &mut CurrentPlugin, result: HostValue) -> Result<Val, Error> {
    Ok(match result {
        HostValue::Block(Some(bytes)) => Val::I64(plugin.memory_new(bytes)?.offset() as i64),
        HostValue::Block(None) | HostValue::Nothing => Val::I64(0),
        HostValue::I32(n) => Val::I32(n),
        HostValue::I64(n) => Val::I64(n),
        HostValue::F32(n) => Val::F32(n.to_bits()),
        HostValue::F64(n) => Val::F64(n.to_bits()),
    })
}
