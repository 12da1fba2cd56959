//! What a module imports: the functions of the known modules with their signatures, and the line of a test
//! that mocks one.

pub(crate) const KERNEL: &str = "extism:host/env";
pub(crate) const WASI: &str = "wasi_snapshot_preview1";

/// An imported function.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Import {
    /// The import module, such as `extism:host/user`.
    pub module: String,
    /// The name.
    pub name: String,
    /// Its signature.
    pub signature: Signature,
}

/// The wasm types of a function: `i32`, `i64`, `f32`, `f64` ..
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Signature {
    /// The types of the parameters.
    pub parameters: Vec<String>,
    /// The types of the results.
    pub results: Vec<String>,
}

impl Signature {
    /// `name(i64, i64) -> i64`.
    pub fn render(&self, name: &str) -> String {
        let results = match self.results.as_slice() {
            [] => None,
            results => Some(results.join(", ")),
        };
        plugsmith::protocol::host_functions::signature(
            name,
            self.parameters.iter().map(String::as_str),
            results.as_deref(),
        )
    }
}

/// The kernel's and Extism's own functions, as extism 1.30.0 has them.
pub(crate) fn kernel_signature(name: &str) -> Option<Signature> {
    let (parameters, results): (&[&str], &[&str]) = match name {
        "alloc" | "length" | "length_unsafe" | "load_u64" | "input_load_u64" | "config_get" | "var_get" => {
            (&["i64"], &["i64"])
        }
        "free" | "error_set" | "log_trace" | "log_debug" | "log_info" | "log_warn" | "log_error" => (&["i64"], &[]),
        "load_u8" | "input_load_u8" => (&["i64"], &["i32"]),
        "store_u8" => (&["i64", "i32"], &[]),
        "store_u64" | "input_set" | "output_set" | "var_set" => (&["i64", "i64"], &[]),
        "input_length" | "input_offset" | "output_length" | "output_offset" | "error_get" | "memory_bytes"
        | "http_headers" => (&[], &["i64"]),
        "http_request" => (&["i64", "i64"], &["i64"]),
        "http_status_code" | "get_log_level" => (&[], &["i32"]),
        "reset" => (&[], &[]),
        _ => return None,
    };
    let owned = |types: &[&str]| types.iter().map(|&ty| ty.to_owned()).collect();
    Some(Signature { parameters: owned(parameters), results: owned(results) })
}

/// The signature of the function that a host of peers has here, if it has one.
pub(crate) fn peers_signature(import: &Import) -> Option<Signature> {
    let parameters = match (import.module.as_str(), import.name.as_str()) {
        ("env" | "extism:host/user", "register_plugin") => 1,
        ("env" | "extism:host/user", "call_plugin") => 3,
        _ => return None,
    };
    Some(Signature { parameters: vec!["i64".to_owned(); parameters], results: vec!["i64".to_owned()] })
}

/// The import's own signature where the function exists; the two that the harness answers itself
/// must have the standard's, and wasmtime judges the others.
pub(crate) fn wasi_signature(import: &Import) -> Option<Signature> {
    let owned = |types: &[&str]| types.iter().map(|&ty| ty.to_owned()).collect();
    match import.name.as_str() {
        "clock_time_get" => Some(Signature { parameters: owned(&["i32", "i64", "i32"]), results: owned(&["i32"]) }),
        "random_get" => Some(Signature { parameters: owned(&["i32", "i32"]), results: owned(&["i32"]) }),
        name => PREVIEW1.contains(&name).then(|| import.signature.clone()),
    }
}

/// The other functions of WASI preview 1.
const PREVIEW1: &[&str] = &[
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "environ_get",
    "environ_sizes_get",
    "fd_advise",
    "fd_allocate",
    "fd_close",
    "fd_datasync",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_fdstat_set_rights",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_filestat_set_times",
    "fd_pread",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_pwrite",
    "fd_read",
    "fd_readdir",
    "fd_renumber",
    "fd_seek",
    "fd_sync",
    "fd_tell",
    "fd_write",
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_link",
    "path_open",
    "path_readlink",
    "path_remove_directory",
    "path_rename",
    "path_symlink",
    "path_unlink_file",
    "poll_oneoff",
    "proc_exit",
    "proc_raise",
    "sched_yield",
    "sock_accept",
    "sock_recv",
    "sock_send",
    "sock_shutdown",
];

/// Whether this is what AssemblyScript calls at a failed assertion, unless it is told to do otherwise.
pub(crate) fn is_abort(import: &Import) -> bool {
    import.module == "env" && import.name == "abort" && import.signature.parameters == ["i32"; 4]
}

/// The line that mocks an import of which only the types are known: an i64 tends to be a block.
pub(crate) fn mock_line(import: &Import) -> String {
    closure(import, import.signature.parameters.iter().map(|ty| if ty == "i64" { "String" } else { ty }))
}

/// The line that mocks an import with parameters of these Rust types.
pub(crate) fn closure<'a>(import: &Import, types: impl IntoIterator<Item = &'a str>) -> String {
    let parameters = types.into_iter().enumerate().map(|(index, ty)| format!("arg{}: {ty}", index + 1));
    let parameters = parameters.collect::<Vec<_>>().join(", ");
    let (result, body) = match import.signature.results.first().map(String::as_str) {
        None => ("", "{}"),
        Some("i64") => (" -> String", "{ String::new() }"),
        Some("i32") => (" -> i32", "{ 0 }"),
        Some("f32") => (" -> f32", "{ 0.0 }"),
        Some(_) => (" -> f64", "{ 0.0 }"),
    };
    format!(".host({:?}, |{parameters}|{result} {body})", import.name)
}
