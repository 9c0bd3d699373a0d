//! Forms and checks, there and back.

use allclear_domain::check::{
    DnsAuthority, DnsCheck, DnsCode, DnsRecord, DnsTest, Header, JsonTest, NtpCheck, ServiceCheck,
};
use allclear_domain::{ComponentStatus, Entropy};
use jiff::Timestamp;

use super::*;

fn check(kind: CheckKind) -> Check {
    let (entropy, now) = (Entropy::from_seed(1), Timestamp::from_second(1_800_000_000).unwrap());
    Check {
        id: entropy.id(now),
        key: Key::new("shop").unwrap(),
        name: "Shop".to_owned(),
        kind,
        interval_seconds: 30,
        deadline_ms: 10_000,
        slow_after_ms: Some(800),
        patience: Patience::default(),
        affects: vec![Affects {
            component_id: entropy.id(now),
            when_failing: ComponentStatus::MajorOutage,
            when_degraded: ComponentStatus::Operational,
        }],
        on_outage: OnOutage::Draft,
        tags: vec![Key::new("europe").unwrap(), Key::new("web").unwrap()],
        shows_times: false,
        parents: Vec::new(),
        paused_at: None,
        created_at: now,
    }
}

fn full_http() -> CheckKind {
    CheckKind::Http(HttpCheck {
        url: "https://shop.example.com/health".to_owned(),
        method: Method::Post,
        headers: vec![Header { name: "accept".to_owned(), value: "text/html".to_owned() }],
        sign_in: None,
        secret_headers: Vec::new(),
        body: Some("{}".to_owned()),
        redirects_max: 2,
        version: HttpVersion::Http1,
        connect_to: Some("192.0.2.7".parse().unwrap()),
        family: IpFamily::Any,
        statuses: vec![StatusRange { from: 200, to: 204 }, StatusRange { from: 301, to: 301 }],
        assertions: vec![
            Assertion::Json { path: "$.up".to_owned(), test: JsonTest::Exists(true) },
            Assertion::Body { test: TextTest::Contains(" all\r\nis well ".to_owned()) },
            Assertion::Body { test: TextTest::Contains("twice".to_owned()) },
        ],
    })
}

fn tcp(send: Option<&str>, expect: Option<TextTest>) -> CheckKind {
    let (host, connect_to) = ("2001:db8::1".to_owned(), Some("192.0.2.7".parse().unwrap()));
    let (send, tls) = (send.map(str::to_owned), expect.is_some());
    CheckKind::Tcp(TcpCheck { host, port: 25, connect_to, tls, send, expect })
}

fn tls(starttls: Option<StartTls>, warn_days: u16) -> CheckKind {
    let connect_to = Some("192.0.2.7".parse().unwrap());
    let tls = TlsCheck::of("mail.example.com", 25);
    CheckKind::Tls(TlsCheck { connect_to, starttls, warn_days, ..tls })
}

fn icmp(count: u8, lost_max: u8) -> CheckKind {
    let connect_to = Some("192.0.2.7".parse().unwrap());
    let icmp = IcmpCheck::of("router.example.com");
    CheckKind::Icmp(IcmpCheck { connect_to, family: IpFamily::Ipv4, count, lost_max, ..icmp })
}

fn ntp(offset_warn_ms: u32, offset_max_ms: u32, stratum_max: u8) -> CheckKind {
    let connect_to = Some("192.0.2.7".parse().unwrap());
    let (family, ntp) = (IpFamily::Ipv6, NtpCheck::of("time.example.com", 123));
    CheckKind::Ntp(NtpCheck {
        connect_to,
        family,
        offset_warn_ms,
        offset_max_ms,
        stratum_max,
        ..ntp
    })
}

fn service(target: &str, expect: Option<TextTest>) -> CheckKind {
    let Ok(CheckKind::Service(service)) = target.parse() else { panic!("{target} is a service") };
    let connect_to = Some("192.0.2.7".parse().unwrap());
    CheckKind::Service(ServiceCheck { connect_to, expect, ..service })
}

fn dns(expect: Option<DnsTest>, serials_apart_max: Option<u32>) -> CheckKind {
    let servers = vec!["192.0.2.53".to_owned(), "ns1.example.com:5353".to_owned()];
    let authoritative =
        serials_apart_max.map(|serials_apart_max| DnsAuthority { serials_apart_max });
    let (ttl_min, code) = (Some(60), DnsCode::NxDomain);
    let dns = DnsCheck::of("example.com", DnsRecord::Mx);
    CheckKind::Dns(DnsCheck { servers, authoritative, expect, ttl_min, code, ..dns })
}

#[test]
fn a_question_is_typed_and_its_answers_are_lines() {
    let form = Form::of([
        ("target", "dns://ns1.example.com/example.com?type=mx"),
        ("servers", "ns2.example.com, ns1.example.com 192.0.2.53"),
        ("contains", " 10 mail.example.com\r\n\r\n20 mail2.example.com "),
        ("asked", "zone"),
    ]);
    let CheckKind::Dns(dns) = Reader { form: &form, problems: Vec::new() }
        .fill(read_kind(form.text("target")).unwrap(), None)
        .unwrap()
    else {
        panic!("it is of the kind dns");
    };
    assert_eq!(dns.servers, ["ns1.example.com", "ns2.example.com", "192.0.2.53"]);
    let records = ["10 mail.example.com", "20 mail2.example.com"].map(str::to_owned);
    assert_eq!(dns.expect, Some(DnsTest::Contain(records.into())));
    assert_eq!((dns.authoritative, dns.code), (Some(DnsAuthority::default()), DnsCode::NoError));
    let told = "a condition, a difference of serials, bounds of how long records hold";
    assert_eq!(kept(&icmp(3, 1)), "the family of its address, the address 192.0.2.7");
    assert_eq!(kept(&ntp(5, 50, 3)), kept(&icmp(3, 1)));
    let pattern = Some(TextTest::Matches("^220".to_owned()));
    let smtp = service("smtp://mail.example.com", pattern);
    assert_eq!(kept(&smtp), "a condition, the address 192.0.2.7");
    assert_eq!(kept(&self::dns(Some(DnsTest::Are(Vec::new())), Some(3))), told);
}

#[test]
fn a_form_that_is_sent_as_it_was_shown_changes_nothing() {
    for kind in [
        full_http(),
        tcp(Some(" EHLO x\r\n\\"), Some(TextTest::Contains("220 \r\n".to_owned()))),
        tcp(None, Some(TextTest::Matches("^220".to_owned()))),
        tcp(None, None),
        tls(None, 14),
        tls(Some(StartTls::Smtp), 14),
        tls(Some(StartTls::Imap), 0),
        icmp(5, 0),
        icmp(1, 0),
        ntp(5, 50, 3),
        service("grpcs://api.example.com/shop.v1.Orders", None),
        service("ssh://host.example.com:2222", None),
        service("smtp+starttls://mail.example.com", Some(TextTest::Contains("220 ".to_owned()))),
        service("rediss://cache.example.com", Some(TextTest::Matches("^.PONG".to_owned()))),
        service("wss://shop.example.com/live?since=1", None),
        service("postgres://monitor@db.example.com/shop", None),
        dns(None, None),
        dns(Some(DnsTest::Contain(vec!["10 mail.example.com".to_owned(), "x".to_owned()])), None),
        dns(Some(DnsTest::Are(Vec::new())), Some(3)),
        dns(Some(DnsTest::AllMatch("^1".to_owned())), Some(0)),
    ] {
        let check = check(kind);
        let said = read(&form_of(&check), Some(&check.kind)).ok().unwrap();
        assert_eq!(said.onto(check.clone()), check);
        assert!(said.new_component.is_none());
    }
}

#[test]
fn what_two_change_is_compared_field_by_field() {
    let shown = rows(&form_of(&check(full_http())), str::to_owned);
    for name in [
        "pings",
        "lost",
        "offset_warn",
        "offset_max",
        "stratum",
        "servers",
        "asked",
        "code",
        "starttls",
        "warn_days",
        "method",
        "statuses",
        "redirects",
        "fail_after",
        "tags",
        "parents",
    ] {
        let other = rows(&Form::of([(name, "changed")]), str::to_owned);
        assert_eq!(other.len(), shown.len());
        assert_eq!(other.iter().filter(|(_, text)| text == "changed").count(), 1, "{name}");
    }
}

#[test]
fn what_is_spoken_before_tls_follows_the_port_where_that_is_usual() {
    let old = check(CheckKind::Tls(TlsCheck::of("mail.example.com", 25)));
    let mut moved = Form::of([("target", "tls://mail.example.com:993")]);
    for (name, value) in form_of(&old).with_prefix("") {
        moved = moved.with(name, value);
    }
    let said = read(&moved, Some(&old.kind)).ok().unwrap();
    assert_eq!(said.kind(), CheckKind::Tls(TlsCheck::of("mail.example.com", 993)));
    let wrong = Form::of([("target", "tls://mail.example.com"), ("starttls", "ftp")]);
    let problems = read(&wrong, None).err().unwrap();
    assert!(problems.iter().any(|one| one.contains("before TLS is spoken")), "{problems:?}");
}

#[test]
fn what_the_form_does_not_show_is_told() {
    let told =
        "header fields (1), conditions (2), a body, the version of HTTP, the address 192.0.2.7";
    assert_eq!(kept(&full_http()), told);
    assert_eq!(kept(&read_kind("https://example.com").unwrap()), "");
}

#[test]
fn what_is_spoken_before_tls_is_what_is_usual_at_the_port() {
    let form = fresh("tls://mail.example.com:25");
    let said = read(&form, None).ok().unwrap();
    assert_eq!(said.kind(), CheckKind::Tls(TlsCheck::of("mail.example.com", 25)));
    assert_eq!(said.name(), "TLS of mail.example.com:25");
}

#[test]
fn seconds_there_and_back() {
    for ms in [0, 1, 10, 800, 1_000, 10_000, 12_345, u32::MAX] {
        assert_eq!(read_seconds(&seconds(ms)), Some(ms));
    }
    assert_eq!(read_seconds("0,5"), Some(500));
    for wrong in ["x", "1.2345", "-1", "1e3", ".", "4294968"] {
        assert_eq!(read_seconds(wrong), None, "{wrong}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let form = Form::of([
        ("target", "ftp://x"),
        ("interval", "often"),
        ("deadline", "soon"),
        ("tags", "Ü"),
        ("fail_after", "-1"),
        ("recover_after", "1"),
        ("stable_for", "1"),
    ]);
    let problems = read(&form, None).err().unwrap();
    assert_eq!(problems.len(), 5, "{problems:?}");
    let form = Form::of([("target", "https://x"), ("statuses", "2xx"), ("redirects", "5")]);
    let problems = read(&form, None).err().unwrap();
    assert!(problems.iter().any(|one| one.contains("“2xx” is none")), "{problems:?}");
}
