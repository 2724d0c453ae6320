//! The TLS backend of the client: native-tls before rustls.
//!
//! The backend is named, not left to reqwest's default, which follows the features of the whole program.

use crate::Error;
use reqwest::{ClientBuilder, Url};

/// Sets up TLS for a client that talks to `base`.
#[cfg(feature = "native-tls")]
pub(crate) fn set_up(builder: ClientBuilder, _base: &Url) -> Result<ClientBuilder, Error> {
    Ok(builder.tls_backend_native())
}

/// Sets up TLS for a client that talks to `base`.
#[cfg(all(not(feature = "native-tls"), any(feature = "rustls", feature = "rustls-no-provider")))]
pub(crate) fn set_up(builder: ClientBuilder, base: &Url) -> Result<ClientBuilder, Error> {
    // Without a provider reqwest panics.
    #[cfg(not(feature = "rustls"))]
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        return Err(Error::config(
            "dify-api was built with its feature `rustls-no-provider`, and no TLS provider is installed: call \
             `rustls::crypto::ring::default_provider().install_default()` (or another provider's) at the start of the \
             program, or turn on the feature `rustls`, which includes a provider",
        ));
    }
    let builder = builder.tls_backend_rustls();
    if base.scheme() == "https" {
        return Ok(builder);
    }
    // Without TLS the system's certificates need not be read, nor be there. Nothing is trusted.
    Ok(builder.tls_certs_only([]))
}

/// Without TLS, `https` is refused here: the HTTP client would only report an unsupported scheme.
#[cfg(not(any(feature = "native-tls", feature = "rustls", feature = "rustls-no-provider")))]
pub(crate) fn set_up(builder: ClientBuilder, base: &Url) -> Result<ClientBuilder, Error> {
    if base.scheme() == "https" {
        return Err(Error::config(
            "this build of dify-api has no TLS, so it cannot talk to an https base URL: turn on its feature `rustls` \
             (the default) or `native-tls`, or give the builder a `reqwest::Client` that has TLS",
        ));
    }
    Ok(builder)
}
