//! What the macros' output calls. Not for people: it may change in any release.

pub mod page;

pub use super::call::Body;
pub use super::extract::{FromRequest, Kind, misplaced_body, path_parameter, takes_the_request};
pub use super::lifecycle::LifecycleOutput;
pub use super::manifest::{Part, bracketed, manifest, manifest_length, manifest_text};
pub use super::scalar::Parameter;

/// An entry point, for `export_plugin!` and `call!`.
#[derive(Clone, Copy, Debug)]
pub enum Entry {
    /// A `#[route]`.
    Route(Route),
    /// A `#[lifecycle]`.
    Lifecycle(fn() -> i32),
}

/// A `#[route]`.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The handler's name.
    pub handler: &'static str,
    /// `GET`, `POST` ..
    pub method: &'static str,
    /// The path, with its parameters as `{name}`.
    pub path: &'static str,
    /// Its object in the manifest.
    pub json: &'static str,
    /// The call.
    pub body: Body,
}

impl Entry {
    /// A `#[route]`.
    pub const fn route(
        handler: &'static str,
        method: &'static str,
        path: &'static str,
        json: &'static str,
        body: Body,
    ) -> Entry {
        Entry::Route(Route { handler, method, path, json, body })
    }

    /// A `#[lifecycle]`.
    pub const fn lifecycle(_name: &'static str, body: fn() -> i32) -> Entry {
        Entry::Lifecycle(body)
    }

    /// The reply's bytes to the host's JSON.
    #[cfg(target_arch = "wasm32")]
    fn reply(&self, text: String) -> Vec<u8> {
        match self {
            Entry::Route(route) => {
                super::call::run(text, route.path, crate::abi::orbis::HostHandle, route.body).into_bytes()
            }
            Entry::Lifecycle(_) => Vec::new(),
        }
    }

    /// The code of a function of the lifecycle.
    fn code(&self) -> i32 {
        match self {
            Entry::Lifecycle(body) => body(),
            Entry::Route(_) => 1,
        }
    }
}

/// What is wrong with the entry at `index` in a list of handlers.
pub const fn misplaced(entries: &[Entry], index: usize) -> Option<&'static str> {
    let Entry::Route(route) = &entries[index] else {
        return Some("this is no #[route]: functions of the lifecycle are called `init`, `execute` and `cleanup`");
    };
    let mut earlier = 0;
    while earlier < index {
        if let Entry::Route(other) = &entries[earlier]
            && is_same(route.method, other.method)
            && is_same(route.path, other.path)
        {
            return Some("an earlier handler in this list has the same method and path");
        }
        earlier += 1;
    }
    None
}

const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    index == a.len() && index == b.len()
}

/// One call of a handler's export.
#[cfg(target_arch = "wasm32")]
pub fn export(input: i32, length: i32, entry: &Entry) -> i32 {
    crate::abi::orbis::export(input, length, |text| entry.reply(text))
}

/// Nothing calls an export natively; it is compiled there so that rustc judges its types.
#[cfg(not(target_arch = "wasm32"))]
pub fn export(_input: i32, _length: i32, _entry: &Entry) -> i32 {
    0
}

/// One call of a handler as its export makes it, for tests.
#[cfg(not(target_arch = "wasm32"))]
#[track_caller]
pub fn call(entry: &Entry, request: super::testing::RequestBuilder) -> super::Response {
    match entry {
        Entry::Route(route) => request.call(route.path, route.body),
        Entry::Lifecycle(_) => panic!("a function of the lifecycle has no request: call it as it is"),
    }
}

/// One call of a handler as its export makes it, for fuzzing: the host's JSON in, the reply's JSON out.
#[cfg(not(target_arch = "wasm32"))]
pub fn call_text(entry: &Entry, text: &str) -> String {
    match entry {
        Entry::Route(route) => {
            let host = crate::abi::orbis::HostHandle::current();
            super::call::run(text.to_owned(), route.path, host, route.body).encode()
        }
        Entry::Lifecycle(_) => String::new(),
    }
}

/// One call of a marked function of the lifecycle.
pub fn export_lifecycle(_phase: &str, entry: &Entry) -> i32 {
    run_lifecycle(|| entry.code())
}

/// One call of a function of the lifecycle.
pub fn run_lifecycle(body: impl FnOnce() -> i32) -> i32 {
    #[cfg(target_arch = "wasm32")]
    crate::abi::orbis::begin();
    body()
}

/// A block for the host to write to.
pub fn allocate(size: i32) -> i32 {
    #[cfg(target_arch = "wasm32")]
    return crate::abi::orbis::allocate(size);
    #[cfg(not(target_arch = "wasm32"))]
    size
}

/// Frees a block of [`allocate`].
pub fn deallocate(block: i32) {
    #[cfg(target_arch = "wasm32")]
    crate::abi::orbis::deallocate(block);
    #[cfg(not(target_arch = "wasm32"))]
    let _ = block;
}
