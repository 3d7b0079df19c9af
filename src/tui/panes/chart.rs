//! The chart of the chosen instrument: candles, volume, averages, and lines for what is held.
//! Must not hide that its prices are old.

use std::collections::HashMap;
use std::sync::LazyLock;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;
use titan_widgets::{Candle, CandleChart, CandleStyles, Marker, Overlay};

use super::{PLAIN, Pane, PaneSpec};
use crate::domain::{Bar, OrderKind};
use crate::indicators::IndicatorSpec;
use crate::tui::action::Scope;
use crate::tui::format;
use crate::tui::state::{Health, Open, forming};
use crate::tui::theme::ColorMode;
use crate::view::{InstrumentView, SeriesView, StudyLine};

/// The indicators that a chart draws until others are picked.
static STUDIES: LazyLock<Vec<IndicatorSpec>> =
    LazyLock::new(|| IndicatorSpec::parse_list("EMA:9,EMA:21").unwrap_or_default());

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "chart",
    title: "Chart",
    doc: "Candles with volume, averages, and lines for what is held and ordered.",
    scopes: &[Scope::Chart],
    rank: 0,
    draw,
    ..PLAIN
};

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let Some(row) = pane.focus else {
        return draw_empty(pane, area, buffer);
    };
    let Some(series) = pane.series(row) else {
        return draw_empty(pane, area, buffer);
    };
    let bar = forming(row, series)
        .map(|bar| *bar)
        .or_else(|| series.bars.back().map(|row| row.bar));
    let inside = pane.frame(area, "", buffer);
    let health = pane.health();
    title(pane, row, series, bar.as_ref(), area, buffer);
    if bar.is_none() {
        let text = waiting_text(pane, &health, "the first bar");
        return pane.hint(inside, &text, pane.paint().dim(), buffer);
    }
    candles(pane, row, series, &health, inside, buffer);
}

fn draw_empty(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let inside = pane.frame(area, "Chart", buffer);
    let health = pane.health();
    let text = waiting_text(pane, &health, "the first tick");
    let style = match health {
        Health::Down(_) => pane.fg(|theme| theme.alarm),
        _ => pane.paint().dim(),
    };
    pane.hint(inside, &text, style, buffer);
}

fn waiting_text(pane: &Pane, health: &Health, what: &str) -> String {
    let feeds: Vec<&str> = if pane.view.feeds.is_empty() {
        pane.state.feed_names.iter().map(String::as_str).collect()
    } else {
        pane.view
            .feeds
            .iter()
            .map(|feed| feed.name.as_str())
            .collect()
    };
    let ellipsis = pane.state.glyphs.ellipsis;
    match health {
        Health::Down(text) => format!("no data: {text}"),
        Health::Ended => "the feed has ended".to_owned(),
        _ if feeds.is_empty() => format!("waiting for {what} {ellipsis}"),
        _ => format!("waiting for {what} from {} {ellipsis}", feeds.join(", ")),
    }
}

fn title(
    pane: &Pane,
    row: &InstrumentView,
    series: &SeriesView,
    bar: Option<&Bar>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let paint = pane.paint();
    let frame = pane.fg(|theme| theme.frame);
    let count = pane.view.instruments.len();
    let place = format!(
        "{}/{count}",
        pane.shown().instrument.saturating_add(1).min(count)
    );
    let (note, style) = pane.health_note().unwrap_or_else(|| {
        if pane.leaf.chart.pan > 0 {
            let text = format!("{} bars back, 0 returns", pane.leaf.chart.pan);
            (text, pane.fg(|theme| theme.warn))
        } else {
            (place, paint.dim())
        }
    });
    let reserved = super::pen::width(&note).saturating_add(5);
    let room = Rect::new(area.x, area.y, area.width.saturating_sub(reserved), 1);
    let mut pen = pane.title_pen(room, buffer);
    pen.text(" ", frame);
    pen.text(&row.instrument.symbol, paint.strong());
    pen.text(
        &format!(" {} ", series.timeframe),
        pane.fg(|theme| theme.accent),
    );
    if let Some(bar) = bar {
        let style = paint.signed(bar.close.cmp(&bar.open));
        let instrument = &row.instrument;
        for (name, price) in [
            ("O", bar.open),
            ("H", bar.high),
            ("L", bar.low),
            ("C", bar.close),
        ] {
            let text = format::price(price, instrument);
            if pen.left() > super::pen::width(&text).saturating_add(4) {
                pen.text(&format!(" {name} "), paint.dim());
                pen.text(&text, style);
            }
        }
        legend(pane, row, series, bar, &mut pen);
        pen.text(" ", frame);
    }
    let used = pen.x().saturating_sub(area.x);
    pane.note(area, used, &note, style, buffer);
}

fn legend(pane: &Pane, row: &InstrumentView, series: &SeriesView, bar: &Bar, pen: &mut super::Pen) {
    let paint = pane.paint();
    let instrument = &row.instrument;
    let lines = overlays(pane, row, series, |line| {
        (line.name.clone(), line.values.back().copied().flatten())
    });
    for ((name, value), slot) in lines.into_iter().zip(paint.theme.overlays) {
        let Some(value) = value else { continue };
        let text = format!("  {name} {}", format::price_units(value, instrument));
        if pen.left() > super::pen::width(&text).saturating_add(1) {
            pen.text(&text, paint.fg(slot));
        }
    }
    let volume = format::quantity(bar.volume, instrument);
    if pen.left() > super::pen::width(&volume).saturating_add(4) {
        pen.text("  V ", paint.dim());
        pen.text(&volume, paint.text());
    }
}

/// Something of each line drawn over the candles, after it was brought up to the series.
fn overlays<T>(
    pane: &Pane,
    row: &InstrumentView,
    series: &SeriesView,
    pick: impl Fn(&StudyLine) -> T,
) -> Vec<T> {
    let mut studies = pane.state.studies.borrow_mut();
    let mut picked = Vec::new();
    for spec in STUDIES.iter() {
        let study = studies.follow(row.id, series, spec);
        let lines = study.lines.iter().filter(|line| line.price_like);
        picked.extend(lines.map(&pick));
    }
    picked
}

fn candle(bar: &Bar) -> Candle {
    Candle {
        time: bar.start.seconds(),
        open: bar.open.as_f64(),
        high: bar.high.as_f64(),
        low: bar.low.as_f64(),
        close: bar.close.as_f64(),
        volume: crate::domain::Price::from_units(bar.volume.units()).as_f64(),
    }
}

fn candles(
    pane: &Pane,
    row: &InstrumentView,
    series: &SeriesView,
    health: &Health,
    inside: Rect,
    buffer: &mut Buffer,
) {
    // No more than can be seen, so that a long history costs nothing.
    let needed = usize::from(inside.width)
        .saturating_add(pane.leaf.chart.pan)
        .saturating_add(2);
    let skip = series.bars.len().saturating_sub(needed);
    let shown = || series.bars.iter().skip(skip);
    let mut candles: Vec<Candle> = shown().map(|row| candle(&row.bar)).collect();
    let forming = forming(row, series);
    candles.extend(forming.iter().map(|bar| candle(bar)));
    let line = |line: &StudyLine| -> Vec<f64> {
        let closed = line.values.iter().skip(skip).copied();
        let values = closed.chain(forming.iter().map(|_| None));
        values.map(|value| value.unwrap_or(f64::NAN)).collect()
    };
    let lines = overlays(pane, row, series, line);
    let dimmed = matches!(health, Health::Stale(_) | Health::Down(_));
    let fade = |style: Style| if dimmed { pane.paint().dim() } else { style };
    let overlays: Vec<Overlay> = lines
        .iter()
        .zip(pane.paint().theme.overlays)
        .map(|(values, slot)| Overlay {
            values,
            style: fade(pane.paint().fg(slot)),
        })
        .collect();
    let labels = marker_labels(pane, row);
    let markers: Vec<Marker> = labels
        .iter()
        .map(|(value, label, style)| Marker::new(*value, label, fade(*style)))
        .collect();
    let instrument = &row.instrument;
    let price_label = |value: f64| format::price_units(value, instrument);
    let last = row
        .market
        .as_ref()
        .and_then(|market| market.last)
        .map(|price| price.as_f64());
    let last = last.or_else(|| candles.last().map(|candle| candle.close));
    let time_label = |seconds: i64, step_s: i64| pane.axis_time(seconds, step_s);
    CandleChart::new(&candles, &price_label)
        .time_label(&time_label)
        .overlays(&overlays)
        .markers(&markers)
        .last(last)
        .zoom(pane.leaf.chart.zoom)
        .pan(pane.leaf.chart.pan)
        .glyphs(pane.state.glyphs.candles)
        .styles(styles(pane, dimmed))
        .render(inside, buffer);
}

fn styles(pane: &Pane, dimmed: bool) -> CandleStyles {
    let paint = pane.paint();
    let theme = &paint.theme;
    let dim = paint.dim();
    let pick = |style: Style| if dimmed { dim } else { style };
    let tag = |slot| {
        if dimmed {
            paint.dim().add_modifier(Modifier::REVERSED)
        } else {
            paint.on(slot).add_modifier(Modifier::BOLD)
        }
    };
    CandleStyles {
        up: pick(paint.fg(theme.up)),
        down: pick(paint.fg(theme.down)),
        volume_up: pick(paint.fg(theme.volume_up)),
        volume_down: pick(paint.fg(theme.volume_down)),
        axis: dim,
        grid: matches!(paint.depth(), ColorMode::True | ColorMode::Indexed)
            .then(|| paint.fg(theme.grid)),
        last_up: tag(theme.up),
        last_down: tag(theme.down),
        hollow_up: paint.is_hollow() || dimmed || !pane.state.glyphs.braille,
        ..CandleStyles::default()
    }
}

/// Lines for the position, its stop, working orders and the order being made.
fn marker_labels(pane: &Pane, row: &InstrumentView) -> Vec<(f64, String, Style)> {
    let paint = pane.paint();
    let instrument = &row.instrument;
    let mut markers = Vec::new();
    let held = row.position.quantity;
    if !held.is_zero() {
        let word = if held.units() > 0 { "LONG" } else { "SHORT" };
        let units = crate::domain::Price::from_decimal(
            row.position
                .average_price
                .round_dp(u32::from(instrument.price_scale)),
            instrument.price_scale,
        );
        if let Ok(price) = units {
            let label = format!("{word} {}", format::quantity(held.abs(), instrument));
            markers.push((price.as_f64(), label, pane.fg(|theme| theme.accent)));
        }
        if let Some(stop) = row.position.stop_price {
            markers.push((
                stop.as_f64(),
                "STOP".to_owned(),
                pane.fg(|theme| theme.alarm),
            ));
        }
    }
    // Orders at one price share a line.
    let mut resting: HashMap<i64, (String, Style)> = HashMap::new();
    for order in pane.view.working_orders.values() {
        if let (true, OrderKind::Limit(price)) = (order.instrument == row.id, order.kind) {
            let (side, style) = pane.side(order.side);
            let open = format::quantity(order.open_quantity(), instrument);
            resting.insert(price.units(), (format!("{side} {open}"), style));
        }
    }
    let mut resting: Vec<_> = resting.into_iter().collect();
    resting.sort_by_key(|(units, _)| *units);
    markers.extend(resting.into_iter().map(|(units, (label, style))| {
        (
            crate::domain::Price::from_units(units).as_f64(),
            label,
            style,
        )
    }));
    if let Open::Ticket(ticket) = &pane.state.open
        && ticket.instrument == row.id
        && let OrderKind::Limit(price) = ticket.kind
    {
        let (side, style) = pane.side(ticket.side);
        let label = format!("{side} ?");
        markers.push((
            price.as_f64(),
            label,
            style.patch(paint.strong().fg(style.fg.unwrap_or_default())),
        ));
    }
    markers
}
