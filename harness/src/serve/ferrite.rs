//! A Ferrite server over TCP: sockets on tokio, and one thread that owns the server.

mod connection;
mod hub;
mod manager;
mod metrics;

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub use hub::Owner;
pub use manager::PluginManager;
pub use metrics::metrics;

/// Answers the clients of a listener, with TLS if there is an acceptor, until the future is dropped.
///
/// # Errors
/// The listener fails.
pub async fn listen(listener: TcpListener, tls: Option<TlsAcceptor>, owner: Owner) -> std::io::Result<()> {
    loop {
        let (socket, address) = match listener.accept().await {
            Ok(accepted) => accepted,
            // A client that has gone already, or no file handle that is free: the next may do.
            Err(error) if is_passing(&error) => {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                continue;
            }
            Err(error) => return Err(error),
        };
        // A reply is sent as soon as it is there.
        let _ = socket.set_nodelay(true);
        let (owner, tls) = (owner.clone(), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => connection::serve(socket, address, owner).await,
                Some(tls) => {
                    let handshake = tokio::time::timeout(HANDSHAKE, tls.accept(socket)).await;
                    if let Ok(Ok(socket)) = handshake {
                        connection::serve(socket, address, owner).await;
                    }
                }
            }
        });
    }
}

/// The longest that a client may take for TLS's handshake.
const HANDSHAKE: std::time::Duration = std::time::Duration::from_secs(10);

fn is_passing(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    // Too many open files, here or in the whole system, have no stable kind.
    matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted)
        || matches!(error.raw_os_error(), Some(23 | 24))
}

/// TLS with the certificates and the key of these PEM files.
///
/// # Errors
/// A file that cannot be read, or that does not hold what it should.
pub fn tls(certificates: &std::path::Path, key: &std::path::Path) -> Result<TlsAcceptor, String> {
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let chain = CertificateDer::pem_file_iter(certificates)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| format!("{} has no certificates in PEM: {error}", certificates.display()))?;
    let secret =
        PrivateKeyDer::from_pem_file(key).map_err(|error| format!("{} has no key in PEM: {error}", key.display()))?;
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|error| format!("the certificate and the key do not fit: {error}"))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
