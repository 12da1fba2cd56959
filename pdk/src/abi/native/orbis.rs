//! Off wasm32 the Orbis host is in memory: that of the `MockHost` in use, or the thread's own.

use std::cell::RefCell;
use std::thread::LocalKey;

use super::stack::{Fake, Handle};
use crate::error::orbis::Error;
use crate::in_memory::http::HttpAnswer;
use crate::in_memory::orbis::FakeHost;
use crate::protocol::http::HttpRequest;
use crate::protocol::log::{Level, Line};

thread_local! {
    static HOSTS: RefCell<Vec<HostHandle>> = RefCell::new(vec![HostHandle::new()]);
}

/// A host in memory, shared by every service and request that came from one `MockHost`.
pub(crate) type HostHandle = Handle<FakeHost>;

impl Fake for FakeHost {
    fn hosts() -> &'static LocalKey<RefCell<Vec<HostHandle>>> {
        &HOSTS
    }
}

impl HostHandle {
    pub(crate) fn log(&self, level: Level, text: &str) {
        self.with(|host| host.logs.push(Line { level, text: text.to_owned() }));
    }

    pub(crate) fn state_get(&self, key: &str) -> Result<Option<String>, Error> {
        Ok(self.with(|host| host.state.get(key).map(ToString::to_string)))
    }

    pub(crate) fn state_set(&self, key: &str, json: &str) -> Result<(), Error> {
        let value = serde_json::from_str(json).map_err(|_| Error::refused("state_set"))?;
        self.with(|host| host.state.insert(key.to_owned(), value));
        Ok(())
    }

    pub(crate) fn state_remove(&self, key: &str) -> Result<(), Error> {
        self.with(|host| host.state.remove(key));
        Ok(())
    }

    pub(crate) fn config(&self, key: &str) -> Result<Option<String>, Error> {
        Ok(self.with(|host| host.config.get(key).map(ToString::to_string)))
    }

    pub(crate) fn hash(&self, algorithm: i32, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        use sha2::Digest;
        match algorithm {
            0 => Ok(sha2::Sha256::digest(bytes).to_vec()),
            1 => Ok(sha2::Sha512::digest(bytes).to_vec()),
            _ => Err(Error::refused("crypto_hash")),
        }
    }

    pub(crate) fn random(&self, length: usize) -> Result<Vec<u8>, Error> {
        if length > crate::protocol::orbis::MOST_RANDOM {
            return Err(Error::refused("crypto_random"));
        }
        let mut bytes = vec![0; length];
        self.with(|host| host.random.fill(&mut bytes));
        Ok(bytes)
    }

    pub(crate) fn db_query(&self, sql: &str, parameters: &str) -> Result<String, Error> {
        self.with(|host| host.database.query(sql, parameters))
    }

    pub(crate) fn db_execute(&self, sql: &str, parameters: &str) -> Result<u64, Error> {
        self.with(|host| host.database.execute(sql, parameters))
    }

    pub(crate) fn emit(&self, event: &str, payload: &str) -> Result<(), Error> {
        let payload = serde_json::from_str(payload).map_err(|_| Error::refused("emit_event"))?;
        self.with(|host| {
            if host.is_as_shipped() {
                return Err(Error::refused("emit_event"));
            }
            host.events.push((event.to_owned(), payload));
            Ok(())
        })
    }

    /// The response's JSON.
    pub(crate) fn http(&self, request: &HttpRequest) -> Result<String, Error> {
        self.with(|host| {
            if host.is_as_shipped() {
                return Err(Error::refused("http_request"));
            }
            let answer = host.http.respond(request).map_err(|why| {
                let line = &why.request;
                Error::internal(format!("{why}: add host.mock_http(\"{line}\", HttpResponse::new(200, \"..\"))"))
            })?;
            let HttpAnswer::Response(response) = answer else { return Err(Error::refused("http_request")) };
            // The host's form of a body is text.
            let body = String::from_utf8_lossy(&response.body);
            let response = serde_json::json!({ "status": response.status, "headers": response.headers, "body": body });
            Ok(response.to_string())
        })
    }
}
