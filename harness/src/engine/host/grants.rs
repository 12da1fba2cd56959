//! What a host lets its plugin reach, as an Extism manifest says it: hosts on the network, folders
//! on disk; and which imports it knows at all.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Host;

/// What a plugin may reach, and whether it gets a fresh instance for each call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grants {
    /// Patterns of the hosts that it may send requests to; `None` leaves it to the mocks.
    pub(crate) hosts: Option<Vec<String>>,
    /// Folders on disk, `ro:` before one that is only read, and where the plugin finds them.
    pub(crate) paths: BTreeMap<String, PathBuf>,
    /// Whether an import without an implementation keeps the artifact from loading.
    pub(crate) sealed: bool,
    /// Whether each call gets an instance of its own.
    pub(crate) fresh_instances: bool,
    /// Whether it gets the headers of HTTP responses; `None` where the test does not say.
    pub(crate) response_headers: Option<bool>,
    /// Whether input and output are text.
    pub(crate) text_only: bool,
    /// What a manifest's URLs answer.
    pub(crate) downloads: Vec<Download>,
}

/// A file behind a URL.
#[derive(Clone, Debug)]
pub(crate) struct Download {
    pub(crate) url: String,
    /// The headers without which it is not given out, names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) contents: Vec<u8>,
}

impl Host {
    /// With these hosts only as targets of HTTP requests, as in a manifest's `allowed_hosts`:
    /// `*.github.com` is a wildcard, no host at all denies every request. Mocks still answer.
    ///
    /// Without this the mocks alone decide.
    pub fn allowed_hosts<T: Into<String>>(mut self, patterns: impl IntoIterator<Item = T>) -> Host {
        self.grants.hosts = Some(patterns.into_iter().map(Into::into).collect());
        self
    }

    /// With a folder of this machine at `guest_path`, for an artifact that uses WASI's files, as in
    /// a manifest's `allowed_paths`: `ro:` before the folder lets the plugin only read.
    ///
    /// It is Extism's own WASI that opens the files: what it denies is denied here.
    pub fn allowed_path(mut self, folder: impl Into<String>, guest_path: impl Into<PathBuf>) -> Host {
        self.grants.paths.insert(folder.into(), guest_path.into());
        self
    }

    /// With this file behind a manifest's URL, given out only to a request with these headers.
    pub fn download(mut self, url: &str, headers: &[(&str, &str)], contents: impl Into<Vec<u8>>) -> Host {
        let headers = headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), (*value).to_owned())).collect();
        self.grants.downloads.push(Download { url: url.to_owned(), headers, contents: contents.into() });
        self
    }

    /// Without storage, kv, or any other function of a host's own, but those that the test adds: an
    /// artifact that imports one does not load.
    pub fn without_functions(mut self) -> Host {
        self.functions.clear();
        self.grants.sealed = true;
        self
    }

    /// As [`Host::without_functions`], but those that the test has added already stay.
    pub(crate) fn only_given_functions(mut self) -> Host {
        if !self.grants.sealed {
            // Storage and kv are the last, behind what the test has put before them.
            let given = self.functions.len().saturating_sub(self.services);
            self.functions.truncate(given);
            self.grants.sealed = true;
        }
        self
    }

    /// Without the headers of HTTP responses, as every SDK of Extism is unless told otherwise: a
    /// plugin that asks for them gets none.
    pub fn without_response_headers(mut self) -> Host {
        self.grants.response_headers = Some(false);
        self
    }

    /// With the headers of HTTP responses, as an SDK of Extism that was told to give them. Only
    /// [`hosts!`](crate::hosts!) and [`hosts::extism`](crate::hosts::extism) keep them back otherwise.
    pub fn response_headers(mut self) -> Host {
        self.grants.response_headers = Some(true);
        self
    }

    /// As an SDK of Extism is where the test does not say otherwise: no host may be asked, and no
    /// headers come back.
    pub(crate) fn with_sdk_defaults(mut self) -> Host {
        self.grants.hosts.get_or_insert_default();
        self.grants.response_headers.get_or_insert(false);
        self
    }

    /// Without any import that neither the runtime nor the test answers.
    pub(crate) fn sealed(mut self) -> Host {
        self.grants.sealed = true;
        self
    }

    /// With text alone as input and output.
    pub(crate) fn text_only(mut self) -> Host {
        self.grants.text_only = true;
        self
    }

    /// With an instance of its own for each call: the guest's memory and variables never persist.
    pub fn fresh_instances(mut self) -> Host {
        self.grants.fresh_instances = true;
        self
    }
}
