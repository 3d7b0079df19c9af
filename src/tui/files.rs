//! The desk's own files: layouts by name, and the layout that the next start begins with.
//! Must not leave half a file: what is written is written beside and moved into place.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::workspace::{LayoutError, Workspaces, read};

/// Name of the layout that the desk was left with.
const LAST: &str = "last-session";

/// Why a layout was not read or written.
#[derive(Debug, Error)]
pub enum LayoutFileError {
    /// Nowhere to keep it.
    #[error("this machine names no folder for configuration")]
    NoFolder,
    /// The disk.
    #[error("{path}: {problem}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What happened.
        #[source]
        problem: io::Error,
    },
    /// The text.
    #[error("{path}: {problem}")]
    Layout {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        problem: LayoutError,
    },
}

/// Where the desk's files lie.
#[derive(Debug, Clone, Default)]
pub struct DeskFiles {
    /// Of the layouts that are saved by name; `None` where there is none.
    pub layouts: Option<PathBuf>,
    /// Of what the desk remembers by itself; `None` forgets it.
    pub state: Option<PathBuf>,
}

impl DeskFiles {
    /// Writes a layout of a name; gives its path.
    ///
    /// # Errors
    /// When there is no folder or the disk refuses.
    pub fn save(&self, name: &str, text: &str) -> Result<PathBuf, LayoutFileError> {
        let folder = self.layouts.as_ref().ok_or(LayoutFileError::NoFolder)?;
        put(&folder.join(format!("{name}.toml")), text)
    }

    /// Reads a layout of a name.
    ///
    /// # Errors
    /// When there is no such file, or it is no layout.
    pub fn load(&self, name: &str) -> Result<Workspaces, LayoutFileError> {
        let folder = self.layouts.as_ref().ok_or(LayoutFileError::NoFolder)?;
        get(&folder.join(format!("{name}.toml")))
    }

    /// Writes the layout that the next start begins with.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn save_last(&self, text: &str) -> Result<(), LayoutFileError> {
        match &self.state {
            Some(folder) => put(&folder.join(format!("{LAST}.toml")), text).map(|_| ()),
            None => Ok(()),
        }
    }

    /// The layout that the desk was left with; `None` where there is none.
    ///
    /// # Errors
    /// When the file is there and cannot be used.
    pub fn load_last(&self) -> Result<Option<Workspaces>, LayoutFileError> {
        let Some(folder) = &self.state else {
            return Ok(None);
        };
        let path = folder.join(format!("{LAST}.toml"));
        if path.exists() {
            get(&path).map(Some)
        } else {
            Ok(None)
        }
    }
}

fn put(path: &Path, text: &str) -> Result<PathBuf, LayoutFileError> {
    let io = |problem| LayoutFileError::Io {
        path: path.to_owned(),
        problem,
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(io)?;
    }
    let beside = path.with_extension("toml.new");
    std::fs::write(&beside, text).map_err(io)?;
    std::fs::rename(&beside, path).map_err(io)?;
    Ok(path.to_owned())
}

fn get(path: &Path) -> Result<Workspaces, LayoutFileError> {
    let text = std::fs::read_to_string(path).map_err(|problem| LayoutFileError::Io {
        path: path.to_owned(),
        problem,
    })?;
    read(&text).map_err(|problem| LayoutFileError::Layout {
        path: path.to_owned(),
        problem,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::workspace::write;

    #[test]
    fn a_layout_comes_back_as_it_was_saved() {
        let folder = tempfile::tempdir().unwrap();
        let files = DeskFiles {
            layouts: Some(folder.path().join("layouts")),
            state: Some(folder.path().join("state")),
        };
        let text = write(&Workspaces::new()).unwrap();
        files.save("mine", &text).unwrap();
        assert_eq!(write(&files.load("mine").unwrap()).unwrap(), text);
        assert!(files.load("other").is_err());
        assert!(files.load_last().unwrap().is_none());
        files.save_last(&text).unwrap();
        assert!(files.load_last().unwrap().is_some());
        std::fs::write(folder.path().join("layouts/bad.toml"), "workspace = 3").unwrap();
        let error = files.load("bad").unwrap_err().to_string();
        assert!(error.contains("bad.toml"), "{error}");
        let nowhere = DeskFiles::default();
        assert!(nowhere.save("mine", &text).is_err());
        assert!(nowhere.load_last().unwrap().is_none());
    }
}
