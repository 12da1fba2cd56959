//! Why a handler failed: a status, a message, and perhaps details.

use std::fmt;

use serde::Serialize;

use super::HostError;
use crate::protocol::json::write_string;
use crate::text::join;

/// Why a handler failed, as its client is told.
///
/// Its JSON is that of Orbis' own SDK: `{"error": true, "message": ".."}`, and `details` where there are any.
/// A service's own error has `internal error` there: its message is for the plugin and the log.
///
/// ```
/// use plugsmith::orbis::{Error, IntoResponse};
///
/// let error = Error::not_found("no item 7");
/// assert_eq!(error.status(), 404);
/// assert_eq!(error.into_response().encode(), r#"{"status":404,"body":{"error":true,"message":"no item 7"}}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    status: u16,
    message: String,
    /// JSON.
    details: Option<String>,
    /// Whether the message is for the log only.
    is_private: bool,
}

impl Error {
    /// An error with this status; one that is not from 400 to 599 is no error's, and becomes 500.
    pub fn new(status: u16, message: impl Into<String>) -> Error {
        let status = if (400..600).contains(&status) { status } else { 500 };
        Error { status, message: message.into(), details: None, is_private: false }
    }

    /// 400: the request makes no sense.
    pub fn bad_request(message: impl Into<String>) -> Error {
        Error::new(400, message)
    }

    /// 401: nobody is logged in.
    pub fn unauthorized(message: impl Into<String>) -> Error {
        Error::new(401, message)
    }

    /// 403: this user may not.
    pub fn forbidden(message: impl Into<String>) -> Error {
        Error::new(403, message)
    }

    /// 404: there is no such thing.
    pub fn not_found(message: impl Into<String>) -> Error {
        Error::new(404, message)
    }

    /// 409: it is there already, or has changed meanwhile.
    pub fn conflict(message: impl Into<String>) -> Error {
        Error::new(409, message)
    }

    /// 422: the request is well formed, and a value in it is not acceptable.
    pub fn invalid(message: impl Into<String>) -> Error {
        Error::new(422, message)
    }

    /// 500: the plugin or its host has failed. The message goes to the host's log too.
    pub fn internal(message: impl Into<String>) -> Error {
        Error::new(500, message)
    }

    /// 500, of a service: the message may hold SQL, keys and addresses, so it is for the log only.
    #[cold]
    pub(crate) fn private(message: String) -> Error {
        Error { is_private: true, ..Error::internal(message) }
    }

    /// With more to say, such as the fields that were wrong. What has no JSON form is left out.
    #[must_use]
    pub fn with_details(mut self, details: &impl Serialize) -> Error {
        self.details = serde_json::to_string(details).ok();
        self
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The host would not do it, and says why only in its own log.
    #[cold]
    pub(crate) fn refused(import: &str) -> Error {
        Error::private(join(&["the host refused ", import, ": its log says why"]))
    }

    /// The JSON of the body.
    pub(crate) fn body(&self) -> String {
        let mut out = b"{\"error\":true,\"message\":".to_vec();
        write_string(&mut out, if self.is_private { "internal error" } else { &self.message });
        if let Some(details) = &self.details {
            out.extend_from_slice(b",\"details\":");
            out.extend_from_slice(details.as_bytes());
        }
        out.push(b'}');
        String::from_utf8(out).unwrap_or_default()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<&str> for Error {
    /// A failure without a status is the plugin's own: 500.
    fn from(message: &str) -> Error {
        Error::internal(message)
    }
}

impl From<String> for Error {
    /// A failure without a status is the plugin's own: 500.
    fn from(message: String) -> Error {
        Error::internal(message)
    }
}

impl From<HostError> for Error {
    fn from(error: HostError) -> Error {
        Error::internal(error.to_string())
    }
}

macro_rules! from_display {
    ($($error:ty)*) => {$(
        impl From<$error> for Error {
            /// Text of the client that does not parse: 400.
            fn from(error: $error) -> Error {
                Error::bad_request(error.to_string())
            }
        }
    )*};
}
from_display! {
    serde_json::Error
    std::num::ParseIntError std::num::ParseFloatError std::str::ParseBoolError
    std::str::Utf8Error std::string::FromUtf8Error
}
