//! What the macros' output calls. Not for people: it may change in any release.

pub mod page;

pub use super::call::Body;
pub use super::entry::{Entry, Route, misplaced};
pub use super::extract::{FromRequest, Kind, misplaced_body, path_parameter, takes_the_request};
pub use super::lifecycle::LifecycleOutput;
pub use super::manifest::{Part, bracketed, manifest, manifest_length, manifest_text};
pub use super::scalar::Parameter;
#[cfg(not(target_arch = "wasm32"))]
pub use super::testing::{Place, RouteCall};

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
pub fn call(entry: &Entry, request: super::testing::RequestBuilder) -> super::response::Response {
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
