//! The kind `command` with Debian's monitoring plugins against nginx: right, wrong, slow, silent and gone.

use std::path::PathBuf;
use std::sync::Arc;

use allclear_checks::Prober;
use allclear_checks::kinds::Programs;
use allclear_domain::Clock;
use allclear_domain::check::{ProbeResult, ReasonCode, Verdict};

use super::server::{Served, installed};
use super::{HEALTH, NAME, Rig, check_of, said};

/// Runs a plugin as somebody types it; `PORT` in it is where nginx listens.
async fn run(rig: &Rig, line: &str, deadline_ms: u32) -> ProbeResult {
    let folder = PathBuf::from(installed("ALLCLEAR_TEST_PLUGINS"));
    let folder = folder.parent().unwrap().to_owned();
    let prober = rig.prober.clone().with_programs(Programs::within(Some(folder)));
    let line = line.replace("PORT", &rig.nginx.address.port().to_string());
    let kind = format!("command:{line}").parse().unwrap();
    prober.probe(Arc::new(check_of(&kind, deadline_ms)), rig.clock.now()).await
}

fn found(result: &ProbeResult) -> (Verdict, Option<ReasonCode>, &str) {
    let reason = result.reason.as_ref();
    let told = reason.map(|reason| reason.told.as_str()).unwrap_or_default();
    (result.verdict, reason.map(|reason| reason.code), told)
}

#[tokio::test]
async fn each_exit_code_of_a_plugin_is_a_verdict() {
    let rig = Rig::new(Served::Chain, HEALTH);
    for (code, verdict, reason, told) in [
        (0, Verdict::Ok, None, ""),
        (1, Verdict::Degraded, Some(ReasonCode::Warned), "WARNING: all well"),
        (2, Verdict::Fail, Some(ReasonCode::Reported), "CRITICAL: all well"),
        (
            3,
            Verdict::Unknown,
            Some(ReasonCode::Ours),
            "the program does not know: UNKNOWN: all well",
        ),
    ] {
        let result = run(&rig, &format!("check_dummy {code} 'all well'"), 30_000).await;
        assert_eq!(found(&result), (verdict, reason, told));
    }
    let wrong = run(&rig, "check_dummy --no-such-option", 30_000).await;
    assert_eq!(wrong.verdict, Verdict::Unknown, "{wrong:?}");
}

#[tokio::test]
async fn plugins_judge_a_server_that_is_right_wrong_and_gone() {
    let mut rig = Rig::new(Served::Chain, HEALTH);
    let right = run(&rig, "check_tcp -H 127.0.0.1 -p PORT", 30_000).await;
    assert_eq!(right.verdict, Verdict::Ok, "{right:?}");
    let kept = said(&right);
    assert!(kept.contains("TCP OK") && kept.contains("figure time: "), "{kept}");
    let web = format!("check_http -I 127.0.0.1 -p PORT -S --sni -H {NAME} -u /health");
    let right = run(&rig, &web, 30_000).await;
    assert_eq!(right.verdict, Verdict::Ok, "{right:?}");
    let wrong = run(&rig, &format!("{web} -s 'no such words'"), 30_000).await;
    let (verdict, code, told) = found(&wrong);
    assert_eq!((verdict, code), (Verdict::Fail, Some(ReasonCode::Reported)));
    assert!(told.contains("not found"), "{told}");
    let slow = run(&rig, &format!("{web} -w 0.0000001"), 30_000).await;
    assert_eq!(slow.verdict, Verdict::Degraded, "{slow:?}");
    assert!(said(&slow).contains("warns beyond"), "{}", said(&slow));
    // One program that goes by many names, and does by each something else.
    let other = run(&rig, "check_imap -V", 30_000).await;
    assert!(found(&other).2.contains("check_imap v"), "{other:?}");
    rig.nginx.stop();
    let gone = run(&rig, "check_tcp -H 127.0.0.1 -p PORT", 30_000).await;
    assert_eq!((gone.verdict, found(&gone).1), (Verdict::Fail, Some(ReasonCode::Reported)));
    assert!(found(&gone).2.contains("refused"), "{gone:?}");
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for_longer_than_the_deadline() {
    let rig = Rig::new(Served::Chain, HEALTH);
    // nginx waits for the client to begin, and says nothing of its own.
    let silent = "check_tcp -H 127.0.0.1 -p PORT -e never -t 60";
    let result = run(&rig, silent, 300).await;
    assert_eq!((result.verdict, found(&result).1), (Verdict::Fail, Some(ReasonCode::TimedOut)));
    let by_itself = run(&rig, &silent.replace("60", "1"), 30_000).await;
    assert_eq!(found(&by_itself).1, Some(ReasonCode::Reported), "{by_itself:?}");
    assert!(found(&by_itself).2.contains("CRITICAL"), "{by_itself:?}");
}
