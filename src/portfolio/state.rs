//! The ledger as a snapshot keeps it: keyed by lasting names, since indices are given anew at
//! each start. Must not be trusted when read: it has to add up.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::{ExecutionId, InstrumentId, InstrumentKey, Price, Qty};

use super::ledger::{Ledger, LedgerError, Totals};
use super::money::{exact_add, exact_sub};
use super::position::Position;

/// A ledger to be written or read; decimals are text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerState {
    /// Cash at the very start.
    pub initial_cash: Decimal,
    /// Cash after all fills and fees.
    pub cash: Decimal,
    /// Profit of closed quantities, before fees.
    pub realized_pnl: Decimal,
    /// Fees paid.
    pub fees: Decimal,
    /// Highest equity at a sample.
    pub peak_equity: Decimal,
    /// Equity at the first sample of the day.
    pub day_start_equity: Decimal,
    /// The day, in days since the epoch, of the newest sample.
    pub day: Option<i64>,
    /// Every instrument that ever had a fill or a mark.
    pub positions: Vec<PositionState>,
}

/// One instrument's part of a saved ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PositionState {
    /// Which instrument.
    pub key: InstrumentKey,
    /// How much is held, in the instrument's quantity units.
    pub quantity: Qty,
    /// Total paid for it.
    pub cost: Decimal,
    /// Profit of what was closed.
    pub realized_pnl: Decimal,
    /// Fees paid.
    pub fees: Decimal,
    /// Profit of what is held.
    pub unrealized_pnl: Decimal,
    /// The price of the last mark, in the instrument's price units.
    pub last_price: Option<Price>,
    /// The newest execution applied.
    pub newest_execution: Option<ExecutionId>,
}

impl Ledger {
    /// The ledger to be written, with each instrument under the name that `key_of` gives.
    ///
    /// # Errors
    /// When an instrument that was traded has no name.
    pub fn to_state(
        &self,
        key_of: impl Fn(InstrumentId) -> Option<InstrumentKey>,
    ) -> Result<LedgerState, LedgerError> {
        let mut positions = Vec::new();
        for (id, position) in (0_u32..).map(InstrumentId).zip(&self.positions) {
            if *position == Position::default() {
                continue;
            }
            let key = key_of(id).ok_or(LedgerError::Unnamed { instrument: id })?;
            positions.push(PositionState {
                key,
                quantity: position.quantity,
                cost: position.cost,
                realized_pnl: position.realized_pnl,
                fees: position.fees,
                unrealized_pnl: position.unrealized_pnl,
                last_price: position.last_price,
                newest_execution: position.newest_execution,
            });
        }
        Ok(LedgerState {
            initial_cash: self.initial_cash,
            cash: self.totals.cash,
            realized_pnl: self.totals.realized_pnl,
            fees: self.totals.fees,
            peak_equity: self.peak_equity,
            day_start_equity: self.day_start_equity,
            day: self.day,
            positions,
        })
    }

    /// The ledger that was written, with each instrument at the index that `id_of` gives.
    ///
    /// Scales are not part of the state: the caller must list an instrument with those that it
    /// had when the state was written.
    ///
    /// # Errors
    /// When an instrument is not listed or comes twice, or the sums do not agree.
    pub fn from_state(
        state: LedgerState,
        id_of: impl Fn(&InstrumentKey) -> Option<InstrumentId>,
    ) -> Result<Self, LedgerError> {
        let totals = state.totals()?;
        let mut ledger = Self {
            peak_equity: state.peak_equity,
            day_start_equity: state.day_start_equity,
            day: state.day,
            ..Self::new(state.initial_cash)
        };
        for saved in state.positions {
            let Some(id) = id_of(&saved.key) else {
                return Err(LedgerError::NotListed { key: saved.key });
            };
            if ledger.position(id) != Position::default() {
                return Err(LedgerError::Inconsistent {
                    what: "two positions of one instrument",
                });
            }
            ledger.replace(id, saved.position(), totals)?;
        }
        ledger.totals = totals;
        Ok(ledger)
    }
}

impl LedgerState {
    /// The sums over the positions, checked against those that were written.
    fn totals(&self) -> Result<Totals, LedgerError> {
        let overflow = LedgerError::Inconsistent {
            what: "a sum overflows",
        };
        self.sums().ok_or(overflow).and_then(|(totals, cost)| {
            let kept = exact_sub(totals.equity, totals.unrealized_pnl);
            let what = if exact_add(totals.cash, cost) != kept {
                "cash and cost against profit and fees"
            } else if totals.realized_pnl != self.realized_pnl {
                "realised profit against the positions'"
            } else if totals.fees != self.fees {
                "fees against the positions'"
            } else {
                return Ok(totals);
            };
            Err(LedgerError::Inconsistent { what })
        })
    }

    fn sums(&self) -> Option<(Totals, Decimal)> {
        let mut cost = Decimal::ZERO;
        let mut totals = Totals {
            cash: self.cash,
            ..Totals::default()
        };
        for saved in &self.positions {
            let position = saved.position();
            cost = exact_add(cost, position.cost)?;
            totals.realized_pnl = exact_add(totals.realized_pnl, position.realized_pnl)?;
            totals.fees = exact_add(totals.fees, position.fees)?;
            totals.unrealized_pnl = exact_add(totals.unrealized_pnl, position.unrealized_pnl)?;
            totals.short_value = exact_add(totals.short_value, position.short_value()?)?;
        }
        totals.equity = totals.equity_from(self.initial_cash)?;
        Some((totals, cost))
    }
}

impl PositionState {
    fn position(&self) -> Position {
        Position {
            quantity: self.quantity,
            cost: self.cost,
            realized_pnl: self.realized_pnl,
            fees: self.fees,
            unrealized_pnl: self.unrealized_pnl,
            last_price: self.last_price,
            newest_execution: self.newest_execution,
        }
    }
}
