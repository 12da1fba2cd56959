//! The plain `extism` crate as the host, its functions written by hand, with no help of ours.

mod peers;
mod storage;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use conformance::{Case, Folder, Loaded, Server, artifacts, drive, judge, table};
use extism::{CurrentPlugin, Function, Manifest, PTR, Plugin, PluginBuilder, UserData, Val, ValType, Wasm};

use storage::Storage;

struct Hosted {
    plugin: Plugin,
    #[expect(dead_code, reason = "it is removed with the plugin that reads it")]
    folder: Option<Folder>,
}

impl Loaded for Hosted {
    fn call(&mut self, function: &str, input: &[u8]) -> Result<Vec<u8>, String> {
        // After a panic `Display` is wasmtime's backtrace; the guest's own text is the root cause.
        self.plugin.call::<&[u8], Vec<u8>>(function, input).map_err(|error| error.root_cause().to_string())
    }
}

/// What the host functions share.
#[derive(Default)]
struct Data {
    kv: BTreeMap<String, Vec<u8>>,
    storage: Storage,
    refusal: Option<String>,
}

type Shared = UserData<Data>;
type Result<T, E = extism::Error> = std::result::Result<T, E>;

fn with<T>(data: &Shared, work: impl FnOnce(&mut Data) -> T) -> Result<T> {
    let data: Arc<Mutex<Data>> = data.get()?;
    let mut data = data.lock().map_err(|_| extism::Error::msg("a host function has panicked"))?;
    Ok(work(&mut data))
}

fn kv_read(plugin: &mut CurrentPlugin, inputs: &[Val], outputs: &mut [Val], data: Shared) -> Result<()> {
    let key: String = plugin.memory_get_val(&inputs[0])?;
    match with(&data, |data| data.kv.get(&key).cloned())? {
        Some(value) => plugin.memory_set_val(&mut outputs[0], value),
        None => {
            outputs[0] = Val::I64(0);
            Ok(())
        }
    }
}

fn kv_write(plugin: &mut CurrentPlugin, inputs: &[Val], _: &mut [Val], data: Shared) -> Result<()> {
    let key: String = plugin.memory_get_val(&inputs[0])?;
    let value: Vec<u8> = plugin.memory_get_val(&inputs[1])?;
    with(&data, |data| data.kv.insert(key, value))?;
    Ok(())
}

/// The words of one storage call: blocks as bytes, numbers as numbers.
fn storage_call(name: &str, plugin: &mut CurrentPlugin, inputs: &[Val], data: &Shared) -> Result<Vec<u8>> {
    let key: String = plugin.memory_get_val(&inputs[0])?;
    let block = |plugin: &mut CurrentPlugin, at: usize| plugin.memory_get_val::<Vec<u8>>(&inputs[at]);
    let type_name = if name.ends_with("_typed") { block(plugin, 1)? } else { Vec::new() };
    let value = match name {
        "storage_set_typed" => block(plugin, 3)?,
        "storage_set" | "storage_set_ex" => block(plugin, 1)?,
        _ => Vec::new(),
    };
    let number = |index: usize| inputs.get(index).and_then(Val::i64).unwrap_or_default();
    with(data, |data| {
        if let Some(refusal) = &data.refusal {
            return format!("-{refusal}\r\n").into_bytes();
        }
        match name {
            "storage_get_typed" => data.storage.get_typed(&key, text_of(&type_name)),
            "storage_set_typed" => {
                let version = inputs[2].i32().unwrap_or_default();
                data.storage.set_typed(key, text_of(&type_name), version, value)
            }
            "storage_set_ex" => data.storage.set(key, value, Some(number(2))),
            "storage_set" => data.storage.set(key, value, None),
            "storage_incr" => data.storage.incr(key, number(1)),
            "storage_expire" => data.storage.expire(&key, number(1)),
            "storage_read_range" => data.storage.read_range(&key, number(1), number(2)),
            _ => data.storage.ask(name, &key),
        }
    })
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The storage functions, and what they take beside the key.
const STORAGE: &[(&str, &[ValType])] = &[
    ("storage_get", &[]),
    ("storage_set", &[PTR]),
    ("storage_set_ex", &[PTR, ValType::I64]),
    ("storage_delete", &[]),
    ("storage_exists", &[]),
    ("storage_incr", &[ValType::I64]),
    ("storage_expire", &[ValType::I64]),
    ("storage_ttl", &[]),
    ("storage_keys", &[]),
    ("storage_type_of", &[]),
    ("storage_read_range", &[ValType::I64, ValType::I64]),
    ("storage_get_typed", &[PTR]),
    ("storage_set_typed", &[PTR, ValType::I32, PTR]),
];

fn artifact(folder: &Path, name: &str) -> std::result::Result<Wasm, String> {
    let path = folder.join(format!("{name}.wasm"));
    std::fs::read(&path).map(Wasm::data).map_err(|error| format!("{}: {error}", path.display()))
}

fn load(case: &Case, folder: &Path) -> std::result::Result<Hosted, String> {
    let mut data = Data { refusal: case.refusal.clone(), ..Data::default() };
    data.kv.extend(case.kv.iter().map(|(key, value)| (key.clone(), value.clone().into_bytes())));
    for (key, value) in &case.storage {
        data.storage.set(key.clone(), value.clone().into_bytes(), None);
    }
    let data = UserData::new(data);
    let mut functions = vec![
        Function::new("kv_read", [PTR], [PTR], data.clone(), kv_read),
        Function::new("kv_write", [PTR, PTR], [], data.clone(), kv_write),
    ];
    for &(name, rest) in STORAGE {
        let parameters = [&[PTR], rest].concat();
        functions.push(Function::new(name, parameters, [PTR], data.clone(), move |plugin, inputs, outputs, data| {
            let reply = storage_call(name, plugin, inputs, &data)?;
            plugin.memory_set_val(&mut outputs[0], reply)
        }));
    }
    functions.extend(peers::functions(case, folder));
    if case.bare {
        functions.clear();
    }
    let mut manifest = Manifest::new([artifact(folder, &case.artifact)?]).with_config(case.config.clone().into_iter());
    manifest.timeout_ms = case.timeout_ms;
    manifest.memory.max_pages = case.memory.get("max_pages").copied();
    if let Some(bytes) = case.memory.get("max_var_bytes") {
        manifest.memory.max_var_bytes = Some((*bytes).into());
    }
    manifest.memory.max_http_response_bytes = case.memory.get("max_http_response_bytes").map(|bytes| (*bytes).into());
    manifest.allowed_hosts = Some(case.allowed_hosts.clone());
    let files = Folder::of(case);
    manifest.allowed_paths = files.as_ref().map(|files| {
        let access = if case.read_only { "ro:" } else { "" };
        BTreeMap::from([(format!("{access}{}", files.path().display()), "/data".into())])
    });
    let builder = PluginBuilder::new(&manifest).with_functions(functions).with_wasi(case.wasi);
    let builder = builder.with_http_response_headers(case.response_headers);
    let plugin = builder.build().map_err(|error| format!("{error:#}"))?;
    Ok(Hosted { plugin, folder: files })
}

#[test]
fn every_case_passes_in_the_extism_crate() {
    let table = table();
    let folder = artifacts(&table);
    let server = Server::start(&table);
    let version = extism::extism_version().trim_end_matches('\0');
    let report = drive(&table, version, server.base(), |case| load(case, &folder));
    report.keep("rust");
    let verdict = judge(&table, table.host("rust"), &report);
    assert!(verdict.failures.is_empty(), "{}", verdict.failures.join("\n"));
}
