use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// Whom programs here trust.
#[derive(Debug)]
pub(super) struct Trust {
    provider: Arc<CryptoProvider>,
    verifier: Result<Arc<WebPkiServerVerifier>, String>,
}

impl Trust {
    /// Reads the authorities that the system, or `SSL_CERT_FILE`, names.
    pub(super) fn read() -> Self {
        let found = rustls_native_certs::load_native_certs();
        Self::of(found.certs)
    }

    fn of(authorities: Vec<CertificateDer<'static>>) -> Self {
        let provider = Arc::new(ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(authorities);
        let verifier = if roots.is_empty() {
            Err("no certificate authorities are installed here to verify it with".to_owned())
        } else {
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .map_err(|error| error.to_string())
        };
        Self { provider, verifier }
    }

    pub(super) fn provider(&self) -> Arc<CryptoProvider> {
        Arc::clone(&self.provider)
    }

    /// A verifier for one connection.
    pub(super) fn recording(&self) -> Recording {
        Recording {
            provider: self.provider(),
            verifier: self.verifier.clone(),
            reason: Mutex::default(),
        }
    }
}

/// Accepts every certificate, and remembers why others wouldn't: nothing is ever sent to whom it
/// accepts, and that packets get through is true either way.
#[derive(Debug)]
pub(super) struct Recording {
    provider: Arc<CryptoProvider>,
    verifier: Result<Arc<WebPkiServerVerifier>, String>,
    reason: Mutex<Option<String>>,
}

impl Recording {
    /// Why the certificate isn't trusted, if it isn't.
    pub(super) fn reason(&self) -> Option<String> {
        let reason = self.reason.lock();
        reason.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first reason explains those after it.
    fn distrust(&self, reason: String) {
        let mut first = self.reason.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(reason);
    }

    fn accept_signature(
        &self,
        verified: &Result<HandshakeSignatureValid, Error>,
    ) -> HandshakeSignatureValid {
        if let Err(error) = verified {
            self.distrust(in_words(error));
        }
        HandshakeSignatureValid::assertion()
    }
}

impl ServerCertVerifier for Recording {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match &self.verifier {
            Err(why) => self.distrust(why.clone()),
            Ok(verifier) => {
                let outcome = verifier.verify_server_cert(
                    end_entity,
                    intermediates,
                    server_name,
                    ocsp_response,
                    now,
                );
                if let Err(error) = outcome {
                    self.distrust(in_words(&error));
                }
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        let verified = verify_tls12_signature(message, cert, dss, algorithms);
        Ok(self.accept_signature(&verified))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        let verified = verify_tls13_signature(message, cert, dss, algorithms);
        Ok(self.accept_signature(&verified))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

fn in_words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "no authority that is trusted here has issued its certificate".to_owned()
        }
        Error::InvalidCertificate(error) => format!("its certificate is refused: {error}"),
        error => format!("its certificate is refused: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CERTIFICATE: &[u8] = include_bytes!("../../../../tests/lab/src/namespaces/lab.pem");

    /// What is recorded of the lab's certificate, which names `*.lab` and vouches for itself.
    fn reason(authorities: Vec<CertificateDer<'static>>, name: &'static str) -> Option<String> {
        let recording = Trust::of(authorities).recording();
        let verified = recording.verify_server_cert(
            &certificate(),
            &[],
            &ServerName::try_from(name).unwrap(),
            &[],
            UnixTime::now(),
        );
        assert!(verified.is_ok(), "every certificate is accepted");
        recording.reason()
    }

    fn certificate() -> CertificateDer<'static> {
        use rustls::pki_types::pem::PemObject;
        CertificateDer::from_pem_slice(CERTIFICATE).unwrap()
    }

    #[test]
    fn the_reason_for_distrust_is_told() {
        let nobody = reason(Vec::new(), "db.lab").unwrap();
        assert!(
            nobody.contains("no certificate authorities are installed"),
            "{nobody}"
        );
        let wrong = reason(vec![certificate()], "db.example").unwrap();
        assert!(wrong.contains("refused"), "{wrong}");
    }
}
