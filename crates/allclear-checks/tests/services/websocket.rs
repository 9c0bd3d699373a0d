//! WebSocket, as `python3-websockets` serves it.

use std::path::Path;
use std::process::Command;

use super::server::installed;
use super::*;

/// One place that answers, one that turns everybody away, and one that closes at once.
const PROGRAM: &str = r#"
import asyncio, http, ssl, sys, websockets

async def talk(socket):
    if socket.path == "/closes":
        await socket.close(1013, "later")
    async for _ in socket:
        pass

async def ask(path, headers):
    if path == "/full":
        return http.HTTPStatus.SERVICE_UNAVAILABLE, [], b"full\n"

async def main(host, port, folder):
    tls = None
    if folder:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(folder + "/chain.pem", folder + "/key.pem")
    async with websockets.serve(talk, host, int(port), ssl=tls, process_request=ask):
        await asyncio.Future()

asyncio.run(main(*sys.argv[1:]))
"#;

fn websocket(authority: Option<&Authority>) -> Server {
    Server::start(
        |folder| {
            if let Some(authority) = authority {
                authority.certify(folder);
            }
        },
        |folder: &Path, address| {
            let mut command = Command::new(installed("ALLCLEAR_TEST_PYTHON"));
            command.args(["-c", PROGRAM, "127.0.0.1", &address.port().to_string()]);
            command.arg(if authority.is_some() { folder.to_str().unwrap() } else { "" });
            command
        },
    )
}

fn at(server: &Server, path: &str) -> ServiceCheck {
    ServiceCheck { path: Some(path.to_owned()), ..of(server, Protocol::Websocket) }
}

#[tokio::test]
async fn a_server_agrees_and_sends_a_ping_back() {
    let server = websocket(None);
    let said = works(of(&server, Protocol::Websocket)).await;
    assert!(said.contains("101 Switching Protocols") && said.contains("ping\npong"), "{said}");
    let expect = contains("Server: Python");
    works(ServiceCheck { expect, ..at(&server, "/events?since=1") }).await;
}

#[tokio::test]
async fn a_server_that_turns_somebody_away_fails_with_its_words() {
    let server = websocket(None);
    let told = "the status is \"503 Service Unavailable\", not 101";
    fails(at(&server, "/full"), ReasonCode::Status, told).await;
    let told = "closes with 1013 where a pong is due: \"later\"";
    fails(at(&server, "/closes"), ReasonCode::Status, told).await;
}

#[tokio::test]
async fn one_within_tls_has_to_be_trusted() {
    let authority = Authority::new("Example Root");
    let server = websocket(Some(&authority));
    let check = ServiceCheck { security: Security::Tls, ..of(&server, Protocol::Websocket) };
    let result = probe_by(&authority, check.clone(), 20_000, None).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    fails(check, ReasonCode::Tls, "no authority that is trusted").await;
}

#[tokio::test]
async fn one_that_stands_still_is_missed() {
    is_missed(websocket(None), Protocol::Websocket).await;
}
