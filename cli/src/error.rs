//! Why a verb cannot do its work, and the exit codes.

use std::fmt;
use std::path::PathBuf;

use plugsmith_harness::Missing;

/// The plugin answered with an error, trapped, or reached a limit.
pub(crate) const FAILED: u8 = 1;
/// Wrong usage, or invalid input.
pub(crate) const USAGE: u8 = 2;
/// The plugin does not build.
pub(crate) const BUILD: u8 = 3;
/// The plugin wants what its host does not have.
pub(crate) const HOST: u8 = 4;
/// The output could not be written.
pub(crate) const OUTPUT: u8 = 5;

/// Why a verb cannot do its work.
#[derive(Debug)]
pub(crate) enum Error {
    /// What the user wrote is wrong; the text says what to write.
    Input(String),
    /// The harness's reason, and what the user can do from the command line.
    Harness(plugsmith_harness::Error),
    /// A file or folder.
    File { path: PathBuf, reason: std::io::Error },
    /// A file that was to be written.
    Unwritten { path: PathBuf, reason: std::io::Error },
    /// Standard output.
    Output(std::io::Error),
}

impl Error {
    pub(crate) fn code(&self) -> u8 {
        match self {
            Error::Input(_) | Error::File { .. } => USAGE,
            Error::Harness(error) => code(error),
            Error::Output(_) | Error::Unwritten { .. } => OUTPUT,
        }
    }
}

/// The exit code for an error of the harness.
pub(crate) fn code(error: &plugsmith_harness::Error) -> u8 {
    use plugsmith_harness::Error as Of;
    match error {
        Of::Peer { error, .. } => code(error),
        Of::BuildFailed { .. } => BUILD,
        Of::UnexpectedHostCall { .. } | Of::MissingImport { .. } | Of::ForeignImport { .. } => HOST,
        Of::MissingArtifact { .. }
        | Of::StaleArtifact { .. }
        | Of::InvalidModule { .. }
        | Of::MissingExport { .. }
        | Of::MissingCommand { .. }
        | Of::BadManifest { .. }
        | Of::UnknownHost { .. }
        | Of::BadSignature { .. }
        | Of::UnusedMock { .. }
        | Of::InvalidManifest { .. }
        | Of::File { .. } => USAGE,
        _ => FAILED,
    }
}

/// The harness's message, with the fix in the words of the command line.
pub(crate) fn message(error: &plugsmith_harness::Error) -> String {
    use plugsmith_harness::Error as Of;
    match error {
        Of::UnexpectedHostCall { call, missing: Missing::Response, .. } => {
            format!("unexpected HTTP request {call}\n  to answer it, add: --http '{call} 200 BODY'")
        }
        Of::UnexpectedHostCall { call, missing: Missing::Plugin, .. } => {
            format!("unexpected host call {call}\n  to give it the plugin, add: --plugin NAME=PLUGIN")
        }
        // No other option stands for a mock.
        Of::UnusedMock { name, .. } if name == "register_plugin" => {
            "--plugin is of no use: the plugin loads no others (it does not import `register_plugin`); leave it out"
                .to_owned()
        }
        Of::Peer { plugin, error } if is_caller(error) => format!(
            "--plugin {plugin}=..: it loads plugins itself, and from the command line only the first may\n  \
             call it in a test, with `.allow({plugin:?}, \"*\", \"*\")` in the `Registry`"
        ),
        Of::UnexpectedHostCall { call, .. } => {
            format!(
                "unexpected host call {call}\n  this host has no such function; mock it in a test with `Host::host`"
            )
        }
        _ => error.to_string(),
    }
}

/// Whether this is what a plugin fails with that loads others, where no rule lets it.
fn is_caller(error: &plugsmith_harness::Error) -> bool {
    use plugsmith_harness::Error as Of;
    matches!(error, Of::MissingImport { import } if ["register_plugin", "call_plugin"].contains(&import.name.as_str()))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Input(text) => f.write_str(text),
            Error::Harness(error) => f.write_str(&message(error)),
            Error::File { path, reason } => write!(f, "{}: {reason}", path.display()),
            Error::Unwritten { path, reason } => write!(f, "cannot write {}: {reason}", path.display()),
            Error::Output(error) => write!(f, "cannot write the output: {error}"),
        }
    }
}

impl From<plugsmith_harness::Error> for Error {
    fn from(error: plugsmith_harness::Error) -> Error {
        Error::Harness(error)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Error {
        Error::Output(error)
    }
}
