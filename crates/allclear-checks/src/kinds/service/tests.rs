//! Servers that answer rightly, refuse, speak something else, talk without end, break off or say nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use allclear_domain::Secret;
use allclear_domain::check::{CheckKind, ProbeResult, SignIn, Verdict};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::Prober;
use crate::kinds::tests::{Then, check, closed, code, noon, peer, probe, prober, said, told};

/// What a peer is told, and what it says to that.
type Words = &'static [(&'static [u8], &'static [u8])];

/// A peer that says each of its words once it was told what belongs before it.
async fn talker(words: Words) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        for (asked, answer) in words {
            let mut question = vec![0; asked.len()];
            stream.read_exact(&mut question).await.unwrap();
            // It falls silent where it was told something else.
            if question != *asked {
                break;
            }
            stream.write_all(answer).await.unwrap();
        }
        std::future::pending::<()>().await;
    });
    address
}

fn service(protocol: Protocol, address: SocketAddr) -> ServiceCheck {
    ServiceCheck::of(protocol, address.ip().to_string(), address.port())
}

async fn ask(protocol: Protocol, says: impl Into<Vec<u8>>, then: Then) -> ProbeResult {
    probe(service(protocol, peer(0, says, then).await).into()).await
}

const SSH: Words = &[
    (b"", b"welcome\r\nSSH-2.0-Example_1\r\n"),
    (b"SSH-2.0-Allclear\r\n", &[0, 0, 1, 0, 5, KEXINIT, 1, 2, 3]),
];
const KEXINIT: u8 = 20;
const SMTP: Words = &[
    (b"", b"220-mail\r\n220 ready\r\n"),
    (b"EHLO [127.0.0.1]\r\n", b"250-mail\r\n250 PIPELINING\r\n"),
    (b"QUIT\r\n", b""),
];
const IMAP: Words = &[
    (b"", b"* OK ready\r\n"),
    (b"a CAPABILITY\r\n", b"* CAPABILITY IMAP4rev1\r\na OK done\r\n"),
    (b"d LOGOUT\r\n", b""),
];
const POP3: Words = &[
    (b"", b"+OK ready\r\n"),
    (b"CAPA\r\n", b"+OK what I can\r\nTOP\r\n.\r\n"),
    (b"QUIT\r\n", b""),
];
const OLD_POP3: Words = &[(b"", b"+OK ready\r\n"), (b"CAPA\r\n", b"-ERR what\r\n")];
const REDIS: Words = &[(b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n")];
const CLOSED_REDIS: Words = &[(b"*1\r\n$4\r\nPING\r\n", b"-NOAUTH Authentication required.\r\n")];
const POSTGRES: Words = &[
    (
        b"\0\0\0\x31\0\x03\0\0user\0allclear\0application_name\0allclear\0\0",
        b"R\0\0\0\x08\0\0\0\0S\0\0\0\x18server_version\x0015.1\0K\0\0\0\x0c\0\0\0\x01\0\0\0\x02Z\0\0\0\x05I",
    ),
    (
        b"Q\0\0\0\x0dSELECT 1\0",
        b"T\0\0\0\x04D\0\0\0\x0b\0\x01\0\0\0\x011C\0\0\0\x0dSELECT 1\0Z\0\0\0\x05I",
    ),
];
const MYSQL: Words = &[(b"", b"\x05\0\0\0\x0a8.4\0")];

#[tokio::test]
async fn a_server_that_answers_rightly_works() {
    for (protocol, words, line) in [
        (Protocol::Ssh, SSH, "it begins to agree on keys"),
        (Protocol::Smtp, SMTP, "250 PIPELINING"),
        (Protocol::Imap, IMAP, "a OK done"),
        (Protocol::Pop3, POP3, "TOP"),
        (Protocol::Pop3, OLD_POP3, "-ERR what"),
        (Protocol::Redis, REDIS, "+PONG"),
        (Protocol::Redis, CLOSED_REDIS, ASKS_FOR_PASSWORD),
        (Protocol::Postgres, POSTGRES, "server_version = 15.1"),
    ] {
        let result = probe(service(protocol, talker(words).await).into()).await;
        assert_eq!(result.verdict, Verdict::Ok, "{protocol:?}: {result:?}");
        assert!(said(&result).contains(line), "{protocol:?}: {}", said(&result));
        assert!(result.phases.first_byte_us.is_some(), "{protocol:?}");
    }
}

/// What a server says that refuses, and what is told of that.
const REFUSALS: [(Protocol, &[u8], &str); 8] = [
    (Protocol::Smtp, b"554 no\r\n", r#"says "554 no" where a greeting is due"#),
    (Protocol::Smtp, b"220 a\r\n421 full\r\n", r#"says "421 full" where a list of"#),
    (Protocol::Imap, b"* BYE full\r\n", r#"says "* BYE full" where a greeting is due"#),
    (Protocol::Imap, b"* OK\r\n* BYE\r\n", r#"says "* BYE" where OK to CAPABILITY is due"#),
    (Protocol::Pop3, b"-ERR [SYS/TEMP] later\r\n", r#"says "-ERR [SYS/TEMP] later" where"#),
    (Protocol::Redis, b"-LOADING data\r\n", r#"Redis says "LOADING data""#),
    (
        Protocol::Postgres,
        b"E\0\0\0\x37SFATAL\0VFATAL\0C57P03\0Mthe database is starting up\0\0",
        r#"PostgreSQL says "FATAL 57P03: the database is starting up""#,
    ),
    (Protocol::Mysql, b"\x0b\0\0\0\xff\x10\x04Too many", r#"MySQL says "1040 Too many""#),
];

#[tokio::test]
async fn a_server_that_refuses_fails_with_its_words() {
    for (protocol, says, words) in REFUSALS {
        let result = ask(protocol, says, Then::Wait).await;
        let found = (result.verdict, code(&result));
        assert_eq!(found, (Verdict::Fail, Some(ReasonCode::Status)), "{protocol:?} {result:?}");
        assert!(told(&result).contains(words), "{protocol:?}: {}", told(&result));
    }
}

#[tokio::test]
async fn who_is_turned_away_by_ssh_is_told_why() {
    let result = ask(Protocol::Ssh, "Exceeded MaxStartups\r\n", Then::Close).await;
    assert_eq!(code(&result), Some(ReasonCode::Broken));
    let why = "the server ended where a line that begins with SSH- is due; it said \"Exceeded \
               MaxStartups\" before";
    assert_eq!(told(&result), why);
    let result = ask(Protocol::Ssh, "SSH-1.5-old\r\n", Then::Wait).await;
    assert!(told(&result).contains("another version of SSH than 2"), "{result:?}");
}

#[tokio::test]
async fn what_speaks_another_protocol_is_broken() {
    for protocol in Protocol::ALL {
        let answer = "HTTP/1.1 400 Bad Request\r\n\r\n";
        let result = ask(protocol, answer, Then::Close).await;
        // A WebSocket begins with HTTP: there it is an answer, and the wrong one.
        let wanted = match protocol {
            Protocol::Websocket => ReasonCode::Status,
            _ => ReasonCode::Broken,
        };
        let found = (result.verdict, code(&result));
        assert_eq!(found, (Verdict::Fail, Some(wanted)), "{protocol:?} {result:?}");
    }
    let result = ask(Protocol::Postgres, "SSH-2.0-Example\r\n", Then::Wait).await;
    assert!(told(&result).contains("it may not be PostgreSQL"), "{result:?}");
}

#[tokio::test]
async fn one_without_end_is_left_and_so_is_one_that_breaks_off() {
    for protocol in Protocol::ALL {
        let result = ask(protocol, "", Then::Endless).await;
        let found = code(&result);
        assert!(
            matches!(found, Some(ReasonCode::TooLong | ReasonCode::Broken)),
            "{protocol:?} {result:?}"
        );
        let result = ask(protocol, "", Then::Close).await;
        assert_eq!(code(&result), Some(ReasonCode::Broken), "{protocol:?} {result:?}");
        let (closed, _socket) = closed();
        let result = probe(service(protocol, closed).into()).await;
        assert_eq!(code(&result), Some(ReasonCode::Refused), "{protocol:?}");
    }
    for (protocol, many) in [
        (Protocol::Ssh, "x\r\n"),
        (Protocol::Smtp, "220-x\r\n"),
        (Protocol::Postgres, "N\0\0\0\x04"),
    ] {
        let result = ask(protocol, many.repeat(200), Then::Wait).await;
        assert_eq!(code(&result), Some(ReasonCode::TooLong), "{protocol:?} {result:?}");
    }
    // The session begins, and its one question is never answered to the end.
    let ready = "R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I".to_owned();
    let endless = ready + &"N\0\0\0\x04".repeat(200);
    let result = ask(Protocol::Postgres, endless, Then::Wait).await;
    assert_eq!(told(&result), "more than 100 messages came in answer to SELECT 1");
}

#[tokio::test]
async fn one_that_is_silent_is_left_at_the_deadline() {
    for protocol in Protocol::ALL {
        for words in [&b""[..], b"2"] {
            let silent = service(protocol, peer(0, words, Then::Wait).await);
            let mut check = check(CheckKind::Service(silent));
            check.deadline_ms = 100;
            let result = prober().probe(Arc::new(check), noon()).await;
            let found = (result.verdict, code(&result));
            assert_eq!(found, (Verdict::Fail, Some(ReasonCode::TimedOut)), "{protocol:?}");
        }
    }
    // The greeting is right, and the rest never comes.
    let mut check = check(service(Protocol::Mysql, talker(MYSQL).await).into());
    check.deadline_ms = 100;
    let result = prober().probe(Arc::new(check), noon()).await;
    assert_eq!(code(&result), Some(ReasonCode::TimedOut), "{result:?}");
}

#[tokio::test]
async fn what_it_says_can_be_asked_for() {
    let contains = |text: &str| Some(TextTest::Contains(text.to_owned()));
    let asks = |address, expect| ServiceCheck { expect, ..service(Protocol::Smtp, address) };
    let result = probe(asks(talker(SMTP).await, contains("250 PIPELINING")).into()).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    let result = probe(asks(talker(SMTP).await, contains("STARTTLS")).into()).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::Assertion)));
    let words = "it works, and what the server says should contain \"STARTTLS\": it is \
                 \"220-mail\\n220 ready\\n250-mail\\n250 PIPELINING\"";
    assert_eq!(told(&result), words);
    let pattern = Some(TextTest::Matches("(".to_owned()));
    let wrong = asks(([127, 0, 0, 1], 25).into(), pattern);
    assert_eq!(ServiceProbe::new(&wrong).unwrap_err().field, "expect.matches");
}

#[tokio::test]
async fn a_database_does_not_have_to_know_whom_nobody_named() {
    const NO_ROLE: &[u8] = b"E\0\0\0\x27SFATAL\0C28000\0Mno role \"allclear\"\0\0";
    let result = ask(Protocol::Postgres, NO_ROLE, Then::Close).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    let address = peer(0, NO_ROLE, Then::Close).await;
    let named = ServiceCheck { user: Some("x".to_owned()), ..service(Protocol::Postgres, address) };
    let result = probe(named.into()).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::Status)));
    assert!(told(&result).contains("28000"), "{result:?}");
}

/// With `monitor` and `hunter2-"x"` signing in.
async fn sign_in(protocol: Protocol, words: Words) -> ProbeResult {
    let mut check = service(protocol, talker(words).await);
    let password = Secret::typed("hunter2-\"x\"");
    check.sign_in = Some(SignIn::Basic { user: "monitor".to_owned(), password });
    let result = probe(check.into()).await;
    let all = format!("{}\n{:?}", said(&result), result.reason);
    for hidden in ["hunter2", "AG1vbml0b3IAaHVudGVyMi0ieCI", "aHVudGVyMi0ieCI"] {
        assert!(!all.contains(hidden), "{all}");
    }
    result
}

const GREETING: (&[u8], &[u8]) = (b"", b"220 ready\r\n");
const OF_IMAP: (&[u8], &[u8]) = (b"", b"* OK ready\r\n");
const EHLO: &[u8] = b"EHLO [127.0.0.1]\r\n";
const AUTH: &[u8] = b"*3\r\n$4\r\nAUTH\r\n$7\r\nmonitor\r\n$11\r\nhunter2-\"x\"\r\n";
const PLAIN: &[u8] = b"AUTH PLAIN AG1vbml0b3IAaHVudGVyMi0ieCI=\r\n";
const CAPABILITY: &[u8] = b"a CAPABILITY\r\n";

#[tokio::test]
async fn who_is_let_in_asks_further() {
    const REDIS: Words = &[(AUTH, b"+OK\r\n"), (b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n")];
    const SMTP: Words = &[
        GREETING,
        (EHLO, b"250-mail\r\n250-AUTH LOGIN PLAIN\r\n250 HELP\r\n"),
        (PLAIN, b"235 come in\r\n"),
        (b"NOOP\r\n", b"250 ok\r\n"),
    ];
    const OLD_SMTP: Words = &[
        GREETING,
        (EHLO, b"250-mail\r\n250 AUTH=LOGIN\r\n"),
        (b"AUTH LOGIN\r\n", b"334 VXNlcm5hbWU6\r\n"),
        (b"bW9uaXRvcg==\r\n", b"334 UGFzc3dvcmQ6\r\n"),
        (b"aHVudGVyMi0ieCI=\r\n", b"235 come in\r\n"),
        (b"NOOP\r\n", b"250 ok\r\n"),
    ];
    const IMAP: Words = &[
        OF_IMAP,
        (CAPABILITY, b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na OK\r\n"),
        (b"b AUTHENTICATE PLAIN\r\n", b"+ \r\n"),
        (b"AG1vbml0b3IAaHVudGVyMi0ieCI=\r\n", b"* CAPABILITY\r\nb OK in\r\n"),
        (b"c NOOP\r\n", b"c OK\r\n"),
    ];
    const OLD_IMAP: Words = &[
        OF_IMAP,
        (CAPABILITY, b"* CAPABILITY IMAP4rev1\r\na OK\r\n"),
        (b"b LOGIN \"monitor\" \"hunter2-\\\"x\\\"\"\r\n", b"b OK in\r\n"),
        (b"c NOOP\r\n", b"c OK\r\n"),
    ];
    const POP3: Words = &[
        (b"", b"+OK ready\r\n"),
        (b"CAPA\r\n", b"-ERR what\r\n"),
        (b"USER monitor\r\n", b"+OK\r\n"),
        (b"PASS hunter2-\"x\"\r\n", b"+OK in\r\n"),
        (b"NOOP\r\n", b"+OK\r\n"),
    ];
    for (protocol, words) in [
        (Protocol::Redis, REDIS),
        (Protocol::Smtp, SMTP),
        (Protocol::Smtp, OLD_SMTP),
        (Protocol::Imap, IMAP),
        (Protocol::Imap, OLD_IMAP),
        (Protocol::Pop3, POP3),
    ] {
        let result = sign_in(protocol, words).await;
        assert_eq!((result.verdict, &result.reason), (Verdict::Ok, &None), "{protocol:?}");
    }
}

#[tokio::test]
async fn who_is_not_let_in_is_told_in_the_words_of_the_server() {
    const REDIS: Words = &[(AUTH, b"-WRONGPASS no such pair\r\n")];
    const SMTP: Words = &[GREETING, (EHLO, b"250 AUTH PLAIN\r\n"), (PLAIN, b"535 5.7.8 no\r\n")];
    const CLOSED_SMTP: Words = &[GREETING, (EHLO, b"250 AUTH CRAM-MD5\r\n")];
    const IMAP: Words = &[
        OF_IMAP,
        (CAPABILITY, b"* CAPABILITY\r\na OK\r\n"),
        (b"b LOGIN \"monitor\" \"hunter2-\\\"x\\\"\"\r\n", b"b NO hunter2-\"x\" is wrong\r\n"),
    ];
    const CLOSED_IMAP: Words = &[OF_IMAP, (CAPABILITY, b"* CAPABILITY LOGINDISABLED\r\na OK\r\n")];
    const POP3: Words = &[
        (b"", b"+OK ready\r\n"),
        (b"CAPA\r\n", b"+OK\r\n.\r\n"),
        (b"USER monitor\r\n", b"-ERR who\r\n"),
    ];
    for (protocol, words, part) in [
        (Protocol::Redis, REDIS, "it says \"WRONGPASS no such pair\""),
        (Protocol::Smtp, SMTP, "it says \"535 5.7.8 no\""),
        (Protocol::Smtp, CLOSED_SMTP, "offers no way to sign in"),
        (Protocol::Imap, IMAP, "it says \"b NO (not kept)"),
        (Protocol::Imap, CLOSED_IMAP, "offers no way to sign in"),
        (Protocol::Pop3, POP3, "POP3 does not let \"monitor\" in with this password"),
    ] {
        let result = sign_in(protocol, words).await;
        assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::Status)));
        assert!(told(&result).contains(part), "{protocol:?}: {}", told(&result));
    }
}

#[test]
fn a_password_goes_within_tls_or_to_this_machine() {
    use allclear_domain::check::Reach;
    assert!(sign_in::stays_here(true, Some(Reach::Far)).is_ok());
    assert!(sign_in::stays_here(false, Some(Reach::Itself)).is_ok());
    for reach in [Some(Reach::Far), Some(Reach::Near), None] {
        let code = sign_in::stays_here(false, reach).unwrap_err().code;
        assert_eq!(code, ReasonCode::Forbidden);
    }
}
