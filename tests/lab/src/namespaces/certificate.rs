use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::error::LabError;

/// Made once, for a hundred years, by
/// `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=lab
/// -addext 'subjectAltName=DNS:*.lab' -keyout lab.key -out lab.pem`.
const CERTIFICATE: &[u8] = include_bytes!("lab.pem");
const KEY: &[u8] = include_bytes!("lab.key");

/// A server whose certificate no authority has signed; with a long chain if that is wanted.
pub(super) fn server(long: bool) -> Result<Arc<ServerConfig>, LabError> {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).map_err(invalid)?;
    let key = PrivateKeyDer::from_pem_slice(KEY).map_err(invalid)?;
    let length = if long { 50 } else { 1 };
    let config = builder()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate; length], key)
        .map_err(invalid)?;
    Ok(Arc::new(config))
}

/// A server that has no certificate for anybody, and says so with an alert.
pub(super) fn choosy_server() -> Result<Arc<ServerConfig>, LabError> {
    let nobody = rustls::server::ResolvesServerCertUsingSni::new();
    let config = builder()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(nobody));
    Ok(Arc::new(config))
}

fn builder() -> Result<rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier>, LabError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(invalid)
}

fn invalid(error: impl std::fmt::Display) -> LabError {
    LabError::Certificate(error.to_string())
}
