//! gRPC, as etcd serves it, and `python3-grpcio` where a server has to say that it does not serve.

use std::path::Path;
use std::process::Command;

use super::server::installed;
use super::*;

/// A server that says of itself what its last word is; with none it has no health service. Of the service
/// `shop.v1.Orders` it always says that it does not serve.
const PROGRAM: &str = r#"
import sys, threading, grpc
from concurrent import futures

port, words = sys.argv[1], sys.argv[2:]
ORDERS = b"\x0a\x0eshop.v1.Orders"

def check(request, context):
    if request == ORDERS:
        return b"\x08\x02"
    if words[0] == "starting":
        context.abort(grpc.StatusCode.UNAVAILABLE, "it starts up: 5 %")
    return bytes.fromhex(words[0])

server = grpc.server(futures.ThreadPoolExecutor(2))
if words:
    handler = grpc.unary_unary_rpc_method_handler(check)
    handlers = grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": handler})
    server.add_generic_rpc_handlers((handlers,))
server.add_insecure_port("127.0.0.1:" + port)
server.start()
threading.Event().wait()
"#;

fn python(words: &[&str]) -> Server {
    Server::start(
        |_| {},
        |_, address| {
            let mut command = Command::new(installed("ALLCLEAR_TEST_PYTHON"));
            command.args(["-c", PROGRAM, &address.port().to_string()]).args(words);
            command
        },
    )
}

fn etcd(authority: Option<&Authority>) -> Server {
    Server::start(
        |folder| {
            if let Some(authority) = authority {
                authority.certify(folder);
            }
        },
        |folder, address| etcd_command(folder, address, authority.is_some()),
    )
}

fn etcd_command(folder: &Path, address: std::net::SocketAddr, has_tls: bool) -> Command {
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let at = format!("{}://{address}", if has_tls { "https" } else { "http" });
    // Nobody else is in its cluster, so any port will do for others.
    let peers = "http://127.0.0.1:0";
    let mut command = Command::new(installed("ALLCLEAR_TEST_ETCD"));
    command.args(["--name", "a", "--data-dir", &file("data"), "--listen-client-urls", &at]);
    command.args(["--advertise-client-urls", &at, "--listen-peer-urls", peers]);
    command.args(["--initial-advertise-peer-urls", peers, "--initial-cluster"]);
    command.arg(format!("a={peers}"));
    if has_tls {
        command.args(["--cert-file", &file("chain.pem"), "--key-file", &file("key.pem")]);
    }
    command
}

fn after(server: &Server, service: &str) -> ServiceCheck {
    let grpc_service = Some(service.to_owned());
    ServiceCheck { grpc_service, ..of(server, Protocol::Grpc) }
}

#[tokio::test]
async fn a_server_that_serves_says_so() {
    let server = etcd(None);
    let expect = contains("SERVING");
    let said = works(ServiceCheck { expect, ..of(&server, Protocol::Grpc) }).await;
    assert!(said.contains("HTTP/2.0 200 OK") && said.contains("grpc-status: 0"), "{said}");
    let told = "the server knows no service \"shop.v1.Orders\" (NOT_FOUND)";
    fails(after(&server, "shop.v1.Orders"), ReasonCode::Status, told).await;
}

#[tokio::test]
async fn a_server_that_does_not_serve_fails_with_its_word() {
    for (word, code, told) in [
        ("0802", ReasonCode::Status, "the server says that it is NOT_SERVING, not SERVING"),
        ("", ReasonCode::Status, "the server says that it is UNKNOWN, not SERVING"),
        ("starting", ReasonCode::Status, "gRPC says \"UNAVAILABLE: it starts up: 5 %\""),
        ("08", ReasonCode::Broken, "its message is over in the middle of a field"),
    ] {
        let server = python(&[word]);
        fails(of(&server, Protocol::Grpc), code, told).await;
    }
    let server = python(&["0801"]);
    works(of(&server, Protocol::Grpc)).await;
    let told = "its service \"shop.v1.Orders\" is NOT_SERVING, not SERVING";
    fails(after(&server, "shop.v1.Orders"), ReasonCode::Status, told).await;
}

#[tokio::test]
async fn a_server_without_a_health_service_is_told_from_one_that_is_down() {
    let told = "speaks gRPC and has no health service (UNIMPLEMENTED)";
    fails(of(&python(&[]), Protocol::Grpc), ReasonCode::Status, told).await;
}

#[tokio::test]
async fn one_within_tls_has_to_be_trusted() {
    let authority = Authority::new("Example Root");
    let server = etcd(Some(&authority));
    let check = ServiceCheck { security: Security::Tls, ..of(&server, Protocol::Grpc) };
    let result = probe_by(&authority, check.clone(), 20_000, None).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    assert!(result.certificate_ends_at.is_some() && said(&result).contains("SERVING"));
    fails(check, ReasonCode::Tls, "no authority that is trusted").await;
    fails(of(&server, Protocol::Grpc), ReasonCode::Broken, "it may not be gRPC").await;
}

#[tokio::test]
async fn one_that_stands_still_is_missed() {
    is_missed(etcd(None), Protocol::Grpc).await;
}
