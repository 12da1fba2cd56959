//! `register_plugin` and `call_plugin`, as the demo of plugins that call plugins has them.

use std::path::Path;

use conformance::Case;
use extism::{CurrentPlugin, Error, Function, Manifest, PTR, Plugin, UserData, Val, ValType};

/// The plugins that the guest has registered; an id is an index.
#[derive(Default)]
struct Registry {
    plugins: Vec<Plugin>,
}

pub(crate) fn functions(case: &Case, folder: &Path) -> [Function; 2] {
    let registry = UserData::new(Registry::default());
    let (peers, folder) = (case.peers.clone(), folder.to_owned());
    let register =
        move |plugin: &mut CurrentPlugin, inputs: &[Val], outputs: &mut [Val], registry: UserData<Registry>| {
            let name: String = plugin.memory_get_val(&inputs[0])?;
            let artifact = peers.get(&name).ok_or_else(|| Error::msg(format!("no plugin {name}")))?;
            let wasm = crate::artifact(&folder, artifact).map_err(Error::msg)?;
            let peer = Plugin::new(Manifest::new([wasm]), [], false)?;
            let registry = registry.get()?;
            let mut registry = registry.lock().map_err(|_| Error::msg("a host function has panicked"))?;
            registry.plugins.push(peer);
            outputs[0] = Val::I64(registry.plugins.len() as i64 - 1);
            Ok(())
        };
    let call = |plugin: &mut CurrentPlugin, inputs: &[Val], outputs: &mut [Val], registry: UserData<Registry>| {
        let id = inputs[0].unwrap_i64();
        let function: String = plugin.memory_get_val(&inputs[1])?;
        let input: Vec<u8> = plugin.memory_get_val(&inputs[2])?;
        let registry = registry.get()?;
        let mut registry = registry.lock().map_err(|_| Error::msg("a host function has panicked"))?;
        let peer = registry.plugins.get_mut(id as usize).ok_or_else(|| Error::msg(format!("no plugin {id}")))?;
        let output: Vec<u8> = peer.call(function, input)?;
        plugin.memory_set_val(&mut outputs[0], output)
    };
    [
        Function::new("register_plugin", [PTR], [ValType::I64], registry.clone(), register),
        Function::new("call_plugin", [ValType::I64, PTR, PTR], [PTR], registry, call),
    ]
}
