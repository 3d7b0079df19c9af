//! `export`: writes what the store holds as CSV or JSON lines.
//! Must not hold logic of its own: the store does.

use std::fs::File;
use std::io::{BufWriter, Write};

use super::args::{ExportArgs, ExportFormat, ExportKind, GlobalArgs};
use super::error::CliError;
use crate::domain::Timeframe;
use crate::store::{self, Archive, ExportFilter};

/// Exports, while an engine may be running on the same folder.
///
/// # Errors
/// When the folder holds no store, the filter names what is not recorded, or the output cannot
/// be written.
pub fn run(global: &GlobalArgs, args: &ExportArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let timeframe = match args.tf {
        None | Some(1) => None,
        Some(seconds) => Some(Timeframe::from_seconds(seconds).ok_or_else(|| {
            CliError::Usage(format!(
                "--tf {seconds} is no timeframe: use 1 or 5 to 86400 seconds"
            ))
        })?),
    };
    let filter = ExportFilter {
        instrument: args.instrument.clone(),
        timeframe,
        name: args.name.clone(),
        from: args.from,
        to: args.to,
    };
    let archive = Archive::open_read_only(&global.data_dir()?)
        .map_err(|error| CliError::Failure(error.to_string()))?;
    let what = match args.kind {
        ExportKind::Candles => store::ExportKind::Candles,
        ExportKind::Indicators => store::ExportKind::Indicators,
        ExportKind::Signals => store::ExportKind::Signals,
        ExportKind::Orders => store::ExportKind::Orders,
        ExportKind::Fills => store::ExportKind::Fills,
        ExportKind::Events => store::ExportKind::Events,
    };
    let format = match args.format {
        ExportFormat::Csv => store::ExportFormat::Csv,
        ExportFormat::Jsonl => store::ExportFormat::Jsonl,
    };
    let mut file = None;
    if let Some(path) = &args.output {
        let created = File::create(path)
            .map_err(|error| CliError::failed(format!("cannot write {}", path.display()), error))?;
        file = Some(BufWriter::new(created));
    }
    let target: &mut dyn Write = match &mut file {
        Some(file) => file,
        None => out,
    };
    store::export(&archive, what, &filter, format, target).map_err(|error| match error {
        store::StoreError::Output(source) => CliError::Output(source),
        other => CliError::Failure(other.to_string()),
    })?;
    target.flush()?;
    Ok(())
}
