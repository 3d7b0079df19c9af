//! A risk decision: what was asked, every check with its limit and value, and the verdict.
//! Must not perform a check: that is `risk`'s.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::instrument::InstrumentId;
use super::number::{Price, Qty};
use super::order::{OrderId, OrderKind, OrderOrigin, Side, TimeInForce};
use super::time::Timestamp;

/// An order somebody wants, before risk has seen it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OrderIntent {
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// Buy or sell.
    pub side: Side,
    /// Market, limit or stop.
    pub kind: OrderKind,
    /// How much; `None` lets risk size it by the stop distance. Of a change, the whole size with
    /// what is filled.
    pub quantity: Option<Qty>,
    /// How long it works.
    pub time_in_force: TimeInForce,
    /// Who asks.
    pub origin: OrderOrigin,
    /// May only shrink the position.
    pub reduce_only: bool,
    /// Protective stop for the position it opens; `None` lets risk set it.
    pub stop_price: Option<Price>,
    /// Target for the position it opens.
    #[serde(default)]
    pub target_price: Option<Price>,
}

macro_rules! denial_reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $text:literal;)+) => {
        /// A control that can refuse an order; its code never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum DenialReason {
            $($(#[doc = $doc])+ #[serde(rename = $code)] $variant,)+
        }

        impl DenialReason {
            /// Every control, in the order of evaluation.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable code, for example `max_notional`.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// What the control demands, for people.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

denial_reasons! {
    /// New orders are stopped: kill switch, store failure or an operator's halt.
    Halted = "halted", "trading is not halted";
    /// Price, quantity or value is off the instrument's grid, not positive, or overflows.
    Grid = "grid", "price and quantity lie on the instrument's grid and the value on or above its minimum";
    /// The last tick is too old, or there is no price at all.
    StaleData = "stale_data", "the last tick is young enough, in seconds";
    /// A stop order that the market has reached already.
    TriggerSide = "trigger_side", "a stop to buy lies above the market, a stop to sell below it";
    /// A reduce-only order that would not reduce.
    ReduceOnly = "reduce_only", "a reduce-only order is no larger than the position it closes";
    /// Short positions are off.
    ShortSale = "short_sale", "a sale is no larger than the position, where shorting is off";
    /// The order's value exceeds the limit.
    MaxNotional = "max_notional", "the order's value, in percent of equity";
    /// Position with working orders exceeds the limit.
    MaxPosition = "max_position", "the position with its working orders, in percent of equity";
    /// Too many instruments would be held.
    MaxOpenPositions = "max_open_positions", "instruments held or about to be";
    /// Cash does not cover the order and its fees.
    BuyingPower = "buying_power", "cash covers the order and its fees, in major units";
    /// The day's loss is too large.
    MaxDailyLoss = "max_daily_loss", "the day's loss, in percent of the day's first equity";
    /// Equity fell too far from its peak.
    MaxDrawdown = "max_drawdown", "the fall from the peak of equity, in percent";
    /// The size by stop distance came out as nothing, or stop or target lie on the wrong side.
    Sizing = "sizing", "the size by stop distance is at least one lot, between a stop that loses and a target that gains";
}

/// One check of a decision, with what it allows and what it saw.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Check {
    /// Which control.
    pub reason: DenialReason,
    /// Whether the order passed.
    pub passed: bool,
    /// What is allowed; `None` where the control is a yes or no, or its limit is not set.
    pub limit: Option<Decimal>,
    /// What was seen; `None` where it could not be computed, and then the check failed, unless
    /// the order only reduces the position, which no limit blocks.
    pub value: Option<Decimal>,
}

/// The full record of one decision.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decision {
    /// The order that came of it, approved or denied.
    pub order: OrderId,
    /// What was asked.
    pub intent: OrderIntent,
    /// Whether a change of a working order was asked, not a new one.
    #[serde(default)]
    pub amends: bool,
    /// What was approved; zero where denied. Of a change, the whole size with what is filled.
    pub quantity: Qty,
    /// Price the checks valued the order at.
    pub reference_price: Option<Price>,
    /// Whether it may be sent.
    pub approved: bool,
    /// Each check that was made, passed or not.
    pub checks: Vec<Check>,
    /// Event time.
    pub time: Timestamp,
}

impl Decision {
    /// The checks that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| !check.passed)
    }

    /// The failed checks' codes in one line, empty when approved.
    pub fn denial(&self) -> String {
        self.failed()
            .map(|check| check.reason.code())
            .collect::<Vec<_>>()
            .join(", ")
    }
}
