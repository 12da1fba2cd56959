//! What a test sees of a plugin's host, and how it lets its time pass.

use std::collections::BTreeSet;
use std::time::Duration;

use plugsmith::testing::{FakeHost, Stored};
use plugsmith::{DataType, HostError, HttpRequest, Value};

use crate::engine::plugin::Plugin;

impl Plugin {
    /// The value of a data type in storage, now; `None` where the key is not there.
    ///
    /// # Errors
    /// `WRONGTYPE` where the key holds another type, a version that the type cannot read, and bytes of
    /// an encoding of the author's own that are another value in the artifact than in this test.
    pub fn storage_typed<T: DataType>(&self, key: &str) -> Result<Option<T>, HostError> {
        let value: Option<T> = self.running.host.context.storage().get_typed(key)?;
        if let Some(value) = &value {
            let stored = self.host(|host| match host.store.stored(key, host.clock.now()) {
                Some(Stored::Typed(_, encoded)) => Some(encoded.clone()),
                _ => None,
            });
            stored.map_or(Ok(()), |encoded| self.refuse_misread(&encoded, value))?;
        }
        Ok(value)
    }

    /// The value of a key as it lies in storage, now.
    ///
    /// # Panics
    /// The key holds a data type: [`Plugin::storage_typed`] reads it.
    #[track_caller]
    pub fn storage(&self, key: &str) -> Option<Value> {
        self.host(|host| match host.store.stored(key, host.clock.now())? {
            Stored::Value(value) => Some(value.clone()),
            Stored::Typed(name, _) => panic!("`{key}` holds a {name}: read it with storage_typed"),
        })
    }

    /// The bytes of a key that `kv_write` wrote.
    pub fn kv(&self, key: &str) -> Option<Vec<u8>> {
        self.host(|host| host.kv.get(key).cloned())
    }

    /// The bytes of a variable of the instance.
    pub fn var(&self, key: &str) -> Option<Vec<u8>> {
        self.host(|host| host.vars.get(key).cloned())
    }

    /// The HTTP requests that the plugin has made so far, with their headers and bodies, those that no mock
    /// answered among them.
    ///
    /// ```no_run
    /// // Needs the plugin of the crate it stands in.
    /// use plugsmith_harness::{Host, plugin, plugsmith::HttpResponse};
    ///
    /// let mut plugin = plugin!(Host::new().http("GET https://api.example.com/*", HttpResponse::new(200, "data")));
    /// plugin.command("FETCH", ()).unwrap();
    /// assert_eq!(plugin.http_requests()[0].headers["authorization"], "Bearer secret");
    /// ```
    pub fn http_requests(&self) -> Vec<HttpRequest> {
        self.host(|host| host.http.requests().to_vec())
    }

    /// About the bytes that the host holds for the plugin: keys, values, HTTP requests, variables, and the trace of
    /// a call that runs. [`HeldLimits::total_bytes`](plugsmith::testing::HeldLimits::total_bytes) limits them.
    pub fn held(&self) -> usize {
        self.running.held().iter().map(|(_, bytes)| bytes).sum()
    }

    /// Lets time pass in the host: keys expire, clocks move. The hooks of `OnKeyExpiry` hear of it when
    /// [`Client::wait`](crate::hosts::ferrite::Client::wait) is called, if only for no time at all.
    pub fn advance(&mut self, by: Duration) {
        let before = self.live_keys();
        self.host(|host| host.clock.advance(by));
        let after = self.live_keys();
        self.expired.extend(before.into_iter().filter(|key| !after.contains(key)));
    }

    fn live_keys(&self) -> BTreeSet<String> {
        self.host(|host| host.store.iter(host.clock.now()).map(|(key, _)| key.to_owned()).collect())
    }

    /// Works on the host's state itself.
    pub fn host<T>(&self, work: impl FnOnce(&mut FakeHost) -> T) -> T {
        self.running.host.context.with(work)
    }
}
