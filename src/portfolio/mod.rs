//! The ledger: fills in; positions, cash, profit and equity out, in exact decimals.
//! Must not know where fills come from.

mod ledger;
pub(crate) mod money;
mod position;
mod state;

#[cfg(test)]
mod tests;

pub use ledger::{Applied, Ledger, LedgerError};
pub use position::Position;
pub use state::{LedgerState, PositionState};
