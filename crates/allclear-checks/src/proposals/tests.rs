//! What comes into question for an address, and what becomes of it once it was tried.

use std::sync::Arc;

use allclear_domain::check::{
    Exchange, ExchangeLine, Phases, ProbeResult, Reason, ReasonCode, VantagePoint, Verdict,
};
use allclear_domain::{Check, Entropy};
use jiff::Timestamp;

use super::*;
use crate::limits::{LOOKS_MAX, LOOKS_OF_PROGRAMS_MAX};
use crate::prober::{Prober, Probing};

fn aspects(typed: &str) -> Vec<(&'static str, String)> {
    let all = candidates(typed).unwrap();
    all.iter().map(|one| (one.aspect.as_str(), one.kind.target())).collect()
}

#[track_caller]
fn assert_aspects(typed: &str, wanted: &[(&str, &str)]) {
    let found = aspects(typed);
    let found: Vec<_> = found.iter().map(|(aspect, target)| (*aspect, target.as_str())).collect();
    assert_eq!(found, wanted, "{typed}");
}

#[test]
fn an_address_has_several_things_that_can_be_watched() {
    assert_aspects(
        "shop.example.com",
        &[
            ("website", "https://shop.example.com"),
            ("plain_website", "http://shop.example.com/"),
            ("certificate", "tls://shop.example.com:443"),
            ("ipv4", "dns:shop.example.com?type=A"),
            ("ipv6", "dns:shop.example.com?type=AAAA"),
            ("redirect", "http://shop.example.com/"),
        ],
    );
    assert_aspects(
        "https://shop.example.com:8443/health?full=1",
        &[
            ("website", "https://shop.example.com:8443/health?full=1"),
            ("certificate", "tls://shop.example.com:8443"),
            ("ipv4", "dns:shop.example.com?type=A"),
            ("ipv6", "dns:shop.example.com?type=AAAA"),
        ],
    );
    assert_aspects(
        "http://shop.example.com/health",
        &[
            ("website", "http://shop.example.com/health"),
            ("certificate", "tls://shop.example.com:443"),
            ("ipv4", "dns:shop.example.com?type=A"),
            ("ipv6", "dns:shop.example.com?type=AAAA"),
            ("redirect", "http://shop.example.com/health"),
        ],
    );
    assert_aspects(
        "https://[2001:db8::1]/",
        &[
            ("website", "https://[2001:db8::1]/"),
            ("certificate", "tls://[2001:db8::1]:443"),
            ("redirect", "http://[2001:db8::1]/"),
        ],
    );
    assert_aspects(
        "localhost:8080",
        &[
            ("port", "localhost:8080"),
            ("website", "http://localhost:8080/"),
            ("certificate", "tls://localhost:8080"),
        ],
    );
    assert_aspects(
        "mail.example.com:25",
        &[
            ("port", "mail.example.com:25"),
            ("certificate", "tls://mail.example.com:25"),
            ("ipv4", "dns:mail.example.com?type=A"),
            ("ipv6", "dns:mail.example.com?type=AAAA"),
        ],
    );
    assert_aspects("icmp://192.0.2.7", &[("typed", "icmp://192.0.2.7")]);
    assert_aspects("dns:example.com?type=MX", &[("typed", "dns:example.com?type=MX")]);
}

#[test]
fn what_nobody_can_look_at_is_refused() {
    for (typed, told) in [
        ("", "is empty"),
        ("a b", "has a space in it"),
        ("ftp://example.com", "is not tried"),
        ("https://user:word@example.com", "has a user name or a password"),
        ("https://example.com/?api_key=1", "holds a secret"),
        ("https://exa mple.com", "has a space"),
        ("https://[::", "is no address"),
        ("heartbeat:1d", "nothing to look at"),
    ] {
        let problems = candidates(typed).unwrap_err();
        assert!(problems.iter().any(|one| one.problem.contains(told)), "{typed}: {problems:?}");
    }
}

#[test]
fn every_check_that_is_proposed_can_be_added() {
    let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let entropy = Entropy::from_seed(1);
    for typed in
        ["shop.example.com", "mail.example.com:25", "tls://[2001:db8::1]", "192.0.2.7:8080"]
    {
        for candidate in candidates(typed).unwrap() {
            let tells = candidate.statuses().is_some();
            let new = candidate.into_check(Some(entropy.id(now)), OnOutage::Draft);
            assert_eq!(
                (new.affects.len(), new.on_outage),
                match tells {
                    true => (1, OnOutage::Draft),
                    false => (0, OnOutage::Nothing),
                }
            );
            let check = Check {
                id: entropy.id(now),
                key: "a".to_owned().try_into().unwrap(),
                name: new.name,
                kind: new.kind,
                interval_seconds: new.interval_seconds,
                deadline_ms: new.deadline_ms,
                slow_after_ms: new.slow_after_ms,
                patience: new.patience,
                affects: new.affects,
                on_outage: new.on_outage,
                tags: new.tags,
                shows_times: false,
                parents: new.parents,
                paused_at: None,
                created_at: now,
            };
            assert_eq!(crate::writing::problems(None, &check, now), [], "{typed}");
        }
    }
}

/// Finds these targets in order, and nothing else.
struct Finds(&'static [&'static str]);

impl Prober for Finds {
    fn probe(&self, check: Arc<Check>, probed_at: Timestamp) -> Probing {
        let works = self.0.contains(&check.kind.target().as_str());
        let lines = ["HTTP/1.1 301 Moved Permanently", "", "HTTP/1.1 200 OK"];
        let received = |text: &str| ExchangeLine {
            at_us: 1,
            direction: allclear_domain::check::Direction::Received,
            text: text.to_owned(),
        };
        let lines = match check.kind {
            CheckKind::Dns(_) => vec![
                received("somebody: NOERROR"),
                received("somebody: shop.example.com 60 CNAME www.example.com"),
                received("somebody: www.example.com 60 A 192.0.2.7"),
                received("somebody: www.example.com 60 A 192.0.2.8"),
            ],
            _ => lines.map(received).into(),
        };
        let result = ProbeResult {
            vantage: VantagePoint::core(),
            probed_at,
            took_us: 1,
            verdict: if works { Verdict::Ok } else { Verdict::Fail },
            reason: (!works).then(|| Reason::new(ReasonCode::Refused, "no".to_owned())),
            phases: Phases::default(),
            exchange: Exchange { lines, is_cut: false },
            certificate_ends_at: None,
            leaf: None,
            reach: None,
        };
        Box::pin(std::future::ready(result))
    }
}

async fn proposed(
    typed: &str,
    works: &'static [&'static str],
) -> Vec<(&'static str, bool, String)> {
    let looker = Looker::new(Arc::new(Finds(works)));
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    let all = looker.look(candidates(typed).unwrap(), &Entropy::from_seed(1), now).await.unwrap();
    all.iter().map(|one| (one.candidate.aspect.as_str(), one.holds(), one.seen())).collect()
}

fn short(all: &[(&'static str, bool, String)]) -> Vec<(&'static str, bool)> {
    all.iter().map(|(aspect, holds, _)| (*aspect, *holds)).collect()
}

#[tokio::test]
async fn what_holds_is_recommended_and_the_rest_is_offered_or_left_out() {
    let works = &[
        "https://shop.example.com",
        "tls://shop.example.com:443",
        "dns:shop.example.com?type=A",
        "http://shop.example.com/",
    ];
    let all = proposed("shop.example.com", works).await;
    let wanted = [("website", true), ("certificate", true), ("ipv4", true), ("redirect", true)];
    assert_eq!(short(&all), wanted);
    assert_eq!((all[0].2.as_str(), all[2].2.as_str()), ("200 OK", "192.0.2.7, 192.0.2.8"));

    let all = proposed("shop.example.com", &["http://shop.example.com/"]).await;
    let wanted = [
        ("website", false),
        ("plain_website", true),
        ("certificate", false),
        ("ipv4", false),
        ("redirect", true),
    ];
    assert_eq!(short(&all), wanted);

    let all = proposed("shop.example.com:25", &["dns:shop.example.com?type=AAAA"]).await;
    assert_eq!(short(&all), [("port", false), ("ipv6", true)]);
    assert_eq!(
        short(&proposed("192.0.2.7:443", &[]).await),
        [("port", false), ("certificate", false)]
    );
}

/// Tries for ever.
struct Still;

impl Prober for Still {
    fn probe(&self, _: Arc<Check>, _: Timestamp) -> Probing {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_ends_and_a_few_look_at_the_same_time() {
    let looker = Looker::new(Arc::new(Still));
    let (entropy, now) = (Entropy::from_seed(1), "2026-11-21T12:00:00Z".parse().unwrap());
    let look = || looker.look(candidates("192.0.2.7:25").unwrap(), &entropy, now);
    let all = futures_util::future::join_all((0..=LOOKS_MAX).map(|_| look())).await;
    assert_eq!(all.iter().filter(|one| one.is_none()).count(), 1);
    let proposals = all.into_iter().flatten().next().unwrap();
    assert_eq!(proposals[0].result.verdict, Verdict::Unknown);
    assert!(!proposals[0].holds());
    assert!(look().await.is_some(), "there is room again");
}

#[tokio::test(start_paused = true)]
async fn programs_leave_room_for_people() {
    let looker = Looker::new(Arc::new(Still));
    let (entropy, now) = (Entropy::from_seed(1), "2026-11-21T12:00:00Z".parse().unwrap());
    let ports = || candidates("192.0.2.7:25").unwrap();
    let programs = (0..LOOKS_MAX).map(|_| looker.look_for_program(ports(), &entropy, now));
    let people = (LOOKS_OF_PROGRAMS_MAX..LOOKS_MAX).map(|_| looker.look(ports(), &entropy, now));
    let (programs, people) = futures_util::future::join(
        futures_util::future::join_all(programs),
        futures_util::future::join_all(people),
    )
    .await;
    assert_eq!(programs.iter().filter(|one| one.is_some()).count(), LOOKS_OF_PROGRAMS_MAX);
    assert!(people.iter().all(Option::is_some));
    assert!(looker.look_for_program(ports(), &entropy, now).await.is_some(), "there is room again");
}
