//! Actions of charts: what they show, where they stand, their crosshair and their lines.
//! Must not draw, and must not send an order.

use ratatui::layout::{Position, Rect};
use titan_widgets::{CandleChart, ZOOM_DEFAULT, ZOOM_MAX};

use super::Turn;
use crate::domain::{Decimal, Instrument, InstrumentId, Price, Timeframe, Timestamp};
use crate::tui::action::ChartAction;
use crate::tui::panes::chart::{self, Bars};
use crate::tui::panes::{CHART, Pane, inner};
use crate::tui::render::places;
use crate::tui::state::{DeskState, Tone};
use crate::tui::workspace::{BarsKind, ChartState, Cursor};
use crate::view::{ChartEvent, View};

/// Most steps that prices are zoomed, and tenths of the scale they are moved.
const PRICE_STEPS: (i8, i16) = (12, 50);
/// A chart that is not on the screen is thought to be as large as this.
const SOMEWHERE: Rect = Rect::new(0, 0, 80, 24);

impl DeskState {
    pub(super) fn act_chart(&mut self, id: ChartAction, turn: &mut Turn) {
        use ChartAction as A;
        if !self.choose_chart() {
            let text = "no chart in this workspace: `:pane chart` makes this pane one";
            return self.say(Tone::Plain, text, turn.view);
        }
        match id {
            A::PanLeft => self.pan(turn, |now, _| now.saturating_add(turn.count)),
            A::PanRight => self.pan(turn, |now, _| now.saturating_sub(turn.count)),
            A::PageLeft => self.pan(turn, |now, page| now.saturating_add(page * turn.count)),
            A::PageRight => self.pan(turn, |now, page| now.saturating_sub(page * turn.count)),
            A::First => self.pan(turn, |_, _| usize::MAX),
            A::Last => self.leaf_mut().chart.right = None,
            A::ZoomIn => {
                let chart = &mut self.leaf_mut().chart;
                chart.zoom = chart.zoom.saturating_add(1).min(ZOOM_MAX);
            }
            A::ZoomOut => {
                let chart = &mut self.leaf_mut().chart;
                chart.zoom = chart.zoom.saturating_sub(1);
            }
            A::Reset => {
                let chart = &mut self.leaf_mut().chart;
                chart.zoom = ZOOM_DEFAULT;
                chart.right = None;
                (chart.price_zoom, chart.price_shift) = (0, 0);
            }
            A::Crosshair | A::SecondCursor | A::Measure => self.act_cursor(id, turn),
            A::Left | A::Right => self.move_crosshair(turn, id == A::Right),
            A::Up | A::Down => self.move_price(turn, id == A::Up),
            A::Studies => self.pick_studies(turn),
            A::GoTo => self.go_to_typed(turn),
            A::EventPrevious => self.go_to_event(turn, false),
            A::EventNext => self.go_to_event(turn, true),
            A::Line => self.add_line(turn),
            A::EraseLine => self.erase_line(turn),
            A::PriceCloser | A::PriceWider | A::PriceUp | A::PriceDown | A::PriceReset => {
                view_prices(&mut self.leaf_mut().chart, id);
            }
            _ => self.change_chart(id, turn),
        }
    }

    /// Where the crosshair of the chosen chart stands, and where its second cursor puts a stop;
    /// both on the tick grid.
    pub fn chart_cursor(&self) -> Option<(Price, Option<Price>)> {
        let chart = &self.leaf().chart;
        let crosshair = chart.crosshair?;
        Some((crosshair.price, chart.stop))
    }

    /// The event that was jumped to in the chosen chart.
    pub fn chart_event(&self, view: &View) -> Option<ChartEvent> {
        let wanted = self.leaf().chart.event?;
        let row = self.focus(view)?;
        let events = view.chart_events(row.id);
        events.into_iter().find(|it| it.sequence == wanted)
    }

    /// Shows the bar of a time of an instrument in a chart of this workspace, in the middle where
    /// there are bars on both sides; `false` where there is no chart.
    pub fn show_bar(
        &mut self,
        instrument: InstrumentId,
        timeframe: Option<Timeframe>,
        time: Timestamp,
        view: &View,
    ) -> bool {
        if !self.choose_chart() {
            return false;
        }
        if self.context().instrument != instrument.index() {
            self.select_instrument(instrument.index());
        }
        let series = self.focus(view).map_or(&[][..], |row| &row.series);
        let wanted = timeframe.and_then(|it| series.iter().position(|row| row.timeframe == it));
        if let Some(wanted) = wanted {
            let mut focus = self.context();
            focus.timeframe = wanted;
            self.set_context(focus);
        }
        self.centre(time.seconds(), view);
        true
    }

    /// Chooses a chart of this workspace where the chosen pane is none.
    fn choose_chart(&mut self) -> bool {
        let workspace = self.workspaces.current_mut();
        if workspace.chosen().spec == CHART {
            return true;
        }
        let first = workspace.root.leaves().find(|leaf| leaf.spec == CHART);
        let Some(id) = first.map(|leaf| leaf.id) else {
            return false;
        };
        workspace.choose(id);
        true
    }

    /// Looks at the chosen chart as it is drawn.
    pub(super) fn on_chart<T>(
        &self,
        view: &View,
        act: impl FnOnce(&Pane, &Bars, Rect) -> Option<T>,
    ) -> Option<T> {
        let frozen = self.frozen.clone();
        let view = frozen.as_deref().unwrap_or(view);
        let own = self.leaf().id;
        let panes = places(view, self, self.area).panes;
        let placed = panes.iter().find(|placed| placed.id == own);
        let inside = placed
            .map(|placed| inner(placed.area))
            .filter(|inside| !inside.is_empty())
            .unwrap_or(SOMEWHERE);
        let pane = Pane::new(view, self);
        act(&pane, &Bars::new(&pane, inside)?, inside)
    }

    /// Moves the right edge to so many bars before the newest: `to` is given how many it is and
    /// how many bars the chart shows.
    fn pan(&mut self, turn: &Turn, to: impl FnOnce(usize, usize) -> usize) {
        let moved = self.on_chart(turn.view, |pane, bars, inside| {
            let page = page(pane, inside)?;
            let most = bars.places.len().saturating_sub(page);
            let back = to(bars.places.back(pane.leaf.chart.right), page).min(most);
            Some(bars.places.spot_back(back))
        });
        if let Some(right) = moved {
            self.leaf_mut().chart.right = right;
        }
    }

    /// Moves the right edge so that the bar of a time can be seen, to the middle if it could not.
    fn centre(&mut self, time: i64, view: &View) {
        let moved = self.on_chart(view, |pane, bars, inside| {
            let page = page(pane, inside)?;
            let places = &bars.places;
            let (pan, back) = (
                places.back(pane.leaf.chart.right),
                places.len().saturating_sub(places.at(time) + 1),
            );
            let is_seen = (pan..pan + page).contains(&back);
            let most = places.len().saturating_sub(page);
            let to = back.saturating_sub(page / 2).min(most);
            Some(places.spot_back(if is_seen { pan } else { to }))
        });
        if let Some(right) = moved {
            self.leaf_mut().chart.right = right;
        }
    }

    /// Changes how the chosen chart draws.
    fn change_chart(&mut self, id: ChartAction, turn: &Turn) {
        use ChartAction as A;
        let (first, second) = match turn.arguments.split_once(' ') {
            Some((first, second)) => (first, second.trim()),
            None => (turn.arguments, ""),
        };
        let focus = self.context();
        let chart = &mut self.leaf_mut().chart;
        let done = match id {
            A::Kind => change_kind(chart, first, second),
            A::Scale if first.is_empty() => {
                chart.scale = chart.scale.next();
                Ok(())
            }
            A::Scale => first.parse().map(|scale| chart.scale = scale),
            A::Volume => switch(!chart.hide_volume, first).map(|on| chart.hide_volume = !on),
            A::Profile => switch(chart.profile, first).map(|on| chart.profile = on),
            A::Depth => switch(chart.depth, first).map(|on| chart.depth = on),
            A::Events => switch(!chart.hide_events, first).map(|on| chart.hide_events = !on),
            A::OwnTimeframe => switch(chart.timeframe.is_some(), first)
                .map(|on| chart.timeframe = on.then_some(focus.timeframe)),
            _ => Ok(()),
        };
        let text = match id {
            A::Kind => format!("bars: {}", chart.kind.word()),
            A::Scale => format!("scale of prices: {}", chart.scale.word()),
            A::OwnTimeframe if chart.timeframe.is_some() => {
                "the chart keeps its own timeframe".to_owned()
            }
            A::OwnTimeframe => "the chart follows the timeframe of its group".to_owned(),
            _ => String::new(),
        };
        match done {
            Err(text) => self.say(Tone::Bad, text, turn.view),
            Ok(()) if text.is_empty() => self.explain(id, turn),
            Ok(()) => self.say(Tone::Plain, text, turn.view),
        }
    }

    /// Says why nothing is seen of what was switched on.
    fn explain(&mut self, id: ChartAction, turn: &Turn) {
        let has_books = self
            .focus(turn.view)
            .is_some_and(|row| row.book.depth.is_some());
        if id == ChartAction::Depth && self.leaf().chart.depth && !has_books {
            let text = "no book of this instrument has come: its feed may bring none";
            self.say(Tone::Plain, text, turn.view);
        }
    }

    fn act_cursor(&mut self, id: ChartAction, turn: &Turn) {
        use ChartAction as A;
        let had = self.leaf().chart.crosshair.is_some();
        if id == A::Crosshair && had {
            let chart = &mut self.leaf_mut().chart;
            (chart.crosshair, chart.stop, chart.measure) = (None, None, None);
            chart.moves_stop = false;
            return;
        }
        if !had {
            let place = self.on_chart(turn.view, |pane, bars, _| start(pane, bars));
            self.leaf_mut().chart.crosshair = place;
        }
        let chart = &mut self.leaf_mut().chart;
        let Some(cursor) = chart.crosshair else {
            return self.say(Tone::Plain, "no bar to put the crosshair on", turn.view);
        };
        match id {
            A::SecondCursor if chart.stop.is_some() => chart.moves_stop = !chart.moves_stop,
            A::SecondCursor => {
                chart.stop = Some(cursor.price);
                chart.moves_stop = true;
            }
            A::Measure => {
                chart.measure = match chart.measure {
                    Some(_) => None,
                    None => Some(cursor),
                };
            }
            _ => {}
        }
    }

    fn move_crosshair(&mut self, turn: &Turn, later: bool) {
        let moved = self.on_chart(turn.view, |pane, bars, inside| {
            let chart = &pane.leaf.chart;
            let places = &bars.places;
            let at = places.index(chart.crosshair?.spot);
            let to = match later {
                true => at.saturating_add(turn.count),
                false => at.saturating_sub(turn.count),
            };
            let spot = places.spot(to);
            // The chart follows where the crosshair leaves it.
            let (back, page) = (places.back(Some(spot)), page(pane, inside)?);
            let pan = places.back(chart.right);
            let pan = pan.min(back).max((back + 1).saturating_sub(page));
            Some((spot, places.spot_back(pan)))
        });
        let chart = &mut self.leaf_mut().chart;
        if let (Some((spot, right)), Some(cursor)) = (moved, &mut chart.crosshair) {
            cursor.spot = spot;
            chart.right = right;
        }
    }

    /// Moves the crosshair, or the second cursor, by a row of the chart, within what it shows.
    fn move_price(&mut self, turn: &Turn, up: bool) {
        let moved = self.on_chart(turn.view, |pane, bars, inside| {
            let chart = &pane.leaf.chart;
            let now = match (chart.moves_stop, chart.stop) {
                (true, Some(stop)) => stop,
                _ => chart.crosshair?.price,
            };
            let geometry = chart::geometry(pane, inside)?;
            let instrument = &bars.row.instrument;
            let tick = instrument.tick_size.units().max(1);
            let step = on_grid(geometry.price_step(), instrument).units().max(tick);
            let count = i64::try_from(turn.count).unwrap_or(1);
            let by = step.saturating_mul(if up { count } else { -count });
            let (low, high) = geometry.prices();
            let (low, high) = (on_grid(low, instrument), on_grid(high, instrument));
            let to = now.units().saturating_add(by);
            // One that lies beyond already may come nearer.
            let (low, high) = (low.min(now), high.max(now));
            Some(Price::from_units(to.clamp(low.units(), high.units())))
        });
        let chart = &mut self.leaf_mut().chart;
        let Some(price) = moved else { return };
        if chart.moves_stop && chart.stop.is_some() {
            chart.stop = Some(price);
        } else if let Some(cursor) = &mut chart.crosshair {
            cursor.price = price;
        }
    }

    fn go_to_typed(&mut self, turn: &Turn) {
        if turn.arguments.is_empty() {
            return self.begin_with("goto ");
        }
        let ends = self.on_chart(turn.view, |_, bars, _| {
            let last = bars.places.len().checked_sub(1)?;
            Some((bars.places.time(0)?, bars.places.time(last)?))
        });
        let Some((oldest, newest)) = ends else {
            return self.say(Tone::Plain, "there is no bar yet", turn.view);
        };
        let now = Timestamp::from_seconds(newest);
        let Some(time) = super::times::read(turn.arguments, now, &self.zone) else {
            let text = format!(
                "`{}` is no time: write 14:05, 2026-11-05 14:05 or -2h",
                turn.arguments
            );
            return self.say(Tone::Bad, text, turn.view);
        };
        let time = time.seconds();
        if time < oldest {
            let text = "before the oldest bar that is kept";
            self.say(Tone::Plain, text, turn.view);
        }
        self.centre(time, turn.view);
        let spot = self.on_chart(turn.view, |_, bars, _| {
            Some(bars.places.spot(bars.places.at(time)))
        });
        if let (Some(spot), Some(cursor)) = (spot, &mut self.leaf_mut().chart.crosshair) {
            cursor.spot = spot;
        }
    }

    fn go_to_event(&mut self, turn: &Turn, later: bool) {
        let wanted = self.leaf().chart.event;
        let found = self.on_chart(turn.view, |pane, bars, _| {
            let events = chart::events(pane.view, bars.row.id, bars.series.timeframe);
            let last = events.len().checked_sub(1)?;
            let at = events.iter().position(|it| Some(it.sequence) == wanted);
            let next = match (at, later) {
                (None, _) => last,
                (Some(at), true) => at.saturating_add(turn.count).min(last),
                (Some(at), false) => at.saturating_sub(turn.count),
            };
            let event = events.get(next)?;
            Some((event.sequence, chart::event_time(event)))
        });
        let Some((sequence, time)) = found else {
            let text = "no signal and no fill on this chart";
            return self.say(Tone::Plain, text, turn.view);
        };
        let chart = &mut self.leaf_mut().chart;
        chart.event = Some(sequence);
        chart.hide_events = false;
        self.centre(time, turn.view);
    }

    fn add_line(&mut self, turn: &Turn) {
        let Some((instrument, price)) = self.line_price(turn) else {
            return;
        };
        let Some(price) = price else {
            let text = "no price: v shows the crosshair, or type `:line PRICE`";
            return self.say(Tone::Plain, text, turn.view);
        };
        let key = instrument.key.to_string();
        let lines = self.workspaces.lines.entry(key).or_default();
        if !lines.contains(&price) {
            lines.push(price);
        }
    }

    fn erase_line(&mut self, turn: &Turn) {
        let Some((instrument, price)) = self.line_price(turn) else {
            return;
        };
        let key = instrument.key.to_string();
        let lines = self
            .workspaces
            .lines
            .get(&key)
            .map_or(&[][..], Vec::as_slice);
        let nearest = match price {
            None => lines.len().checked_sub(1),
            Some(price) => {
                let away = |line: &Decimal| (*line - price).abs();
                let nearest = lines.iter().enumerate().min_by_key(|(_, line)| away(line));
                nearest.map(|(place, _)| place)
            }
        };
        let Some(place) = nearest else {
            let text = format!("no line on {}", instrument.symbol);
            return self.say(Tone::Plain, text, turn.view);
        };
        if let Some(lines) = self.workspaces.lines.get_mut(&key) {
            lines.remove(place);
            if lines.is_empty() {
                self.workspaces.lines.remove(&key);
            }
        }
    }

    /// The instrument of the chosen chart, and the price that was typed or that the crosshair
    /// points at; says what is wrong with a typed one.
    fn line_price(&mut self, turn: &Turn) -> Option<(std::sync::Arc<Instrument>, Option<Decimal>)> {
        let instrument = std::sync::Arc::clone(&self.focus(turn.view)?.instrument);
        let scale = instrument.price_scale;
        if turn.arguments.is_empty() {
            let cursor = self.leaf().chart.crosshair;
            let price = cursor.map(|cursor| cursor.price.to_decimal(scale));
            return Some((instrument, price));
        }
        let typed: Option<Decimal> = turn.arguments.replace(',', "").parse().ok();
        match typed.filter(|price| Price::from_decimal(*price, scale).is_ok()) {
            Some(price) => Some((instrument, Some(price))),
            None => {
                let text = format!("`{}` is no price of {}", turn.arguments, instrument.symbol);
                self.say(Tone::Bad, text, turn.view);
                None
            }
        }
    }

    /// Puts the crosshair where the mouse was pressed and let go.
    pub(in crate::tui) fn click_chart(&mut self, turn: &Turn, at: Position) {
        let found = self.on_chart(turn.view, |pane, bars, inside| {
            let (back, price) = chart::at(&chart::geometry(pane, inside)?, at)?;
            let newest = bars.places.len().checked_sub(1)?;
            Some(Cursor {
                spot: bars.places.spot(newest.saturating_sub(back)),
                price: on_grid(price, &bars.row.instrument),
            })
        });
        if let Some(cursor) = found {
            self.leaf_mut().chart.crosshair = Some(cursor);
        }
    }

    /// Moves the bars with the mouse; answers where the mouse counts from next.
    pub(in crate::tui) fn drag_chart(
        &mut self,
        turn: &Turn,
        from: Position,
        to: Position,
    ) -> Position {
        let moved = self.on_chart(turn.view, |pane, _, inside| {
            let geometry = chart::geometry(pane, inside)?;
            Some((geometry.back_at(from.x)?, geometry.back_at(to.x)?))
        });
        let Some((before, after)) = moved.filter(|(before, after)| before != after) else {
            return from;
        };
        self.pan(turn, |now, _| (now + before).saturating_sub(after));
        to
    }
}

/// How many bars a chart in `inside` shows.
fn page(pane: &Pane, inside: Rect) -> Option<usize> {
    let plot = chart::geometry(pane, inside)?.plot();
    Some(CandleChart::capacity(plot.width, pane.leaf.chart.zoom).max(1))
}

/// Where a crosshair begins: at the event that was jumped to, or at the last bar that is seen.
fn start(pane: &Pane, bars: &Bars) -> Option<Cursor> {
    let instrument = &bars.row.instrument;
    let chosen = pane.leaf.chart.event.and_then(|wanted| {
        let events = chart::events(pane.view, bars.row.id, bars.series.timeframe);
        events.into_iter().find(|it| it.sequence == wanted)
    });
    if let Some(event) = chosen {
        return Some(Cursor {
            spot: bars.places.spot(bars.places.at(chart::event_time(&event))),
            price: event.price,
        });
    }
    let newest = bars.places.len().checked_sub(1)?;
    let spot = bars.places.spot(newest.saturating_sub(bars.pan));
    let close = bars.close_at(spot.time)?;
    Some(Cursor {
        spot,
        price: on_grid(close, instrument),
    })
}

/// The nearest price on the tick grid.
#[allow(
    clippy::cast_possible_truncation,
    reason = "rounded, and the cast saturates"
)]
fn on_grid(price: f64, instrument: &Instrument) -> Price {
    let tick = instrument.tick_size.units().max(1);
    let ticks = (price / Price::from_units(tick).as_f64()).round() as i64;
    Price::from_units(ticks.saturating_mul(tick))
}

fn view_prices(chart: &mut ChartState, id: ChartAction) {
    use ChartAction as A;
    let (zoom, shift) = PRICE_STEPS;
    let zoomed = |by: i8| chart.price_zoom.saturating_add(by).clamp(-zoom, zoom);
    let shifted = |by: i16| chart.price_shift.saturating_add(by).clamp(-shift, shift);
    (chart.price_zoom, chart.price_shift) = match id {
        A::PriceCloser => (zoomed(1), chart.price_shift),
        A::PriceWider => (zoomed(-1), chart.price_shift),
        A::PriceUp => (chart.price_zoom, shifted(1)),
        A::PriceDown => (chart.price_zoom, shifted(-1)),
        _ => (0, 0),
    };
}

/// The next kind of bars, or the one that is named, with the size of its bricks.
fn change_kind(chart: &mut ChartState, word: &str, size: &str) -> Result<(), String> {
    if word.is_empty() {
        chart.kind = chart.kind.next();
        return Ok(());
    }
    let kind: BarsKind = word.parse()?;
    let brick: Option<Decimal> = match size {
        "" => None,
        size => {
            let parsed = size.replace(',', "").parse().ok();
            let brick = parsed.filter(|brick| *brick > Decimal::ZERO);
            Some(brick.ok_or_else(|| format!("`{size}` is no size: write a price above 0"))?)
        }
    };
    if brick.is_some() && !kind.0.is_made() {
        return Err(format!("{word} takes no size: renko and range do"));
    }
    (chart.kind, chart.brick) = (kind, brick);
    Ok(())
}

/// On, off, or the other of the two.
fn switch(is_on: bool, word: &str) -> Result<bool, String> {
    match word {
        "" => Ok(!is_on),
        "on" => Ok(true),
        "off" => Ok(false),
        other => Err(format!("`{other}` is neither on nor off")),
    }
}
