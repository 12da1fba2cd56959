//! Machine code, made once for each artifact and process, and kept on disk between processes.

mod early;
mod engines;
mod link;

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use extism::{CompiledPlugin, Manifest, PluginBuilder, Wasm};

use crate::artifact::file;
use crate::artifact::module::Module;
use crate::artifact::proposals;
use crate::artifact::source::Source;
use crate::engine::door;
use crate::engine::host::{Host, Modules};
use crate::engine::limits::Limits;
use crate::engine::memory::Memories;
use crate::error::{Error, Result};

pub(crate) use link::MAIN;

/// An artifact, parsed and compiled.
pub(crate) struct Compiled {
    /// The artifact itself, for the names of frames.
    pub(crate) wasm: Arc<[u8]>,
    /// Its imports are what is wanted from the host: without those that a linked plugin answers,
    /// and with that plugin's own.
    pub(crate) module: Module,
    pub(crate) plugin: CompiledPlugin,
    /// Where code runs before the first call: the engine, for the wall clock.
    pub(crate) early: Option<wasmtime::Engine>,
}

/// The artifact, and the limits that are frozen in its compilation.
#[derive(PartialEq, Eq)]
struct Key {
    wasm: Arc<[u8]>,
    pages: u32,
    fuel: u64,
    timeout: Option<Duration>,
    paths: BTreeMap<String, PathBuf>,
    linked: Option<Vec<u8>>,
    modules: Modules,
}

/// Of an artifact under test, which has megabytes of line tables, a few bytes are enough to tell it
/// from the others; equality compares them all, which costs next to nothing.
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.wasm.len(), self.pages, self.fuel).hash(state);
        self.wasm.iter().step_by(self.wasm.len() / 256 + 1).for_each(|byte| byte.hash(state));
    }
}

/// The compilation of `wasm` for this host.
///
/// # Errors
/// [`Error::InvalidModule`] if it is not a plugin.
pub(crate) fn get(wasm: &[u8], host: &Host) -> Result<Arc<Compiled>> {
    let (limits, paths) = (host.limits, &host.grants.paths);
    let linked = host.linked.clone().map(Source::read).transpose()?;
    let key = Key {
        wasm: wasm.into(),
        pages: limits.memory_pages,
        fuel: limits.fuel,
        timeout: limits.timeout,
        paths: paths.clone(),
        linked,
        modules: host.modules.clone(),
    };
    engines::get(key, |key| compile(key, limits))
}

/// As good as no limit: a year.
pub(crate) const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

fn compile(key: &Key, limits: Limits) -> Result<Compiled> {
    let Key { wasm, linked, paths, modules, .. } = key;
    let mut module = parse(wasm)?;
    let others = link_with(&mut module, modules)?;
    let mut runs_early = early::runs(&module) || others.values().any(early::runs);
    let mut sources: Vec<_> = modules.iter().map(|(name, bytes)| Wasm::data(&bytes[..]).with_name(name)).collect();
    let mut ask_wasi = others.values().any(asks_wasi);
    if let Some(bytes) = linked {
        let linked = parse(bytes)?;
        let names = link::link(&mut module, &linked)?;
        sources.extend(names.into_iter().map(|name| Wasm::data(&bytes[..]).with_name(name)));
        ask_wasi |= asks_wasi(&linked);
        runs_early |= early::runs(&linked);
    }
    let mut shadowed = module.clone();
    // The harness's own clock and randomness write into the main plugin's memory.
    if ask_wasi {
        shadowed.imports.retain(|import| import.module != crate::import::WASI);
    }
    // A file that a guest may open is Extism's to write to, and so is its text then.
    if !paths.is_empty() && shadowed.imports.iter().any(|import| import.name == "path_open") {
        shadowed.imports.retain(|import| import.module != crate::import::WASI || import.name != "fd_write");
    }
    let mut functions = door::functions(&shadowed);
    if runs_early {
        sources.push(early::probe());
        functions.push(early::function());
    }
    // The last is the plugin itself.
    sources.push(Wasm::data(&wasm[..]));
    let mut manifest = Manifest::new(sources).with_memory_max(limits.memory_pages);
    // Extism adds it to the time of day, which has an end.
    if let Some(timeout) = limits.timeout.filter(|timeout| *timeout < FOR_EVER) {
        manifest = manifest.with_timeout(timeout);
    }
    if !paths.is_empty() {
        manifest = manifest.with_allowed_paths(paths.clone().into_iter());
    }
    let mut config = wasmtime::Config::new();
    // Copy-on-write images are for memories of wasmtime's own.
    config
        .wasm_backtrace_details(wasmtime::WasmBacktraceDetails::Enable)
        .memory_init_cow(false)
        .with_host_memory(Arc::new(Memories));
    let mut builder = PluginBuilder::new(manifest)
        .with_functions(functions)
        .with_wasi(asks_wasi(&module))
        .with_fuel_limit(limits.fuel)
        .with_http_response_headers(true)
        .with_wasmtime_config(config);
    builder = match cache_config() {
        Some(path) => builder.with_cache_config(path),
        None => builder.with_cache_disabled(),
    };
    let plugin = builder.compile().map_err(|error| Error::InvalidModule {
        reason: proposals::unsupported(wasm).unwrap_or_else(|| format!("{error:#}")),
    })?;
    let early = runs_early.then(|| early::engine(&plugin)).transpose()?;
    Ok(Compiled { wasm: Arc::clone(wasm), module, plugin, early })
}

/// A module that Extism can be given without harm.
fn parse(wasm: &[u8]) -> Result<Module> {
    let module = Module::parse(wasm)?;
    link::refuse_itself(&module)?;
    module.refuse_boundless_tables()?;
    module.refuse_excess()?;
    Ok(module)
}

/// Leaves in `module` what it and the other modules of its manifest want from the host; those are given
/// back.
///
/// # Errors
/// [`Error::BadSignature`] and [`Error::InvalidModule`] for modules that do not fit.
pub(crate) fn link_with<'a>(module: &mut Module, modules: &'a Modules) -> Result<BTreeMap<&'a str, Module>> {
    let mut others = BTreeMap::new();
    for (name, bytes) in modules {
        if name == early::NAME {
            return Err(Error::InvalidModule {
                reason: "a module of its manifest has an empty name: name it".to_owned(),
            });
        }
        let other = parse(bytes).map_err(|error| error.of_module(name))?;
        others.insert(name.as_str(), other);
    }
    link::modules(module, &others)?;
    Ok(others)
}

fn asks_wasi(module: &Module) -> bool {
    module.imports.iter().any(|import| import.module == crate::import::WASI)
}

/// The user's own cache folder: what lies there is run as machine code, so it must not be a place
/// that others can write to.
fn user_cache() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))
}

/// The folder with the machine code of plugins that were loaded before, which every test process shares; none if no
/// folder of the user's can be written. It can be removed at any time.
pub fn cache_folder() -> Option<PathBuf> {
    cache_config().and_then(Path::parent).map(Path::to_owned)
}

/// wasmtime's cache, in a folder of our own: Extism's default is a hard error where the home
/// folder cannot be written. Without any writable folder there is no cache, which is told once.
pub(crate) fn cache_config() -> Option<&'static Path> {
    static CONFIG: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        let folder = user_cache()?.join("plugsmith");
        let prepared = prepare_cache(&folder);
        if let Err(error) = &prepared {
            eprintln!(
                "plugsmith: no cache of compiled plugins, so each process compiles its own: {}: {error}; \
                 XDG_CACHE_HOME names another folder",
                crate::text::printable(&folder.display().to_string())
            );
        }
        prepared.ok()
    });
    CONFIG.as_deref()
}

/// The configuration of a cache in this folder.
fn prepare_cache(folder: &Path) -> std::io::Result<PathBuf> {
    let code = folder.join("code");
    std::fs::create_dir_all(&code)?;
    // What cannot be written to would fail each load, in words that blame the plugin.
    let probe = code.join(format!("probe.{}", std::process::id()));
    std::fs::write(&probe, "").and_then(|()| std::fs::remove_file(&probe))?;
    let path = folder.join("wasmtime.toml");
    let text = format!("[cache]\ndirectory = {code:?}\n");
    if file::read_to_string(&path).is_ok_and(|old| old == text) {
        return Ok(path);
    }
    // Written beside and renamed, so that no other process reads half of it.
    let fresh = folder.join(format!("wasmtime.{}.toml", std::process::id()));
    std::fs::write(&fresh, text)?;
    std::fs::rename(fresh, &path)?;
    Ok(path)
}
