//! Which Orbis a test runs its plugin in, and in which form that host hands on what others send.

use super::abi::{self, Abi};

/// Which Orbis it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The host as it is shipped: database, HTTP and events denied, paths matched letter by letter,
    /// every answer of a handler wrapped in a 200.
    Shipped,
    /// The host as its pages describe it: they work, `{id}` and `:id` are matched, and a handler's
    /// `{status, headers, body}` is the response.
    Documented,
    /// No host at all: as documented, but for plugins with the signatures that the listings on its
    /// page have. No real host has this ABI.
    PageAbi,
}

impl Mode {
    pub(super) fn abi(self) -> &'static Abi {
        match self {
            Mode::Shipped | Mode::Documented => &abi::SHIPPED,
            Mode::PageAbi => &abi::PAGE,
        }
    }
}

/// How the body of a response reaches a plugin that requests something over HTTP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpBodies {
    /// As a JSON string, as the shipped host writes it; bytes that are no UTF-8 as an array.
    #[default]
    Text,
    /// As an array of bytes, as the SDK `orbis-plugin-api` 1.0 reads it.
    Bytes,
}
