//! The themes there are: those of the program and the user's own files, read again as they change.
//! Must not wait or watch: the caller asks when it has time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use thiserror::Error;

use super::builtin::{builtin, builtin_drafts, builtins, default_theme};
use super::file::{self, Draft};
use super::paint::Paint;
use super::resolve::resolve;
use super::slots::Theme;
use super::up_down;
use crate::config::{self, Problem, UpDown, nearest};

/// More than any theme; a tape given by mistake must not fill the memory.
const FILE_BYTES_MAX: u64 = 1 << 18;
/// The folder of themes inside the configuration folder.
const FOLDER: &str = "themes";
/// Begins the names of theme files that lie beside the configuration.
const PREFIX: &str = "theme-";

/// Why a file is not a theme.
#[derive(Debug, Error)]
pub enum ThemeError {
    /// The file cannot be read.
    #[error("cannot read the theme {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is too large to be a theme.
    #[error("{} has {bytes} bytes: a theme has at most {FILE_BYTES_MAX}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// Another theme has the name already.
    #[error("{}: there is a theme {name} already; give this one another name", path.display())]
    NameTaken {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// Every problem that was found, one a line.
    #[error("{}", lines(.0))]
    Invalid(Vec<Problem>),
}

fn lines(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    lines.join("\n")
}

impl ThemeError {
    /// In one line: the first problem, and how many more there are.
    pub fn brief(&self) -> String {
        match self {
            Self::Invalid(problems) => match problems.split_first() {
                Some((first, [])) => first.to_string(),
                Some((first, rest)) => format!(
                    "{first}; {} more, `titan-tui themes check FILE` tells all",
                    rest.len()
                ),
                None => self.to_string(),
            },
            _ => self.to_string(),
        }
    }
}

/// What the desk says after theme files changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeNews {
    /// In one line.
    pub text: String,
    /// Whether all that changed could be read.
    pub good: bool,
}

/// When a file was written last, and its size.
type Stamp = (SystemTime, u64);

/// A file of the user's.
#[derive(Debug, Clone)]
struct UserFile {
    path: PathBuf,
    stamp: Option<Stamp>,
    /// As it could last be read.
    draft: Option<Draft>,
    /// Why it cannot be read now.
    unread: Option<String>,
    /// As it was when it was last good.
    theme: Option<Arc<Theme>>,
    /// What is wrong with it now.
    problem: Option<String>,
}

impl UserFile {
    fn name(&self) -> Option<&str> {
        self.draft.as_ref().map(|draft| draft.name.as_str())
    }
}

/// The themes there are, with the colours of a convention for rising and falling.
#[derive(Debug, Clone, Default)]
pub struct ThemeStore {
    folder: Option<PathBuf>,
    files: Vec<UserFile>,
    up_down: UpDown,
}

impl ThemeStore {
    /// Those of the program alone; opens nothing.
    pub fn builtin() -> Self {
        Self::default()
    }

    /// Those of the program and of a configuration folder: `themes/*.toml` and `theme-*.toml`.
    /// A file that is no theme is left out; [`Self::problems`] tells why.
    pub fn open(folder: &Path, up_down: UpDown) -> Self {
        let mut store = Self {
            folder: Some(folder.to_owned()),
            files: Vec::new(),
            up_down,
        };
        store.changed();
        store
    }

    /// The same for the configuration folder of this user.
    pub fn of_user(up_down: UpDown) -> Self {
        match config::config_file().as_deref().and_then(Path::parent) {
            Some(folder) => Self::open(folder, up_down),
            None => Self {
                up_down,
                ..Self::default()
            },
        }
    }

    /// Every name, those of the program first.
    pub fn names(&self) -> Vec<&str> {
        let own = self.files.iter().filter_map(|file| file.theme.as_deref());
        let all = builtins().iter().map(AsRef::as_ref).chain(own);
        all.map(|theme| theme.name.as_str()).collect()
    }

    /// Whether the program has it, and not a file of the user's.
    pub fn is_builtin(&self, name: &str) -> bool {
        builtin(name).is_some()
    }

    /// The theme of this name.
    pub fn get(&self, name: &str) -> Option<Arc<Theme>> {
        let own = || {
            let mut themes = self.files.iter().filter_map(|file| file.theme.as_ref());
            themes.find(|theme| theme.name == name).cloned()
        };
        let theme = builtin(name).or_else(own)?;
        Some(self.with_convention(theme))
    }

    /// The theme of this name, or the default one and why.
    pub fn choose(&self, name: &str) -> (Arc<Theme>, Option<String>) {
        if let Some(theme) = self.get(name) {
            return (theme, None);
        }
        let theme = self.with_convention(default_theme());
        let reason = match self.problem_of(name) {
            Some(problem) => problem.to_owned(),
            None => match nearest(name, self.names().into_iter()) {
                Some(near) => format!("there is no theme {name}; did you mean {near}?"),
                None => format!("there is no theme {name}; `titan-tui themes list` has all"),
            },
        };
        let message = format!("{} is shown instead: {reason}", theme.name);
        (theme, Some(message))
    }

    /// The theme after the one of this name, the first after the last.
    pub fn next(&self, name: &str) -> Arc<Theme> {
        let names = self.names();
        let after = names.iter().skip_while(|other| **other != name).nth(1);
        let next = after.or_else(|| names.first());
        next.and_then(|name| self.get(name))
            .unwrap_or_else(|| self.with_convention(default_theme()))
    }

    /// The convention for rising and falling.
    pub const fn up_down(&self) -> UpDown {
        self.up_down
    }

    /// Changes it; themes that were got before keep theirs.
    pub fn set_up_down(&mut self, up_down: UpDown) {
        self.up_down = up_down;
    }

    /// What is wrong with the user's files now, a line for each.
    pub fn problems(&self) -> Vec<&str> {
        let problems = self.files.iter();
        problems
            .filter_map(|file| file.problem.as_deref())
            .collect()
    }

    fn problem_of(&self, name: &str) -> Option<&str> {
        let of_file = |file: &&UserFile| {
            file.name() == Some(name) || (file.draft.is_none() && stem(&file.path) == name)
        };
        let file = self.files.iter().find(of_file)?;
        file.problem.as_deref()
    }

    fn with_convention(&self, theme: Arc<Theme>) -> Arc<Theme> {
        match self.up_down {
            UpDown::Theme => theme,
            other => Arc::new(up_down::apply(&theme, other)),
        }
    }

    /// Looks whether files came, went or changed since the last time, by the moment they were
    /// written and their size, and reads those. Gives a line for each, good or bad; a theme whose
    /// file is bad stays as it was.
    pub fn changed(&mut self) -> Vec<String> {
        let Some(folder) = self.folder.clone() else {
            return Vec::new();
        };
        let found = theme_files(&folder);
        let mut said = Vec::new();
        self.files.retain(|file| {
            let kept = found.iter().any(|(path, _)| *path == file.path);
            if !kept && let Some(theme) = &file.theme {
                said.push(format!("theme {} is gone", theme.name));
            }
            kept
        });
        let mut touched: Vec<PathBuf> = Vec::new();
        for (path, stamp) in found {
            let known = self.files.iter().find(|file| file.path == path);
            if known.is_none_or(|file| file.stamp != stamp) {
                self.read(&path, stamp);
                touched.push(path);
            }
        }
        if !touched.is_empty() || !said.is_empty() {
            said.extend(self.resolve_all(&touched));
        }
        said
    }

    /// As [`Self::changed`], and gives the theme that is shown its new colours. Returns what the
    /// desk should say, `None` where nothing changed.
    pub fn refresh(&mut self, paint: &mut Paint) -> Option<ThemeNews> {
        let said = self.changed();
        let last = said.last()?;
        let (theme, problem) = self.choose(&paint.theme.name);
        paint.theme = theme;
        let problems = self.problems();
        let bad = said.iter().find(|line| problems.contains(&line.as_str()));
        let problem = problem.or_else(|| bad.cloned());
        Some(ThemeNews {
            good: problem.is_none(),
            text: problem.unwrap_or_else(|| last.clone()),
        })
    }

    /// Reads a file again, whether it changed or not, and gives the name of its theme.
    ///
    /// # Errors
    /// When it is not a theme; the one it was before stays.
    pub fn reload(&mut self, path: &Path) -> Result<String, ThemeError> {
        let theme = self.check(path)?;
        self.read(path, stamp(path));
        self.resolve_all(&[path.to_owned()]);
        Ok(theme.name)
    }

    /// Reads a file that need not be one of this store, with the store's themes to inherit from.
    ///
    /// # Errors
    /// When it is not a theme.
    pub fn check(&self, path: &Path) -> Result<Theme, ThemeError> {
        let draft = read_draft(path)?;
        let same = |other: &Path| match (fs::canonicalize(path), fs::canonicalize(other)) {
            (Ok(path), Ok(other)) => path == other,
            _ => path == other,
        };
        let others: Vec<&UserFile> = self.files.iter().filter(|file| !same(&file.path)).collect();
        let taken = others.iter().filter_map(|file| file.name());
        let drafts = others.iter().filter_map(|file| file.draft.as_ref());
        theme_of(&draft, path, taken, drafts)
    }

    fn read(&mut self, path: &Path, stamp: Option<Stamp>) {
        let (draft, unread) = match read_draft(path) {
            Ok(draft) => (Some(draft), None),
            Err(error) => (None, Some(error.brief())),
        };
        match self.files.iter_mut().find(|file| file.path == path) {
            Some(file) => {
                file.stamp = stamp;
                file.unread = unread;
                // One that cannot be read leaves the last good one to its heirs.
                file.draft = draft.or(file.draft.take());
            }
            None => self.files.push(UserFile {
                path: path.to_owned(),
                stamp,
                draft,
                unread,
                theme: None,
                problem: None,
            }),
        }
    }

    /// Makes themes of all drafts, because one file may be what another inherits; gives a line for
    /// each theme that is new or differs and for each problem that is.
    fn resolve_all(&mut self, touched: &[PathBuf]) -> Vec<String> {
        let files = self.files.clone();
        let drafts = || files.iter().filter_map(|file| file.draft.as_ref());
        let mut said = Vec::new();
        for (at, file) in self.files.iter_mut().enumerate() {
            let taken = files.iter().take(at).filter_map(UserFile::name);
            let result = match (&file.unread, &file.draft) {
                (Some(problem), _) => Err(problem.clone()),
                (None, Some(draft)) => {
                    theme_of(draft, &file.path, taken, drafts()).map_err(|error| error.brief())
                }
                (None, None) => continue,
            };
            match result {
                Ok(theme) => {
                    if file.theme.as_deref() != Some(&theme) || file.problem.is_some() {
                        said.push(format!("theme {} is read", theme.name));
                    }
                    file.theme = Some(Arc::new(theme));
                    file.problem = None;
                }
                Err(problem) => {
                    let known = file.problem.as_ref() == Some(&problem);
                    if !known || touched.contains(&file.path) {
                        said.push(problem.clone());
                    }
                    file.problem = Some(problem);
                }
            }
        }
        said
    }
}

/// The theme of a draft, unless its name is `taken`; `drafts` are those it may inherit besides
/// the program's.
fn theme_of<'d>(
    draft: &'d Draft,
    path: &Path,
    mut taken: impl Iterator<Item = &'d str>,
    drafts: impl Iterator<Item = &'d Draft> + Clone,
) -> Result<Theme, ThemeError> {
    if builtin(&draft.name).is_some() || taken.any(|name| name == draft.name) {
        return Err(ThemeError::NameTaken {
            path: path.to_owned(),
            name: draft.name.clone(),
        });
    }
    resolve(draft, builtin_drafts().iter().chain(drafts)).map_err(ThemeError::Invalid)
}

/// The theme files of a configuration folder with their stamps, in the order of their names.
fn theme_files(folder: &Path) -> Vec<(PathBuf, Option<Stamp>)> {
    let list = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        paths
            .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
            .collect()
    };
    let mut paths = list(&folder.join(FOLDER));
    paths.extend(list(folder).into_iter().filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(PREFIX))
    }));
    paths.sort();
    let with_stamp = |path: PathBuf| {
        let stamp = stamp(&path);
        (path, stamp)
    };
    paths.into_iter().map(with_stamp).collect()
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// The name of a theme whose file does not say one.
fn stem(path: &Path) -> String {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let stem = stem.unwrap_or_default();
    stem.strip_prefix(PREFIX).unwrap_or(stem).to_owned()
}

fn read_draft(path: &Path) -> Result<Draft, ThemeError> {
    let failed = |source| ThemeError::Read {
        path: path.to_owned(),
        source,
    };
    let bytes = fs::metadata(path).map_err(failed)?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(ThemeError::TooLarge {
            path: path.to_owned(),
            bytes,
        });
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    file::parse(path, &text, &stem(path)).map_err(ThemeError::Invalid)
}
