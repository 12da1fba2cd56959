//! The table as data: hosts, cases, and the differences between hosts that are known.

use std::collections::BTreeMap;

use serde::Deserialize;

/// All of `cases.json`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The hosts, in the order of the matrix.
    pub hosts: Vec<Host>,
    /// What is known to differ, by name: what happens, and what a plugin author makes of it.
    pub differences: BTreeMap<String, String>,
    /// The cases.
    pub cases: Vec<Case>,
}

/// A host that runs the cases.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// A word, which is its report's file name.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The version that its driver must find.
    pub version: String,
    /// What the SDK puts before a guest's error text, and the name of that difference.
    pub error_prefix: Option<(String, String)>,
}

/// What a plugin finds in its host, the calls made, and what must come of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// A sentence.
    pub name: String,
    /// The file's name, without `.wasm`.
    pub artifact: String,
    /// The configuration.
    #[serde(default)]
    pub config: BTreeMap<String, String>,
    /// What `kv_read` finds.
    #[serde(default)]
    pub kv: BTreeMap<String, String>,
    /// What `storage_get` finds: RESP.
    #[serde(default)]
    pub storage: BTreeMap<String, String>,
    /// The error that every storage function answers with.
    pub refusal: Option<String>,
    /// Whether the host offers WASI.
    #[serde(default)]
    pub wasi: bool,
    /// Whether the host has no function of its own, only Extism's.
    #[serde(default)]
    pub bare: bool,
    /// Limits of the manifest, under Extism's names: `max_pages`, `max_var_bytes`,
    /// `max_http_response_bytes`.
    #[serde(default)]
    pub memory: BTreeMap<String, u32>,
    /// The manifest's `timeout_ms`.
    pub timeout_ms: Option<u64>,
    /// What the HTTP server answers, by method and path, `GET /hello`. In an input, `{http}` is the
    /// server's address.
    #[serde(default)]
    pub http: BTreeMap<String, Reply>,
    /// The manifest's `allowed_hosts`.
    #[serde(default)]
    pub allowed_hosts: Vec<String>,
    /// Whether the host gives a response's headers to the plugin.
    #[serde(default)]
    pub response_headers: bool,
    /// Whether an npm SDK runs the plugin in a worker (`runInWorker`).
    #[serde(default)]
    pub worker: bool,
    /// The files in the folder that the manifest allows, with their contents; none without this.
    pub files: Option<BTreeMap<String, String>>,
    /// Whether the plugin may only read there (`ro:`).
    #[serde(default)]
    pub read_only: bool,
    /// The artifacts that `register_plugin` knows, by the name that the guest asks for.
    #[serde(default)]
    pub peers: BTreeMap<String, String>,
    /// What the host's refusal to load must name; a case with this has no calls.
    #[serde(default)]
    pub refused: Vec<String>,
    /// Hosts that refuse, where the others run it.
    #[serde(default)]
    pub differs: Vec<CaseDifference>,
    /// Calls of one instance, in order.
    #[serde(default)]
    pub calls: Vec<Call>,
}

/// What the HTTP server answers to a request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The status.
    #[serde(default = "ok")]
    pub status: u16,
    /// The headers, names in lower case.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[serde(default)]
    pub body: String,
    /// Whether the body is the request's method, its header `x-token` and its body instead.
    #[serde(default)]
    pub echo: bool,
    /// Whether the server never answers.
    #[serde(default)]
    pub holds: bool,
}

fn ok() -> u16 {
    200
}

impl Reply {
    /// The reply to a request that no case names.
    pub(crate) fn not_served() -> Reply {
        let body = "no case has this request".to_owned();
        Reply { status: 501, headers: BTreeMap::new(), body, echo: false, holds: false }
    }

    /// The body of the response to this request.
    pub fn body(&self, method: &str, token: &str, body: &[u8]) -> Vec<u8> {
        match self.echo {
            true => [format!("{method} {token} ").as_bytes(), body].concat(),
            false => self.body.clone().into_bytes(),
        }
    }
}

/// A host that does not even load what the others run.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseDifference {
    /// Its name in [`Table::differences`].
    pub name: String,
    /// The hosts.
    pub hosts: Vec<String>,
    /// What the refusal must name.
    pub refused: Vec<String>,
}

/// One call. In the input, `{0}` is the output of the first call, `{1}` of the second ..
#[derive(Clone, Debug, Deserialize)]
pub struct Call {
    /// The export.
    pub function: String,
    /// The input.
    pub input: String,
    /// What must come of it.
    #[serde(flatten)]
    pub expected: Expectation,
    /// What comes of it in the hosts that differ.
    #[serde(default)]
    pub differs: Vec<CallDifference>,
}

/// What comes of a call in the hosts that differ.
#[derive(Clone, Debug, Deserialize)]
pub struct CallDifference {
    /// Its name in [`Table::differences`].
    pub name: String,
    /// The hosts.
    pub hosts: Vec<String>,
    /// What must come of it there.
    #[serde(flatten)]
    pub expected: Expectation,
}

/// What must come of a call: one of these is given.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Expectation {
    /// The output, exactly.
    pub output: Option<String>,
    /// What the output starts with.
    pub output_starts: Option<String>,
    /// The outputs that a host with true randomness does not give.
    pub output_none_of: Option<Vec<String>>,
    /// The bytes of an output that is not the same in every run.
    pub output_length: Option<usize>,
    /// The error's text, exactly.
    pub error: Option<String>,
    /// What the error's text starts with.
    pub error_starts: Option<String>,
    /// Whether the call fails in whatever words the host has for it.
    #[serde(default)]
    pub fails: bool,
}

/// The table of `cases.json`.
///
/// # Panics
/// The file is not what [`Table`] says.
pub fn table() -> Table {
    serde_json::from_str(include_str!("../cases.json")).expect("cases.json is a table")
}

impl Table {
    /// The host of this id.
    ///
    /// # Panics
    /// There is none.
    #[track_caller]
    pub fn host(&self, id: &str) -> &Host {
        self.hosts.iter().find(|host| host.id == id).unwrap_or_else(|| panic!("no host {id} in cases.json"))
    }
}

impl Expectation {
    /// How many kinds of expectation are given.
    pub(crate) fn given(&self) -> usize {
        let texts = [&self.output, &self.output_starts, &self.error, &self.error_starts];
        let texts = texts.into_iter().filter(|text| text.is_some()).count();
        texts
            + usize::from(self.output_none_of.is_some())
            + usize::from(self.output_length.is_some())
            + usize::from(self.fails)
    }
}

impl Case {
    /// How this host differs in loading it, if it does.
    pub fn difference(&self, host: &str) -> Option<&CaseDifference> {
        self.differs.iter().find(|difference| difference.hosts.iter().any(|id| id == host))
    }
}

impl Call {
    /// How this host differs in answering it, if it does.
    pub fn difference(&self, host: &str) -> Option<&CallDifference> {
        self.differs.iter().find(|difference| difference.hosts.iter().any(|id| id == host))
    }
}
