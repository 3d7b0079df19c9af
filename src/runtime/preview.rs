//! What an order, or a change of one, would cost, risk and lead to, for the screen to show.
//! Must not decide anything: the verdict is risk's, and the rest is arithmetic on it.

use rust_decimal::Decimal;

use crate::domain::{
    Decision, Instrument, InstrumentId, Order, OrderId, OrderIntent, OrderKind, Price, Qty, Side,
};
use crate::engine::Engine;

use super::handle::{Ask, Preview};

/// Decimals of a percentage and of an R multiple.
const SHOWN_DECIMALS: u32 = 2;
/// Basis points in one.
const BASIS_POINTS: Decimal = Decimal::from_parts(10_000, 0, 0, false, 0);

/// What there is to fill and where.
struct Subject {
    instrument: InstrumentId,
    side: Side,
    kind: OrderKind,
    quantity: Qty,
    stop_price: Option<Price>,
    target_price: Option<Price>,
    /// Whether it takes from a position and does nothing else.
    closes: bool,
}

/// Answers what a screen asks; `None` where the instrument or the order is not there.
pub(super) fn answer(engine: &Engine, taker_fee_bps: Decimal, ask: &Ask) -> Option<Preview> {
    match ask {
        Ask::New(intent) => {
            let verdict = engine.preview(intent)?;
            // What was asked for, also where it is refused: a person wants to see what it was worth.
            let quantity = intent.quantity.or(verdict.quantity).unwrap_or_default();
            let subject = Subject {
                instrument: intent.instrument,
                side: intent.side,
                kind: intent.kind,
                quantity,
                stop_price: verdict.stop_price,
                target_price: intent.target_price,
                closes: closes(engine, intent.instrument, intent.side, quantity)
                    || intent.reduce_only,
            };
            describe(engine, taker_fee_bps, &subject, verdict.decision)
        }
        Ask::Amend {
            order,
            price,
            quantity,
        } => match engine.preview_change(*order, *price, *quantity) {
            Ok((verdict, changed)) => {
                let subject = subject_of(engine, &changed);
                describe(engine, taker_fee_bps, &subject, verdict.decision)
            }
            Err(text) => refused(engine, taker_fee_bps, *order, text),
        },
    }
}

fn subject_of(engine: &Engine, order: &Order) -> Subject {
    let quantity = order.open_quantity();
    Subject {
        instrument: order.instrument,
        side: order.side,
        kind: order.kind,
        quantity,
        stop_price: order.stop_price,
        target_price: order.target_price,
        closes: closes(engine, order.instrument, order.side, quantity) || order.reduce_only,
    }
}

/// The order as it stands, with the reason why it cannot be changed.
fn refused(engine: &Engine, taker_fee_bps: Decimal, id: OrderId, text: String) -> Option<Preview> {
    let order = engine.working_orders().find(|order| order.id == id)?;
    let decision = Decision {
        order: id,
        intent: OrderIntent {
            instrument: order.instrument,
            side: order.side,
            kind: order.kind,
            quantity: Some(order.quantity),
            time_in_force: order.time_in_force,
            origin: order.origin.clone(),
            reduce_only: order.reduce_only,
            stop_price: order.stop_price,
            target_price: order.target_price,
        },
        amends: true,
        quantity: Qty::ZERO,
        reference_price: None,
        approved: false,
        checks: Vec::new(),
        time: engine.now(),
    };
    let preview = describe(engine, taker_fee_bps, &subject_of(engine, order), decision)?;
    Some(Preview {
        refusal: Some(text),
        ..preview
    })
}

fn describe(
    engine: &Engine,
    taker_fee_bps: Decimal,
    subject: &Subject,
    decision: Decision,
) -> Option<Preview> {
    let (id, side, quantity) = (subject.instrument, subject.side, subject.quantity);
    let instrument = engine.instrument(id)?;
    let held = engine.ledger().position(id).quantity();
    // What adds to a position keeps its guards where it names none; what closes has none.
    let adds = held.units().signum() * side.signed(quantity).units().signum() > 0;
    let guard = |own: Option<Price>, of_position: Option<Price>| {
        own.or(of_position.filter(|_| adds))
            .filter(|_| !subject.closes)
    };
    let stop_price = guard(subject.stop_price, engine.stop_of(id));
    let target_price = guard(subject.target_price, engine.target_of(id));
    let price = subject.kind.price().or_else(|| engine.touch(id, side));
    let notional = price.and_then(|price| instrument.notional(price, quantity));
    let fee = notional
        .and_then(|value| value.checked_mul(taker_fee_bps))
        .and_then(|value| value.checked_div(BASIS_POINTS));
    let between = |from: Option<Price>, to: Option<Price>| {
        worth_between(instrument, side, from?, to?, quantity)
    };
    let loss_to_stop = between(stop_price, price);
    let gain_to_target = between(price, target_price);
    let position = held.saturating_add(side.signed(quantity));
    Some(Preview {
        decision,
        refusal: None,
        price,
        quantity,
        notional,
        fee,
        stop_price,
        target_price,
        loss_to_stop,
        gain_to_target,
        r_multiple: gain_to_target
            .zip(loss_to_stop)
            .and_then(|(gain, loss)| gain.checked_div(loss))
            .map(|r| r.round_dp(SHOWN_DECIMALS)),
        position,
        exposure_percent: price
            .and_then(|price| exposure_percent(engine, instrument, position, price)),
    })
}

/// The value of a move in favour of the side, in major units; `None` where it is none.
fn worth_between(
    instrument: &Instrument,
    side: Side,
    from: Price,
    to: Price,
    quantity: Qty,
) -> Option<Decimal> {
    let gain = match side {
        Side::Buy => to.checked_sub(from)?,
        Side::Sell => from.checked_sub(to)?,
    };
    instrument
        .notional(gain, quantity)
        .filter(|value| *value > Decimal::ZERO)
}

fn exposure_percent(
    engine: &Engine,
    instrument: &Instrument,
    position: Qty,
    price: Price,
) -> Option<Decimal> {
    let equity = engine.ledger().account().equity;
    let worth = instrument.notional(price, position.abs())?;
    (equity > Decimal::ZERO)
        .then(|| worth.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(equity))
        .flatten()
        .map(|percent| percent.round_dp(SHOWN_DECIMALS))
}

fn closes(engine: &Engine, id: InstrumentId, side: Side, quantity: Qty) -> bool {
    let held = engine.ledger().position(id).quantity();
    let opposes = held.units().signum() * side.signed(Qty::from_units(1)).units() < 0;
    opposes && quantity <= held.abs()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::Config;
    use crate::domain::{
        CandleSource, Command, CommandBody, CommandId, FeedId, Input, OrderOrigin, Session, Tick,
        TickBody, TimeInForce, Timestamp,
    };
    use crate::engine::Settings;

    const ID: InstrumentId = InstrumentId(0);
    const FEED: FeedId = FeedId(0);

    /// An engine with one instrument at 100.00 and 100 000 of cash.
    fn engine() -> Engine {
        let mut config = Config {
            strategies: Vec::new(),
            ..Config::default()
        };
        config.account.initial_cash = Decimal::from(100_000);
        let mut engine = Engine::new(Settings::new(&config).unwrap()).unwrap();
        let instrument = Arc::new(Instrument {
            key: "SIM:TITAN".parse().unwrap(),
            symbol: "TITAN".to_owned(),
            currency: "USD".to_owned(),
            price_scale: 2,
            quantity_scale: 0,
            tick_size: Price::from_units(5),
            lot_size: Qty::from_units(1),
            minimum_notional: Decimal::ZERO,
            session: Session::Continuous,
            candle_source: CandleSource::Trades,
        });
        engine.step(&Input::List {
            feed: FEED,
            id: ID,
            instrument,
        });
        tick(&mut engine, 0, 10_000);
        engine
    }

    fn tick(engine: &mut Engine, seconds: i64, units: i64) {
        engine.step(&Input::Tick(Tick {
            instrument: ID,
            event_time: Timestamp::from_seconds(1_000_000 + seconds),
            body: TickBody::Trade {
                price: Price::from_units(units),
                quantity: Qty::from_units(1_000),
                side: None,
            },
        }));
    }

    fn send(engine: &mut Engine, body: CommandBody) {
        let id = CommandId(engine.sequence() + 1);
        engine.step(&Input::Command(Command { id, body }));
    }

    fn intent(side: Side, kind: OrderKind, quantity: Option<i64>) -> OrderIntent {
        OrderIntent {
            instrument: ID,
            side,
            kind,
            quantity: quantity.map(Qty::from_units),
            time_in_force: TimeInForce::Gtc,
            origin: OrderOrigin::Trader,
            reduce_only: false,
            stop_price: None,
            target_price: None,
        }
    }

    fn price(units: i64) -> Price {
        Price::from_units(units)
    }

    fn ask(engine: &Engine, ask: &Ask) -> Preview {
        answer(engine, Decimal::TEN, ask).expect("it is there")
    }

    #[test]
    fn a_new_order_is_shown_with_all_that_it_leads_to() {
        let engine = engine();
        let guarded = OrderIntent {
            stop_price: Some(price(9_800)),
            target_price: Some(price(10_500)),
            ..intent(Side::Buy, OrderKind::Limit(price(10_000)), None)
        };
        let shown = ask(&engine, &Ask::New(guarded));
        assert!(shown.decision.approved, "{}", shown.decision.denial());
        // One percent of 100 000 over 2.00 is 500, and 20 % at 100.00 leave 200.
        assert_eq!(shown.quantity, Qty::from_units(200));
        assert_eq!(shown.price, Some(price(10_000)));
        assert_eq!(shown.notional, Some(Decimal::from(20_000)));
        assert_eq!(shown.fee, Some(Decimal::from(20)));
        assert_eq!(shown.loss_to_stop, Some(Decimal::from(400)));
        assert_eq!(shown.gain_to_target, Some(Decimal::from(1_000)));
        assert_eq!(shown.r_multiple, Some(Decimal::new(25, 1)));
        assert_eq!(shown.position, Qty::from_units(200));
        assert_eq!(shown.exposure_percent, Some(Decimal::from(20)));
        assert_eq!(shown.refusal, None);
    }

    #[test]
    fn a_refused_order_is_shown_as_it_was_asked() {
        let engine = engine();
        let stop = OrderKind::Stop(price(9_900));
        let shown = ask(&engine, &Ask::New(intent(Side::Buy, stop, Some(300))));
        assert!(!shown.decision.approved);
        assert!(shown.decision.failed().count() > 0);
        assert_eq!(shown.notional, Some(Decimal::from(29_700)));
        assert_eq!((shown.loss_to_stop, shown.r_multiple), (None, None));
        assert_eq!(shown.position, Qty::from_units(300));
    }

    #[test]
    fn what_closes_has_no_guards_and_what_adds_keeps_those_of_the_position() {
        let mut engine = engine();
        let market = OrderKind::Market;
        send(
            &mut engine,
            CommandBody::PlaceOrder(OrderIntent {
                stop_price: Some(price(9_800)),
                target_price: Some(price(10_600)),
                ..intent(Side::Buy, market, Some(100))
            }),
        );
        tick(&mut engine, 1, 10_000);
        tick(&mut engine, 2, 10_000);
        let adds = ask(&engine, &Ask::New(intent(Side::Buy, market, Some(50))));
        assert_eq!(adds.stop_price, Some(price(9_800)));
        assert_eq!(adds.target_price, Some(price(10_600)));
        assert_eq!(adds.loss_to_stop, Some(Decimal::from(100)));
        assert_eq!(adds.r_multiple, Some(Decimal::from(3)));
        assert_eq!(adds.position, Qty::from_units(150));
        let closes = ask(&engine, &Ask::New(intent(Side::Sell, market, Some(40))));
        assert_eq!((closes.stop_price, closes.target_price), (None, None));
        assert_eq!(closes.loss_to_stop, None);
        assert_eq!(closes.position, Qty::from_units(60));
    }

    #[test]
    fn a_change_is_shown_by_what_would_be_open_of_it_or_why_it_cannot_be() {
        let mut engine = engine();
        let entry = OrderIntent {
            stop_price: Some(price(9_800)),
            target_price: Some(price(10_400)),
            ..intent(Side::Buy, OrderKind::Limit(price(9_950)), Some(100))
        };
        send(&mut engine, CommandBody::PlaceOrder(entry));
        let amend = |to: Option<i64>, quantity: Option<i64>| Ask::Amend {
            order: OrderId(1),
            price: to.map(price),
            quantity: quantity.map(Qty::from_units),
        };
        let early = ask(&engine, &amend(Some(9_900), None));
        let on_its_way = "order T1 is on its way: wait for the venue";
        assert_eq!(early.refusal.as_deref(), Some(on_its_way));
        assert!(!early.decision.approved && early.decision.checks.is_empty());
        assert_eq!(early.price, Some(price(9_950)), "as it stands");

        tick(&mut engine, 1, 10_000);
        let shown = ask(&engine, &amend(Some(9_900), Some(150)));
        assert!(shown.decision.approved, "{}", shown.decision.denial());
        assert!(shown.decision.amends);
        assert_eq!(shown.quantity, Qty::from_units(150));
        assert_eq!(shown.notional, Some(Decimal::from(14_850)));
        assert_eq!(shown.loss_to_stop, Some(Decimal::from(150)));
        assert_eq!(shown.r_multiple, Some(Decimal::from(5)));
        assert_eq!(shown.position, Qty::from_units(150));
        let refused = ask(&engine, &amend(None, Some(500)));
        assert_eq!(refused.decision.denial(), "max_notional, max_position");
        let unknown = Ask::Amend {
            order: OrderId(9),
            price: None,
            quantity: None,
        };
        assert_eq!(answer(&engine, Decimal::TEN, &unknown), None);
        // Asking has changed nothing.
        let order = engine.working_orders().next().expect("it works");
        assert_eq!(order.quantity, Qty::from_units(100));
    }
}
