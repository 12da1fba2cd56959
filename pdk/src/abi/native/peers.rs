//! The native twin of `register_plugin` and `call_plugin`: the peers that a test has mocked.

use super::HostHandle;
use crate::error::HostError;
use crate::protocol::peers::{ABSENT, FAILED};

/// Where `register_plugin` and `call_plugin` are imported from: [`User`] or [`Env`].
pub trait Namespace {}

/// The module `extism:host/user`, where today's hosts have their functions.
#[derive(Clone, Copy, Debug)]
pub struct User;

/// The module `env`, where a plain `extern "C"` block imports from.
#[derive(Clone, Copy, Debug)]
pub struct Env;

impl Namespace for User {}
impl Namespace for Env {}

#[expect(clippy::extra_unused_type_parameters, reason = "natively both modules are one")]
impl HostHandle {
    pub(crate) fn loaded_peer<N: Namespace>(&self, name: &str) -> Option<i64> {
        self.with(|host| host.peers.kept(name))
    }

    pub(crate) fn keep_peer<N: Namespace>(&self, name: &str, id: i64) {
        self.with(|host| host.peers.keep(name, id));
    }

    pub(crate) fn forget_peer<N: Namespace>(&self, id: i64) {
        self.with(|host| host.peers.forget(id));
    }

    pub(crate) fn register_peer<N: Namespace>(&self, name: &str) -> Result<i64, HostError> {
        self.with(|host| host.peers.register(name)).ok_or_else(|| {
            let fix = format!("no mock for the peer `{name}`: add ctx.mock_peer({name:?}, MockPeer::new())");
            HostError::with_code(ABSENT, &fix)
        })
    }

    /// The output; `None` where it is empty, as a host has it that makes no empty block.
    pub(crate) fn call_peer<N: Namespace>(
        &self,
        id: i64,
        function: &str,
        input: &[u8],
    ) -> Result<Option<Vec<u8>>, HostError> {
        // The host is free again while the peer runs, which may ask it for something.
        let Some((name, peer)) = self.with(|host| host.peers.get(id)) else {
            return Err(HostError::with_code(ABSENT, &format!("no peer has the id {id}: its mock was removed")));
        };
        match peer.call(function, input) {
            Ok(output) => Ok(Some(output).filter(|output| !output.is_empty())),
            Err(why) => Err(HostError::with_code(FAILED, &format!("{name}.{function}: {why}"))),
        }
    }
}
