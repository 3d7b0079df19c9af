//! Where the user's configuration and data lie.
//! Must not create anything.

use std::path::PathBuf;

use directories::ProjectDirs;

fn project() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "titan-tui")
}

/// The configuration file of this user, whether it exists or not; `None` without a home folder.
pub fn config_file() -> Option<PathBuf> {
    project().map(|dirs| dirs.config_dir().join("config.toml"))
}

/// The data folder of this user, whether it exists or not; `None` without a home folder.
pub fn data_dir() -> Option<PathBuf> {
    project().map(|dirs| dirs.data_dir().to_owned())
}
