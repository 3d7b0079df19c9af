//! Round trips: from the fill that opens a position to the one that closes it.
//! Must not tell of a trade whose beginning is not known.

use rust_decimal::Decimal;

use crate::domain::{
    Fill, Instrument, InstrumentId, OrderId, OrderOrigin, Price, Qty, Side, Timeframe, Timestamp,
};
use crate::portfolio::Position;

/// Decimals of averages, which are for the eye alone.
const AVERAGE_DECIMALS: u32 = 8;
/// Decimals of a multiple of risk.
const R_DECIMALS: u32 = 4;

/// A position from its first fill on; money in major units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTrade {
    /// Buy for a long position.
    pub side: Side,
    /// Event time of the first fill.
    pub opened: Timestamp,
    /// The order of the first fill.
    pub order: OrderId,
    /// Who asked for it.
    pub origin: OrderOrigin,
    /// How much was entered so far, all fills together.
    pub entered: Qty,
    /// Its value.
    pub entered_value: Decimal,
    /// How much was left so far.
    pub exited: Qty,
    /// Its value.
    pub exited_value: Decimal,
    /// Profit of what was left so far, before fees.
    pub realized_pnl: Decimal,
    /// Fees so far.
    pub fees: Decimal,
    /// The first protective stop; the risk that was taken counts from it.
    pub stop_price: Option<Price>,
    /// Bars that are counted: the signal's, else the shortest.
    pub timeframe: Option<Timeframe>,
    /// Those closed since the first fill; `None` where some were not seen.
    pub bars_held: Option<u32>,
    /// Worst result so far, at most zero, by whole seconds and fills; `None` where the trade was
    /// not seen from its beginning.
    pub mae: Option<Decimal>,
    /// Best result so far, at least zero; `None` as above.
    pub mfe: Option<Decimal>,
}

/// A position that was opened and closed; money in major units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedTrade {
    /// Number of the event that closed it.
    pub sequence: u64,
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// Buy for a long position.
    pub side: Side,
    /// How much was entered, all fills together.
    pub quantity: Qty,
    /// Average price of the entries.
    pub entry_price: Decimal,
    /// Average price of the exits.
    pub exit_price: Decimal,
    /// Event time of the first fill.
    pub entry_time: Timestamp,
    /// Event time of the last fill.
    pub exit_time: Timestamp,
    /// Profit before fees.
    pub realized_pnl: Decimal,
    /// Fees of all its fills.
    pub fees: Decimal,
    /// The first protective stop.
    pub stop_price: Option<Price>,
    /// Result after fees in multiples of the risk from entry to the first stop.
    pub r_multiple: Option<Decimal>,
    /// Worst result on the way, at most zero; `None` where it was not seen from its beginning.
    pub mae: Option<Decimal>,
    /// Best result on the way, at least zero; `None` as above.
    pub mfe: Option<Decimal>,
    /// Who opened it.
    pub origin: OrderOrigin,
    /// The order of the first fill.
    pub entry_order: OrderId,
    /// The order of the last fill.
    pub exit_order: OrderId,
    /// Who closed it.
    pub exit_origin: OrderOrigin,
    /// Bars closed between entry and exit, of the signal's timeframe, else the shortest; `None`
    /// where some were not seen.
    pub bars_held: Option<u32>,
}

impl ClosedTrade {
    /// Result after fees.
    pub fn net(&self) -> Decimal {
        self.realized_pnl - self.fees
    }
}

impl OpenTrade {
    /// A trade that `fill` opens. One that is seen live counts bars and excursions.
    pub(super) fn new(fill: &Fill, origin: OrderOrigin, is_seen: bool) -> Self {
        Self {
            side: fill.side,
            opened: fill.time,
            order: fill.order,
            origin,
            entered: Qty::ZERO,
            entered_value: Decimal::ZERO,
            exited: Qty::ZERO,
            exited_value: Decimal::ZERO,
            realized_pnl: Decimal::ZERO,
            fees: Decimal::ZERO,
            stop_price: None,
            timeframe: None,
            bars_held: is_seen.then_some(0),
            mae: is_seen.then_some(Decimal::ZERO),
            mfe: is_seen.then_some(Decimal::ZERO),
        }
    }

    /// Average price of the entries, in major units.
    pub fn entry_price(&self, instrument: &Instrument) -> Decimal {
        average(self.entered_value, self.entered, instrument)
    }

    /// Loss from the entries to the first stop, in major units; above zero.
    pub fn risk(&self, instrument: &Instrument) -> Option<Decimal> {
        let at_stop = instrument.notional(self.stop_price?, self.entered)?;
        let loss = match self.side {
            Side::Buy => self.entered_value - at_stop,
            Side::Sell => at_stop - self.entered_value,
        };
        (loss > Decimal::ZERO).then_some(loss)
    }

    /// A result after fees in multiples of the risk taken.
    pub fn r_multiple(&self, instrument: &Instrument, net: Decimal) -> Option<Decimal> {
        let multiple = net.checked_div(self.risk(instrument)?)?;
        Some(multiple.round_dp(R_DECIMALS))
    }

    /// Adds the part of a fill that opens.
    pub(super) fn enter(&mut self, part: &FillPart) {
        self.entered = self.entered.saturating_add(part.quantity);
        self.entered_value += part.value;
        self.fees += part.fee;
    }

    /// Adds the part of a fill that closes.
    pub(super) fn exit(&mut self, part: &FillPart, realized_pnl: Decimal) {
        self.exited = self.exited.saturating_add(part.quantity);
        self.exited_value += part.value;
        self.fees += part.fee;
        self.realized_pnl += realized_pnl;
        self.mark(self.realized_pnl);
    }

    /// Notes a result before fees that the trade had on its way.
    pub(super) fn mark(&mut self, result: Decimal) {
        self.mae = self.mae.map(|worst| worst.min(result));
        self.mfe = self.mfe.map(|best| best.max(result));
    }

    /// Notes the results at the lowest and highest price of a stretch.
    pub(super) fn mark_range(
        &mut self,
        position: &Position,
        instrument: &Instrument,
        range: [Price; 2],
    ) {
        for price in range {
            let worth = instrument.notional(price, position.quantity());
            let open = worth.and_then(|worth| worth.checked_sub(position.cost()));
            if let Some(result) = open.and_then(|open| open.checked_add(self.realized_pnl)) {
                self.mark(result);
            }
        }
    }

    /// The trade that `fill` has ended.
    pub(super) fn close(
        self,
        sequence: u64,
        fill: &Fill,
        exit_origin: OrderOrigin,
        instrument: &Instrument,
    ) -> ClosedTrade {
        let net = self.realized_pnl - self.fees;
        ClosedTrade {
            sequence,
            instrument: fill.instrument,
            side: self.side,
            quantity: self.entered,
            entry_price: self.entry_price(instrument),
            exit_price: average(self.exited_value, self.exited, instrument),
            entry_time: self.opened,
            exit_time: fill.time,
            realized_pnl: self.realized_pnl,
            fees: self.fees,
            stop_price: self.stop_price,
            r_multiple: self.r_multiple(instrument, net),
            mae: self.mae,
            mfe: self.mfe,
            entry_order: self.order,
            origin: self.origin,
            exit_order: fill.order,
            exit_origin,
            bars_held: self.bars_held,
        }
    }
}

/// A part of a fill with its share of value and fee.
#[derive(Debug, Clone, Copy)]
pub(super) struct FillPart {
    pub(super) quantity: Qty,
    value: Decimal,
    fee: Decimal,
}

/// What a fill closes of a position and what it opens.
pub(super) fn split(
    fill: &Fill,
    before: Qty,
    instrument: &Instrument,
) -> (Option<FillPart>, Option<FillPart>) {
    let delta = fill.side.signed(fill.quantity);
    let is_opposite = before.units().signum() * delta.units().signum() < 0;
    let closed = if is_opposite {
        before.abs().min(fill.quantity)
    } else {
        Qty::ZERO
    };
    let opened = fill.quantity.saturating_sub(closed);
    let share = Decimal::from(closed.units()).checked_div(fill.quantity.units().into());
    let fee_closing = if opened.is_zero() {
        fill.fee
    } else {
        let fee = share.and_then(|share| fill.fee.checked_mul(share));
        fee.unwrap_or_default().round_dp(AVERAGE_DECIMALS)
    };
    let part = |quantity: Qty, fee| {
        let value = instrument.notional(fill.price, quantity)?;
        (quantity.units() > 0).then_some(FillPart {
            quantity,
            value,
            fee,
        })
    };
    (
        part(closed, fee_closing),
        part(opened, fill.fee - fee_closing),
    )
}

fn average(value: Decimal, quantity: Qty, instrument: &Instrument) -> Decimal {
    value
        .checked_div(quantity.to_decimal(instrument.quantity_scale))
        .unwrap_or_default()
        .round_dp(AVERAGE_DECIMALS.max(instrument.price_scale.into()))
}
