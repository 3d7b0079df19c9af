//! The account's books: every fill applied once, every total kept as it changes.
//! Must not rescan positions: a fill and a mark touch one position and the totals.

use rust_decimal::Decimal;
use thiserror::Error;

use crate::domain::time::NANOS_PER_DAY;
use crate::domain::{
    Account, ExecutionId, Fill, Instrument, InstrumentId, InstrumentKey, Price, Qty, Timestamp,
};

use super::money::{exact_add, exact_sub};
use super::position::Position;

/// Most instruments a ledger holds; ids are dense, so a larger one is a mistake of the caller.
const INSTRUMENTS_MAX: usize = 1 << 16;

/// Why the ledger did not take something; it is then unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LedgerError {
    /// The execution was applied before, or a newer one of its instrument was.
    #[error("execution {} was applied before (newest of its instrument: {})", .execution.0, .newest.0)]
    Duplicate {
        /// The execution that was offered.
        execution: ExecutionId,
        /// The newest that the instrument has.
        newest: ExecutionId,
    },
    /// The fill's quantity is not above zero.
    #[error("execution {} has a quantity of {} units: it must be above zero", .execution.0, .units)]
    NotAFill {
        /// Which execution.
        execution: ExecutionId,
        /// Its quantity.
        units: i64,
    },
    /// A sum would lose digits or does not fit.
    #[error("execution {} would overflow the books", .execution.0)]
    Overflow {
        /// Which execution.
        execution: ExecutionId,
    },
    /// A mark whose value does not fit.
    #[error("instrument {} cannot be valued at {} units", .instrument.0, .price.units())]
    MarkOverflow {
        /// Which instrument.
        instrument: InstrumentId,
        /// The price that was offered.
        price: Price,
    },
    /// An instrument index beyond what a ledger holds.
    #[error("instrument index {} is not one of a running desk", .instrument.0)]
    NoSuchInstrument {
        /// The index.
        instrument: InstrumentId,
    },
    /// A position whose instrument has no name.
    #[error("instrument index {} has a position and no name: it cannot be saved", .instrument.0)]
    Unnamed {
        /// The index.
        instrument: InstrumentId,
    },
    /// A saved position of an instrument that is not listed now.
    #[error("the saved ledger holds {key}, which is not listed")]
    NotListed {
        /// Its name.
        key: InstrumentKey,
    },
    /// A saved ledger that does not add up.
    #[error("the saved ledger does not add up: {what}")]
    Inconsistent {
        /// Which sum is off.
        what: &'static str,
    },
}

/// What one fill did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// Profit of what the fill closed, before its fee, in major units.
    pub realized_pnl: Decimal,
    /// Position before.
    pub before: Qty,
    /// Position after.
    pub after: Qty,
}

/// The sums over all positions, each kept up to date by differences.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) cash: Decimal,
    pub(super) realized_pnl: Decimal,
    pub(super) fees: Decimal,
    pub(super) unrealized_pnl: Decimal,
    pub(super) short_value: Decimal,
    pub(super) equity: Decimal,
}

/// Positions, cash and profit of one account in one currency.
///
/// At every moment `cash + Σ cost == initial cash + realised profit − fees`, to the last digit:
/// values are exact products, sums that would lose a digit are refused, and the only rounding is
/// the share of the cost that a partial close takes, whose remainder stays in the position.
///
/// A fill is applied once. The newest execution number is kept for each instrument, and a fill
/// whose number is not above it is a duplicate: venues number the executions of one instrument
/// upwards, while reports of different instruments may overtake each other.
///
/// All instruments are taken to be priced in the account's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    pub(super) initial_cash: Decimal,
    pub(super) totals: Totals,
    pub(super) positions: Vec<Position>,
    pub(super) open_positions: usize,
    pub(super) peak_equity: Decimal,
    pub(super) day_start_equity: Decimal,
    pub(super) day: Option<i64>,
}

impl Ledger {
    /// An account that holds nothing but `initial_cash`, in major units.
    pub fn new(initial_cash: Decimal) -> Self {
        Self {
            initial_cash,
            totals: Totals {
                cash: initial_cash,
                equity: initial_cash,
                ..Totals::default()
            },
            positions: Vec::new(),
            open_positions: 0,
            peak_equity: initial_cash,
            day_start_equity: initial_cash,
            day: None,
        }
    }

    /// Applies one fill; its `realized_pnl` field is not read, since this is what computes it.
    ///
    /// # Errors
    /// `Duplicate` when the execution was applied before; others when the fill is empty or the
    /// books cannot hold it. Nothing is changed then.
    pub fn apply(&mut self, fill: &Fill, instrument: &Instrument) -> Result<Applied, LedgerError> {
        if fill.quantity.units() <= 0 {
            return Err(LedgerError::NotAFill {
                execution: fill.execution,
                units: fill.quantity.units(),
            });
        }
        let before = self.position(fill.instrument);
        if let Some(newest) = before.newest_execution
            && fill.execution <= newest
        {
            return Err(LedgerError::Duplicate {
                execution: fill.execution,
                newest,
            });
        }
        let change = before.after(fill, instrument)?;
        let totals = self
            .totals_after(&before, &change.position, change.cash, fill.fee)
            .ok_or(LedgerError::Overflow {
                execution: fill.execution,
            })?;
        self.replace(fill.instrument, change.position, totals)?;
        Ok(Applied {
            realized_pnl: change.realized_pnl,
            before: before.quantity,
            after: change.position.quantity,
        })
    }

    /// Sets the last price of an instrument and with it the profit of what is held.
    ///
    /// # Errors
    /// When the value does not fit; the former mark then stays.
    pub fn mark(
        &mut self,
        id: InstrumentId,
        price: Price,
        instrument: &Instrument,
    ) -> Result<(), LedgerError> {
        let overflow = LedgerError::MarkOverflow {
            instrument: id,
            price,
        };
        let before = self.position(id);
        if before.last_price == Some(price) {
            return Ok(());
        }
        let Some(after) = before.marked(price, instrument) else {
            return Err(overflow);
        };
        let totals = if before.is_open() {
            self.totals_after(&before, &after, Decimal::ZERO, Decimal::ZERO)
                .ok_or(overflow)?
        } else {
            self.totals
        };
        self.replace(id, after, totals)
    }

    /// The account as it stands; peak and start of day are those of the last sample.
    pub fn account(&self) -> Account {
        Account {
            cash: self.totals.cash,
            equity: self.totals.equity,
            realized_pnl: self.totals.realized_pnl,
            unrealized_pnl: self.totals.unrealized_pnl,
            fees: self.totals.fees,
            peak_equity: self.peak_equity,
            day_start_equity: self.day_start_equity,
        }
    }

    /// Takes the equity into the peak and, at the first sample of a UTC day, as the day's start.
    /// A time before the newest day counts as part of the newest day.
    pub fn sample(&mut self, time: Timestamp) -> Account {
        let day = time.nanos().div_euclid(NANOS_PER_DAY);
        if self.day.is_none_or(|newest| day > newest) {
            self.day = Some(day);
            self.day_start_equity = self.totals.equity;
        }
        self.peak_equity = self.peak_equity.max(self.totals.equity);
        self.account()
    }

    /// Takes over what a recorded sample said of peak and day start, when a journal is replayed.
    pub fn resume_sample(&mut self, account: &Account, time: Timestamp) {
        let day = time.nanos().div_euclid(NANOS_PER_DAY);
        if self.day.is_none_or(|newest| day >= newest) {
            self.day = Some(day);
            self.day_start_equity = account.day_start_equity;
        }
        self.peak_equity = self.peak_equity.max(account.peak_equity);
    }

    /// Every position that is not flat, by instrument index.
    pub fn positions(&self) -> impl Iterator<Item = (InstrumentId, &Position)> {
        (0_u32..)
            .map(InstrumentId)
            .zip(&self.positions)
            .filter(|(_, position)| position.is_open())
    }

    /// The position in one instrument; a flat one where there never was a fill or a mark.
    pub fn position(&self, id: InstrumentId) -> Position {
        self.positions.get(id.index()).copied().unwrap_or_default()
    }

    /// How many positions are not flat.
    pub const fn open_positions(&self) -> usize {
        self.open_positions
    }

    /// What it would cost to buy back all short positions at the last prices, in major units.
    pub const fn short_value(&self) -> Decimal {
        self.totals.short_value
    }

    /// Cash at the very start, in major units.
    pub const fn initial_cash(&self) -> Decimal {
        self.initial_cash
    }

    /// The totals when one position becomes another and cash and fees move along.
    fn totals_after(
        &self,
        before: &Position,
        after: &Position,
        cash: Decimal,
        fee: Decimal,
    ) -> Option<Totals> {
        let moved = |total, old, new| exact_add(exact_sub(total, old)?, new);
        let totals = &self.totals;
        let mut next = Totals {
            cash: exact_add(totals.cash, cash)?,
            realized_pnl: moved(totals.realized_pnl, before.realized_pnl, after.realized_pnl)?,
            fees: exact_add(totals.fees, fee)?,
            unrealized_pnl: moved(
                totals.unrealized_pnl,
                before.unrealized_pnl,
                after.unrealized_pnl,
            )?,
            short_value: moved(
                totals.short_value,
                before.short_value()?,
                after.short_value()?,
            )?,
            equity: Decimal::ZERO,
        };
        next.equity = next.equity_from(self.initial_cash)?;
        Some(next)
    }

    pub(super) fn replace(
        &mut self,
        id: InstrumentId,
        position: Position,
        totals: Totals,
    ) -> Result<(), LedgerError> {
        let index = id.index();
        if index >= INSTRUMENTS_MAX {
            return Err(LedgerError::NoSuchInstrument { instrument: id });
        }
        if index >= self.positions.len() {
            self.positions.resize(index + 1, Position::default());
        }
        if let Some(slot) = self.positions.get_mut(index) {
            self.open_positions -= usize::from(slot.is_open());
            self.open_positions += usize::from(position.is_open());
            *slot = position;
            self.totals = totals;
        }
        Ok(())
    }
}

impl Totals {
    /// Equity by way of profit, which needs no sum over positions: the ledger's invariant makes
    /// it the same as cash and the positions' market value.
    pub(super) fn equity_from(&self, initial_cash: Decimal) -> Option<Decimal> {
        let kept = exact_sub(exact_add(initial_cash, self.realized_pnl)?, self.fees)?;
        exact_add(kept, self.unrealized_pnl)
    }
}
