//! The kinds of errors, by their names.

use super::Error;

impl Error {
    /// The kind, in the words of the enum: `missing_export`, `trapped`, `out_of_fuel` ..
    pub fn kind(&self) -> &'static str {
        match self {
            Error::MissingArtifact { .. } => "missing_artifact",
            Error::StaleArtifact { .. } => "stale_artifact",
            Error::BuildFailed { .. } => "build_failed",
            Error::InvalidModule { .. } => "invalid_module",
            Error::Leaked { .. } => "leaked",
            Error::MissingExport { .. } => "missing_export",
            Error::BadSignature { .. } => "bad_signature",
            Error::MissingCommand { .. } => "missing_command",
            Error::UnusedMock { .. } => "unused_mock",
            Error::MissingImport { .. } => "missing_import",
            Error::ForeignImport { .. } => "foreign_import",
            Error::UnexpectedHostCall { .. } => "unexpected_host_call",
            Error::Plugin { .. } => "plugin",
            Error::UnknownHost { .. } => "unknown_host",
            Error::Peer { .. } => "peer",
            Error::MissingPlugin { .. } => "missing_plugin",
            Error::BadManifest { .. } => "bad_manifest",
            Error::HashMismatch { .. } => "hash_mismatch",
            Error::Download { .. } => "download",
            Error::Denied { .. } => "denied",
            Error::HostFailed { .. } => "host_failed",
            Error::HostFull { .. } => "host_full",
            Error::Trapped { .. } => "trapped",
            Error::TimedOut { .. } => "timed_out",
            Error::OutOfFuel { .. } | Error::OutOfHostCalls { .. } | Error::WaitsForClock { .. } => "out_of_fuel",
            Error::OverBudget { .. } => "over_budget",
            Error::OutOfMemory { .. } => "out_of_memory",
            Error::StartsTooLarge { .. } => "starts_too_large",
            Error::HostLimit { .. } => "host_limit",
            Error::InvalidManifest { .. } => "invalid_manifest",
            Error::BadInput { .. } => "bad_input",
            Error::BadOutput { .. } => "bad_output",
            Error::UnknownEvent { .. } => "unknown_event",
            Error::BadEvent { .. } => "bad_event",
            Error::File { .. } => "file",
            Error::IgnoredOption { .. } => "ignored_option",
        }
    }

    /// The error, with the module that it is about: of several in a manifest, or of a file.
    pub(crate) fn of_module(self, name: &str) -> Error {
        match self {
            Error::InvalidModule { reason } => Error::InvalidModule { reason: format!("`{name}`: {reason}") },
            error => error,
        }
    }
}
