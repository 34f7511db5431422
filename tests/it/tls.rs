//! TLS, with the real binary: a certificate that is good, and those that are not.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::support::CANARY;
use crate::support::binary::{command, text};
use crate::support::fault::{Fault, page};

/// An authority that the program is told to trust, and certificates that it signed.
struct Authority {
    folder: tempfile::TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { folder, issuer }
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A server for `host` whose certificate is good until `year`.
    fn serves(&self, host: &str, year: i32) -> Fault {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        server(certificate.der().clone(), &key)
    }
}

fn server(certificate: CertificateDer<'static>, key: &KeyPair) -> Fault {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    Fault::start_tls(Arc::new(tls), |_, _| page(0, 3, false))
}

/// Runs the program, which trusts the certificates in `authorities` and no other.
fn run(arguments: &[&str], url: &str, authorities: &Path) -> (Option<i32>, String, String) {
    let mut command = command(arguments);
    command.env("CEREBRAS_API_KEY", CANARY).env("CEREBRAS_BASE_URL", url);
    command.env("SSL_CERT_FILE", authorities).env("SSL_CERT_DIR", "/nonexistent");
    let output = command.output().unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(!out.contains(CANARY) && !err.contains(CANARY));
    (output.status.code(), out, err)
}

#[test]
fn a_good_certificate_is_trusted() {
    let authority = Authority::new();
    let server = authority.serves("localhost", 2100);
    let (code, out, err) = run(&["list", "--output", "jsonl"], &server.url, &authority.file());
    assert_eq!((code, out.lines().count()), (Some(0), 3), "{err}");
    let (code, report, _) = run(&["doctor"], &server.url, &authority.file());
    assert_eq!(code, Some(0), "{report}");
    assert!(
        report.contains("ok       tls            the service's certificate is good"),
        "{report}"
    );
}

/// Certificate errors are never retried, and the key is not sent.
#[test]
fn certificates_that_are_not_good_are_refused_at_once_and_see_no_key() {
    let (authority, other) = (Authority::new(), Authority::new());
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let self_signed = params.self_signed(&key).unwrap();
    for (what, server) in [
        ("certificate has expired", authority.serves("localhost", 2001)),
        ("certificate is for another host", authority.serves("files.example", 2100)),
        ("by no authority that this machine knows", other.serves("localhost", 2100)),
        ("the connection is not safe", server(self_signed.der().clone(), &key)),
    ] {
        let (code, out, err) = run(&["list"], &server.url, &authority.file());
        assert_eq!((code, out.as_str()), (Some(1), ""), "{what}: {err}");
        let said = "shelflife: the files could not be listed: the connection is not safe: ";
        assert!(err.starts_with(said) && err.lines().count() == 1, "{what}: {err}");
        assert!(err.contains(what), "{what}: {err}");
        assert!(server.heads().is_empty(), "{what}: nothing was asked");
        let (code, report, _) = run(&["doctor"], &server.url, &authority.file());
        assert_eq!(code, Some(1), "{what}: {report}");
        assert!(report.contains("failure  tls "), "{what}: {report}");
        assert!(
            report.contains("check the address and its port, this machine's clock"),
            "{what}: {report}"
        );
    }
}

/// Hazards 37: a port that speaks something else than TLS.
#[test]
fn what_speaks_no_tls_is_told() {
    let authority = Authority::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
            let _ = stream.read_to_end(&mut vec![]);
        }
    });
    let (code, _, err) = run(&["list"], &url, &authority.file());
    assert_eq!(code, Some(1), "{err}");
    assert!(
        err.contains("what answers does not speak TLS; check the address and its port"),
        "{err}"
    );
}

/// Certificates that the environment names are read or named, not passed over for others.
#[test]
fn certificates_that_cannot_be_read_are_named() {
    let authority = Authority::new();
    let server = authority.serves("localhost", 2100);
    let empty = authority.folder.path().join("empty.pem");
    std::fs::write(&empty, "none\n").unwrap();
    let folder = authority.folder.path();
    for (file, why) in [
        (Path::new("/nowhere/ca.pem"), "/nowhere/ca.pem, which cannot be read: No such file"),
        (&empty, "empty.pem, which cannot be read: there is no PEM certificate in it"),
        (folder, "which cannot be read: Is a directory"),
    ] {
        for arguments in [["list"], ["doctor"]] {
            let mut command = command(&arguments);
            command.env("CEREBRAS_API_KEY", CANARY).env("CEREBRAS_BASE_URL", &server.url);
            command.env("SSL_CERT_FILE", file).env("SSL_CERT_DIR", folder);
            let output = command.output().unwrap();
            let said = text(&output.stdout) + &text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert!(said.contains("SSL_CERT_FILE names ") && said.contains(why), "{said}");
            assert_eq!(said.matches("SSL_CERT_FILE names ").count(), 1, "{said}");
        }
    }
    // Set, but to nothing: whoever makes the connections looks nowhere else.
    for folders in ["", folder.to_str().unwrap()] {
        for arguments in [["list"], ["doctor"]] {
            let mut command = command(&arguments);
            command.env("CEREBRAS_API_KEY", CANARY).env("CEREBRAS_BASE_URL", &server.url);
            command.env("SSL_CERT_FILE", "").env("SSL_CERT_DIR", folders);
            let output = command.output().unwrap();
            let said = text(&output.stdout) + &text(&output.stderr);
            assert_ne!(output.status.code(), Some(0), "{said}");
            assert!(said.contains("SSL_CERT_FILE is set") && !said.contains("names ,"), "{said}");
            assert!(said.contains("unset it"), "{said}");
        }
    }
    // A folder that is not there is said where one asks.
    let (code, report, _) = run(&["doctor"], &server.url, &authority.file());
    assert_eq!(code, Some(0), "{report}");
    assert!(report.contains("ok       authorities    those in SSL_CERT_FILE\n"), "{report}");
    assert!(
        report.contains("warning  authorities    SSL_CERT_DIR names /nonexistent,"),
        "{report}"
    );
}
