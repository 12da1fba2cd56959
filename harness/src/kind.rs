//! One word for each kind of error, for those who read JSON and not Rust.

use crate::error::Error;

impl Error {
    /// The kind, in the words of the enum: `missing_export`, `trapped`, `out_of_fuel` ..
    pub fn kind(&self) -> &'static str {
        match self {
            Error::MissingArtifact { .. } => "missing_artifact",
            Error::StaleArtifact { .. } => "stale_artifact",
            Error::BuildFailed { .. } => "build_failed",
            Error::InvalidModule { .. } => "invalid_module",
            Error::MissingExport { .. } => "missing_export",
            Error::BadSignature { .. } => "bad_signature",
            Error::MissingCommand { .. } => "missing_command",
            Error::UnusedMock { .. } => "unused_mock",
            Error::MissingImport { .. } => "missing_import",
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
            Error::Trapped { .. } => "trapped",
            Error::TimedOut { .. } => "timed_out",
            Error::OutOfFuel { .. } | Error::OutOfHostCalls { .. } => "out_of_fuel",
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
}
