//! Off wasm32 the host is in memory: the one of the `MockContext` in use, or the thread's own.

pub(super) mod peers;
pub(super) mod stack;

use std::cell::RefCell;
use std::thread::LocalKey;

use self::stack::{Fake, Handle};
use crate::error::HostError;
use crate::in_memory::fake_host::FakeHost;
use crate::in_memory::http::{HttpAnswer, HttpFailure};
use crate::protocol::http::HttpRequest;

thread_local! {
    static HOSTS: RefCell<Vec<HostHandle>> = RefCell::new(vec![HostHandle::new()]);
}

/// A host in memory, shared by every service that came from one context.
pub(crate) type HostHandle = Handle<FakeHost>;

impl Fake for FakeHost {
    fn hosts() -> &'static LocalKey<RefCell<Vec<HostHandle>>> {
        &HOSTS
    }
}

impl HostHandle {
    pub(crate) fn config(&self, key: &str) -> Option<Vec<u8>> {
        self.with(|host| host.config.get(key).map(|value| value.clone().into_bytes()))
    }

    pub(crate) fn var(&self, key: &str) -> Option<Vec<u8>> {
        self.with(|host| host.vars.get(key).cloned())
    }

    pub(crate) fn set_var(&self, key: &str, value: Option<&[u8]>) {
        self.with(|host| match value {
            Some(value) => {
                host.vars.insert(key.to_owned(), value.to_vec());
            }
            None => {
                host.vars.remove(key);
            }
        });
    }

    pub(crate) fn http(&self, request: &HttpRequest) -> Result<(u16, Vec<u8>), HostError> {
        self.with(|host| host.last_headers.clear());
        let answer = self.with(|host| host.http.respond(request)).map_err(|why| {
            let line = &why.request;
            HostError::new(format!("{why}: add ctx.mock_http(\"{line}\", HttpResponse::new(200, \"..\"))"))
        })?;
        match answer {
            HttpAnswer::Response(response) => {
                self.with(|host| host.last_headers = response.headers);
                Ok((response.status, response.body))
            }
            HttpAnswer::Failure(HttpFailure::NotMade) => Ok((0, Vec::new())),
            // No guest gets on from here, so no native function does.
            HttpAnswer::Failure(failure) => {
                panic!("an Extism host ends the plugin's call at {} {}: {failure}", request.method, request.url)
            }
        }
    }

    pub(crate) fn http_headers(&self) -> Option<Vec<u8>> {
        Some(self.with(|host| crate::protocol::http::headers_to_json(&host.last_headers)))
    }

    pub(crate) fn log(&self, level: crate::protocol::log::Level, text: &str) {
        self.with(|host| host.logs.push(crate::protocol::log::Line { level, text: text.to_owned() }));
    }

    pub(crate) fn nanoseconds(&self, clock: i32) -> u64 {
        self.with(|host| host.clock.nanoseconds(clock))
    }

    pub(crate) fn random(&self, bytes: &mut [u8]) -> Result<(), HostError> {
        self.with(|host| host.random.fill(bytes));
        Ok(())
    }
}
