//! What the host functions of Orbis do, once their arguments have left the guest's memory.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use orbis_plugin_api::PluginPermission;
use plugsmith::testing::{HttpAnswer, HttpMocks, SeededRandom};
use plugsmith::{HttpRequest, HttpResponse};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256, Sha512};

use super::db::{self, Database};
use super::host::Orbis;
use super::manifest::Manifest;
use super::mode::{HttpBodies, Mode};
use super::permission::Permission;
use super::state::State;
use crate::error::{Error, Result, Unexpected};

/// An event that the plugin emitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Emitted {
    /// Its name.
    pub event: String,
    /// Its payload.
    pub payload: Json,
}

/// The events that a plugin emitted: the last ones, since a server may run for days.
#[derive(Debug, Default)]
pub(super) struct Events {
    events: VecDeque<(Emitted, usize)>,
    bytes: usize,
}

impl Events {
    /// The bytes that are kept: earlier events are forgotten.
    const BYTES: usize = 128 * 1024 * 1024;

    pub(super) fn push(&mut self, event: Emitted, bytes: usize) {
        self.bytes += bytes;
        self.events.push_back((event, bytes));
        while self.bytes > Events::BYTES && self.events.len() > 1 {
            self.bytes -= self.events.pop_front().map_or(0, |(_, bytes)| bytes);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Emitted> {
        self.events.iter().map(|(event, _)| event)
    }
}

/// Why a host function does not do what it was asked.
#[derive(Clone, Debug)]
pub(super) enum Refusal {
    /// The plugin hears its word for "no", and runs on, as in the real host.
    Refused(String),
    /// The test does not expect the call: it ends here.
    Fatal(Box<Error>),
}

impl From<String> for Refusal {
    fn from(reason: String) -> Refusal {
        Refusal::Refused(reason)
    }
}

impl From<&str> for Refusal {
    fn from(reason: &str) -> Refusal {
        Refusal::Refused(reason.to_owned())
    }
}

/// What outlives a call.
pub(super) struct Services {
    mode: Mode,
    permissions: Vec<Permission>,
    config: BTreeMap<String, Json>,
    /// The test's own, which go over what a manifest says.
    given: (Option<Vec<Permission>>, BTreeMap<String, Json>),
    pub(super) state: State,
    pub(super) database: Option<Arc<db::Shared>>,
    http: HttpMocks,
    http_bodies: HttpBodies,
    random: SeededRandom,
    pub(super) emitted: Events,
}

impl Services {
    pub(super) fn new(host: &Orbis, manifest: &Manifest) -> Result<Services> {
        let mut services = Services {
            mode: host.mode,
            permissions: Vec::new(),
            config: BTreeMap::new(),
            given: (host.permissions.clone(), host.config.clone()),
            state: State::new(host.state.clone(), host.state_file.clone())?,
            database: match host.mode {
                Mode::Shipped => None,
                Mode::Documented | Mode::PageAbi => {
                    let database = Database::open(host.database.as_deref(), &host.migrations, &host.sql)?;
                    Some(db::Shared::new(database))
                }
            },
            http: host.http.clone(),
            http_bodies: host.http_bodies,
            random: host.random.clone(),
            emitted: Events::default(),
        };
        services.adopt(manifest);
        Ok(services)
    }

    /// Takes over what a manifest says.
    pub(super) fn adopt(&mut self, manifest: &Manifest) {
        let (permissions, config) = &self.given;
        let manifest = manifest.parsed();
        let asked = || manifest.permissions.iter().cloned().map(Permission).collect();
        self.permissions = permissions.clone().unwrap_or_else(asked);
        let own = manifest.config.as_object().cloned().unwrap_or_default();
        self.config = own.into_iter().chain(config.clone()).collect();
    }

    /// Whether the plugin may do what needs `permission`; `shipped` is what the shipped host asks
    /// for in its place, which it knows no such permission by.
    pub(super) fn allow(&self, permission: &str, shipped: &str) -> Result<(), Refusal> {
        match self.mode {
            Mode::Shipped => {
                Err(format!("denied: the shipped host asks for \"{shipped}\", which no manifest can grant").into())
            }
            _ if self.has(permission) => Ok(()),
            _ if permission == Permission::EVENTS => {
                Err(format!("denied: the manifest's permissions lack {{\"custom\": \"{permission}\"}}").into())
            }
            _ => Err(format!("denied: the manifest's permissions lack \"{permission}\"").into()),
        }
    }

    pub(super) fn has(&self, permission: &str) -> bool {
        let wanted = match permission {
            Permission::EVENTS => Ok(Permission(PluginPermission::Custom(permission.to_owned()))),
            name => Permission::parse(name),
        };
        wanted.is_ok_and(|wanted| self.permissions.contains(&wanted))
    }

    pub(super) fn config(&self, key: &str) -> Option<&Json> {
        self.config.get(key)
    }

    /// The response that a mock gives, and its form for the guest.
    pub(super) fn request(&mut self, request: &HttpRequest) -> Result<(HttpResponse, Json), Refusal> {
        let answer = self
            .http
            .respond(request)
            .map_err(|unanswered| Refusal::Fatal(Box::new(Unexpected::request(unanswered.request, "").into())))?;
        let response = match answer {
            HttpAnswer::Response(response) => response,
            HttpAnswer::Failure(failure) => return Err(failure.to_string().into()),
        };
        let text = std::str::from_utf8(&response.body).ok().filter(|_| self.http_bodies == HttpBodies::Text);
        let body = text.map_or_else(|| Json::from(response.body.as_slice()), Json::from);
        let json = json!({ "status": response.status, "headers": response.headers, "body": body });
        Ok((response, json))
    }

    pub(super) fn random(&mut self, length: u32) -> Result<Vec<u8>, Refusal> {
        const MOST: u32 = 1024 * 1024;
        if length > MOST {
            return Err(format!("more than {MOST} random bytes at once").into());
        }
        let mut bytes = vec![0; length as usize];
        self.random.fill(&mut bytes);
        Ok(bytes)
    }
}

/// A query's answer. The SDK `orbis-plugin-api` 1.0 puts the statement among the parameters, and wants an
/// object with `rows` and `error`; all others want the rows. Where there are none to give, it is the object for
/// all: null does not say why.
pub(super) fn query(database: &Database, may_write: bool, sql: &str, params: &Json) -> Result<Json, Refusal> {
    if !may_write && database.writes(sql) {
        return Err("denied: the statement writes, and the manifest's permissions lack \"database_write\"".into());
    }
    let request = params.as_object();
    let params = match request {
        Some(request) => request.get("params").map_or(Ok(&[][..]), parameters)?,
        None => parameters(params)?,
    };
    Ok(match database.query(sql, params) {
        Ok(rows) if request.is_some() => json!({ "rows": rows }),
        Ok(rows) => Json::Array(rows),
        Err(error) => json!({ "rows": [], "error": error }),
    })
}

/// How many rows a statement has changed.
pub(super) fn execute(database: &Database, sql: &str, params: &Json) -> Result<i32, Refusal> {
    Ok(database.execute(sql, parameters(params)?)?)
}

/// The hash, and the name of its algorithm.
pub(super) fn hash(algorithm: i32, data: &[u8]) -> Result<Vec<u8>, Refusal> {
    match algorithm {
        0 => Ok(Sha256::digest(data).to_vec()),
        1 => Ok(Sha512::digest(data).to_vec()),
        _ => Err(format!("no hash algorithm {algorithm}: 0 is SHA-256, 1 is SHA-512").into()),
    }
}

fn parameters(params: &Json) -> Result<&[Json], Refusal> {
    params.as_array().map(Vec::as_slice).ok_or_else(|| "the parameters are no JSON array".into())
}
