//! Off wasm32 the host is in memory: the one of the `MockContext` in use, or the thread's own.

use std::cell::RefCell;
use std::rc::Rc;

use crate::testing::FakeHost;
use crate::{HostError, HttpRequest};

thread_local! {
    /// The hosts of this thread's living `MockContext`s, oldest first; the thread's own at the bottom.
    static HOSTS: RefCell<Vec<HostHandle>> = RefCell::new(vec![HostHandle::new()]);
}

/// A host in memory, shared by every service that came from one context.
#[derive(Clone, Debug)]
pub(crate) struct HostHandle(Rc<RefCell<FakeHost>>);

impl HostHandle {
    pub(crate) fn new() -> HostHandle {
        HostHandle(Rc::new(RefCell::new(FakeHost::default())))
    }

    /// The host that context-free functions talk to.
    pub(crate) fn current() -> HostHandle {
        HOSTS.with_borrow(|hosts| hosts.last().expect("the thread's own host stays").clone())
    }

    /// Makes this the host of context-free functions, until [`HostHandle::leave`].
    pub(crate) fn enter(&self) {
        HOSTS.with_borrow_mut(|hosts| hosts.push(self.clone()));
    }

    pub(crate) fn leave(&self) {
        HOSTS.with_borrow_mut(|hosts| {
            if let Some(index) = hosts.iter().rposition(|host| Rc::ptr_eq(&host.0, &self.0)) {
                hosts.remove(index);
            }
        });
    }

    /// Works on the host; it must not be asked again from within.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut FakeHost) -> T) -> T {
        work(&mut self.0.borrow_mut())
    }

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
        self.with(|host| {
            let response = host.http.respond(request).map_err(|why| {
                let line = format!("{} {}", request.method, request.url);
                HostError::new(format!("{why}: add ctx.mock_http(\"{line}\", HttpResponse::new(200, \"..\"))"))
            })?;
            let result = (response.status, response.body.clone());
            host.last_headers = response.headers;
            Ok(result)
        })
    }

    pub(crate) fn http_headers(&self) -> Option<Vec<u8>> {
        Some(self.with(|host| crate::http::headers_to_json(&host.last_headers)))
    }

    pub(crate) fn log(&self, level: crate::log::Level, text: &str) {
        self.with(|host| host.logs.push(crate::log::Line { level, text: text.to_owned() }));
    }

    pub(crate) fn nanoseconds(&self, clock: i32) -> u64 {
        self.with(|host| host.clock.nanoseconds(clock))
    }

    pub(crate) fn random(&self, bytes: &mut [u8]) -> Result<(), HostError> {
        self.with(|host| host.random.fill(bytes));
        Ok(())
    }
}
