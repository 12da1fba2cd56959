//! The context that a unit test passes.

use std::ops::Deref;
use std::time::Duration;

use crate::abi::HostHandle;
use crate::context::PluginContext;
use crate::error::CommandError;
use crate::ferrite::hook::{HookContext, HookOutput, judge};
use crate::in_memory::fake_host::FakeHost;
use crate::in_memory::http::{HttpMatch, HttpReply};
use crate::in_memory::random::SeededRandom;
use crate::protocol::event::{Event, HookResult};
use crate::protocol::http::HttpRequest;
use crate::protocol::log::Line;
use crate::services::kv::KvImports;
use crate::services::storage::SharedStore;
use crate::testing::calls::EntryCall;

/// A [`PluginContext`] with a host in memory of its own, that a test can fill and look into.
///
/// It goes where a `&PluginContext` is wanted, keeps its state between calls, and while it lives
/// the context-free functions of this thread (`plugsmith::config()` ..) talk to it too.
///
/// ```
/// use plugsmith::{function, testing::MockContext};
///
/// #[function]
/// fn greet(_: ()) -> Result<String, plugsmith::HostError> {
///     Ok(format!("Hello, {}!", plugsmith::config().require("user")?))
/// }
///
/// let ctx = MockContext::new();
/// assert_eq!(greet(()).unwrap_err().message(), "'user' config required");
/// ctx.set_config("user", "Ada");
/// assert_eq!(greet(()).unwrap(), "Hello, Ada!");
/// ```
#[derive(Debug)]
pub struct MockContext {
    context: PluginContext,
}

impl MockContext {
    /// A host without keys, configuration or HTTP; 2025-01-01T00:00:00Z, seed 0.
    #[expect(clippy::new_without_default, reason = "a context is entered, not a value to default to")]
    pub fn new() -> MockContext {
        let host = HostHandle::new();
        host.enter();
        MockContext { context: PluginContext::new(host) }
    }

    /// Sets a value of the configuration.
    pub fn set_config(&self, key: &str, value: &str) {
        self.with(|host| host.config.insert(key.to_owned(), value.to_owned()));
    }

    /// Sets the wall time, since 1970.
    pub fn set_time(&self, since_epoch: Duration) {
        self.with(|host| host.clock.set(since_epoch));
    }

    /// Lets time pass: keys expire, clocks move.
    pub fn advance(&self, by: Duration) {
        self.with(|host| host.clock.advance(by));
    }

    /// Starts the random sequence of `seed`.
    pub fn seed_random(&self, seed: u64) {
        self.with(|host| host.random = SeededRandom::new(seed));
    }

    /// Answers HTTP requests that match `"METHOD url-pattern"`, or an [`HttpMatch`] that looks at
    /// headers and body too; the newest match answers. What it answers with may be a response,
    /// several in sequence, a closure or a failure: see [`HttpReply`].
    ///
    /// # Panics
    /// A pattern without a method, and a status that no server sends.
    #[track_caller]
    pub fn mock_http(&self, requests: impl Into<HttpMatch>, reply: impl Into<HttpReply>) {
        let (requests, reply) = (requests.into(), reply.into());
        if let Err(reason) = self.with(|host| host.http.try_add(requests, reply)) {
            panic!("{reason}");
        }
    }

    /// The HTTP requests made so far, those that no mock answered among them.
    ///
    /// ```
    /// use plugsmith::{HttpRequest, HttpResponse, testing::MockContext};
    ///
    /// let ctx = MockContext::new();
    /// ctx.mock_http("POST https://api.example.com/*", HttpResponse::new(201, ""));
    /// ctx.http().send(&HttpRequest::new("POST", "https://api.example.com/items").header("x-id", "7").body("pen"))?;
    ///
    /// let requests = ctx.http_requests();
    /// assert_eq!((requests.len(), &*requests[0].body, &*requests[0].headers["x-id"]), (1, &b"pen"[..], "7"));
    /// # Ok::<(), plugsmith::HostError>(())
    /// ```
    pub fn http_requests(&self) -> Vec<HttpRequest> {
        self.with(|host| host.http.requests().to_vec())
    }

    /// The lines logged so far.
    pub fn logs(&self) -> Vec<Line> {
        self.with(|host| host.logs.clone())
    }

    /// An event for a hook: `on_key_write(&ctx.event(Event::new("OnKeyWrite").key("a").value("x")))`.
    ///
    /// # Panics
    /// An event that no host fires: another name, or other fields than a host gives it.
    #[track_caller]
    pub fn event(&self, event: Event) -> HookContext {
        assert!(event.is_known(), "no host fires the event `{}`: {}", event.name, Event::choice());
        if let Err(reason) = event.check_fields() {
            panic!("no host fires this event: {reason}");
        }
        HookContext::new(self.context.clone(), event)
    }

    /// What a hook says to an event, held against what the event allows as the artifact's is.
    ///
    /// A typed hook takes its fields in a closure: `ctx.fire(event, |event| trim(event.value().cloned()))`.
    ///
    /// ```
    /// use plugsmith::{Event, HookContext, HookResult, hook, testing::MockContext};
    ///
    /// #[hook(event = "OnKeyExpiry")]
    /// fn too_late(_: &HookContext) -> HookResult {
    ///     HookResult::Abort("stay".to_string())
    /// }
    ///
    /// let fired = MockContext::new().fire(Event::new("OnKeyExpiry").key("a"), too_late);
    /// assert_eq!(fired.unwrap_err().to_string(), "ERR a hook of OnKeyExpiry cannot abort it: stay");
    /// ```
    ///
    /// # Errors
    /// The hook's own error, and a verdict that the event does not allow.
    ///
    /// # Panics
    /// An event that no host fires: another name, or other fields than a host gives it.
    #[track_caller]
    pub fn fire<R: HookOutput>(
        &self,
        event: Event,
        hook: impl FnOnce(&HookContext) -> R,
    ) -> Result<HookResult, CommandError> {
        let event = self.event(event);
        hook(&event).verdict().and_then(|verdict| judge(event.event(), verdict))
    }

    /// Runs the call that `greet_call(..)` makes, natively: what the export does with it, on this host.
    ///
    /// ```
    /// use plugsmith::{function, testing::MockContext};
    ///
    /// #[function]
    /// fn shout(text: &str) -> String {
    ///     text.to_uppercase()
    /// }
    ///
    /// assert_eq!(MockContext::new().run(shout_call("ah"))?, "AH");
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// The entry point's own error.
    pub fn run<C: EntryCall>(&self, call: C) -> Result<C::Output, C::Error> {
        self.while_entered(|| call.run_in(&self.context))
    }

    /// Works on the host itself.
    pub fn with<T>(&self, work: impl FnOnce(&mut FakeHost) -> T) -> T {
        self.context.host.with(work)
    }

    /// The storage as a host's functions, for whoever mocks a host with it.
    #[doc(hidden)]
    pub fn store(&self) -> SharedStore {
        SharedStore::new(self.context.host.clone())
    }

    /// The kv functions as a host's, for whoever mocks a host with them.
    #[doc(hidden)]
    pub fn kv_functions(&self) -> impl KvImports + use<> {
        self.context.host.clone()
    }

    /// Runs `work` with this as the host of context-free functions.
    pub(crate) fn while_entered<T>(&self, work: impl FnOnce() -> T) -> T {
        struct Leave<'a>(&'a HostHandle);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                self.0.leave();
            }
        }
        self.context.host.enter();
        let _leave = Leave(&self.context.host);
        work()
    }

    /// No longer the host of context-free functions, while staying usable.
    #[doc(hidden)]
    pub fn detached() -> MockContext {
        let context = MockContext::new();
        context.context.host.leave();
        context
    }
}

impl Deref for MockContext {
    type Target = PluginContext;

    fn deref(&self) -> &PluginContext {
        &self.context
    }
}

impl Drop for MockContext {
    fn drop(&mut self) {
        self.context.host.leave();
    }
}
