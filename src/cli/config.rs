//! `config`: writes, checks and shows the configuration.
//! Must not know its keys: `crate::config` does.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::{ConfigArgs, ConfigCommand, GlobalArgs, InitArgs};
use super::error::CliError;
use crate::config::{self, ConfigError, Loaded, Problem};
use crate::tui::ThemeStore;

/// Runs it.
///
/// # Errors
/// When the configuration is not good or a file cannot be written.
pub fn run(global: &GlobalArgs, args: &ConfigArgs, out: &mut dyn Write) -> Result<(), CliError> {
    match &args.command {
        ConfigCommand::Init(args) => init(global, args, out),
        ConfigCommand::Check => check(global, out),
        ConfigCommand::Show(args) => {
            let loaded = global.load_config(Vec::new())?;
            if args.json {
                writeln!(out, "{:#}", loaded.show_json())?;
            } else {
                out.write_all(loaded.show().as_bytes())?;
            }
            Ok(())
        }
        ConfigCommand::Path => {
            writeln!(out, "{}", path(global)?.display())?;
            Ok(())
        }
    }
}

fn path(global: &GlobalArgs) -> Result<PathBuf, CliError> {
    global
        .config
        .clone()
        .or_else(config::config_file)
        .ok_or_else(|| {
            CliError::Usage("no home folder is known: name a file with --config".to_owned())
        })
}

fn check(global: &GlobalArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let loaded = global.load_config(Vec::new())?;
    check_theme(&loaded)?;
    match &loaded.file {
        Some(path) => writeln!(out, "{}: good", path.display())?,
        None => writeln!(
            out,
            "no file at {}: the defaults are in force",
            path(global)?.display()
        )?,
    }
    Ok(())
}

/// A theme that is not there does not keep the desk from opening, so loading lets it pass.
fn check_theme(loaded: &Loaded) -> Result<(), CliError> {
    let desk = &loaded.config.desk;
    let (_, problem) = ThemeStore::of_user(desk.up_down).choose(&desk.theme);
    let Some(message) = problem else {
        return Ok(());
    };
    let place = loaded.origin("desk.theme").to_string();
    let message = format!("desk.theme: {message}");
    Err(ConfigError::Invalid(vec![Problem { place, message }]).into())
}

fn init(global: &GlobalArgs, args: &InitArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let text = config::template();
    if args.stdout {
        out.write_all(text.as_bytes())?;
        return Ok(());
    }
    let path = path(global)?;
    match write_file(&path, args.force, &text) {
        Ok(()) => {
            writeln!(out, "wrote {}", path.display())?;
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(CliError::Failure(
            format!("{} exists: --force replaces it", path.display()),
        )),
        Err(error) => Err(CliError::failed(
            format!("cannot write {}", path.display()),
            error,
        )),
    }
}

fn write_file(path: &Path, replace: bool, text: &str) -> io::Result<()> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true);
    if replace {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    options.open(path)?.write_all(text.as_bytes())
}
