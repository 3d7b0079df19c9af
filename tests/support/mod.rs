//! What integration tests share: running the program, folders of their own, the recorded data.
//! Must not know what is tested.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// What a run of the program left behind.
#[derive(Debug)]
pub struct Outcome {
    /// Exit status; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Its stdout.
    pub stdout: String,
    /// Its stderr.
    pub stderr: String,
}

impl Outcome {
    /// The stdout of a run that must have succeeded.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self.stdout
    }
}

/// A home of its own for the program, so that no test sees the machine's configuration.
#[derive(Debug)]
pub struct Desk {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Desk {
    /// An empty home.
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            environment: Vec::new(),
        }
    }

    /// A home whose `config.toml` holds `text`.
    pub fn with_config(text: &str) -> Self {
        let desk = Self::new();
        let path = desk.config_file();
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the config folder");
        std::fs::write(path, text).expect("config.toml");
        desk
    }

    /// Adds a variable to the environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The home folder.
    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    /// The configuration file of this home.
    pub fn config_file(&self) -> PathBuf {
        self.home().join("config/titan-tui/config.toml")
    }

    /// The program with this home, nothing on stdin and a clean environment, not started yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_titan-tui"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("XDG_CONFIG_HOME", self.home().join("config"))
            .env("XDG_DATA_HOME", self.home().join("data"))
            .env("LANG", "C.UTF-8")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.home())
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        let output = self
            .command(arguments)
            .output()
            .expect("the program starts");
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The folder of recorded market data: `TITAN_DATA`, or beside the checkout. Without it the caller
/// returns; where `TITAN_REQUIRE_DATA=1` says that the data must be there, this panics instead.
#[allow(
    dead_code,
    reason = "used by the modules that test against recorded data"
)]
pub fn shared_data() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("TITAN_DATA").map_or_else(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    let reason = format!(
        "no recorded data at {}; TITAN_DATA names the folder",
        folder.display()
    );
    let required = std::env::var_os("TITAN_REQUIRE_DATA").is_some_and(|value| value == "1");
    assert!(!required, "{reason}");
    // Past the capture of the test harness, so that nobody takes the test for one that ran.
    let _ = writeln!(std::io::stderr(), "ignored: {reason}");
    None
}

/// Compares `text` with a file of the repository; `UPDATE_GOLDEN=1` writes the file instead.
#[track_caller]
pub fn assert_golden(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("the folder");
        std::fs::write(&file, text).expect("the golden file");
        return;
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == text,
        "{path} is out of date: run the test again with UPDATE_GOLDEN=1 and look at the difference"
    );
}
