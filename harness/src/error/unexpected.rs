//! A host call that the test does not expect, and the line that expects it.

use super::Error;

/// What would answer a host call that the test does not expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// A response to the HTTP request: `Host::http`.
    Response,
    /// The plugin that is called: `Host::plugin`.
    Plugin,
    /// The host function: `Host::functions` or `Host::host`.
    Function,
}

/// A host call that the test does not expect.
#[derive(Clone, Debug)]
pub(crate) struct Unexpected {
    /// The call with its arguments.
    call: String,
    missing: Missing,
    /// The line that adds it to the host.
    paste: String,
}

impl Unexpected {
    /// A request that no mock answers, with what the mocks of its method and URL ask for besides.
    pub(crate) fn request(call: String, mismatch: &str) -> Unexpected {
        let mut paste = format!(".http(\"{call}\", HttpResponse::new(200, \"..\"))");
        if !mismatch.is_empty() {
            paste.push_str(&format!("\n    but {mismatch}"));
        }
        Unexpected { call, missing: Missing::Response, paste }
    }

    /// A call of a plugin that is not there, by its name.
    pub(crate) fn plugin(call: String, name: &str) -> Unexpected {
        let paste = format!(".plugin({name:?}, \"path/to/{name}.wasm\")");
        Unexpected { call, missing: Missing::Plugin, paste }
    }

    /// A call of a host function, with the closure that mocks it.
    pub(crate) fn function(call: String, closure: &str) -> Unexpected {
        let paste = format!(
            ".functions(YourTraitHost::serve(YourMock))    where a #[host_functions] trait declares it, else\n    {closure}"
        );
        Unexpected { call, missing: Missing::Function, paste }
    }
}

impl From<Unexpected> for Error {
    fn from(Unexpected { call, missing, paste }: Unexpected) -> Error {
        Error::UnexpectedHostCall { call, missing, paste }
    }
}
