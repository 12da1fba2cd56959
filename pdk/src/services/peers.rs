//! `peers()`: other plugins, which the host loads and calls for this one.
//!
//! The two host functions are those of Extism's demo of plugins that call plugins, extism/plugpluginin at
//! ea57a90 (plugpluginin/__init__.py): `register_plugin` and `call_plugin`. What is added is how a
//! host says why it did not, see [`protocol::peers`](crate::protocol::peers).

use std::marker::PhantomData;

use crate::abi::HostHandle;
use crate::error::HostError;
use crate::protocol::peers::{ABSENT, DOWN, FAILED};
use crate::values::bytes::Bytes;
#[cfg(feature = "json")]
use crate::values::json::Json;
#[cfg(feature = "json")]
use crate::values::whole::Input;
use crate::values::whole::Output;

pub use crate::abi::{Env, Namespace, User};

/// Other plugins, loaded and called by the host.
///
/// ```
/// use plugsmith::testing::{MockContext, MockPeer};
/// use plugsmith::{HostError, function, peers};
///
/// #[function]
/// fn run(text: String) -> Result<String, HostError> {
///     peers().load("count_vowels")?.call("count_vowels", text)
/// }
///
/// let ctx = MockContext::new();
/// let vowels = |text: String| text.chars().filter(|letter| "aeiou".contains(*letter)).count().to_string();
/// ctx.mock_peer("count_vowels", MockPeer::new().function("count_vowels", vowels));
/// assert_eq!(run("Hello, World!".into()).unwrap(), "3");
/// ```
pub fn peers() -> Peers {
    Peers::new(HostHandle::current())
}

/// Other plugins, loaded and called by the host.
///
/// `N` is the module that the two functions are imported from: [`User`] (`extism:host/user`, as
/// today's hosts have it) unless [`Peers::in_env`] chooses [`Env`].
#[derive(Clone, Debug)]
pub struct Peers<N = User> {
    host: HostHandle,
    namespace: PhantomData<N>,
}

impl Peers {
    pub(crate) fn new(host: HostHandle) -> Peers {
        Peers { host, namespace: PhantomData }
    }

    /// The same, imported from the module `env`, as the demo of 2023 has it.
    pub fn in_env(self) -> Peers<Env> {
        Peers { host: self.host, namespace: PhantomData }
    }
}

impl<N: Namespace> Peers<N> {
    /// The peer of this name; loaded by the first call, and the same one as long as this instance
    /// lives, so that a plugin that is called a thousand times does not load a thousand.
    ///
    /// # Errors
    /// `NOPEER` where the host has none of this name, `NOPERM` where it refuses. Only a host that
    /// knows [`protocol::peers`](crate::protocol::peers) can say so: those that end the plugin's
    /// call instead leave nothing to handle, and the demo of 2023 answers 0, which is an id.
    pub fn load(&self, name: &str) -> Result<Peer<N>, HostError> {
        let id = match self.host.loaded_peer::<N>(name) {
            Some(id) => id,
            None => {
                let id = self.host.register_peer::<N>(name)?;
                self.host.keep_peer::<N>(name, id);
                id
            }
        };
        Ok(self.peer(name, id))
    }

    /// Another instance of the peer of this name, with a memory of its own, at every call.
    ///
    /// In a host that answers 0 to a failure this is the way to a fresh one after a trap: such a
    /// host does not say that the peer is gone, so that [`Peers::load`] goes on giving it.
    ///
    /// # Errors
    /// As [`Peers::load`].
    pub fn load_another(&self, name: &str) -> Result<Peer<N>, HostError> {
        Ok(self.peer(name, self.host.register_peer::<N>(name)?))
    }

    fn peer(&self, name: &str, id: i64) -> Peer<N> {
        Peer { host: self.host.clone(), name: name.to_owned(), id, namespace: PhantomData }
    }
}

/// Another plugin, loaded by the host.
#[derive(Clone, Debug)]
pub struct Peer<N = User> {
    host: HostHandle,
    name: String,
    id: i64,
    namespace: PhantomData<N>,
}

impl<N: Namespace> Peer<N> {
    /// The name that it was loaded by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number that the host knows it by.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Calls an export of the peer: the whole input in, the whole output out.
    ///
    /// Inputs are those that a `#[function]` gives, outputs those that it takes and owns:
    /// `String`, `Vec<u8>`, `Bytes`, `Json<T>`, `()`, and an `Option` of these, `None` where the
    /// peer answered nothing. Where nothing else says which, name it: `call::<_, String>("run", input)`.
    ///
    /// # Errors
    /// `PEER` where the peer answered with an error, `PEERDOWN` where it trapped or reached a limit
    /// (load it again), `NOPERM` where the host refuses, `NOPEER` where the peer is gone; and `PEER`
    /// where it returned no output although the caller expects one, as the demo of 2023 does when a peer fails.
    pub fn call<I: Output, O: PeerOutput>(&self, function: &str, input: I) -> Result<O, HostError> {
        let input = input
            .into_output()
            .map_err(|why| self.failed(function, &["was not called: its input cannot be written: ", &why]))?;
        let output = self.exchange(function, &input)?;
        O::from_peer(output).map_err(|why| self.failed(function, &["returned ", &why]))
    }

    fn exchange(&self, function: &str, input: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        let answer = self.host.call_peer::<N>(self.id, function, input);
        if let Err(error) = &answer
            && (error.code() == DOWN || error.code() == ABSENT)
        {
            // The next `load` gets a fresh one.
            self.host.forget_peer::<N>(self.id);
        }
        answer
    }

    fn failed(&self, function: &str, why: &[&str]) -> HostError {
        let text = [&[self.name.as_str(), ".", function, " "], why].concat().concat();
        HostError::with_code(FAILED, &text)
    }
}

/// What a call of a peer may give.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the output of a peer",
    note = "outputs are `String`, `Vec<u8>`, `Bytes`, `Json<T>`, `()`, or an `Option` of these: values of the caller's own"
)]
pub trait PeerOutput: Sized {
    /// The value in the peer's output; `None` is no output.
    ///
    /// # Errors
    /// Why the bytes are no such value.
    #[doc(hidden)]
    fn from_peer(output: Option<Vec<u8>>) -> Result<Self, String>;
}

/// An absent output is an error where the caller expects one: it may be an empty output, or a failure
/// that the host does not report.
fn something(output: Option<Vec<u8>>) -> Result<Vec<u8>, String> {
    output.ok_or_else(|| "no output; where an empty output is valid, ask for an `Option`".to_owned())
}

impl PeerOutput for String {
    fn from_peer(output: Option<Vec<u8>>) -> Result<String, String> {
        String::from_utf8(something(output)?).map_err(|_| "an output that is not UTF-8".to_owned())
    }
}

impl PeerOutput for Vec<u8> {
    fn from_peer(output: Option<Vec<u8>>) -> Result<Vec<u8>, String> {
        something(output)
    }
}

impl PeerOutput for Bytes {
    fn from_peer(output: Option<Vec<u8>>) -> Result<Bytes, String> {
        something(output).map(Bytes)
    }
}

impl PeerOutput for () {
    fn from_peer(_: Option<Vec<u8>>) -> Result<(), String> {
        Ok(())
    }
}

#[cfg(feature = "json")]
impl<T: serde::de::DeserializeOwned> PeerOutput for Json<T> {
    fn from_peer(output: Option<Vec<u8>>) -> Result<Json<T>, String> {
        Json::from_input(&something(output)?)
            .map_err(|why| ["an output that is not the expected JSON: ", &why].concat())
    }
}

impl<T: PeerOutput> PeerOutput for Option<T> {
    fn from_peer(output: Option<Vec<u8>>) -> Result<Option<T>, String> {
        match output {
            None => Ok(None),
            output => T::from_peer(output).map(Some),
        }
    }
}
