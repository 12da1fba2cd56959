//! A plugin among the plugins that it has loaded, and those that loaded it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use plugsmith::protocol::peers::{ABSENT, DOWN, FAILED, REFUSED};
use plugsmith::testing::MockPeer;

use super::{Failures, Limits, Registry, callee};
use crate::engine::attached::{Attach, Attached, Loading};
use crate::engine::compiled::Compiled;
use crate::engine::failure;
use crate::engine::fit;
use crate::engine::host::Host;
use crate::engine::plugin::Plugin;
use crate::engine::running::Running;
use crate::error::{self, Error, Result};
use crate::import::peers_signature;
use crate::trace::again::Again;
use crate::trace::event::Event;

/// The stack that a peer is given at least, and the one that it is given where less is left: wasm
/// may use 512 KiB of it, the rest is for the harness and for whatever the peer calls.
const STACK: (usize, usize) = (1024 * 1024, 2 * 1024 * 1024);

/// A plugin that may load others. What it has loaded ends with it.
#[derive(Debug)]
pub(crate) struct Member {
    members: Rc<Members>,
    /// From the plugin under test down to this one.
    chain: Vec<Link>,
    peers: RefCell<BTreeMap<i64, Rc<Instance>>>,
}

/// A plugin that is being called.
#[derive(Clone, Debug)]
struct Link {
    name: String,
    /// Its artifact, for one and the same may have several names.
    wasm: Option<Arc<[u8]>>,
}

/// What all plugins below the one under test share.
#[derive(Debug)]
struct Members {
    registry: Registry,
    next: Cell<i64>,
    instances: Cell<usize>,
    pages: Cell<u64>,
    fuel: Cell<u64>,
}

/// A plugin that was loaded by another.
#[derive(Debug)]
struct Instance {
    members: Rc<Members>,
    name: String,
    /// `None` once it is gone.
    body: RefCell<Option<Body>>,
    pages: Cell<u64>,
}

#[derive(Debug)]
enum Body {
    Wasm(Box<Plugin>),
    Native(MockPeer),
}

/// Why a peer was not loaded, or gave no output.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// What the caller is told: a code and a message.
    Told(&'static str, String),
    /// What no test expects: a plugin that the registry does not know.
    Unexpected,
    /// What fails the test, whatever the caller makes of it.
    Fails(Error),
}

impl Attach for Registry {
    fn options(&self, again: &mut Again) {
        Registry::options(self, again);
    }

    /// # Errors
    /// [`Error::Peer`] for a plugin that cannot be loaded, [`Error::BadManifest`] for a rule about none.
    fn attach(self: Box<Self>, to: &Loading<'_>) -> Result<Option<Rc<dyn Attached>>> {
        Ok(Some(Rc::new(Member::root(*self, to.compiled, to.name.unwrap_or("plugin"))?)))
    }
}

impl Member {
    /// The plugin under test.
    fn root(registry: Registry, compiled: &Compiled, label: &str) -> Result<Member> {
        if !compiled.module.imports.iter().any(|import| peers_signature(import).is_some()) {
            return Err(Error::UnusedMock {
                name: "register_plugin".to_owned(),
                imports: fit::mockable(&compiled.module),
            });
        }
        let name = registry.name.clone().unwrap_or_else(|| label.to_owned());
        registry.check_rules(&name)?;
        for (name, known) in &registry.known {
            let Some(source) = known.source() else { continue };
            let check = || {
                let (compiled, mut host) =
                    (known.compiled(source, registry.limits.fuel)?, known.host(registry.limits.fuel));
                if host.take_part::<Registry>().is_some() {
                    let reason = "it has plugins of its own: give them to the host of the plugin under test";
                    return Err(Error::BadManifest { place: "its host".to_owned(), reason: reason.to_owned() });
                }
                let is_caller = registry.is_caller(name, false);
                fit::check(&host, &compiled, |import| peers_signature(import).filter(|_| is_caller))
            };
            check().map_err(|error| callee::of(name, error))?;
        }
        registry.check_functions()?;
        let members = Members {
            registry,
            next: Cell::default(),
            instances: Cell::default(),
            pages: Cell::default(),
            fuel: Cell::default(),
        };
        let link = Link { name, wasm: Some(Arc::clone(&compiled.wasm)) };
        Ok(Member { members: Rc::new(members), chain: vec![link], peers: RefCell::default() })
    }

    /// All that it may load.
    pub(crate) fn registry(&self) -> &Registry {
        &self.members.registry
    }

    /// How it is told what went wrong.
    pub(crate) fn failures(&self) -> Option<Failures> {
        self.members.registry.failures
    }

    /// Before a call of the plugin under test: what peers may use up is theirs again.
    pub(crate) fn begin(&self) {
        if self.is_root() {
            self.members.fuel.set(0);
        }
    }

    /// Ends what it has loaded.
    pub(crate) fn clear(&self) {
        self.peers.borrow_mut().clear();
    }

    /// The names of what it has loaded and of what these have, by id.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for instance in self.peers.borrow().values() {
            match &*instance.body.borrow() {
                Some(Body::Wasm(plugin)) => {
                    names.push(instance.name.clone());
                    names.extend(plugin.peers());
                }
                Some(Body::Native(_)) => names.push(instance.name.clone()),
                None => {}
            }
        }
        names
    }

    /// Makes an instance of the plugin of this name: its id.
    pub(crate) fn load(&self, name: &str) -> Result<i64, Refusal> {
        let registry = &self.members.registry;
        if !registry.may_load(self.name(), self.is_root(), name) {
            return Err(refused(format!("`{}` may not load `{name}`", self.name())));
        }
        let Some(known) = registry.known.get(name) else {
            return Err(match registry.absent.contains(name) {
                true => Refusal::Told(ABSENT, format!("there is no plugin `{name}`")),
                false => Refusal::Unexpected,
            });
        };
        let limits = &registry.limits;
        let compiled = known.source().map(|source| known.compiled(source, limits.fuel));
        let compiled = compiled.transpose().map_err(Refusal::Fails)?;
        self.check_chain(name, compiled.as_deref())?;
        if self.members.instances.get() >= limits.instances {
            return Err(refused(format!("`{name}` would be more than {} plugins at a time", limits.instances)));
        }
        let pages = compiled.as_ref().map_or(0, |compiled| compiled.module.initial_pages);
        if self.members.pages.get() + pages > limits.pages {
            return Err(refused(format!(
                "`{name}` starts with {pages} pages, which with all others is more than {}",
                limits.pages
            )));
        }
        self.check_fuel(name)?;
        let body = match compiled {
            None => Body::Native(known.native().cloned().unwrap_or_else(MockPeer::new)),
            Some(compiled) => Body::Wasm(Box::new(self.start(name, compiled, known.host(limits.fuel))?)),
        };
        let id = self.members.next.replace(self.members.next.get() + 1);
        self.members.instances.update(|count| count + 1);
        self.members.pages.update(|all| all + pages);
        let instance = Instance {
            members: Rc::clone(&self.members),
            name: name.to_owned(),
            body: RefCell::new(Some(body)),
            pages: Cell::new(pages),
        };
        self.peers.borrow_mut().insert(id, Rc::new(instance));
        Ok(id)
    }

    /// Calls a function of the peer with this id: its output, and what happened meanwhile.
    pub(crate) fn call(
        &self,
        caller: &Running,
        id: i64,
        function: &str,
        input: &[u8],
    ) -> (Result<Vec<u8>, Refusal>, Vec<Event>) {
        match self.instance(id, function) {
            Ok(instance) => self.call_instance(caller, &instance, function, input),
            Err(refusal) => (Err(refusal), Vec::new()),
        }
    }

    fn instance(&self, id: i64, function: &str) -> Result<Rc<Instance>, Refusal> {
        let Some(instance) = self.peers.borrow().get(&id).cloned() else {
            return Err(Refusal::Told(ABSENT, format!("`{}` has loaded no plugin with the id {id}", self.name())));
        };
        let name = &instance.name;
        if !self.members.registry.may_call(self.name(), self.is_root(), name, function) {
            return Err(refused(format!("`{}` may not call `{function}` of `{name}`", self.name())));
        }
        self.check_fuel(name)?;
        Ok(instance)
    }

    fn call_instance(
        &self,
        caller: &Running,
        instance: &Instance,
        function: &str,
        input: &[u8],
    ) -> (Result<Vec<u8>, Refusal>, Vec<Event>) {
        let mut body = instance.body.borrow_mut();
        let told =
            |code, why: &dyn std::fmt::Display| Refusal::Told(code, format!("{}.{function}: {why}", instance.name));
        let plugin = match &mut *body {
            None => {
                let why = format!("`{}` is gone since it trapped or reached a limit: load it again", instance.name);
                return (Err(Refusal::Told(ABSENT, why)), Vec::new());
            }
            Some(Body::Native(peer)) => {
                return (peer.call(function, input).map_err(|why| told(FAILED, &why)), Vec::new());
            }
            Some(Body::Wasm(plugin)) => plugin,
        };
        // The demo's host has no idea that anything happened.
        plugin.outlives_traps = self.failures() == Some(Failures::Zero);
        let (result, spent) = stacker::maybe_grow(STACK.0, STACK.1, || plugin.invoke(function, input));
        let events = plugin.take_events();
        self.members.fuel.update(|all| all.saturating_add(spent.fuel));
        // What the peer does counts for whoever called it.
        caller.count(spent.host_calls);
        let before = instance.pages.replace(spent.pages);
        self.members.pages.update(|all| all - before + spent.pages);
        let Limits { fuel, pages, .. } = self.members.registry.limits;
        let result = match result {
            Err(Error::UnexpectedHostCall { call, missing, paste }) => {
                let call = format!("{call} of the peer `{}`", instance.name);
                Err(Refusal::Fails(Error::UnexpectedHostCall { call, missing, paste }))
            }
            Err(error @ Error::Trapped { .. }) if plugin.outlives_traps => Err(told(DOWN, &reason(&error))),
            Err(error) if failure::breaks_instance(&error) => {
                instance.end(&mut body);
                Err(told(DOWN, &reason(&error)))
            }
            // Fuel is frozen in a compilation, so that what is left of it cannot stop a call that runs.
            _ if self.members.fuel.get() > fuel => {
                instance.end(&mut body);
                let why = "out of fuel: with this call all plugins have used";
                Err(told(DOWN, &format!("{why} {}, and `Registry::fuel` gives {fuel}", self.members.fuel.get())))
            }
            Err(error) => Err(told(FAILED, &error)),
            Ok(_) if self.members.pages.get() > pages => {
                instance.end(&mut body);
                Err(told(DOWN, &format!("out of memory: more than {pages} pages of all plugins together")))
            }
            Ok(output) => Ok(output),
        };
        (result, events)
    }

    fn start(&self, name: &str, compiled: Arc<Compiled>, host: Host) -> Result<Plugin, Refusal> {
        let member = self.members.registry.is_caller(name, false).then(|| {
            let mut chain = self.chain.clone();
            chain.push(Link { name: name.to_owned(), wasm: Some(Arc::clone(&compiled.wasm)) });
            let member = Member { members: Rc::clone(&self.members), chain, peers: RefCell::default() };
            Rc::new(member) as Rc<dyn Attached>
        });
        let attached = member.into_iter().collect();
        let fuel = host.limits.fuel;
        let started = stacker::maybe_grow(STACK.0, STACK.1, || {
            Plugin::of_attached(compiled, host, Again::from(name.to_owned()), attached)
        });
        let spent = match &started {
            Ok(plugin) => plugin.fuel_of_last_call(),
            Err(Error::OutOfFuel { .. }) => fuel,
            Err(_) => 0,
        };
        self.members.fuel.update(|all| all.saturating_add(spent));
        started.map_err(|error| match error {
            Error::UnexpectedHostCall { .. } => Refusal::Fails(error),
            error => Refusal::Told(FAILED, format!("`{name}` did not start: {}", reason(&error))),
        })
    }

    fn check_chain(&self, name: &str, compiled: Option<&Compiled>) -> Result<(), Refusal> {
        let same = |link: &Link| {
            link.name == name || compiled.is_some_and(|compiled| link.wasm.as_ref() == Some(&compiled.wasm))
        };
        let chain = || self.chain.iter().map(|link| format!("{} -> ", link.name)).collect::<String>();
        if let Some(link) = self.chain.iter().find(|link| same(link)) {
            return Err(refused(format!("a cycle: {}{}", chain(), link.name)));
        }
        let depth = self.members.registry.limits.depth;
        if self.chain.len() > depth {
            return Err(refused(format!("too deep: {}{name} is more than {depth} below the first", chain())));
        }
        Ok(())
    }

    fn check_fuel(&self, name: &str) -> Result<(), Refusal> {
        let limit = self.members.registry.limits.fuel;
        let used = self.members.fuel.get();
        if used < limit {
            return Ok(());
        }
        let why = format!("all plugins have used {used} in this call, and `Registry::fuel` gives {limit}");
        Err(refused(format!("no fuel is left for `{name}`: {why}")))
    }

    fn name(&self) -> &str {
        self.chain.last().map_or("", |link| &link.name)
    }

    fn is_root(&self) -> bool {
        self.chain.len() == 1
    }
}

impl Instance {
    /// Gives back what it holds.
    fn end(&self, body: &mut Option<Body>) {
        if body.take().is_some() {
            self.members.instances.update(|count| count - 1);
            self.members.pages.update(|all| all - self.pages.replace(0));
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let mut body = self.body.take();
        self.end(&mut body);
    }
}

/// What gives a peer more fuel: not `Host::fuel`, which is for the plugin under test.
const MORE_FUEL: &str = "both `Registry::fuel` and `plugin_in(.., || Host::new().fuel(..))`, or `--fuel`";

/// The error of a peer in words.
fn reason(error: &Error) -> String {
    match error {
        Error::OutOfFuel { limit } => error::out_of_fuel(*limit, MORE_FUEL),
        Error::OutOfHostCalls { limit } => error::out_of_host_calls(*limit, MORE_FUEL),
        error => error.to_string(),
    }
}

fn refused(message: String) -> Refusal {
    Refusal::Told(REFUSED, message)
}
