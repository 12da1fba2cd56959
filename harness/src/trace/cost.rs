//! What a call costs besides fuel: the bytes that cross the boundary, and the host calls.

use std::collections::BTreeSet;

use plugsmith::protocol::host_functions::HostValue;
use serde::{Deserialize, Serialize};

/// The calls of one host function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HostUse {
    /// The import module.
    pub module: String,
    /// The import name.
    pub name: String,
    /// How often it was called.
    pub calls: u64,
    /// How many of these calls failed.
    pub failed: u64,
    /// The bytes of the blocks that were its arguments.
    pub bytes_to_host: u64,
    /// The bytes of the blocks that it answered with.
    pub bytes_from_host: u64,
}

impl HostUse {
    /// Adds other calls; a ledger's file may hold any numbers.
    pub(crate) fn add(&mut self, other: &HostUse) {
        self.calls = self.calls.saturating_add(other.calls);
        self.failed = self.failed.saturating_add(other.failed);
        self.bytes_to_host = self.bytes_to_host.saturating_add(other.bytes_to_host);
        self.bytes_from_host = self.bytes_from_host.saturating_add(other.bytes_from_host);
    }
}

/// What one call of a guest costs. Exact, and the same in every process, for one artifact and one version of
/// Extism.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// Fuel, about one wasm instruction each.
    pub fuel: u64,
    /// Pages of 64 KiB that the guest's memory holds after the call.
    pub pages: u64,
    /// The bytes of the input.
    pub bytes_in: u64,
    /// The bytes of the output; 0 where there is none. For a handler of Orbis, the bytes of the answer's JSON in its
    /// shortest form.
    pub bytes_out: u64,
    /// The host functions that the guest called, in the order of their first calls. Those of hooks and the like
    /// that the call led to are not among them.
    pub host_calls: Vec<HostUse>,
}

impl Cost {
    /// The number of host calls.
    pub fn host_call_count(&self) -> u64 {
        self.host_calls.iter().map(|function| function.calls).sum()
    }
}

/// What crosses the boundary during a call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crossed {
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    pub(crate) host_calls: Vec<HostUse>,
    /// Method and origin of each HTTP request.
    pub(crate) requests: BTreeSet<String>,
    /// Whether a watch has answered in the host's place: then the fuel says nothing of the plugin in its host.
    pub(crate) is_interfered: bool,
}

impl Crossed {
    /// Counts a host call: how many bytes of blocks went out, and what came back, if anything did.
    pub(crate) fn count(&mut self, module: &str, name: &str, arguments: &[HostValue], answer: Option<&HostValue>) {
        let place = self.host_calls.iter().position(|known| known.name == name && known.module == module);
        let known = match place {
            Some(place) => &mut self.host_calls[place],
            None => {
                let fresh = HostUse { module: module.to_owned(), name: name.to_owned(), ..HostUse::default() };
                self.host_calls.push(fresh);
                let last = self.host_calls.len() - 1;
                &mut self.host_calls[last]
            }
        };
        known.calls += 1;
        known.failed += u64::from(answer.is_none());
        known.bytes_to_host += arguments.iter().map(length).sum::<u64>();
        known.bytes_from_host += answer.map_or(0, length);
        if name == "http_request" {
            self.requests.extend(request(arguments));
        }
    }
}

fn length(value: &HostValue) -> u64 {
    match value {
        HostValue::Block(Some(bytes)) => bytes.len() as u64,
        _ => 0,
    }
}

/// The method and the origin of a request: `GET https://api.example.com`. Extism passes it as JSON, Orbis the
/// method and the URL as texts.
fn request(arguments: &[HostValue]) -> Option<String> {
    #[derive(Deserialize)]
    struct Request {
        url: String,
        #[serde(default)]
        method: Option<String>,
    }
    let text = |place: usize| match arguments.get(place) {
        Some(HostValue::Block(Some(bytes))) => std::str::from_utf8(bytes).ok(),
        _ => None,
    };
    let request = serde_json::from_str::<Request>(text(0)?);
    let (method, url) = match request {
        Ok(request) => (request.method.unwrap_or_else(|| "GET".to_owned()), request.url),
        Err(_) => (text(0)?.to_owned(), text(1)?.to_owned()),
    };
    let origin = url::Url::parse(&url).ok()?.origin();
    origin.is_tuple().then(|| format!("{} {}", method.to_uppercase(), origin.ascii_serialization()))
}
