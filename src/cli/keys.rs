//! `keys`: checks, lists and describes the keys; finds the user's own.
//! Must not know a key: `crate::tui::keymap` does.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::args::GlobalArgs;
use super::error::CliError;
use crate::config;
use crate::tui::action::Scope;
use crate::tui::keymap::{self, Loaded, Severity, Terminal};

/// The file of the user's keys, beside the configuration.
const FILE_NAME: &str = "keys.toml";
/// The profile where nobody names one.
pub(super) const DEFAULT_PROFILE: &str = "default";

/// Arguments of `keys`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  titan-tui keys check\n  titan-tui keys list --profile vim\n  \
    titan-tui keys list --scope chart --json\n  \
    titan-tui keys schema > ~/.config/titan-tui/keys.schema.json"
)]
pub struct KeysArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: KeysCommand,
}

/// The subcommands of `keys`.
#[derive(Debug, Clone, Subcommand)]
pub enum KeysCommand {
    /// Name rows in one another's way, keys out of reach, and keys that tmux or a terminal keeps
    Check(KeysCheckArgs),
    /// Print the JSON schema of keymap files
    Schema,
    /// Print every action with its keys
    List(KeysListArgs),
}

/// Arguments of `keys check`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Exit status: 1 where there is an error, 0 otherwise.")]
pub struct KeysCheckArgs {
    /// Check this file instead of the user's own keys.toml
    pub file: Option<PathBuf>,
    /// The profile below the file, where the file names none
    #[arg(long, value_name = "NAME", value_parser = parse_profile)]
    pub profile: Option<String>,
}

/// Arguments of `keys list`.
#[derive(Debug, Clone, Args)]
pub struct KeysListArgs {
    /// List this shipped profile instead of the keys in force
    #[arg(long, value_name = "NAME", value_parser = parse_profile)]
    pub profile: Option<String>,
    /// List only the actions of this scope
    #[arg(long, value_name = "SCOPE", value_parser = parse_scope)]
    pub scope: Option<Scope>,
    /// Print JSON
    #[arg(long, conflicts_with = "markdown")]
    pub json: bool,
    /// Print Markdown
    #[arg(long)]
    pub markdown: bool,
}

/// Runs it.
///
/// # Errors
/// When a file cannot be read, `check` finds an error, or the output cannot be written.
pub fn run(global: &GlobalArgs, args: &KeysArgs, out: &mut dyn Write) -> Result<(), CliError> {
    match &args.command {
        KeysCommand::Check(args) => check(global, args, out),
        KeysCommand::Schema => Ok(writeln!(out, "{:#}", keymap::schema())?),
        KeysCommand::List(args) => list(global, args, out),
    }
}

/// The user's keys over a profile, and where they were looked for; a file that is wrong or cannot
/// be read leaves the shipped profile in force and says so.
pub(super) fn load(global: &GlobalArgs, profile: &str) -> (Loaded, Option<String>) {
    let path = path(global);
    let text = path.as_deref().map(read).transpose();
    let shown = path.as_deref().unwrap_or(Path::new(FILE_NAME)).display();
    match text {
        Ok(text) => {
            let loaded = keymap::load_or_shipped(profile, text.flatten().as_deref());
            let notice = loaded.error.as_ref().map(|error| {
                let first = error.0.first().map(ToString::to_string).unwrap_or_default();
                format!("{shown}: {first}; not used: `titan-tui keys check` says more")
            });
            (loaded, notice)
        }
        Err(error) => {
            let loaded = keymap::load_or_shipped(profile, None);
            (loaded, Some(format!("{shown}: {error}; not used")))
        }
    }
}

/// Beside the configuration that is in force.
fn path(global: &GlobalArgs) -> Option<PathBuf> {
    let config = global.config.clone().or_else(config::config_file)?;
    Some(config.with_file_name(FILE_NAME))
}

/// The text of a file; `None` where there is none.
fn read(path: &Path) -> io::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn check(global: &GlobalArgs, args: &KeysCheckArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let path = args.file.clone().or_else(|| path(global));
    let path = path.unwrap_or_else(|| PathBuf::from(FILE_NAME));
    let shown = path.display();
    let text =
        read(&path).map_err(|error| CliError::failed(format!("cannot read {shown}"), error))?;
    if text.is_none() && args.file.is_some() {
        return Err(CliError::Failure(format!("{shown} does not exist")));
    }
    let profile = args.profile.as_deref().unwrap_or(DEFAULT_PROFILE);
    let terminal = terminal();
    let findings = match &text {
        Some(text) => keymap::check_text(profile, text, &terminal),
        None => match keymap::load(profile, None) {
            Ok(keymap) => keymap::check(&keymap, &terminal),
            Err(error) => return Err(CliError::Failure(error.to_string())),
        },
    };
    let what = match text {
        Some(_) => shown.to_string(),
        None => format!("profile {profile}, no file at {shown}"),
    };
    for finding in &findings {
        writeln!(out, "{what}:{finding}")?;
    }
    let count = |severity| findings.iter().filter(|it| it.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if errors > 0 {
        return Err(CliError::Failure(format!(
            "{what}: {errors} errors, {warnings} warnings"
        )));
    }
    match warnings {
        0 => writeln!(out, "{what}: good")?,
        warnings => writeln!(out, "{what}: usable, {warnings} warnings")?,
    }
    Ok(())
}

/// What keeps keys on this machine: the prefixes of the first file of tmux there is.
fn terminal() -> Terminal {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let home = variable("HOME");
    let folder = variable("XDG_CONFIG_HOME").or_else(|| Some(home.as_ref()?.join(".config")));
    let files = [
        home.map(|home| home.join(".tmux.conf")),
        folder.map(|folder| folder.join("tmux/tmux.conf")),
    ];
    files
        .into_iter()
        .flatten()
        .find_map(|path| {
            let text = std::fs::read_to_string(&path).ok()?;
            Some(Terminal::read_tmux(&path.display().to_string(), &text))
        })
        .unwrap_or_default()
}

fn list(global: &GlobalArgs, args: &KeysListArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let (loaded, notice) = match &args.profile {
        Some(profile) => (keymap::load_or_shipped(profile, None), None),
        None => load(global, DEFAULT_PROFILE),
    };
    if let Some(notice) = notice {
        return Err(CliError::Failure(notice));
    }
    let keymap = &loaded.keymap;
    if args.json {
        writeln!(out, "{:#}", keymap::json(keymap, args.scope))?;
    } else if args.markdown {
        out.write_all(keymap::markdown(keymap, args.scope).as_bytes())?;
    } else {
        out.write_all(keymap::lines(keymap, args.scope).as_bytes())?;
    }
    Ok(())
}

fn parse_profile(text: &str) -> Result<String, String> {
    let names: Vec<&str> = keymap::PROFILES.iter().map(|(name, _)| *name).collect();
    if names.contains(&text) {
        Ok(text.to_owned())
    } else {
        Err(format!("there are {}", names.join(", ")))
    }
}

fn parse_scope(text: &str) -> Result<Scope, String> {
    Scope::by_name(text).ok_or_else(|| {
        let names: Vec<&str> = Scope::ALL.iter().map(|scope| scope.name()).collect();
        format!("there are {}", names.join(", "))
    })
}
