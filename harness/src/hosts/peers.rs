//! `peers`: a host whose plugins load and call each other, through `register_plugin` and
//! `call_plugin` in `extism:host/user` or in `env`.
//!
//! Mirrors the demo extism/plugpluginin at ea57a90 (plugpluginin/__init__.py): ids count from 0, each
//! `register_plugin` makes an instance of its own, and a plugin that was loaded so gets no host
//! functions. What its README asks a real host for is added: who may load whom and call what,
//! limits on number, depth, memory and fuel, an end to cycles, and cleanup when the caller goes.

mod callee;
mod imports;
mod members;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::engine::host::Host;
use crate::engine::plugin::Plugin;
use crate::text::quote;
use crate::trace::again::Again;

pub use callee::Callee;
use callee::Known;
use members::Member;
use rules::Rule;

/// The plugins that a plugin under test may load and call, and how far it may go.
///
/// The plugin under test may load each of them and call all of their functions; they themselves
/// may load none, as the demo gives them no host functions. Once a rule names a plugin as the
/// caller, that one may do what its rules allow and no more.
///
/// ```
/// use plugsmith_harness::hosts::peers::Registry;
/// use plugsmith_harness::plugsmith::testing::MockPeer;
/// use plugsmith_harness::{Host, Plugin};
///
/// // A plugin that loads `shout` and calls `run` with its own input.
/// let caller = br#"(module
///   (import "extism:host/user" "register_plugin" (func $register (param i64) (result i64)))
///   (import "extism:host/user" "call_plugin" (func $call (param i64 i64 i64) (result i64)))
///   (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
///   (import "extism:host/env" "length" (func $length (param i64) (result i64)))
///   (import "extism:host/env" "store_u64" (func $store (param i64 i64)))
///   (import "extism:host/env" "input_offset" (func $input (result i64)))
///   (import "extism:host/env" "output_set" (func $output (param i64 i64)))
///   (func $word (param $bytes i64) (param $length i64) (result i64) (local $block i64)
///     (local.set $block (call $alloc (local.get $length)))
///     (call $store (local.get $block) (local.get $bytes))
///     (local.get $block))
///   (func (export "run") (local $answer i64)
///     (local.set $answer (call $call
///       (call $register (call $word (i64.const 0x74756f6873) (i64.const 5)))
///       (call $word (i64.const 0x6e7572) (i64.const 3))
///       (call $input)))
///     (call $output (local.get $answer) (call $length (local.get $answer)))))"#;
///
/// let shout = MockPeer::new().function("run", |text: String| text.to_uppercase());
/// let registry = Registry::new().plugin("shout", shout).allow("caller", "shout", "run").at_most(2).named("caller");
/// let mut plugin = Plugin::load_in(&caller[..], Host::new().peers(registry))?;
/// assert_eq!(plugin.call::<String>("run", "hey").unwrap(), "HEY");
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct Registry {
    known: BTreeMap<String, Known>,
    absent: BTreeSet<String>,
    name: Option<String>,
    rules: Vec<Rule>,
    limits: Limits,
    /// `None` ends the call, and says how to have it told.
    failures: Option<Failures>,
}

/// How far a plugin and all below it may go together.
#[derive(Clone, Copy, Debug)]
struct Limits {
    instances: usize,
    depth: usize,
    pages: u64,
    fuel: u64,
}

/// How a caller learns that a peer could not be loaded or called.
///
/// Unless a registry says so, its call ends: a test that passes then depends on no host's way to
/// tell an error, and runs in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failures {
    /// By a negative answer: the negated offset of a block with the error's text, as
    /// [`plugsmith::protocol::peers`] specifies it.
    Told,
    /// By 0, which is also the first id, and the offset of no output: as in the demo, whose Python
    /// host prints the exception and goes on, with the same instance of a peer that trapped.
    Zero,
    /// Not at all: the caller's call ends. So it is in a Rust, Go or JavaScript host whose
    /// functions pass the peer's error on.
    EndTheCall,
}

impl Default for Registry {
    fn default() -> Registry {
        Registry::new()
    }
}

impl Registry {
    /// No plugins; at most 16 at a time, 4 below each other, with 4096 pages (256 MiB) of memory in all,
    /// and 10,000,000,000 fuel in each call of the plugin under test.
    pub fn new() -> Registry {
        Registry {
            known: BTreeMap::new(),
            absent: BTreeSet::new(),
            name: None,
            rules: Vec::new(),
            limits: Limits { instances: 16, depth: 4, pages: 4096, fuel: 10_000_000_000 },
            failures: None,
        }
    }

    /// With a plugin of this name: an artifact, the folder of its crate, or native functions. Its
    /// host has no functions of its own and no WASI, as that of the demo.
    pub fn plugin(self, name: &str, callee: impl Into<Callee>) -> Registry {
        self.plugin_in(name, callee, || Host::new().without_functions().without_wasi())
    }

    /// As [`Registry::plugin`], each instance in a host that `host` makes for it, with limits of its own.
    pub fn plugin_in(mut self, name: &str, callee: impl Into<Callee>, host: impl Fn() -> Host + 'static) -> Registry {
        self.known.insert(name.to_owned(), Known::new(callee.into(), Rc::new(host)));
        self
    }

    /// With no plugin of this name, and a plugin that expects so: else a test fails whose plugin
    /// loads what is not there. The plugin sees it with [`Failures::Told`]; unless the registry
    /// chooses, its call ends.
    pub fn absent(mut self, name: &str) -> Registry {
        self.absent.insert(name.to_owned());
        self
    }

    /// Lets `caller` load `callee` and call `function`; each may have `*` in it.
    pub fn allow(mut self, caller: &str, callee: &str, function: &str) -> Registry {
        self.rules.push(Rule::new(caller, callee, function));
        self
    }

    /// The name of the plugin under test, as a caller; its file's name unless set.
    pub fn named(mut self, name: &str) -> Registry {
        self.name = Some(name.to_owned());
        self
    }

    /// With at most so many instances at a time, those that peers have loaded included.
    pub fn at_most(mut self, instances: usize) -> Registry {
        self.limits.instances = instances;
        self
    }

    /// With at most so many plugins below each other; 1 lets peers load no others.
    pub fn depth(mut self, depth: usize) -> Registry {
        self.limits.depth = depth;
        self
    }

    /// With at most so many pages of 64 KiB, of all instances together.
    pub fn memory_pages(mut self, pages: u64) -> Registry {
        self.limits.pages = pages;
        self
    }

    /// With at most so much fuel of all instances together, in each call of the plugin under test.
    ///
    /// No call of a peer gets more than this, or than [`Host::fuel`] of its own host if that is
    /// less. What is used up together is looked at before and after each call: the one that goes
    /// beyond ends with `PEERDOWN`, and after it there are no others.
    pub fn fuel(mut self, fuel: u64) -> Registry {
        self.limits.fuel = fuel;
        self
    }

    /// With this way to tell a caller that it did not work.
    pub fn failures(mut self, failures: Failures) -> Registry {
        self.failures = Some(failures);
        self
    }

    /// The plugins that are files or folders, as the command line takes them.
    fn options(&self, again: &mut Again) {
        for (name, known) in &self.known {
            match known.path() {
                Some(path) => again.option("--plugin", &format!("{name}={}", path.display())),
                None => again.leave_out(format!("the plugin {}, which does not come from a file", quote(name))),
            }
        }
    }

    /// With the plugins of an earlier registry, where this has none of the same name.
    fn after(mut self, earlier: Registry) -> Registry {
        for (name, known) in earlier.known {
            self.known.entry(name).or_insert(known);
        }
        self
    }
}

impl Host {
    /// With a plugin that the plugin under test may load by this name: an artifact, the folder of
    /// its crate, or native functions.
    ///
    /// ```no_run
    /// // Needs the plugin of the crate it stands in.
    /// use plugsmith_harness::{Host, plugin};
    ///
    /// let mut plugin = plugin!(Host::new().plugin("count_vowels", "../count-vowels"));
    /// assert_eq!(plugin.call::<String>("run", ()).unwrap(), r#"{"count": 3}"#);
    /// ```
    pub fn plugin(mut self, name: &str, callee: impl Into<Callee>) -> Host {
        let registry = self.take_part::<Registry>().unwrap_or_default().plugin(name, callee);
        self.attach(registry)
    }

    /// With these plugins, rules and limits.
    pub fn peers(mut self, registry: Registry) -> Host {
        let registry = match self.take_part::<Registry>() {
            Some(earlier) => registry.after(earlier),
            None => registry,
        };
        self.attach(registry)
    }
}

impl Plugin {
    /// The names of the plugins that it has loaded and that are still there, each before those
    /// that it has loaded itself.
    pub fn peers(&self) -> Vec<String> {
        self.attached::<Member>().map(Member::names).unwrap_or_default()
    }
}
