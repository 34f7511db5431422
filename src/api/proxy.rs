//! Which proxy stands between this machine and the service, as `curl` has it: of the variables that
//! may name one, the first that is set for the scheme, unless `NO_PROXY` excepts the host.

use std::ffi::OsString;
use std::net::IpAddr;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use reqwest::Url;

use super::endpoint::Endpoint;

/// Variables that name a proxy for https, in the order in which they are looked at.
const VARIABLES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
/// Variables that name the hosts that are reached without one.
const EXCEPTIONS: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// The way to the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// Straight; also to this machine, and where a proxy could read the key.
    Direct,
    /// Straight, since the variable `by` excepts the host from the proxy that `variable` names.
    Excepted {
        /// The variable that names the proxy.
        variable: &'static str,
        /// The variable that excepts the host.
        by: &'static str,
    },
    /// Through a proxy.
    Through(Proxy),
}

/// A proxy that is in force.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// The variable that names it.
    pub variable: &'static str,
    address: Url,
    user: Option<(String, String)>,
}

/// The credentials are left out.
impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy").field("variable", &self.variable).finish_non_exhaustive()
    }
}

/// Why the proxy in force cannot be used; its address, which may hold a password, is not shown.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadProxy {
    /// It is no address of a proxy.
    #[error("the proxy address in {0} is malformed; a form like http://host:8080 is allowed")]
    Malformed(&'static str),
    /// It speaks something else than HTTP.
    #[error(
        "the proxy in {0} is one of SOCKS, which is not spoken here; name one of http, or put the \
         service's host into NO_PROXY"
    )]
    Socks(&'static str),
}

impl Route {
    /// The way to `endpoint` in this environment.
    ///
    /// # Errors
    /// [`BadProxy`], of the variable in force only.
    pub fn of_environment(endpoint: &Endpoint) -> Result<Self, BadProxy> {
        Self::choose(endpoint, |name| std::env::var_os(name))
    }

    /// The way to `endpoint`, where `variable` tells what a variable is set to.
    ///
    /// # Errors
    /// As [`of_environment`](Self::of_environment).
    pub fn choose(
        endpoint: &Endpoint,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, BadProxy> {
        let set = |names: &[&'static str]| {
            let given = |name: &&'static str| Some((*name, variable(name)?));
            names.iter().filter_map(given).find(|(_, value)| !value.is_empty())
        };
        let Some((name, address)) = set(&VARIABLES) else { return Ok(Self::Direct) };
        if endpoint.is_loopback() || !endpoint.is_https() {
            return Ok(Self::Direct);
        }
        if let Some((by, hosts)) = set(&EXCEPTIONS)
            && excepts(&hosts.to_string_lossy(), endpoint)
        {
            return Ok(Self::Excepted { variable: name, by });
        }
        let address = address.to_str().ok_or(BadProxy::Malformed(name))?;
        Proxy::parse(name, address).map(Self::Through)
    }

    pub(super) fn proxy(&self) -> Option<&Proxy> {
        match self {
            Self::Through(proxy) => Some(proxy),
            Self::Direct | Self::Excepted { .. } => None,
        }
    }
}

impl Proxy {
    /// Reads `[SCHEME://][USER[:PASSWORD]@]HOST[:PORT]`. The last `@` ends the credentials, in which
    /// anything may stand as it is.
    fn parse(variable: &'static str, text: &str) -> Result<Self, BadProxy> {
        let malformed = BadProxy::Malformed(variable);
        let (scheme, rest) = text.trim().split_once("://").unwrap_or(("http", text.trim()));
        let scheme = scheme.to_ascii_lowercase();
        if scheme.starts_with("socks") {
            return Err(BadProxy::Socks(variable));
        }
        if !matches!(scheme.as_str(), "http" | "https") {
            return Err(malformed);
        }
        let (user, place) = match rest.rsplit_once('@') {
            Some((user, place)) => {
                let (name, password) = user.split_once(':').unwrap_or((user, ""));
                (Some((decoded(name), decoded(password))), place)
            }
            None => (None, rest),
        };
        let place = place.split(['/', '?', '#']).next().unwrap_or_default();
        if place.is_empty() || place.contains(|c: char| c.is_whitespace() || c == '\\') {
            return Err(malformed);
        }
        let address = Url::parse(&format!("{scheme}://{place}/")).map_err(|_| malformed)?;
        Ok(Self { variable, address, user })
    }

    /// Host and port of a proxy that is spoken to in clear.
    pub(super) fn plain_place(&self) -> Option<(&str, u16)> {
        let host = self.address.host_str().filter(|_| self.address.scheme() == "http")?;
        Some((host.trim_matches(['[', ']']), self.address.port_or_known_default()?))
    }

    /// The line of a request that holds the credentials; empty without any.
    pub(super) fn authorization(&self) -> String {
        self.user.as_ref().map_or(String::new(), |(name, password)| {
            let encoded = BASE64_STANDARD.encode(format!("{name}:{password}"));
            format!("Proxy-Authorization: Basic {encoded}\r\n")
        })
    }

    /// The same for the HTTP library.
    pub(super) fn to_library(&self) -> reqwest::Result<reqwest::Proxy> {
        let proxy = reqwest::Proxy::all(self.address.clone())?;
        Ok(match &self.user {
            Some((name, password)) => proxy.basic_auth(name, password),
            None => proxy,
        })
    }
}

/// `%40` as `@`; what is no such escape stays.
fn decoded(text: &str) -> String {
    let mut bytes = vec![];
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *first == b'%');
        let digits = digits.and_then(|digits| str::from_utf8(digits).ok());
        let digits = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether a list of exceptions names the service's host: itself, a domain above it (`example`,
/// `.example`, `*.example`), its network (`10.0.0.0/8`), or everything (`*`), each with a port or
/// without.
fn excepts(list: &str, endpoint: &Endpoint) -> bool {
    let url = endpoint.files_url();
    let port = url.port_or_known_default().unwrap_or(443).to_string();
    let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    let ip: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    list.split([',', ' ', '\t', '\n']).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.to_ascii_lowercase();
        if entry == "*" {
            return true;
        }
        let bare = |entry: &str| entry.trim_matches(['[', ']']).to_owned();
        let entry = match entry.rsplit_once(':') {
            // An address of IPv6 has more of them.
            Some((name, number)) if !name.contains(':') || name.ends_with(']') => {
                if number != port {
                    return false;
                }
                bare(name)
            }
            _ => bare(&entry),
        };
        if let Some(ip) = ip {
            return is_within(ip, &entry);
        }
        let domain = entry.strip_prefix('*').unwrap_or(&entry);
        let domain = domain.trim_start_matches('.').trim_end_matches('.');
        let above = host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
        !domain.is_empty() && (host == domain || above)
    })
}

/// Whether `ip` is this address, or of this network.
fn is_within(ip: IpAddr, network: &str) -> bool {
    let (address, length) = network.split_once('/').unwrap_or((network, ""));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let bits = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => (u128::from(ip.to_bits()) << 96, 32),
        IpAddr::V6(ip) => (ip.to_bits(), 128),
    };
    let ((ip, width), (address, other)) = (bits(ip), bits(address));
    let length = if network.contains('/') { length.parse().unwrap_or(u32::MAX) } else { width };
    let mask = u128::MAX.checked_shl(128_u32.saturating_sub(length)).unwrap_or(0);
    width == other && length <= width && ip & mask == address & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(url: &str, variables: &[(&str, &str)]) -> Result<Route, BadProxy> {
        Route::choose(&Endpoint::parse(url, true).unwrap(), |name| {
            variables.iter().find(|(set, _)| *set == name).map(|(_, value)| value.into())
        })
    }

    #[test]
    fn only_the_variable_in_force_is_judged() {
        const SERVICE: &str = "https://files.example";
        let through = |variables: &[(&str, &str)]| match choose(SERVICE, variables) {
            Ok(Route::Through(proxy)) => Ok(proxy.variable),
            Ok(_) => Ok(""),
            Err(error) => Err(error),
        };
        let (good, socks, bad) = ("http://p:8080", "socks5h://p:1080", "ftp://p");
        for (variables, expected) in [
            (&[][..], Ok("")),
            (&[("HTTPS_PROXY", good), ("ALL_PROXY", socks)], Ok("HTTPS_PROXY")),
            (&[("https_proxy", good), ("HTTPS_PROXY", bad)], Ok("https_proxy")),
            (&[("HTTP_PROXY", bad), ("http_proxy", bad)], Ok("")),
            (&[("https_proxy", ""), ("HTTPS_PROXY", ""), ("all_proxy", good)], Ok("all_proxy")),
            (&[("ALL_PROXY", socks)], Err(BadProxy::Socks("ALL_PROXY"))),
            (&[("ALL_PROXY", bad)], Err(BadProxy::Malformed("ALL_PROXY"))),
            (&[("ALL_PROXY", bad), ("NO_PROXY", "example")], Ok("")),
        ] {
            assert_eq!(through(variables), expected, "{variables:?}");
        }
        for url in ["http://files.example", "https://127.0.0.1", "http://localhost:1"] {
            assert_eq!(choose(url, &[("ALL_PROXY", bad)]), Ok(Route::Direct), "{url}");
        }
    }

    #[test]
    fn the_last_at_sign_ends_the_credentials() {
        for (text, address, user) in [
            ("http://p:8080", "http://p:8080/", None),
            ("p:8080", "http://p:8080/", None),
            ("HTTPS://p", "https://p/", None),
            ("http://p:8080/path?x", "http://p:8080/", None),
            ("http://u:w@p:8080/", "http://p:8080/", Some(("u", "w"))),
            ("http://u@p", "http://p/", Some(("u", ""))),
            ("u:w@p:8080", "http://p:8080/", Some(("u", "w"))),
            ("http://u:a@b/c#d@p:8080", "http://p:8080/", Some(("u", "a@b/c#d"))),
            ("http://me@corp:a:b%40%zz@[::1]:3", "http://[::1]:3/", Some(("me@corp", "a:b@%zz"))),
        ] {
            let proxy = Proxy::parse("ALL_PROXY", text).unwrap();
            let user = user.map(|(name, word): (&str, &str)| (name.to_owned(), word.to_owned()));
            assert_eq!((proxy.address.as_str(), &proxy.user), (address, &user), "{text}");
            assert!(proxy.to_library().is_ok() && !format!("{proxy:?}").contains('@'));
        }
        for text in
            ["http://", "http://u:w@", "http://[broken", "http://a b", "http://p:99999", "://"]
        {
            let error = Proxy::parse("ALL_PROXY", text).unwrap_err();
            assert_eq!(error, BadProxy::Malformed("ALL_PROXY"), "{text}");
        }
    }

    #[test]
    fn exceptions_are_taken_as_programs_take_them() {
        for (list, url, excepted) in [
            ("*", "https://files.example", true),
            ("example", "https://files.example", true),
            (".example", "https://files.example", true),
            ("*.example", "https://files.example", true),
            ("*.EXAMPLE.", "https://a.files.example", true),
            ("files.example", "https://files.example", true),
            ("a, b\tfiles.example", "https://files.example", true),
            ("files.example:443", "https://files.example", true),
            ("files.example:8443", "https://files.example", false),
            ("files.example:8443", "https://files.example:8443", true),
            ("les.example", "https://files.example", false),
            ("*les.example", "https://files.example", false),
            ("example.com", "https://files.example", false),
            ("a.files.example", "https://files.example", false),
            ("., ,*.", "https://files.example", false),
            ("10.1.2.3", "https://10.1.2.3", true),
            ("10.0.0.0/8", "https://10.1.2.3", true),
            ("10.0.0.0/16", "https://10.1.2.3", false),
            ("0.0.0.0/0", "https://10.1.2.3", true),
            ("10.0.0.0/33", "https://10.1.2.3", false),
            ("10.0.0.0/x", "https://10.1.2.3", false),
            ("2.3", "https://10.1.2.3", false),
            ("fd00::/8", "https://[fd00::1]", true),
            ("[fd00::1]:443", "https://[fd00::1]", true),
            ("fd00::1", "https://[fd00::1]", true),
            ("::/0", "https://10.1.2.3", false),
        ] {
            let route = choose(url, &[("ALL_PROXY", "http://p"), ("no_proxy", list)]).unwrap();
            let by = Route::Excepted { variable: "ALL_PROXY", by: "no_proxy" };
            assert_eq!(route == by, excepted, "{list} {url}");
        }
    }
}
