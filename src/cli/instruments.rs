//! `instruments`: lists the instruments of the feeds.
//! Must not hold logic of its own: the feeds know them.

use std::io::Write;

use super::args::{GlobalArgs, InstrumentsArgs, feed_override};
use super::error::CliError;
use super::session::{feed_error, parse_feeds};
use crate::domain::{Instrument, Session};
use crate::feeds::{self, FeedOptions, recording};

/// Prints one line for each instrument.
///
/// # Errors
/// When a feed's instruments cannot be read.
pub fn run(
    global: &GlobalArgs,
    args: &InstrumentsArgs,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let config = global.load_config(feed_override(&args.feed))?.config;
    let specs = parse_feeds(&config.feeds)?;
    let mut options = FeedOptions::new(std::sync::Arc::new(config));
    options.recordings = global.data_dir().ok().map(|it| recording::folder(&it));
    if !args.json {
        writeln!(
            out,
            "{:<24} {:<12} {:<8} {:>14} {:>14}  SESSION",
            "INSTRUMENT", "SYMBOL", "CURRENCY", "TICK", "LOT"
        )?;
    }
    for spec in &specs {
        for instrument in feeds::instruments(spec, &options).map_err(feed_error)? {
            if args.json {
                let text = serde_json::to_string(&instrument)
                    .map_err(|error| CliError::failed("an instrument cannot be written", error))?;
                writeln!(out, "{text}")?;
            } else {
                print_line(&instrument, out)?;
            }
        }
    }
    Ok(())
}

fn print_line(instrument: &Instrument, out: &mut dyn Write) -> std::io::Result<()> {
    let session = match &instrument.session {
        Session::Continuous => "24x7".to_owned(),
        Session::Daily {
            time_zone,
            open_s,
            close_s,
            ..
        } => {
            let clock = |seconds: u32| format!("{:02}:{:02}", seconds / 3_600, seconds / 60 % 60);
            format!("{}-{} {time_zone}", clock(*open_s), clock(*close_s))
        }
    };
    writeln!(
        out,
        "{:<24} {:<12} {:<8} {:>14} {:>14}  {session}",
        instrument.key,
        instrument.symbol,
        instrument.currency,
        instrument.tick_size.display(instrument.price_scale),
        instrument.lot_size.display(instrument.quantity_scale),
    )
}
