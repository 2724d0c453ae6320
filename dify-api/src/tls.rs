//! Which TLS the client speaks: native-tls before rustls with aws-lc before rustls with ring.
//!
//! The provider is named here and given to the HTTP client ready-made. A library must not install one for the whole
//! process, and must not depend on somebody else having done so.

use crate::Error;
use reqwest::{ClientBuilder, Url};

/// Sets up TLS for a client that talks to `base` only.
#[cfg(feature = "native-tls")]
pub(crate) fn set_up(builder: ClientBuilder, _base: &Url) -> Result<ClientBuilder, Error> {
    Ok(builder.tls_backend_native())
}

/// Sets up TLS for a client that talks to `base` only.
#[cfg(all(not(feature = "native-tls"), any(feature = "rustls", feature = "rustls-aws-lc")))]
pub(crate) fn set_up(builder: ClientBuilder, base: &Url) -> Result<ClientBuilder, Error> {
    use rustls::{ClientConfig, RootCertStore, crypto};
    use rustls_platform_verifier::BuilderVerifierExt as _;
    use std::sync::Arc;

    #[cfg(feature = "rustls-aws-lc")]
    let provider = crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "rustls-aws-lc"))]
    let provider = crypto::ring::default_provider();

    let failed = |error| Error::config(format!("TLS cannot be set up: {error}"));
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    let config = if base.scheme() == "https" {
        config.with_platform_verifier().map_err(failed)?
    } else {
        // Without TLS the system's certificates need not be read, nor be there. Nothing is trusted.
        config.with_root_certificates(RootCertStore::empty())
    };
    Ok(builder.tls_backend_preconfigured(config.with_no_client_auth()))
}

/// Without TLS, `https` is refused here: the HTTP client would say only that the scheme is not supported.
#[cfg(not(any(feature = "native-tls", feature = "rustls", feature = "rustls-aws-lc")))]
pub(crate) fn set_up(builder: ClientBuilder, base: &Url) -> Result<ClientBuilder, Error> {
    if base.scheme() == "https" {
        return Err(Error::config(
            "this build of dify-api has no TLS, so it cannot talk to an https base URL: turn on its feature `rustls` \
             (the default), `rustls-aws-lc` or `native-tls`, or give the builder a `reqwest::Client` that has TLS",
        ));
    }
    Ok(builder)
}
