//! Handshakes with servers that are right, wrong, slow and broken. The wire is in memory, so time can
//! stand still.

use allclear_domain::clock::TurnedClock;
use jiff::SignedDuration;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    SanType, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio_rustls::TlsAcceptor;

use super::*;

const NOON: &str = "2026-06-15T12:00:00Z";

/// An authority, one below it, and what they vouch for.
struct Authorities {
    root: CertifiedIssuer<'static, KeyPair>,
    between: CertifiedIssuer<'static, KeyPair>,
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params
}

impl Authorities {
    fn new() -> Self {
        Self::named("Example")
    }

    fn named(name: &str) -> Self {
        let key = || KeyPair::generate().unwrap();
        let root = CertifiedIssuer::self_signed(authority(&format!("{name} Root")), key()).unwrap();
        let between =
            CertifiedIssuer::signed_by(authority(&format!("{name} Between")), key(), &root)
                .unwrap();
        Self { root, between }
    }

    /// A chain for a name that holds in 2026, and its key.
    fn chain(&self, name: &str) -> (Vec<CertificateDer<'static>>, KeyPair) {
        let (own, key) = self.own(name);
        (vec![own.der().clone(), self.between.der().clone()], key)
    }

    fn own(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2027, 1, 1);
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        (params.signed_by(&key, &self.between).unwrap(), key)
    }

    fn trust(&self) -> Trust {
        Trust::only(self.root.pem().as_bytes()).unwrap()
    }

    fn client(&self, clock: &TurnedClock) -> TlsClient {
        TlsClient::new(&self.trust(), None, Arc::new(clock.clone())).unwrap()
    }
}

fn der(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::try_from(key.serialize_der()).unwrap()
}

fn noon() -> TurnedClock {
    TurnedClock::at(NOON.parse().unwrap())
}

fn host(name: &str) -> Host<String> {
    Host::parse(name).unwrap()
}

fn in_ten_seconds() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

fn server(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> ServerConfig {
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, der(key))
        .unwrap()
}

/// Serves one connection; what the client says is said back.
fn serve(config: ServerConfig) -> DuplexStream {
    let (near, far) = duplex(64 * 1024);
    tokio::spawn(async move {
        let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(far).await else { return };
        let mut said = [0; 4];
        if stream.read_exact(&mut said).await.is_ok() {
            stream.write_all(&said).await.ok();
            stream.shutdown().await.ok();
        }
    });
    near
}

async fn shake(client: &TlsClient, stream: DuplexStream, name: &str) -> Shaken<DuplexStream> {
    client.handshake(stream, &host(name), &[], in_ten_seconds()).await
}

async fn error(client: &TlsClient, config: ServerConfig, name: &str) -> (TlsError, Session) {
    let shaken = shake(client, serve(config), name).await;
    (shaken.stream.err().unwrap(), shaken.session)
}

#[tokio::test]
async fn a_right_chain_is_taken_and_told() {
    let authorities = Authorities::new();
    let (chain, key) = authorities.chain("shop.example.com");
    let mut config = server(chain.clone(), &key);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let client = authorities.client(&noon());
    let offered: [&[u8]; 1] = [b"http/1.1"];
    let shaken = client
        .handshake(serve(config), &host("shop.example.com"), &offered, in_ten_seconds())
        .await;
    let served: Vec<Vec<u8>> = chain.iter().map(|certificate| certificate.to_vec()).collect();
    assert_eq!(shaken.session.chain, served);
    assert_eq!(shaken.session.version, Some(TlsVersion::V1_3));
    assert_eq!(shaken.session.protocol.as_deref(), Some(&b"http/1.1"[..]));
    let mut stream = shaken.stream.unwrap();
    stream.write_all(b"ping").await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer, b"ping");
}

#[tokio::test]
async fn the_clock_decides_whether_a_certificate_holds() {
    let authorities = Authorities::new();
    let (chain, key) = authorities.chain("shop.example.com");
    let clock = noon();
    let client = authorities.client(&clock);
    clock.turn(SignedDuration::from_hours(24 * 365));
    let (expired, session) = error(&client, server(chain.clone(), &key), "shop.example.com").await;
    assert_eq!(expired, TlsError::Expired { ended_at: "2027-01-01T00:00:00Z".parse().unwrap() });
    assert_eq!(session.chain.len(), 2, "what was served is known all the same");
    clock.turn(SignedDuration::from_hours(-2 * 24 * 365));
    let (early, _) = error(&client, server(chain, &key), "shop.example.com").await;
    assert_eq!(early, TlsError::NotYetValid { begins_at: "2026-01-01T00:00:00Z".parse().unwrap() });
}

#[tokio::test]
async fn a_certificate_of_others_is_told_with_their_names() {
    let authorities = Authorities::new();
    let (chain, key) = authorities.chain("shop.example.com");
    let client = authorities.client(&noon());
    let (wrong, session) = error(&client, server(chain, &key), "pay.example.com").await;
    let TlsError::WrongName { expected, presented } = &wrong else { panic!("{wrong:?}") };
    assert_eq!(expected, "pay.example.com");
    assert!(presented.iter().any(|name| name.contains("shop.example.com")), "{presented:?}");
    assert_eq!(session.chain.len(), 2);
}

#[tokio::test]
async fn nobody_vouches_for_a_strange_chain_or_one_that_lacks_a_link() {
    let (ours, theirs) = (Authorities::new(), Authorities::named("Strange"));
    let client = ours.client(&noon());
    let (chain, key) = theirs.chain("shop.example.com");
    let (strange, session) = error(&client, server(chain, &key), "shop.example.com").await;
    assert_eq!(strange, TlsError::UnknownIssuer);
    assert_eq!(session.chain.len(), 2);
    let (mut chain, key) = ours.chain("shop.example.com");
    chain.truncate(1);
    let (lacking, session) = error(&client, server(chain, &key), "shop.example.com").await;
    assert_eq!(lacking, TlsError::UnknownIssuer);
    assert_eq!(session.chain.len(), 1);
}

#[tokio::test]
async fn what_somebody_made_for_an_authority_is_no_certificate_of_a_server() {
    let key = KeyPair::generate().unwrap();
    let mut params = authority("shop.example.com");
    params.subject_alt_names = vec![SanType::DnsName("shop.example.com".try_into().unwrap())];
    let own = params.self_signed(&key).unwrap();
    let client = Authorities::new().client(&noon());
    let (error, _) =
        error(&client, server(vec![own.der().clone()], &key), "shop.example.com").await;
    let told = "the certificate cannot be trusted: it is one of an authority, and not of a server";
    assert_eq!(error.to_string(), told);
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_it_is_asked_for() {
    let authorities = Authorities::new();
    let (chain, key) = authorities.chain("shop.example.com");
    let mut roots = RootCertStore::empty();
    roots.add(authorities.root.der().clone()).unwrap();
    let provider = Arc::new(ring::default_provider());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, der(&key))
        .unwrap();
    let (own, own_key) = authorities.own("probe.example.com");
    let pem = own.pem() + &authorities.between.pem();
    let identity = Identity::from_pem(pem.as_bytes(), own_key.serialize_pem().as_bytes()).unwrap();
    assert!(!format!("{identity:?}").contains("PRIVATE"));
    let again = Identity::from_pem(pem.as_bytes(), own_key.serialize_pem().as_bytes()).unwrap();
    let again = ClientIdentity::try_from(again).unwrap();
    let knocking = TlsClient::new(&authorities.trust(), Some(identity), Arc::new(noon())).unwrap();
    for knocking in [knocking, authorities.client(&noon()).showing(&again)] {
        let mut answer = Vec::new();
        let mut stream =
            shake(&knocking, serve(config.clone()), "shop.example.com").await.stream.unwrap();
        stream.write_all(b"ping").await.unwrap();
        stream.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer, b"ping");
    }
    let mut answer = Vec::new();
    // One that shows none is told so after the handshake, at the first read.
    let bare = authorities.client(&noon());
    let again_config = config.clone();
    let mut stream = shake(&bare, serve(config), "shop.example.com").await.stream.unwrap();
    stream.write_all(b"ping").await.ok();
    let refused = stream.read_to_end(&mut answer).await.unwrap_err();
    let told = TlsError::of(&refused).to_string();
    assert_eq!(told, "the server asks for a client certificate, and was shown none");
    // One that nobody there knows, and one with the key of another.
    let strangers = Authorities::named("Strange");
    let (strange, strange_key) = strangers.own("probe.example.com");
    let of = |pem: &str, key: &KeyPair| {
        ClientIdentity::try_from(
            Identity::from_pem(pem.as_bytes(), key.serialize_pem().as_bytes()).unwrap(),
        )
    };
    let strange_one = of(&strange.pem(), &strange_key).unwrap();
    let bare = authorities.client(&noon()).showing(&strange_one);
    let mut stream = shake(&bare, serve(again_config), "shop.example.com").await.stream.unwrap();
    stream.write_all(b"ping").await.ok();
    let refused = stream.read_to_end(&mut answer).await.unwrap_err();
    let told = TlsError::of(&refused).to_string();
    assert_eq!(told, "the server refused the client certificate: it does not know its authority");
    let problem = of(&strange.pem(), &own_key).unwrap_err().to_string();
    assert_eq!(problem, "the client certificate cannot be used: its key is that of another one");
    let problem = of("", &own_key).unwrap_err().to_string();
    assert_eq!(problem, "the client certificate cannot be used: there is none");
}

/// What answers with these bytes and then leaves.
fn answering(bytes: &'static [u8]) -> DuplexStream {
    let (near, mut far) = duplex(64 * 1024);
    tokio::spawn(async move {
        let mut hello = [0; 16];
        far.read_exact(&mut hello).await.ok();
        far.write_all(bytes).await.ok();
    });
    near
}

#[tokio::test]
async fn what_is_no_tls_is_told_apart_from_what_leaves() {
    let client = Authorities::new().client(&noon());
    for plain in
        [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b"SSH-2.0-OpenSSH_9.2\r\n", b"220 mail\r\n"]
    {
        let shaken = shake(&client, answering(plain), "shop.example.com").await;
        assert_eq!(shaken.stream.err(), Some(TlsError::NotTls), "{plain:?}");
        assert!(shaken.session.chain.is_empty());
    }
    let shaken = shake(&client, answering(b""), "shop.example.com").await;
    assert_eq!(shaken.stream.err(), Some(TlsError::Closed));
    // A server that knows TLS 1.0 alone says so with an alert.
    let old: &[u8] = &[21, 3, 1, 0, 2, 2, 70];
    let shaken = shake(&client, answering(old), "shop.example.com").await;
    assert_eq!(shaken.stream.err(), Some(TlsError::Refused("ProtocolVersion".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_holds_against_silence_and_against_dripping() {
    let client = Authorities::new().client(&noon());
    let (near, _silent) = duplex(64 * 1024);
    let shaken = shake(&client, near, "shop.example.com").await;
    assert_eq!(shaken.stream.err(), Some(TlsError::TimedOut));
    assert_eq!(shaken.session.took, Duration::from_secs(10));

    let (near, mut far) = duplex(64 * 1024);
    tokio::spawn(async move {
        // A record of the handshake of 4,000 bytes, one each second.
        for byte in [22, 3, 3, 15, 160].into_iter().chain(std::iter::repeat(2)) {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if far.write_all(&[byte]).await.is_err() {
                return;
            }
        }
    });
    let shaken = shake(&client, near, "shop.example.com").await;
    assert_eq!(shaken.stream.err(), Some(TlsError::TimedOut));
    assert_eq!(shaken.session.took, Duration::from_secs(10));
}

#[test]
fn settings_that_cannot_work_are_told() {
    assert!(Trust::public_and(b"").is_ok());
    for bad in ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        assert!(matches!(Trust::only(bad.as_bytes()), Err(TlsSettingsError::Authorities(_))));
    }
    let problem = Identity::from_pem(b"", b"secret").unwrap_err().to_string();
    assert!(!problem.contains("secret"), "{problem}");
    let names: Vec<String> = (0..9).map(|n| format!("{n}.example.com")).collect();
    let wrong = TlsError::WrongName { expected: "a.example.com".to_owned(), presented: names };
    assert_eq!(
        wrong.to_string(),
        "the certificate is not for a.example.com, but for 0.example.com, 1.example.com, \
         2.example.com, 3.example.com, 4.example.com and 4 more"
    );
}
