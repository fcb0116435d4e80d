use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Made once, for a hundred years, by
/// `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=localhost
/// -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE
/// -keyout localhost.key -out localhost.pem`.
const CERTIFICATE: &[u8] = include_bytes!("localhost.pem");
const KEY: &[u8] = include_bytes!("localhost.key");

/// Takes what comes out of TLS to a port on 127.0.0.1, and back.
pub(super) async fn run(listener: TcpListener, port: u16) {
    let acceptor = TlsAcceptor::from(config());
    while let Ok((outer, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // A client that doesn't trust the certificate goes away.
            let Ok(mut outer) = acceptor.accept(outer).await else {
                return;
            };
            if let Ok(mut inner) = TcpStream::connect(("127.0.0.1", port)).await {
                let _ = copy_bidirectional(&mut outer, &mut inner).await;
            }
        });
    }
}

fn config() -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).expect("it is a certificate");
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("it is a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has them")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key);
    Arc::new(config.expect("the key is the certificate's"))
}
