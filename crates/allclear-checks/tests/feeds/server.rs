//! A real server for one test, on a free port, with its files in a folder that goes away.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Others may take a port between looking for a free one and listening there.
const TRIES: usize = 5;
/// How long one may take to begin.
const START_WAIT: Duration = Duration::from_secs(60);

/// A running server; gone with the value.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    process: Child,
    folder: TempDir,
}

impl Server {
    /// Starts Prometheus with this configuration, and waits until it answers. `ADDRESS` in it is where it
    /// listens, `FOLDER` where its files are.
    pub(crate) fn prometheus(config: &str, web: &str) -> Self {
        Self::start(|folder, address| {
            let put = |name: &str, text: &str| {
                let text = text.replace("ADDRESS", &address.to_string());
                fs::write(folder.join(name), text).unwrap();
            };
            put("prometheus.yml", config);
            put("web.yml", web);
            let mut command = Command::new(installed("ALLCLEAR_TEST_PROMETHEUS"));
            let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
            command.args([
                format!("--config.file={}", file("prometheus.yml")),
                format!("--web.config.file={}", file("web.yml")),
                format!("--web.listen-address={address}"),
                format!("--storage.tsdb.path={}", file("data")),
                "--log.level=warn".to_owned(),
            ]);
            command
        })
    }

    /// Starts nginx, which serves what is written into its folder.
    pub(crate) fn nginx() -> Self {
        Self::start(|folder, address| {
            let folder_name = folder.to_str().unwrap();
            let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map(|name| format!("{name}_temp_path {folder_name}/{name};\n"))
                .concat();
            // The worker must be able to read our temporary folder.
            let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
            let user = if is_root { "user root;\n" } else { "" };
            let config = format!(
                "{user}daemon off;\nmaster_process off;\npid {folder_name}/nginx.pid;\n\
                 error_log {folder_name}/error.log;\nevents {{ worker_connections 64; }}\n\
                 http {{ {places} access_log off;\n\
                 server {{ listen {address}; root {folder_name}/pages;\n\
                 location = /moved {{ return 302 /summary.json; }} }} }}\n"
            );
            fs::create_dir_all(folder.join("pages")).unwrap();
            fs::write(folder.join("nginx.conf"), config).unwrap();
            let mut command = Command::new(installed("ALLCLEAR_TEST_NGINX"));
            command.arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf"));
            command
        })
    }

    fn start(command: impl Fn(&Path, SocketAddr) -> Command) -> Self {
        let mut log = String::new();
        for _ in 0..TRIES {
            let folder = tempfile::tempdir().unwrap();
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let mut command = command(folder.path(), address);
            let told = fs::File::create(folder.path().join("told")).unwrap();
            command.stdin(Stdio::null()).stdout(told.try_clone().unwrap()).stderr(told);
            let process = command.spawn().unwrap();
            let mut server = Self { address, process, folder };
            if server.listens() {
                return server;
            }
            log = fs::read_to_string(server.folder.path().join("told")).unwrap_or_default();
        }
        panic!("the server does not start: {log}");
    }

    /// Waits until it listens; false if it ends instead, or takes too long.
    fn listens(&mut self) -> bool {
        let until = Instant::now() + START_WAIT;
        while Instant::now() < until {
            let answers = TcpStream::connect(self.address).is_ok();
            // Who answers may be somebody else, who took its port.
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            if answers {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    /// Writes a page to serve.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join("pages").join(name), text).unwrap();
    }

    /// Has it stand still: connections are made, and it says nothing.
    pub(crate) fn freeze(&self) {
        kill_process(Pid::from_child(&self.process), Signal::STOP).unwrap();
    }

    /// Has it go on after this time.
    pub(crate) fn thaw_in(&self, wait: Duration) {
        let pid = Pid::from_child(&self.process);
        std::thread::spawn(move || {
            std::thread::sleep(wait);
            kill_process(pid, Signal::CONT).unwrap();
        });
    }

    /// Ends it.
    pub(crate) fn end(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

#[expect(clippy::disallowed_methods, reason = "the test runner says where its programs are")]
fn installed(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask test`, which installs it"))
}
