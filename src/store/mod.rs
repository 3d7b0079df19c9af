//! What is kept on disk: the SQLite store, its writer thread, its readers and its exports.
//! Must not decide what happens; it records what did.

mod archive;
mod decided;
mod error;
mod export;
mod export_rows;
mod folder;
mod history;
mod journal;
mod lock;
mod past;
mod queue;
mod recover;
mod rows;
mod schema;
#[cfg(test)]
mod tests;
mod words;
mod writer;

pub use archive::Archive;
pub use decided::{Decided, DecidedFilter};
pub use error::StoreError;
pub use export::{ExportFilter, ExportFormat, ExportKind, export};
pub use folder::Store;
pub use lock::LOCK_FILE;
pub use queue::{NOT_ANSWERED, StoreHealth, TicketError};
pub use recover::{Recovery, SnapshotRow};
pub use schema::DATABASE_FILE;
pub use writer::{HealthHandle, StoreWriter, Ticket};
