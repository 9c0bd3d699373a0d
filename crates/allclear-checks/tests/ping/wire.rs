//! Two machines on one wire: namespaces of the kernel, for one test. Root alone can make them.

use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::os::fd::AsFd;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, ipproto, recvfrom, sendto,
    socket_with,
};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// The machine that pings, and the one that is pinged and knows the way to everybody else.
pub(crate) const NEAR: &str = "10.77.0.1";
pub(crate) const FAR: &str = "10.77.0.2";
/// A machine behind that one, where there is one.
pub(crate) const BEYOND: &str = "10.77.1.2";

/// Bytes of the head of a packet without options.
const HEAD_BYTES: usize = 20;

static MADE: AtomicU32 = AtomicU32::new(0);

/// The wire; gone with the value.
pub(crate) struct Wire {
    near: String,
    far: String,
    beyond: Option<String>,
}

impl Wire {
    pub(crate) fn new() -> Self {
        let id = format!("{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let wire = Self { near: format!("acn{id}"), far: format!("acf{id}"), beyond: None };
        let (near, far) = (wire.near.as_str(), wire.far.as_str());
        ip(&["netns", "add", near]);
        ip(&["netns", "add", far]);
        ip(&[
            "-n", near, "link", "add", "wire0", "type", "veth", "peer", "name", "wire1", "netns",
            far,
        ]);
        for (space, link, address) in [(near, "wire0", NEAR), (far, "wire1", FAR)] {
            ip(&["-n", space, "address", "add", &format!("{address}/24"), "dev", link]);
            ip(&["-n", space, "link", "set", "lo", "up"]);
            ip(&["-n", space, "link", "set", link, "up"]);
        }
        ip(&["-n", near, "route", "add", "default", "via", FAR]);
        wire
    }

    /// The same with a machine behind the far one, which is a router then.
    pub(crate) fn with_beyond() -> Self {
        let mut wire = Self::new();
        let (far, beyond) = (wire.far.clone(), wire.far.replace("acf", "acb"));
        ip(&["netns", "add", &beyond]);
        wire.beyond = Some(beyond.clone());
        let ends = ["wire2", "type", "veth", "peer", "name", "wire3", "netns", &beyond];
        ip(&[&["-n", &far, "link", "add"][..], &ends].concat());
        for (space, link, address) in [(&far, "wire2", "10.77.1.1"), (&beyond, "wire3", BEYOND)] {
            ip(&["-n", space, "address", "add", &format!("{address}/24"), "dev", link]);
            ip(&["-n", space, "link", "set", link, "up"]);
        }
        ip(&["-n", &beyond, "route", "add", "default", "via", "10.77.1.1"]);
        wire.set_far("ip_forward", "1");
        wire
    }

    /// The machine behind the far one is gone.
    pub(crate) fn lose_beyond(&self) {
        let beyond = self.beyond.as_deref().expect("there is one");
        ip(&["-n", beyond, "address", "flush", "dev", "wire3"]);
        // The router would believe for a while that it is there.
        self.far(&["neighbor", "flush", "dev", "wire2"]);
    }

    /// Changes the machine that pings.
    pub(crate) fn near(&self, words: &[&str]) {
        ip(&[&["-n", &self.near], words].concat());
    }

    /// Changes the one that is pinged.
    pub(crate) fn far(&self, words: &[&str]) {
        ip(&[&["-n", &self.far], words].concat());
    }

    /// Does something on the machine that pings.
    pub(crate) fn on_near<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        within(&self.near, work)
    }

    /// Sets what the kernel does there.
    pub(crate) fn set_near(&self, setting: &str, value: &str) {
        within(&self.near, || set(setting, value));
    }

    /// Sets what the kernel does on the machine that is pinged.
    pub(crate) fn set_far(&self, setting: &str, value: &str) {
        within(&self.far, || set(setting, value));
    }

    /// Has somebody else answer pings there: `replies` makes of the place of a ping and of the answer
    /// that would be right what is answered, and after which time.
    pub(crate) fn answering(
        &self,
        replies: impl Fn(u8, Vec<u8>) -> Vec<(Duration, Vec<u8>)> + Send + Sync + 'static,
    ) {
        self.set_far("icmp_echo_ignore_all", "1");
        let (far, (listens, heard)) = (self.far.clone(), mpsc::channel());
        std::thread::spawn(move || within(&far, || answer(&replies, &listens)));
        heard.recv().unwrap();
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        for space in [Some(&self.near), Some(&self.far), self.beyond.as_ref()].into_iter().flatten()
        {
            Command::new(program()).args(["netns", "del", space]).status().ok();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the test runner says where its programs are")]
fn program() -> String {
    std::env::var("ALLCLEAR_TEST_IP").unwrap_or_else(|_| {
        panic!("ALLCLEAR_TEST_IP is not set: run `cargo xtask test`, which installs iproute2")
    })
}

fn ip(words: &[&str]) {
    let output = Command::new(program()).args(words).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "`ip {}` fails: {told}namespaces are made by root: run the tests as root",
        words.join(" ")
    );
}

/// Does something in a namespace, on a thread of its own that ends with it.
fn within<T: Send>(space: &str, work: impl FnOnce() -> T + Send) -> T {
    let file = File::open(format!("/run/netns/{space}")).unwrap();
    std::thread::scope(|scope| {
        let thread = scope.spawn(move || {
            move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            work()
        });
        thread.join().unwrap()
    })
}

fn set(setting: &str, value: &str) {
    // Which settings these are goes by the namespace of the thread that opens them.
    fs::write(format!("/proc/sys/net/ipv4/{setting}"), value).unwrap();
}

/// Answers pings until the machine is gone.
fn answer(replies: &impl Fn(u8, Vec<u8>) -> Vec<(Duration, Vec<u8>)>, listens: &mpsc::Sender<()>) {
    let (family, kind) = (AddressFamily::INET, SocketType::RAW);
    let socket = socket_with(family, kind, SocketFlags::CLOEXEC, Some(ipproto::ICMP)).unwrap();
    listens.send(()).unwrap();
    let mut buffer = [0; 1_500];
    loop {
        let (_, length, from) = recvfrom(&socket, &mut buffer[..], RecvFlags::empty()).unwrap();
        let message = &buffer[HEAD_BYTES..length];
        if message[0] != 8 {
            continue;
        }
        let mut right = message.to_vec();
        right[0] = 0;
        for (wait, reply) in replies(message[7], right) {
            std::thread::sleep(wait);
            let from = std::net::SocketAddr::try_from(from.clone().unwrap()).unwrap();
            assert_eq!(from.ip(), NEAR.parse::<Ipv4Addr>().unwrap());
            sendto(&socket, &reply, SendFlags::empty(), &from).unwrap();
        }
    }
}
