//! OpenSSH.

use std::fs;
use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;

use super::server::{installed, is_root};
use super::*;

/// A server that greets so many at a time.
fn sshd(at_once: u32) -> Server {
    Server::start(prepare, |folder, address| command(folder, address, at_once))
}

fn prepare(folder: &Path) {
    let key = folder.join("host_key");
    let mut make = Command::new("ssh-keygen");
    make.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(key);
    assert!(make.status().unwrap().success());
    // As root it wants a folder that a machine without systemd does not make.
    if is_root() {
        fs::create_dir_all("/run/sshd").unwrap();
    }
}

fn command(folder: &Path, address: SocketAddr, at_once: u32) -> Command {
    let (folder, port) = (folder.to_str().unwrap(), address.port());
    let config = format!(
        "ListenAddress {}:{port}\nHostKey {folder}/host_key\nPidFile none\nUsePAM no\n\
         MaxStartups {at_once}\nVersionAddendum Example-3\n",
        address.ip()
    );
    fs::write(format!("{folder}/config"), config).unwrap();
    let mut command = Command::new(installed("ALLCLEAR_TEST_SSHD"));
    command.arg("-D").arg("-e").arg("-f").arg(format!("{folder}/config"));
    command
}

#[tokio::test]
async fn a_server_says_who_it_is_and_begins_to_agree_on_keys() {
    let server = sshd(10);
    let check = ServiceCheck { expect: contains("OpenSSH_"), ..of(&server, Protocol::Ssh) };
    let said = works(check.clone()).await;
    assert!(said.contains(" Example-3") && said.contains("begins to agree on keys"), "{said}");
    let check = ServiceCheck { expect: contains("Example-4"), ..check };
    fails(check, ReasonCode::Assertion, "should contain \"Example-4\"").await;
}

#[tokio::test]
async fn a_server_that_takes_nobody_more_says_so() {
    let server = sshd(1);
    // Somebody who says nothing holds the one place that there is.
    let mut greeted = [0; 4];
    let _idle = loop {
        let mut idle = TcpStream::connect(server.address).unwrap();
        if idle.read_exact(&mut greeted).is_ok() && &greeted == b"SSH-" {
            break idle;
        }
    };
    let check = of(&server, Protocol::Ssh);
    fails(check, ReasonCode::Broken, "it said \"Exceeded MaxStartups\" before").await;
}

#[tokio::test]
async fn one_that_stands_still_is_missed() {
    is_missed(sshd(10), Protocol::Ssh).await;
}

#[tokio::test]
async fn what_is_no_such_server_is_told_as_what_it_is() {
    let server = sshd(10);
    fails(of(&server, Protocol::Smtp), ReasonCode::Broken, "SSH-2.0-OpenSSH").await;
}
