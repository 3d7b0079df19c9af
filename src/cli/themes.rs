//! `themes`: lists, checks and shows themes.
//! Must not hold colours or gates: the screen's themes do.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};

use super::args::GlobalArgs;
use super::error::CliError;
use crate::config::nearest;
use crate::tui::encode;
use crate::tui::glyphs::Glyphs;
use crate::tui::theme::gate::{self, Figures};
use crate::tui::theme::science::Vision;
use crate::tui::theme::{ColorMode, Paint, Theme, ThemeError, ThemeStore, UpDown, swatch};

/// Arguments of `themes`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  titan-tui themes list\n  titan-tui themes show okabe\n  \
    titan-tui themes check ~/.config/titan-tui/themes/mine.toml\n  \
    titan-tui --set desk.theme=okabe"
)]
pub struct ThemesArgs {
    /// What to do with them.
    #[command(subcommand)]
    pub command: ThemesCommand,
}

/// The subcommands of `themes`.
#[derive(Debug, Clone, Subcommand)]
pub enum ThemesCommand {
    /// List all, with how far up and down lie apart and how well text is read
    List,
    /// Check a theme file as the themes of the program are checked
    Check(CheckArgs),
    /// Print a sample of a theme with all its slots
    Show(ShowThemeArgs),
}

/// Arguments of `themes check`.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// The theme file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Arguments of `themes show`.
#[derive(Debug, Clone, Args)]
pub struct ShowThemeArgs {
    /// Name of the theme, or a theme file
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Colours to draw with instead of those the environment names
    #[arg(long, value_name = "DEPTH")]
    pub color: Option<ColorChoice>,
    /// Draw with ASCII characters alone
    #[arg(long)]
    pub ascii: bool,
}

/// How many colours are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// What the environment names: NO_COLOR, COLORTERM, TERM
    Auto,
    /// 24 bits
    Truecolor,
    /// The 256-colour palette
    #[value(name = "256")]
    Indexed,
    /// The terminal's sixteen
    #[value(name = "16")]
    Sixteen,
    /// None
    Mono,
}

impl ColorChoice {
    /// The depth; `None` where the environment says it.
    pub const fn mode(self) -> Option<ColorMode> {
        match self {
            Self::Auto => None,
            Self::Truecolor => Some(ColorMode::True),
            Self::Indexed => Some(ColorMode::Indexed),
            Self::Sixteen => Some(ColorMode::Sixteen),
            Self::Mono => Some(ColorMode::Mono),
        }
    }
}

/// Runs it.
///
/// # Errors
/// When the configuration or a theme is not good, or there is no such theme.
pub fn run(global: &GlobalArgs, args: &ThemesArgs, out: &mut dyn Write) -> Result<(), CliError> {
    match &args.command {
        ThemesCommand::List => list(global, out),
        ThemesCommand::Check(args) => check(args, out),
        ThemesCommand::Show(args) => show(global, args, out),
    }
}

const HEAD: &str = "                                            up and down, dE           \
                    least contrast";

fn list(global: &GlobalArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let desk = global.load_config(Vec::new())?.config.desk;
    let store = ThemeStore::of_user(desk.up_down);
    writeln!(out, "{HEAD}")?;
    let visions = Vision::ALL.map(|vision| format!("{:>6}", vision.name()));
    let visions = visions.concat();
    writeln!(
        out,
        "  {:<16} {:<16} {:<9}{visions}",
        "theme", "tags", "colours"
    )?;
    for name in store.names() {
        let Some(theme) = store.get(name) else {
            continue;
        };
        let mark = if name == desk.theme { "*" } else { " " };
        let whose = if store.is_builtin(name) {
            ""
        } else {
            ", own file"
        };
        let tags = format!("{}{whose}", theme.tags.join(" "));
        for (at, depth) in gate::depths(&theme).iter().enumerate() {
            let (name, tags) = if at == 0 {
                (name, tags.as_str())
            } else {
                ("", "")
            };
            let mark = if at == 0 { mark } else { " " };
            let figures = figures_text(&gate::figures(&theme, *depth));
            writeln!(
                out,
                "{mark} {name:<16} {tags:<16} {:<9}{figures}",
                depth.name()
            )?;
        }
    }
    writeln!(
        out,
        "\n* is configured, as desk.theme; T switches on the desk."
    )?;
    for problem in store.problems() {
        writeln!(out, "left out: {problem}")?;
    }
    Ok(())
}

/// The four differences and the pair that is read worst.
fn figures_text(figures: &Figures) -> String {
    let differences = figures
        .up_down
        .map(|difference| format!("{difference:>6.0}"));
    let worst = figures.worst().map_or_else(String::new, |pair| {
        format!("   {:>5.2}  {} on {}", pair.ratio, pair.front, pair.ground)
    });
    format!("{}{worst}", differences.concat())
}

fn theme_error(error: ThemeError) -> CliError {
    match error {
        ThemeError::Read { .. } => CliError::Failure(error.to_string()),
        other => CliError::Usage(other.to_string()),
    }
}

fn check(args: &CheckArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let store = ThemeStore::of_user(UpDown::Theme);
    let theme = store.check(&args.file).map_err(theme_error)?;
    writeln!(out, "{}: theme {}", args.file.display(), theme.name)?;
    for depth in gate::depths(&theme) {
        let figures = gate::figures(&theme, *depth);
        let parts: Vec<String> = Vision::ALL
            .into_iter()
            .zip(figures.up_down)
            .map(|(vision, difference)| format!("{} {difference:.0}", vision.name()))
            .collect();
        writeln!(
            out,
            "  {:<9} up and down, dE: {}",
            depth.name(),
            parts.join(", ")
        )?;
        if let Some(pair) = figures.worst() {
            let (front, ground) = (pair.front, pair.ground);
            let (ratio, least) = (pair.ratio, pair.least);
            let text = format!("{front} on {ground}, {ratio:.2} of {least} needed");
            writeln!(out, "  {:<9} read worst: {text}", "")?;
        }
    }
    let findings = gate::findings(&theme);
    if findings.is_empty() {
        writeln!(out, "good")?;
        return Ok(());
    }
    for finding in &findings {
        writeln!(out, "  {finding}")?;
    }
    let count = findings.len();
    let things = if count == 1 { "thing" } else { "things" };
    Err(CliError::Failure(format!(
        "{}: {count} {things} cannot be seen well enough, named above",
        args.file.display()
    )))
}

fn show(global: &GlobalArgs, args: &ShowThemeArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let desk = global.load_config(Vec::new())?.config.desk;
    let store = ThemeStore::of_user(desk.up_down);
    let theme = find(&store, &args.name)?;
    let chosen = args.color.and_then(ColorChoice::mode);
    let mode = chosen.unwrap_or_else(|| ColorMode::detect(|name| std::env::var(name).ok()));
    let glyphs = if args.ascii || desk.ascii {
        Glyphs::ASCII
    } else {
        Glyphs::UNICODE
    };
    let picture = swatch(&Paint::new(theme, mode), &glyphs);
    Ok(out.write_all(&encode::lines(&picture, picture.area))?)
}

/// The theme of a name or of a file.
pub(super) fn find(store: &ThemeStore, name: &str) -> Result<Arc<Theme>, CliError> {
    if let Some(theme) = store.get(name) {
        return Ok(theme);
    }
    let path = Path::new(name);
    if name.ends_with(".toml") || path.is_file() {
        return store.check(path).map(Arc::new).map_err(theme_error);
    }
    let remedy = match nearest(name, store.names().into_iter()) {
        Some(near) => format!("did you mean {near}?"),
        None => "`titan-tui themes list` has all".to_owned(),
    };
    Err(CliError::Usage(format!(
        "there is no theme {name}; {remedy}"
    )))
}
