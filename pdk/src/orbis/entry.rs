//! The entry points of an Orbis plugin, as its list of handlers has them.

use super::call::Body;
#[cfg(target_arch = "wasm32")]
use super::call::run;
#[cfg(target_arch = "wasm32")]
use crate::abi::orbis::HostHandle;

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
    pub(super) fn reply(&self, text: String) -> Vec<u8> {
        match self {
            Entry::Route(route) => run(text, route.path, HostHandle, route.body).into_bytes(),
            Entry::Lifecycle(_) => Vec::new(),
        }
    }

    /// The code of a function of the lifecycle.
    pub(super) fn code(&self) -> i32 {
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
