//! The market lane's part of folding: forming bars, marks, prints and books.
//! Must not need every update: what it makes of them has to hold though some were replaced.

use std::sync::Arc;

use crate::domain::{
    Depth, InstrumentId, MarketUpdate, Order, OrderKind, OrderState, Price, Print, Qty, Side,
    Timestamp,
};

use super::book::QueueSpot;
use super::fold::ViewFold;
use super::model::{SeriesView, View};
use super::tape::Taken;

impl ViewFold {
    /// Takes over the newest market state of an instrument.
    pub fn apply_market(&mut self, view: &mut View, mut update: MarketUpdate) {
        let id = update.instrument;
        view.time = view.time.max(update.time);
        let prints = std::mem::take(&mut update.prints);
        for print in &prints {
            self.on_print(view, id, print);
        }
        if let Some(depth) = &update.depth {
            on_depth(view, id, depth);
        }
        let Some(row) = view.instruments.get_mut(id.index()) else {
            return;
        };
        for series in &mut row.series {
            series.forming = update
                .forming
                .iter()
                .find(|(timeframe, _)| *timeframe == series.timeframe)
                .map(|(_, bar)| *bar);
            if let Some(bar) = &series.forming {
                series.forming_session = self.session_start(id, bar.start);
            }
        }
        if let Some(last) = update.last {
            // A price that the ledger cannot take leaves the mark before it.
            let _ = self.ledger.mark(id, last, &row.instrument);
            row.position = self.position(id, &row.instrument, &row.position);
            let marked = self.ledger.account();
            view.account.equity = marked.equity;
            view.account.unrealized_pnl = marked.unrealized_pnl;
        }
        row.market = Some(update);
    }

    fn on_print(&mut self, view: &mut View, id: InstrumentId, print: &Print) {
        let Some(row) = view.instruments.get_mut(id.index()) else {
            return;
        };
        let has_gap = match row.tape.take(print) {
            Taken::Known => return,
            Taken::Next => false,
            Taken::AfterGap => true,
        };
        if let Some(calendar) = self.calendar(id) {
            let segment = calendar.segment(print.time);
            row.traded.take(segment.day_start, print, has_gap);
            for series in &mut row.series {
                let (start, _) = segment.bucket(series.timeframe, print.time);
                let delta = series.flow.take(start, print, has_gap);
                set_delta(series, start, delta);
            }
        }
        serve_queue(view, id, print);
    }
}

/// A print may come after the bar that it belongs to: bars travel on the other lane.
fn set_delta(series: &mut SeriesView, start: Timestamp, delta: Option<Qty>) {
    let is_closed = series.bars.back().is_some_and(|row| row.bar.start >= start);
    if !is_closed {
        return;
    }
    if let Ok(index) = series
        .bars
        .binary_search_by_key(&start, |row| row.bar.start)
        && let Some(row) = series.bars.get_mut(index)
    {
        row.delta = delta;
    }
}

fn on_depth(view: &mut View, id: InstrumentId, depth: &Arc<Depth>) {
    let Some(row) = view.instruments.get_mut(id.index()) else {
        return;
    };
    if !row.book.take(depth) {
        return;
    }
    for order in view.working_orders.values() {
        let Some(price) = queued_at(order, id) else {
            continue;
        };
        match view.queue.get_mut(&order.id) {
            Some(spot) => spot.see(depth, order.side, price),
            None => {
                let spot = QueueSpot::join(depth, order.side, price);
                view.queue.extend(spot.map(|spot| (order.id, spot)));
            }
        }
    }
}

/// Lets those ahead in a queue be served by a trade that hit it.
fn serve_queue(view: &mut View, id: InstrumentId, print: &Print) {
    let Some(hit) = print.side.map(Side::opposite) else {
        return;
    };
    for (order, spot) in &mut view.queue {
        let is_hit = view
            .working_orders
            .get(order)
            .is_some_and(|it| it.side == hit && queued_at(it, id) == Some(print.price));
        if is_hit {
            spot.pass(print);
        }
    }
}

/// The price at which an order of the instrument rests in a queue.
pub(super) fn queued_at(order: &Order, id: InstrumentId) -> Option<Price> {
    let rests = matches!(
        order.state,
        OrderState::Working | OrderState::PartiallyFilled | OrderState::CancelPending
    );
    match order.kind {
        OrderKind::Limit(price) if rests && order.instrument == id => Some(price),
        _ => None,
    }
}
