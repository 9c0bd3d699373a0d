//! A network of our own: this machine, a router, and behind it what passes for the Internet. It takes root,
//! iproute2 and util-linux.

use std::fs::File;
use std::io::Write;
use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// The router, on our side of it.
pub(crate) const GATEWAY: &str = "10.77.0.1";
/// The DNS server of our network, on the router.
pub(crate) const RESOLVER: &str = "10.77.0.53";
/// What passes for unrelated addresses elsewhere.
pub(crate) const ANCHORS: [&str; 2] = ["198.41.0.4", "199.7.83.42"];
/// What passes for the server of a shop elsewhere.
pub(crate) const SHOP: &str = "193.0.14.129";

/// A network namespace, held by a process that does nothing.
struct Space(Child);

impl Space {
    fn new() -> Self {
        let held = Command::new("unshare")
            .args(["--net", "sh", "-c", "echo; exec sleep infinity"])
            .stdout(Stdio::piped())
            .spawn();
        let mut child = held.expect("`unshare` is missing: install util-linux");
        // It has its namespace once it speaks; without root it ends instead.
        let mut spoken = [0];
        let spoke = std::io::Read::read(child.stdout.as_mut().unwrap(), &mut spoken).unwrap();
        assert_eq!(spoke, 1, "no network namespace can be made: run these tests as root");
        Self(child)
    }

    /// Moves this thread there.
    fn enter(&self) {
        let path = format!("/proc/{}/ns/net", self.0.id());
        let space = File::open(path).unwrap();
        move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
    }

    fn ip(&self, words: &str) {
        let id = self.0.id().to_string();
        let mut command = Command::new("nsenter");
        command.args(["--target", &id, "--net", "ip"]).args(words.split(' '));
        let output = command.output().expect("`nsenter` or `ip` is missing: install iproute2");
        assert!(output.status.success(), "ip {words}: {output:?}");
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Something that answers, until it is dropped.
pub(crate) struct Served {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// The network.
pub(crate) struct Rig {
    ours: Space,
    router: Arc<Space>,
}

impl Rig {
    pub(crate) fn new() -> Self {
        let (ours, router) = (Space::new(), Arc::new(Space::new()));
        let there = router.0.id();
        ours.ip(&format!("link add line type veth peer name line netns {there}"));
        ours.ip("link set lo up");
        ours.ip("addr add 10.77.0.2/24 dev line");
        ours.ip("link set line up");
        router.ip("link set lo up");
        for address in [GATEWAY, RESOLVER] {
            router.ip(&format!("addr add {address}/24 dev line"));
        }
        router.ip("link set line up");
        ours.ip(&format!("route add default via {GATEWAY}"));
        let rig = Self { ours, router };
        rig.internet("add");
        rig
    }

    /// `add` or `del`: what passes for the Internet. Without it the router has nowhere to send anything,
    /// and says nothing of it.
    pub(crate) fn internet(&self, change: &str) {
        for address in ANCHORS.into_iter().chain([SHOP]) {
            self.router.ip(&format!("addr {change} {address}/32 dev lo"));
            let hole = if change == "del" { "add" } else { "del" };
            if hole == "add" {
                self.router.ip(&format!("route add blackhole {address}/32"));
            } else {
                self.router.ip(&format!("route flush {address}/32"));
            }
        }
    }

    /// The server of the shop is gone for good, and the router says so.
    pub(crate) fn lose_shop(&self) {
        self.router.ip(&format!("addr del {SHOP}/32 dev lo"));
        self.router.ip(&format!("route add unreachable {SHOP}/32"));
        // One that forwards nothing says nothing of it.
        let router = self.router.clone();
        let told = std::thread::spawn(move || {
            router.enter();
            std::fs::write("/proc/sys/net/ipv4/ip_forward", "1").unwrap();
        });
        told.join().unwrap();
    }

    /// `up` or `down`: the far end of our line.
    pub(crate) fn line(&self, state: &str) {
        self.router.ip(&format!("link set line {state}"));
    }

    /// Runs on this machine of the network.
    pub(crate) fn run<T: Send>(&self, story: impl AsyncFnOnce() -> T + Send) -> T {
        std::thread::scope(|scope| {
            let ours = &self.ours;
            let told = scope.spawn(move || {
                ours.enter();
                let mut builder = tokio::runtime::Builder::new_current_thread();
                builder.enable_all().build().unwrap().block_on(story())
            });
            told.join().unwrap()
        })
    }

    /// Takes connections beyond the router.
    pub(crate) fn serve(&self, address: &str, port: u16) -> Served {
        let address: SocketAddr = format!("{address}:{port}").parse().unwrap();
        self.serving(move |is_over| {
            let listener = TcpListener::bind(address).unwrap();
            listener.set_nonblocking(true).unwrap();
            move || {
                while !is_over() {
                    match listener.accept() {
                        Ok((mut stream, _)) => drop(stream.write_all(b"hello\n")),
                        Err(_) => std::thread::sleep(Duration::from_millis(5)),
                    }
                }
            }
        })
    }

    /// Answers questions beyond the router: every name is that of the shop.
    pub(crate) fn serve_names(&self, address: &str) -> Served {
        let address: SocketAddr = format!("{address}:53").parse().unwrap();
        self.serving(move |is_over| {
            let socket = UdpSocket::bind(address).unwrap();
            socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
            move || {
                let mut bytes = [0; 512];
                while !is_over() {
                    if let Ok((length, from)) = socket.recv_from(&mut bytes) {
                        let _ = socket.send_to(&answer(&bytes[..length]), from);
                    }
                }
            }
        })
    }

    fn serving<S: FnOnce()>(
        &self,
        open: impl FnOnce(Box<dyn Fn() -> bool + Send>) -> S + Send + 'static,
    ) -> Served {
        let (is_over, router) = (Arc::new(AtomicBool::new(false)), self.router.clone());
        let (asked, (ready, opened)) = (is_over.clone(), std::sync::mpsc::channel());
        let thread = std::thread::spawn(move || {
            router.enter();
            let serve = open(Box::new(move || asked.load(Ordering::Relaxed)));
            ready.send(()).unwrap();
            serve();
        });
        opened.recv().unwrap();
        Served { is_over, thread: Some(thread) }
    }
}

/// The answer to a question: the address of the shop where one of IPv4 is asked for, else that there is
/// none.
fn answer(question: &[u8]) -> Vec<u8> {
    let mut end = 12;
    while question[end] != 0 {
        end += usize::from(question[end]) + 1;
    }
    let kind = &question[end + 1..end + 3];
    let is_known = kind == [0, 1];
    let mut answer = question[..end + 5].to_vec();
    // It is an answer, of one that would ask others; one question, no extras.
    answer[2..12].copy_from_slice(&[0x81, 0x80, 0, 1, 0, u8::from(is_known), 0, 0, 0, 0]);
    if is_known {
        let Ok(IpAddr::V4(shop)) = SHOP.parse() else { unreachable!("it is one") };
        // The name of the question, an address of the Internet, for no time at all.
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
        answer.extend(shop.octets());
    }
    answer
}
