//! Programs that end rightly, wrongly, too late and not at all, and what is left of them.

use std::sync::Arc;

use allclear_domain::check::{CheckKind, ProbeResult, Verdict};
use rustix::process::{Pid, test_kill_process_group};

use super::*;
use crate::kinds::NetProber;
use crate::kinds::tests::{check, code, noon, prober, said as exchange, told};
use crate::limits::COMMAND_BYTES_MAX;
use crate::prober::Prober as _;

/// Where this machine's shell is.
fn programs() -> Programs {
    Programs::within(Some("/usr/bin".into()))
}

fn command(program: &str, arguments: &[&str]) -> CheckKind {
    let arguments = arguments.iter().map(ToString::to_string).collect();
    CommandCheck { program: program.to_owned(), arguments }.into()
}

async fn run_by(prober: &NetProber, kind: CheckKind, deadline_ms: u32) -> ProbeResult {
    let check = allclear_domain::Check { deadline_ms, ..check(kind) };
    prober.probe(Arc::new(check), noon()).await
}

async fn run(program: &str, arguments: &[&str]) -> ProbeResult {
    run_by(&prober().with_programs(programs()), command(program, arguments), 60_000).await
}

async fn sh(script: &str) -> ProbeResult {
    run("sh", &["-c", script]).await
}

/// The number that a program said of itself.
fn leader_in(result: &ProbeResult) -> Pid {
    let said = exchange(result);
    let number = said.lines().find_map(|line| line.strip_prefix("leader ")?.parse().ok());
    Pid::from_raw(number.unwrap()).unwrap()
}

/// Returns once nothing is left of a process group.
async fn is_gone(leader: Pid) {
    for _ in 0..12_000 {
        if test_kill_process_group(leader).is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("something of the process group {leader:?} is still there after a minute");
}

#[tokio::test]
async fn exit_codes_say_how_things_are() {
    for (script, verdict, reason, found) in [
        ("echo 'DISK OK - all well | /=1MB'", Verdict::Ok, None, ""),
        ("exit 0", Verdict::Ok, None, ""),
        (
            "echo 'LOAD WARNING | a=1'; exit 1",
            Verdict::Degraded,
            Some(ReasonCode::Warned),
            "LOAD WARNING",
        ),
        ("echo; echo CRITICAL; exit 2", Verdict::Fail, Some(ReasonCode::Reported), "CRITICAL"),
        ("echo broken >&2; exit 2", Verdict::Fail, Some(ReasonCode::Reported), "broken"),
        ("exit 2", Verdict::Fail, Some(ReasonCode::Reported), "it said nothing"),
        ("echo usage; exit 3", Verdict::Unknown, Some(ReasonCode::Ours), "does not know: usage"),
        ("exit 7", Verdict::Unknown, Some(ReasonCode::Ours), "ended with code 7"),
        ("/no/such/program", Verdict::Unknown, Some(ReasonCode::Ours), "ended with code 127"),
        (
            "echo a; kill -TERM $$",
            Verdict::Unknown,
            Some(ReasonCode::Ours),
            "ended by signal 15: a",
        ),
    ] {
        let result = sh(script).await;
        assert_eq!((result.verdict, code(&result)), (verdict, reason), "{script}: {result:?}");
        assert!(told(&result).contains(found), "{script}: {}", told(&result));
        assert_eq!(result.reach, Some(Reach::Far), "it may try anything");
    }
}

#[tokio::test]
async fn what_is_no_program_says_nothing_of_the_target() {
    for program in ["no-such-program", "../bin/sh", "/usr/bin/sh"] {
        let result = run(program, &[]).await;
        assert_eq!(code(&result), Some(ReasonCode::Ours), "{result:?}");
    }
    let result = run_by(&prober(), command("sh", &[]), 1_000).await;
    assert!(told(&result).contains("commands_folder"), "{result:?}");
}

#[tokio::test]
async fn nothing_of_the_server_comes_along() {
    let result = run("env", &[]).await;
    let mut lines: Vec<&str> =
        result.exchange.lines.iter().map(|line| line.text.as_str()).collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "/usr/bin/env",
            "LANG=C.UTF-8",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "exit code 0",
        ]
    );
    let result = sh("pwd -P; cat; echo \"$#\"; exit 1").await;
    assert!(exchange(&result).contains("\n/\n0\n"), "{result:?}");
    // There is no shell between: what is an argument stays one.
    let result = run("printf", &["%s,", "a b", "$HOME", "`id`;", "*"]).await;
    assert!(exchange(&result).contains("\na b,$HOME,`id`;,*,\n"), "{result:?}");
}

#[tokio::test]
async fn what_does_not_end_in_time_fails_and_leaves_nothing() {
    let prober = prober().with_programs(programs());
    let script = "echo leader $$; sleep 1000 & (trap '' TERM HUP; sleep 1000) & sleep 1000";
    let result = run_by(&prober, command("sh", &["-c", script]), 3_000).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::TimedOut)));
    assert!(told(&result).starts_with("it did not end in time, and was stopped; it said: leader "));
    is_gone(leader_in(&result)).await;
}

#[tokio::test]
async fn what_a_program_leaves_behind_goes_with_it() {
    let result = sh("echo leader $$; sleep 1000 & sleep 1000 & exit 2").await;
    assert_eq!(code(&result), Some(ReasonCode::Reported), "{result:?}");
    is_gone(leader_in(&result)).await;
    // What leaves the group is not caught, and holds nobody up.
    let result = sh("echo away; setsid sleep 3 & exit 1").await;
    assert_eq!((result.verdict, told(&result)), (Verdict::Degraded, "away"));
}

#[tokio::test]
async fn however_much_is_said_it_is_read_and_the_beginning_is_kept() {
    let script = "head -c 3000000 /dev/zero | tr '\\0' x; echo oops >&2; exit 2";
    let result = sh(script).await;
    assert_eq!(code(&result), Some(ReasonCode::Reported), "{result:?}");
    assert!(told(&result).starts_with("xxx") && told(&result).ends_with('…'));
    let said = exchange(&result);
    assert!(said.len() < COMMAND_BYTES_MAX && result.exchange.is_cut, "{}", said.len());
    assert!(said.ends_with("it said more, which is not kept\nexit code 2"), "{said:?}");
    let prober = prober().with_programs(programs());
    let result = run_by(&prober, command("yes", &[]), 300).await;
    assert_eq!(code(&result), Some(ReasonCode::TimedOut));
}

#[tokio::test]
async fn figures_are_kept_and_a_terminal_is_not_moved() {
    let script = "printf 'BAD \\033[2J\\377 | time=0,5s;1;2;0 broken\\nmore | %s\\n' \"$(seq -s= 30)\"; \
                  for n in $(seq 30); do echo \"v$n=$n\"; done; exit 2";
    let result = sh(script).await;
    assert_eq!(told(&result), "BAD \u{fffd}[2J\u{fffd}");
    let said = exchange(&result);
    assert!(
        said.contains("figure time: 0.5s, warns beyond 1, fails beyond 2, at least 0\n"),
        "{said}"
    );
    assert_eq!(said.matches("figure ").count(), COMMAND_FIGURES_MAX, "{said}");
    assert!(said.contains(" more figures\n"), "{said}");
}

#[tokio::test]
async fn no_more_than_a_few_run_at_the_same_time() {
    let programs = programs();
    let mut seats = Vec::new();
    for _ in 0..COMMANDS_MAX {
        seats.push(programs.seat().await);
    }
    let prober = prober().with_programs(programs.clone());
    let result = run_by(&prober, command("sh", &["-c", "exit 0"]), 50).await;
    assert_eq!(code(&result), Some(ReasonCode::Ours), "{result:?}");
    let most = format!("{COMMANDS_MAX} programs ran all the while, and no more do");
    assert!(told(&result).contains(&most), "{result:?}");
    seats.clear();
    assert_eq!(run_by(&prober, command("true", &[]), 60_000).await.verdict, Verdict::Ok);
}

#[tokio::test]
async fn a_program_has_its_seat_until_its_end_is_taken_note_of() {
    let programs = programs();
    let mut seats = Vec::new();
    for _ in 0..COMMANDS_MAX {
        seats.push(programs.seat().await);
    }
    let sleeping = |seat| {
        let arguments = vec!["1000".to_owned()];
        programs.start(&CommandCheck { program: "sleep".to_owned(), arguments }, seat).unwrap().1
    };
    let started = sleeping(seats.pop().unwrap());
    // It runs, and nobody else gets its seat.
    let waited = tokio::time::timeout(Duration::from_millis(50), programs.seat()).await;
    assert!(waited.is_err(), "{waited:?}");
    // Nobody waits for it any more: it is ended, and then there is room.
    drop(started);
    let seat = tokio::time::timeout(Duration::from_mins(1), programs.seat()).await;
    assert!(seat.is_ok(), "{seat:?}");
    // What is not there leaves its seat at once.
    let none = CommandCheck { program: "no-such-program".to_owned(), arguments: Vec::new() };
    programs.start(&none, seat.unwrap()).unwrap_err();
    let seat = tokio::time::timeout(Duration::from_mins(1), programs.seat()).await;
    assert!(seat.is_ok(), "{seat:?}");
}

#[tokio::test]
async fn none_outlives_its_probe_nor_the_server() {
    let home = tempfile::TempDir::new().unwrap();
    let told = home.path().join("leader");
    let script = format!("echo $$ > {0}.new; mv {0}.new {0}; sleep 1000", told.display());
    let programs = programs();
    let prober = prober().with_programs(programs.clone());
    let probe = |prober: NetProber, script: String| async move {
        run_by(&prober, command("sh", &["-c", &script]), 100_000).await
    };
    let started = || async {
        loop {
            if let Ok(number) = std::fs::read_to_string(&told) {
                std::fs::remove_file(&told).unwrap();
                return Pid::from_raw(number.trim().parse().unwrap()).unwrap();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    // The probe is given up.
    let task = tokio::spawn(probe(prober.clone(), script.clone()));
    let leader = started().await;
    task.abort();
    is_gone(leader).await;
    // The server is stopped.
    let task = tokio::spawn(probe(prober.clone(), script.clone()));
    let leader = started().await;
    programs.stop();
    is_gone(leader).await;
    let result = task.await.unwrap();
    assert_eq!((result.verdict, code(&result)), (Verdict::Unknown, Some(ReasonCode::Ours)));
    let result = probe(prober, script).await;
    assert!(super::super::tests::told(&result).contains("being stopped"), "{result:?}");
}
