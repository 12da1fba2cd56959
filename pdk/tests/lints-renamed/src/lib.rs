//! Every macro in a crate that knows plugsmith by another name, has no prelude and shadows the names
//! that generated code might mean; half of them behind `macro_rules!`, whose literals and types
//! arrive in invisible groups.

#![no_implicit_prelude]
#![forbid(unsafe_code)]

/// Another crate's PDK, which passes plugsmith on.
pub mod sdk {
    pub use ::ps::*;
}

/// What generated code must not mean.
mod shadows {
    #![allow(dead_code, non_camel_case_types, reason = "never meant")]

    pub struct Option;
    pub struct Result;
    pub struct String;
    pub struct Vec;
    pub struct Some;
    pub struct Ok;
    pub struct Err;
    pub struct i32;
    pub struct u8;
    pub struct u32;
    pub struct usize;
    pub struct str;
    pub mod core {}
    pub mod std {}
    pub mod plugsmith {}
}

/// Entry points without `macro_rules!`.
pub mod plain {
    use ::ps::{CommandError, HookContext, HookResult, HostError, PluginContext, Value};

    #[allow(unused_imports, reason = "never meant")]
    use crate::shadows::*;

    /// Greets.
    #[::ps::command(crate = ::ps, flags = ["write"], first_key = 1)]
    pub fn greet(
        ctx: &PluginContext,
        name: &::core::primitive::str,
        rest: ::std::vec::Vec<::core::primitive::i64>,
    ) -> ::core::result::Result<::std::string::String, CommandError> {
        ctx.storage().incr("greeted")?;
        let _ = rest;
        ::core::result::Result::Ok(::std::borrow::ToOwned::to_owned(name))
    }

    /// Answers.
    #[::ps::command(crate = ::ps, name = "RAW", arity = -2)]
    pub fn raw(_: &PluginContext, _: &[Value]) -> ::ps::CommandResult {
        ::core::result::Result::Ok(Value::Null)
    }

    /// Echoes.
    #[::ps::function(crate = crate::sdk)]
    pub fn echo(text: &::core::primitive::str) -> &::core::primitive::str {
        text
    }

    /// Guards.
    #[::ps::hook(event = "OnKeyWrite", crate = "::ps")]
    pub fn guard(_: &HookContext) -> HookResult {
        HookResult::Continue
    }

    /// Watches.
    #[::ps::hook(event = "OnKeyDelete", crate = ::ps)]
    pub fn watch(key: &::core::primitive::str) {
        let _ = key;
    }

    /// Passes on.
    #[::ps::transformer(crate = ::ps, on = "write", pattern = "*")]
    pub fn pass(value: Value) -> Value {
        value
    }

    /// A store.
    #[::core::prelude::v1::derive(::core::fmt::Debug)]
    pub struct Archive;

    #[::ps::storage_backend(crate = ::ps, prefix = "archive:")]
    impl ::ps::StorageBackend for Archive {
        fn get(
            &self,
            _: &PluginContext,
            _: &::core::primitive::str,
        ) -> ::core::result::Result<::core::option::Option<Value>, CommandError> {
            ::core::result::Result::Ok(::core::option::Option::None)
        }
    }

    /// The bank.
    #[::ps::host_functions(crate = ::ps, namespace = "bank")]
    pub trait Billing {
        /// Charges.
        fn charge(
            &self,
            user: &::core::primitive::str,
            cents: ::core::primitive::u64,
        ) -> ::core::result::Result<::std::string::String, HostError>;
        /// Notes.
        #[import(name = "note.it")]
        fn note(&self, _: ::std::vec::Vec<::core::primitive::u8>);
    }

    /// Another plugin.
    #[::ps::peer(crate = ::ps, name = "vowels")]
    pub trait Vowels {
        /// Counts.
        fn count(&self, text: &::core::primitive::str) -> ::core::result::Result<::std::string::String, HostError>;
        /// Forgets.
        fn reset(&self) -> ::core::result::Result<(), HostError>;
    }

    ::ps::export_plugin!(crate = ::ps, greet, raw, echo, guard, watch, pass, Archive);
}

/// Data types: serde's own derives mean the primitive types by their names.
pub mod data {
    /// A point.
    #[::ps::data_type(crate = ::ps, version = 2, migrate = from_earlier)]
    #[::core::prelude::v1::derive(::core::fmt::Debug)]
    pub struct Point {
        /// Where.
        pub x: ::core::primitive::i32,
    }

    fn from_earlier(
        _: ::core::primitive::u32,
        _: &[::core::primitive::u8],
    ) -> ::core::result::Result<Point, ::std::string::String> {
        ::core::result::Result::Ok(Point { x: 0 })
    }

    /// Either.
    #[::ps::data_type(crate = crate::sdk, commands = ["RAW"])]
    #[::core::prelude::v1::derive(::core::fmt::Debug)]
    pub enum Either {
        /// One.
        Left,
        /// The other.
        Right(::core::primitive::u64, ::std::vec::Vec<::core::primitive::u8>),
    }
}

/// An Orbis plugin.
pub mod orbis {
    use ::ps::orbis::Request;

    #[allow(unused_imports, reason = "never meant")]
    use crate::shadows::*;

    /// Everything.
    #[::ps::orbis::route(PUT, "/api/{id}", requires_auth = false, permissions = ["a"], crate = ::ps)]
    pub fn all(
        id: ::core::primitive::u8,
        page: ::core::option::Option<::core::primitive::u32>,
        request: &Request,
    ) -> ::std::string::String {
        let _ = (id, page);
        ::std::borrow::ToOwned::to_owned(request.path())
    }

    #[::ps::orbis::lifecycle(crate = ::ps)]
    fn init() {}

    fn sweep() -> ::core::primitive::i32 {
        0
    }

    ::ps::orbis::export_plugin!(all, init, cleanup = sweep, permissions = ["network"], crate = ::ps);
}

/// The same behind `macro_rules!`.
pub mod generated {
    use ::ps::{HostError, Value};

    macro_rules! commands {
        ($($function:ident, $name:literal, $arity:expr, [$($flag:literal),*], $timeout:literal, $doc:expr;)*) => {$(
            #[doc = $doc]
            #[::ps::command(
                crate = ::ps, name = $name, arity = $arity, flags = [$($flag),*], timeout_ms = $timeout,
                description = $doc, tips = [$($flag),*],
            )]
            pub fn $function(arguments: &[Value]) -> ::ps::CommandResult {
                let _ = arguments;
                ::core::result::Result::Ok(Value::Null)
            }
        )*};
    }
    commands! {
        first, "G.FIRST", -2, ["write", "fast"], 100, "The first.";
        second, "G.SECOND", -(1), [], 200, "The second.";
    }

    macro_rules! rest {
        (
            $event:expr, $priority:expr, $on:literal, $pattern:expr, $prefix:literal, $version:literal,
            $backend:ty, $text:ty, $method:ident, $path:literal, $auth:literal, $permission:expr, $name:expr
        ) => {
            /// Guards.
            #[::ps::hook(crate = ::ps, event = $event, priority = $priority)]
            pub fn hold(key: $text) {
                let _ = key;
            }

            /// Passes on.
            #[::ps::transformer(crate = ::ps, on = $on, pattern = $pattern, priority = $priority)]
            pub fn receive(value: Value) -> Value {
                value
            }

            #[::ps::storage_backend(crate = ::ps, prefix = $prefix)]
            impl ::ps::StorageBackend for $backend {
                fn get(
                    &self,
                    _: &::ps::PluginContext,
                    _: $text,
                ) -> ::core::result::Result<::core::option::Option<Value>, ::ps::CommandError> {
                    ::core::result::Result::Ok(::core::option::Option::None)
                }
            }

            /// A point.
            #[::ps::data_type(crate = ::ps, name = $name, version = $version, commands = [$name, "X"])]
            #[::core::prelude::v1::derive(::core::fmt::Debug)]
            pub struct Point {
                /// Where.
                pub x: ::core::primitive::i32,
            }

            /// The bank.
            #[::ps::host_functions(crate = ::ps, namespace = $name, prefix = $prefix)]
            pub trait Billing {
                /// Charges.
                fn charge(&self, user: $text);
                /// Counts.
                #[import(name = $name)]
                fn count(&self);
            }

            /// Another plugin.
            #[::ps::peer(crate = ::ps, name = $name, namespace = "env")]
            pub trait Vowels {
                /// Counts.
                fn count(&self, text: $text) -> ::core::result::Result<(), HostError>;
            }

            /// An Orbis route.
            #[::ps::orbis::route($method, $path, requires_auth = $auth, permissions = [$permission], crate = ::ps)]
            pub fn route() {}
        };
    }
    rest!("OnKeyWrite", -(7), "read", "*", "g:", 3, Store, &::core::primitive::str, GET, "/g", false, "g:write", "G");

    /// A store.
    #[::core::prelude::v1::derive(::core::fmt::Debug)]
    pub struct Store;

    macro_rules! whole {
        ($($argument:meta),*) => {
            /// With arguments that are passed on as they are.
            #[::ps::function(crate = ::ps, $($argument),*)]
            pub fn whole() {}
        };
    }
    whole!(name = "whole-function");

    macro_rules! lists {
        ($($entry:path),*) => {
            ::ps::export_plugin!($($entry),*, crate = ::ps);
        };
    }
    lists!(first, self::second, hold, receive, Store, whole);
}
