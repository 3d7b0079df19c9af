//! What may be typed.
//! Must not do anything with it but turn it into types.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::error::CliError;
use super::keys::KeysArgs;
use super::names;
use super::replay::ReplayArgs;
use super::sessions::SessionsArgs;
use super::themes::{ColorChoice, ThemesArgs};
use crate::config::{self, Loaded, Override, Sources};
use crate::domain::{InstrumentKey, QuoteBasis, Timestamp};
use crate::feeds::Speed;

const EXAMPLES: &str = "\
Examples:
  titan-tui                                          the desk on the simulated feed
  titan-tui --feed tape:day.csv.gz --speed 10        replay a tape ten times as fast
  titan-tui --feed binance:BTCUSDT,ETHUSDT           live market data, paper orders
  titan-tui --headless --feed sim --duration 60s --speed max --exit-at-end --summary json
  titan-tui config init                              write a commented configuration
  titan-tui doctor                                   check this machine

Exit status: 0 success, 1 failure, 2 bad usage or configuration.";

/// A trading workstation for the terminal. Orders are filled by a simulated venue.
#[derive(Debug, Clone, Parser)]
#[command(name = "titan-tui", version, about, after_help = EXAMPLES)]
pub struct Cli {
    /// Flags of the desk, which runs without a subcommand.
    #[command(flatten)]
    pub run: RunArgs,
    /// Flags of every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do instead of opening the desk.
    #[command(subcommand)]
    pub command: Option<CliCommand>,
}

/// Flags of every command.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// Read this configuration instead of the user's own
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Keep the store in this folder instead of the user's own
    #[arg(long, value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// Set a configuration key, for example risk.max_open_positions=3; may be repeated
    #[arg(long, value_name = "KEY=VALUE", global = true)]
    pub set: Vec<String>,
    /// Show the chain of causes of an error
    #[arg(short, long, action = ArgAction::Count, global = true)]
    pub verbose: u8,
    /// Least level that goes to the log
    #[arg(long, value_name = "LEVEL", global = true)]
    pub log: Option<LogLevel>,
}

/// What feeds the engine.
#[derive(Debug, Clone, Default, PartialEq, Args)]
#[command(next_help_heading = "Feed options")]
pub struct SourceArgs {
    /// Where ticks come from: sim, tickserver:ws://…, tape:PATH, session:ID, binance:BTCUSDT,…; may be repeated
    #[arg(long, value_name = "SPEC")]
    pub feed: Vec<String>,
    /// Take only this instrument of the feeds, for example SIM:TITAN; may be repeated
    #[arg(long, value_name = "EX:TOK")]
    pub instrument: Vec<InstrumentKey>,
    /// Pace of recorded and simulated feeds: 1 for real time, N times as fast, or max
    #[arg(long, value_name = "1|N|max")]
    pub speed: Option<Speed>,
    /// Side of the quotes that makes candles where there are no trades
    #[arg(long, value_name = "bid|ask|mid", value_parser = parse_basis)]
    pub basis: Option<QuoteBasis>,
    /// Let the simulated feed play its script instead of a free walk
    #[arg(long)]
    pub scenario: bool,
    /// End tapes and the simulated feed after this much event time: 250ms, 90s, 1h30m
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub duration: Option<Duration>,
    /// Event time at which the simulated feed starts, RFC 3339
    #[arg(long, value_name = "RFC3339", value_parser = parse_start)]
    pub start: Option<Timestamp>,
    /// End with an error at the first bad record of a feed instead of counting it
    #[arg(long)]
    pub strict: bool,
    /// Seed of the simulated feed and of the paper venue
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// Flags of the desk.
#[derive(Debug, Clone, Default, PartialEq, Args)]
#[command(next_help_heading = "Desk options")]
pub struct RunArgs {
    /// Run without a screen
    #[arg(long)]
    pub headless: bool,
    /// End when all feeds have ended
    #[arg(long)]
    pub exit_at_end: bool,
    /// Print a summary at the end
    #[arg(long, value_name = "FORMAT")]
    pub summary: Option<SummaryFormat>,
    /// Begin with an empty store; the old one is set aside, not deleted
    #[arg(long, conflicts_with = "no_store")]
    pub fresh: bool,
    /// Keep nothing on disk
    #[arg(long)]
    pub no_store: bool,
    /// Draw with ASCII characters alone
    #[arg(long)]
    pub ascii: bool,
    /// Colours to draw with instead of those the environment names
    #[arg(long, value_name = "DEPTH")]
    pub color: Option<ColorChoice>,
    /// Name of the theme
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Open the demo: a simulated market that is the same on every machine; nothing is kept
    #[arg(long, conflicts_with_all = [
        "headless", "exit_at_end", "summary", "fresh", "no_store", "feed", "instrument", "speed",
        "basis", "scenario", "duration", "start", "strict", "seed",
    ])]
    pub demo: bool,
    /// What feeds the engine.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// The subcommands.
#[derive(Debug, Clone, Subcommand)]
pub enum CliCommand {
    /// Write, check or show the configuration
    Config(ConfigArgs),
    /// Check this machine: terminal, clock, store, configuration, feeds, Redis
    Doctor(DoctorArgs),
    /// Check, list and describe the keys
    Keys(KeysArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man(ManArgs),
    /// Serve simulated ticks over WebSocket
    Tickserver(TickserverArgs),
    /// Write what the store holds as CSV or JSON
    Export(ExportArgs),
    /// List the instruments of the feeds
    Instruments(InstrumentsArgs),
    /// List the recorded sessions
    Sessions(SessionsArgs),
    /// Replay a tape or a recorded session, and compare what is decided with what was live
    Replay(ReplayArgs),
    /// Measure this build on this machine
    Bench(BenchArgs),
    /// Draw the desk into a file, still or moving
    Shot(ShotArgs),
    /// Heal a terminal that a killed desk has left in disorder
    ResetTty,
    /// List, check and show themes
    Themes(ThemesArgs),
}

/// Arguments of `config`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  titan-tui config init\n  titan-tui --set seed=7 config show\n  \
    titan-tui --config other.toml config check"
)]
pub struct ConfigArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// The subcommands of `config`.
#[derive(Debug, Clone, Subcommand)]
pub enum ConfigCommand {
    /// Write a commented configuration file with every key and its default
    Init(InitArgs),
    /// Check file, environment and flags; name every problem
    Check,
    /// Print the values in force and where each came from
    Show(ShowArgs),
    /// Print where the configuration file is looked for
    Path,
}

/// Arguments of `config init`.
#[derive(Debug, Clone, Args)]
pub struct InitArgs {
    /// Print it instead of writing the file
    #[arg(long)]
    pub stdout: bool,
    /// Replace a file that exists
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `config show`.
#[derive(Debug, Clone, Args)]
pub struct ShowArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `doctor`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Exit status: 0 if nothing that is needed failed, 1 otherwise.")]
pub struct DoctorArgs {
    /// Check these feeds instead of the configured ones; may be repeated
    #[arg(long, value_name = "SPEC")]
    pub feed: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `completions`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  \
    titan-tui completions bash > ~/.local/share/bash-completion/completions/titan-tui\n  \
    titan-tui completions zsh > ~/.zfunc/_titan-tui\n  \
    titan-tui completions fish > ~/.config/fish/completions/titan-tui.fish")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  titan-tui man | man -l -\n  titan-tui man --dir ~/.local/share/man/man1"
)]
pub struct ManArgs {
    /// Write a page for each subcommand into this folder instead
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// Arguments of `tickserver`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  titan-tui tickserver\n  \
    titan-tui tickserver --listen 127.0.0.1:9101 --seed 7 --scenario --speed 60")]
pub struct TickserverArgs {
    /// Address to listen on; ticks are at /ws, a health check at /health
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:9001")]
    pub listen: String,
    /// Seed of the walk
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Play the script instead of a free walk
    #[arg(long)]
    pub scenario: bool,
    /// Pace: 1 for real time, N times as fast, or max
    #[arg(long, value_name = "1|N|max")]
    pub speed: Option<Speed>,
}

/// Arguments of `export`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  titan-tui export candles --instrument SIM:TITAN --tf 60\n  \
    titan-tui export fills --format jsonl --output fills.jsonl"
)]
pub struct ExportArgs {
    /// What to write
    pub kind: ExportKind,
    /// Only this instrument
    #[arg(long, value_name = "EX:TOK")]
    pub instrument: Option<InstrumentKey>,
    /// Bars of this many seconds; 1 for the one-second candles
    #[arg(long, value_name = "SECONDS")]
    pub tf: Option<u32>,
    /// Only the indicator of this name, for example SMA_9
    #[arg(long)]
    pub name: Option<String>,
    /// From this event time on, RFC 3339
    #[arg(long, value_name = "RFC3339", value_parser = parse_start)]
    pub from: Option<Timestamp>,
    /// Before this event time, RFC 3339
    #[arg(long, value_name = "RFC3339", value_parser = parse_start)]
    pub to: Option<Timestamp>,
    /// Form of the output
    #[arg(long, default_value = "csv")]
    pub format: ExportFormat,
    /// Write here instead of stdout
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// What can be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportKind {
    /// Candles and bars
    Candles,
    /// Confirmed indicator values
    Indicators,
    /// Signals with their reasons
    Signals,
    /// Orders
    Orders,
    /// Fills
    Fills,
    /// The journal of events
    Events,
}

/// Form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Comma-separated values with a header
    Csv,
    /// One JSON object a line
    Jsonl,
}

/// Arguments of `instruments`.
#[derive(Debug, Clone, Args)]
pub struct InstrumentsArgs {
    /// List those of these feeds instead of the configured ones; may be repeated
    #[arg(long, value_name = "SPEC")]
    pub feed: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `bench`.
#[derive(Debug, Clone, Args)]
pub struct BenchArgs {
    /// What to measure; everything where it is left out
    pub kind: Option<BenchKind>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BenchKind {
    /// Ticks a second through the whole engine
    Pipeline,
    /// Time from a tick to what follows from it
    Latency,
    /// Commits a second and their time
    Store,
    /// Time of a frame
    Render,
}

/// Arguments of `shot`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "The same flags give the same bytes: the feeds run in event time, not by the clock.\n\n\
    Examples:\n  titan-tui shot --size 120x36 --out desk.svg\n  \
    titan-tui shot --size 200x60 --theme okabe --color 256 --out desk.png\n  \
    titan-tui shot --record 20m --speed 60 --fps 1 --title titan-tui --out desk.svg"
)]
pub struct ShotArgs {
    /// Columns and rows
    #[arg(long, value_name = "COLSxROWS", default_value = "120x40", value_parser = parse_size)]
    pub size: (u16, u16),
    /// File to write; its ending chooses the form: svg, png, html, ansi or txt
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Draw with ASCII characters alone
    #[arg(long)]
    pub ascii: bool,
    /// Theme by its name or file; the configured one where it is left out
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Colours to draw with; 24 bits where it is left out
    #[arg(long, value_name = "DEPTH")]
    pub color: Option<ColorChoice>,
    /// Workspace by its number or name
    #[arg(long, value_name = "N|NAME")]
    pub workspace: Option<String>,
    /// Draw this pane alone, by its name in layouts
    #[arg(long, value_name = "NAME")]
    pub pane: Option<String>,
    /// Draw the bar of a window with this title around svg and png
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Size of a png: pixels for each of the svg's
    #[arg(long, value_name = "1-4", default_value = "1",
        value_parser = clap::value_parser!(u8).range(1..=4))]
    pub scale: u8,
    /// Record this much event time after that, as a moving svg or as an asciicast (cast);
    /// --speed shows it faster
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub record: Option<Duration>,
    /// Frames of a recording in a second of event time
    #[arg(long, value_name = "N", default_value = "4", requires = "record",
        value_parser = clap::value_parser!(u32).range(1..=60))]
    pub fps: u32,
    /// What feeds the engine before the frame is drawn.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// Form of the summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SummaryFormat {
    /// One JSON object
    Json,
}

/// Level of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// What failed
    Error,
    /// What may fail next
    Warn,
    /// What happened
    Info,
    /// How it happened
    Debug,
    /// Everything
    Trace,
}

impl LogLevel {
    /// As log filters spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

impl Cli {
    /// # Errors
    /// When flags of the desk stand before a subcommand, which would not see them.
    pub fn check(&self) -> Result<(), CliError> {
        if self.command.is_some() && self.run != RunArgs::default() {
            return Err(CliError::Usage(
                "a flag of the desk stands before a subcommand: write it behind the subcommand, \
                 if it has it (`titan-tui help SUBCOMMAND`)"
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

impl RunArgs {
    /// The configuration keys that these flags stand for.
    pub fn overrides(&self) -> Vec<Override> {
        let mut overrides = self.source.overrides();
        if self.no_store {
            overrides.push(flag("--no-store", "store.enabled", "false"));
        }
        if self.ascii {
            overrides.push(flag("--ascii", "desk.ascii", "true"));
        }
        if let Some(theme) = &self.theme {
            overrides.push(flag("--theme", "desk.theme", theme));
        }
        overrides
    }
}

impl SourceArgs {
    /// The configuration keys that these flags stand for.
    pub fn overrides(&self) -> Vec<Override> {
        let mut overrides = feed_override(&self.feed);
        if let Some(seed) = self.seed {
            overrides.push(flag("--seed", "seed", &seed.to_string()));
        }
        overrides
    }
}

/// `--feed`, as often as it was given, in place of the configured feeds.
pub fn feed_override(feeds: &[String]) -> Vec<Override> {
    if feeds.is_empty() {
        return Vec::new();
    }
    let list = toml::Value::from(feeds.to_vec()).to_string();
    vec![flag("--feed", "feeds", &list)]
}

fn flag(flag: &str, key: &str, value: &str) -> Override {
    Override {
        flag: flag.to_owned(),
        key: key.to_owned(),
        value: value.to_owned(),
    }
}

impl GlobalArgs {
    /// The configuration in force: `more` are the flags of the command, which `--set` outranks.
    ///
    /// # Errors
    /// When `--set` is not `KEY=VALUE`, or the configuration is not good.
    pub fn load_config(&self, more: Vec<Override>) -> Result<Loaded, CliError> {
        let mut overrides = more;
        for text in &self.set {
            let (key, value) = text.split_once('=').ok_or_else(|| {
                CliError::Usage(format!(
                    "--set {text}: write KEY=VALUE, for example --set seed=7"
                ))
            })?;
            overrides.push(flag("--set", key.trim(), value.trim()));
        }
        let sources = Sources::from_process(self.config.clone(), overrides);
        let loaded = config::load(&sources)?;
        names::check(&loaded)?;
        Ok(loaded)
    }

    /// The folder of the store.
    ///
    /// # Errors
    /// When none was named and the user has no home folder.
    pub fn data_dir(&self) -> Result<PathBuf, CliError> {
        self.data_dir
            .clone()
            .or_else(config::data_dir)
            .ok_or_else(|| {
                CliError::Usage("no home folder is known: name a folder with --data-dir".to_owned())
            })
    }
}

pub(super) fn parse_basis(text: &str) -> Result<QuoteBasis, String> {
    match text {
        "bid" => Ok(QuoteBasis::Bid),
        "ask" => Ok(QuoteBasis::Ask),
        "mid" => Ok(QuoteBasis::Mid),
        _ => Err("write bid, ask or mid".to_owned()),
    }
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let remedy = || "write a time above zero such as 250ms, 90s or 1h30m".to_owned();
    let duration: jiff::SignedDuration = text.parse().map_err(|_| remedy())?;
    let duration = Duration::try_from(duration).map_err(|_| remedy())?;
    if duration.is_zero() {
        Err(remedy())
    } else {
        Ok(duration)
    }
}

pub(super) fn parse_start(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text)
        .ok_or_else(|| "write RFC 3339, for example 2026-11-20T09:15:00Z".to_owned())
}

fn parse_size(text: &str) -> Result<(u16, u16), String> {
    const CELLS_MAX: u16 = 1_000;
    let side = |digits: &str| {
        digits
            .parse::<u16>()
            .ok()
            .filter(|cells| (1..=CELLS_MAX).contains(cells))
    };
    text.split_once('x')
        .and_then(|(columns, rows)| Some((side(columns)?, side(rows)?)))
        .ok_or_else(|| format!("write COLSxROWS, each 1 to {CELLS_MAX}, for example 120x40"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn reads_times_and_sizes() {
        assert_eq!(parse_duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("1h30m"), Ok(Duration::from_secs(5_400)));
        assert_eq!(parse_duration("250ms"), Ok(Duration::from_millis(250)));
        for text in ["0s", "-1s", "soon", "", "90"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
        assert_eq!(parse_size("160x50"), Ok((160, 50)));
        assert!(parse_size("160x0").is_err());
    }

    #[test]
    fn flags_become_configuration_keys() {
        let cli = Cli::try_parse_from([
            "titan-tui",
            "--feed",
            "sim",
            "--feed",
            "tape:/a b,c",
            "--seed",
            "7",
            "--ascii",
            "--no-store",
            "--set",
            "seed=9",
        ])
        .unwrap();
        let loaded = cli.global.load_config(cli.run.overrides()).unwrap();
        assert_eq!(loaded.config.feeds, ["sim", "tape:/a b,c"]);
        assert_eq!(loaded.config.seed, 9);
        assert!(loaded.config.desk.ascii && !loaded.config.store.enabled);
    }
}
