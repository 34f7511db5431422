//! Proxies that the environment names.

use reqwest::Proxy;

use super::CommandError;
use crate::api::endpoint::Endpoint;

/// Variables that name a proxy, and whether it is one for https.
const VARIABLES: [(&str, bool); 6] = [
    ("HTTPS_PROXY", true),
    ("https_proxy", true),
    ("ALL_PROXY", true),
    ("all_proxy", true),
    ("HTTP_PROXY", false),
    ("http_proxy", false),
];

/// The variables whose proxies may stand between us and the service. Loopback is never proxied, and
/// plain http neither: the key would be there for the proxy to read.
///
/// # Errors
/// A malformed proxy would be ignored silently, and the key go another way than meant.
pub(super) fn in_force(endpoint: &Endpoint) -> Result<Vec<&'static str>, CommandError> {
    if endpoint.is_loopback() {
        return Ok(vec![]);
    }
    let mut given = vec![];
    for (variable, for_https) in VARIABLES {
        let address = std::env::var_os(variable).filter(|address| !address.is_empty());
        let Some(address) = address else { continue };
        if !address.to_str().is_some_and(is_usable) {
            let text = format!(
                "the proxy address in {variable} is malformed; a form like http://host:8080 is allowed"
            );
            return Err(CommandError::Usage(text));
        }
        if for_https && endpoint.is_https() {
            given.push(variable);
        }
    }
    Ok(given)
}

/// Whether it is an address of http or https; what has no scheme is one of http.
fn is_usable(address: &str) -> bool {
    let scheme = address.split_once("://").map_or("http", |(scheme, _)| scheme);
    matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") && Proxy::all(address).is_ok()
}
