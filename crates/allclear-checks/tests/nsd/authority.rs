//! Each server of a zone: in step, behind, lame, silent, nowhere, and of another opinion.

use allclear_domain::check::DnsAuthority;

use super::*;

/// What is asked of each server of the zone, as the first one names them.
fn of_zone(start: &Nsd, name: &str, record: DnsRecord) -> DnsCheck {
    DnsCheck { authoritative: Some(DnsAuthority::default()), ..of(start, name, record) }
}

#[tokio::test]
async fn servers_in_step_are_all_asked() {
    let zone = zone(7, "");
    let [one, two] = Nsd::start([&zone, &zone]);
    for (name, record) in [
        ("www.example.com", DnsRecord::A),
        ("deep.down.www.example.com", DnsRecord::Ns),
        ("away.example.com", DnsRecord::A),
        ("example.com", DnsRecord::Soa),
    ] {
        let check = of_zone(&one, name, record);
        let check = match name.starts_with("deep") {
            true => DnsCheck { code: DnsCode::NxDomain, ..check },
            false => check,
        };
        let result = works(check).await;
        let noted = said(&result, Direction::Noted);
        let served = format!(
            "the zone example.com is served by ns1.example.com ({}), ns2.example.com ({})",
            one.address, two.address
        );
        assert!(noted.contains(&served), "{noted}");
        assert!(result.phases.resolve_us.is_some());
    }
    // Whoever this machine asks may tell who they are: but then they are at the usual port.
    let by_own = DnsCheck {
        authoritative: Some(DnsAuthority::default()),
        ..DnsCheck::of("www.example.com", DnsRecord::A)
    };
    let result = probe_by(&[one.address], by_own, 3_000).await;
    let noted = said(&result, Direction::Noted);
    assert!(noted.contains("ns2.example.com (127.0.0.3:53)"), "{noted}");
}

#[tokio::test]
async fn one_that_is_behind_is_named_with_its_serial() {
    let [one, two] = Nsd::start([&zone(2, ""), &zone(u32::MAX, "")]);
    let check = of_zone(&one, "www.example.com", DnsRecord::A);
    let told = format!(
        "ns2.example.com ({}): it is behind with example.com: its serial is 4294967295, and that of \
         ns1.example.com ({}) is 2",
        two.address, one.address
    );
    fails(check.clone(), ReasonCode::Assertion, &told).await;
    let authority = |serials_apart_max| Some(DnsAuthority { serials_apart_max });
    fails(DnsCheck { authoritative: authority(2), ..check.clone() }, ReasonCode::Assertion, &told)
        .await;
    works(DnsCheck { authoritative: authority(3), ..check }).await;
}

#[tokio::test]
async fn servers_that_do_not_agree_are_named() {
    let [one, two] = Nsd::start([&zone(7, ""), &zone(7, "www A 192.0.2.3\n")]);
    let check = of_zone(&one, "www.example.com", DnsRecord::A);
    let told = format!(
        "the servers of the zone do not agree: ns1.example.com ({}) says 192.0.2.1, 192.0.2.2; \
         ns2.example.com ({}) says 192.0.2.1, 192.0.2.2, 192.0.2.3",
        one.address, two.address
    );
    fails(check.clone(), ReasonCode::Assertion, &told).await;
    let expect = are(&["192.0.2.1", "192.0.2.2"]);
    let told = format!(
        "ns2.example.com ({}): www.example.com has the A records \"192.0.2.1\", \"192.0.2.2\", \
         \"192.0.2.3\", and exactly \"192.0.2.1\", \"192.0.2.2\" is expected",
        two.address
    );
    fails(DnsCheck { expect, ..check.clone() }, ReasonCode::Assertion, &told).await;
    // Where it is said what has to be among them, they may differ in the rest.
    works(DnsCheck { expect: contain(&["192.0.2.1"]), ..check }).await;
}

#[tokio::test]
async fn one_that_does_not_serve_the_zone_is_named() {
    // The second server has a zone by this name in its settings, and no file that it can read.
    let [one, two] = Nsd::start([&zone(7, ""), "this is no zone"]);
    let check = of_zone(&one, "www.example.com", DnsRecord::A);
    let told = format!(
        "ns2.example.com ({}): SERVFAIL for A www.example.com, and NOERROR is expected",
        two.address
    );
    fails(check, ReasonCode::Status, &told).await;
}

#[tokio::test]
async fn one_that_is_silent_or_gone_is_named() {
    let zone = zone(7, "");
    let [one, two] = Nsd::start([&zone, &zone]);
    let check = of_zone(&one, "www.example.com", DnsRecord::A);
    two.freeze();
    let result = probe_by(&[], check.clone(), 700).await;
    let reason = result.reason.unwrap();
    assert_eq!((result.verdict, reason.code), (Verdict::Fail, ReasonCode::TimedOut));
    assert_eq!(reason.told, format!("ns2.example.com ({}) did not answer in time", two.address));
    let told = format!("ns2.example.com ({}) refused the connection", two.address);
    drop(two);
    fails(check, ReasonCode::Refused, &told).await;
}

#[tokio::test]
async fn one_that_has_no_address_is_named() {
    let zone = zone(7, "@ NS ns3\n");
    let [one, _two] = Nsd::start([&zone, &zone]);
    let check = of_zone(&one, "www.example.com", DnsRecord::A);
    let result = probe_by(&[one.address], check, 5_000).await;
    let reason = result.reason.unwrap();
    assert_eq!((result.verdict, reason.code), (Verdict::Fail, ReasonCode::NoAddress));
    assert!(reason.told.starts_with("ns3.example.com, which the zone names, is not found"));
}

#[tokio::test]
async fn a_zone_that_nobody_knows_fails() {
    let [one] = Nsd::start([&zone(7, "")]);
    let check = of_zone(&one, "www.example.net", DnsRecord::A);
    let told = "who serves www.example.net is not found out: REFUSED for NS www.example.net";
    fails(check, ReasonCode::Status, told).await;
}
