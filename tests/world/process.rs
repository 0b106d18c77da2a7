//! The real binary in a process of its own, for what cannot be seen from inside.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use super::{Browser, TestDatabase};

/// `facementor` with the settings a test database needs; the caller's environment has no say.
pub(crate) fn facementor(database: &TestDatabase) -> Command {
    let mut command = bare(database.folder());
    command
        .env("FACEMENTOR_DATABASE__URL", database.url())
        .env("FACEMENTOR_DATABASE__MAX_CONNECTIONS", "4")
        .env("FACEMENTOR_HTTP__LISTEN", "127.0.0.1:0")
        .env("FACEMENTOR_OPS__LISTEN", "127.0.0.1:0")
        .env("FACEMENTOR_SFU__BIND", "127.0.0.1")
        .env("FACEMENTOR_SFU__PORT", "0")
        .env("FACEMENTOR_SFU__SHARDS", "1");
    command
}

/// `facementor` with nothing but a data folder.
pub(crate) fn bare(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_facementor"));
    let inherited = std::env::vars_os().filter(|(key, _)| !key.to_string_lossy().starts_with("FACEMENTOR_"));
    command.env_clear().envs(inherited).env("FACEMENTOR_DATA_DIR", data_dir).current_dir(data_dir);
    command
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running server. Killed when dropped.
pub(crate) struct Process {
    child: Child,
    base: String,
}

impl Process {
    /// Returns once the server says that it is ready.
    pub(crate) fn serve(mut command: Command) -> Self {
        let mut child =
            command.arg("serve").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary runs");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut lines = lines.map(|line| line.expect("text"));
        let ready = lines.find(|line| line.contains(" is ready: ")).expect("it gets ready");
        let port = ready.rsplit(':').next().expect("a port").trim().to_owned();
        // The pipe stays open for what is printed later.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, base: format!("http://127.0.0.1:{port}") }
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.base.clone())
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// SIGTERM; says whether it ended well.
    pub(crate) fn terminate(mut self) -> bool {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs").success());
        self.child.wait().expect("gone").success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
