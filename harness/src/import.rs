//! What a module imports: the functions of the known modules with their signatures, and the line of a test
//! that mocks one.

pub(crate) mod wasi;

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

/// Whether this is what AssemblyScript calls at a failed assertion, unless it is told to do otherwise.
pub(crate) fn is_abort(import: &Import) -> bool {
    import.module == "env" && import.name == "abort" && import.signature.parameters == ["i32"; 4]
}

/// Why a host has no function of this import, whoever writes it: what made the import, and the cure.
pub(crate) struct Stranger {
    /// What it is: `a function of C's library`.
    pub(crate) what: String,
    /// What to do.
    pub(crate) cure: String,
}

/// Says of an import that a tool made for another environment where it comes from; `crates` are those whose
/// code calls it, the nearest first. A module of another name may be one of the author's own host.
pub(crate) fn stranger(import: &Import, crates: &[String]) -> Option<Stranger> {
    let (module, name) = (import.module.as_str(), import.name.as_str());
    let is = |what: &str, cure: String| Some(Stranger { what: what.to_owned(), cure });
    if is_bindgen(import) {
        return is("a function of JavaScript, as wasm-bindgen makes them", bindgen_cure(crates));
    }
    match module {
        "env" if name.starts_with("emscripten_") || name.starts_with("_emscripten_") || name.starts_with("__cxa_") => {
            let cure = "build with `emcc -sSTANDALONE_WASM --no-entry`, or with the WASI SDK".to_owned();
            is("a function of Emscripten's JavaScript", cure)
        }
        "env" if is_of_c(import) => {
            let cure = "a crate links C code, and wasm32-unknown-unknown has no C library: switch off the crate's \
                        feature that does, use a crate in Rust, or build for wasm32-wasip1";
            is("a function of C's library", cure.to_owned())
        }
        "go" | "gojs" => {
            let cure = "build with `GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared`".to_owned();
            is("a function of Go's JavaScript", cure)
        }
        "wasi_unstable" | "wasi_snapshot_preview2" => {
            is("a function of another WASI than preview 1", "build for wasm32-wasip1".to_owned())
        }
        _ if module.starts_with("wasi:") => {
            is("a function of WASI preview 2, which is for components", "build for wasm32-wasip1".to_owned())
        }
        _ => None,
    }
}

/// Whether wasm-bindgen made it.
pub(crate) fn is_bindgen(import: &Import) -> bool {
    import.module.starts_with("__wbindgen_") || import.module == "wbg" || import.module.ends_with("_bg.js")
}

/// How to do without JavaScript, for the crates that are known to ask for it.
fn bindgen_cure(crates: &[String]) -> String {
    let known = crates.iter().find_map(|name| {
        Some(match name.as_str() {
            "chrono" => {
                "write `chrono = { version = \"0.4\", default-features = false, features = [\"alloc\"] }`, and make \
                 times from `ctx.clock().now()`"
            }
            "time" => "leave out the feature `wasm-bindgen` of `time`, and make times from `ctx.clock().now()`",
            "instant" | "web_time" => "take the time from `ctx.clock()`, and leave this crate out",
            "getrandom" | "rand" | "uuid" | "fastrand" | "ulid" | "nanoid" => {
                "leave out the features `js`, `wasm_js` and `wasm-bindgen` of `getrandom`, `uuid` and `fastrand`, and \
                 write `plugsmith::getrandom!();` in lib.rs"
            }
            "reqwest" | "gloo_net" | "ureq" => "send requests with `ctx.http()`, and leave this crate out",
            _ => return None,
        })
    });
    let fix = known.unwrap_or(
        "switch off the feature of the crate that asks for JavaScript, such as `js`, `wasm_js`, `wasmbind`, `wasm-bindgen`",
    );
    format!("{fix} (`cargo tree --target wasm32-unknown-unknown -i wasm-bindgen` shows who depends on it)")
}

/// Whether C code without a library asks for it: a well-known name, and types that C has on wasm32.
fn is_of_c(import: &Import) -> bool {
    const NAMES: [&str; 32] = [
        "abort",
        "atexit",
        "calloc",
        "clock_gettime",
        "fclose",
        "fopen",
        "fprintf",
        "fputc",
        "fputs",
        "fread",
        "free",
        "fseek",
        "fwrite",
        "getenv",
        "gettimeofday",
        "malloc",
        "memchr",
        "memcmp",
        "memcpy",
        "memmove",
        "memset",
        "posix_memalign",
        "printf",
        "qsort",
        "realloc",
        "snprintf",
        "strchr",
        "strcmp",
        "strcpy",
        "strlen",
        "strncmp",
        "vsnprintf",
    ];
    let types = import.signature.parameters.iter().chain(&import.signature.results);
    let is_block = |ty: &String| ty == "i64";
    !is_abort(import) && NAMES.contains(&import.name.as_str()) && !types.into_iter().any(is_block)
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
