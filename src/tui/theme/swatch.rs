//! A picture of a theme: what it is for at the top, every slot with its answers below.
//! Must not show prices as if they were real.

use std::cmp::Ordering;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;
use titan_widgets::{Candle, CandleChart, CandleStyles, Overlay};

use super::depth::ColorMode;
use super::file::ATTRIBUTES;
use super::paint::Paint;
use super::palette;
use super::slots::{Role, SLOTS, SlotSpec};
use crate::tui::format;
use crate::tui::glyphs::Glyphs;

/// Columns of the picture.
const WIDTH: u16 = 80;
/// Rows of the chart with its frame.
const CHART: u16 = 13;
/// Columns of the chart with its frame.
const CHART_WIDTH: u16 = 46;
/// Rows above the table of slots.
const HEAD: u16 = 1 + CHART + 1;
/// Levels of the heat map that are shown.
const HEAT_LEVELS: u8 = 16;

/// Draws it; as many rows as it needs.
pub fn swatch(paint: &Paint, glyphs: &Glyphs) -> Buffer {
    let rows = u16::try_from(SLOTS.len().div_ceil(2)).unwrap_or(u16::MAX);
    let area = Rect::new(0, 0, WIDTH, HEAD.saturating_add(rows));
    let mut buffer = Buffer::empty(area);
    buffer.set_style(area, paint.base());
    badges(paint, glyphs, &mut buffer);
    let chart_area = Rect::new(0, 1, CHART_WIDTH, CHART);
    let inside = frame(paint, glyphs, chart_area, "focused pane", true, &mut buffer);
    chart(paint, glyphs, inside, &mut buffer);
    let side = Rect::new(CHART_WIDTH, 1, WIDTH - CHART_WIDTH, CHART);
    let inside = frame(paint, glyphs, side, "pane", false, &mut buffer);
    samples(paint, glyphs, inside, &mut buffer);
    slots(paint, glyphs, Rect::new(0, HEAD, WIDTH, rows), &mut buffer);
    buffer
}

/// Writes a text and gives the column after it.
fn put(buffer: &mut Buffer, (x, y): (u16, u16), text: &str, style: Style) -> u16 {
    let area = buffer.area;
    if x >= area.right() || y >= area.bottom() {
        return x;
    }
    buffer
        .set_stringn(x, y, text, usize::from(area.right() - x), style)
        .0
}

fn badges(paint: &Paint, glyphs: &Glyphs, buffer: &mut Buffer) {
    let theme = &paint.theme;
    let title = format!(" {} ", theme.name);
    let mut x = put(buffer, (0, 0), &title, paint.strong());
    let [open, close] = glyphs.badge;
    for (word, slot) in [
        (" PAPER ", theme.paper),
        (" LIVE ", theme.live),
        (" REPLAY ", theme.replay),
        (" KILLED ", theme.killed),
    ] {
        x = put(buffer, (x, 0), open, paint.fg(slot));
        let badge = paint.on(slot).add_modifier(Modifier::BOLD);
        x = put(buffer, (x, 0), word, badge);
        x = put(buffer, (x, 0), close, paint.fg(slot));
    }
    for (word, slot) in [
        ("accent", theme.accent),
        ("warn", theme.warn),
        ("alarm", theme.alarm),
    ] {
        x = put(buffer, (x + 1, 0), word, paint.fg(slot));
    }
}

fn frame(
    paint: &Paint,
    glyphs: &Glyphs,
    area: Rect,
    title: &str,
    focused: bool,
    buffer: &mut Buffer,
) -> Rect {
    let [top_left, top_right, bottom_left, bottom_right, across, down] = glyphs.frame;
    let style = paint.frame(focused);
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    let width = usize::from(area.width.saturating_sub(2));
    for (y, left_end, right_end) in [
        (area.y, top_left, top_right),
        (bottom, bottom_left, bottom_right),
    ] {
        let line = format!("{left_end}{}{right_end}", across.repeat(width));
        put(buffer, (area.x, y), &line, style);
    }
    for y in area.y + 1..bottom {
        put(buffer, (area.x, y), down, style);
        put(buffer, (right, y), down, style);
    }
    put(
        buffer,
        (area.x + 2, area.y),
        &format!(" {title} "),
        paint.title(focused),
    );
    Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
}

/// A walk that rises, falls and rises again; the same at every call.
fn candles() -> Vec<Candle> {
    let moves: [i32; 20] = [
        6, -3, 8, 5, -2, 9, -7, -9, -4, 3, -8, -6, 4, 7, -2, 9, 6, -3, 8, 4,
    ];
    let mut close = 100.0;
    let walk = (0_i64..).zip(moves).map(|(at, step)| {
        let open = close;
        close += f64::from(step);
        Candle {
            time: at * 60,
            open,
            high: open.max(close) + f64::from(step.rem_euclid(4)),
            low: open.min(close) - f64::from(step.rem_euclid(3)),
            close,
            volume: f64::from(step.abs() + 2),
        }
    });
    walk.collect()
}

/// A moving average of `length` closes.
fn average(candles: &[Candle], length: u32) -> Vec<f64> {
    let closes: Vec<f64> = candles.iter().map(|candle| candle.close).collect();
    let count = usize::try_from(length).unwrap_or(1);
    let mean = |window: &[f64]| window.iter().sum::<f64>() / f64::from(length);
    let head = std::iter::repeat_n(f64::NAN, count.saturating_sub(1));
    head.chain(closes.windows(count).map(mean)).collect()
}

fn chart(paint: &Paint, glyphs: &Glyphs, area: Rect, buffer: &mut Buffer) {
    let theme = &paint.theme;
    let candles = candles();
    let (fast, slow) = (average(&candles, 3), average(&candles, 8));
    let overlays = [&fast, &slow];
    let overlays: Vec<Overlay> = (0_usize..)
        .zip(overlays)
        .map(|(index, values)| Overlay {
            values,
            style: paint.overlay(index),
        })
        .collect();
    let tag = |slot| paint.on(slot).add_modifier(Modifier::BOLD);
    let has_grid = matches!(paint.depth(), ColorMode::True | ColorMode::Indexed);
    let styles = CandleStyles {
        up: paint.fg(theme.up),
        down: paint.fg(theme.down),
        volume_up: paint.fg(theme.volume_up),
        volume_down: paint.fg(theme.volume_down),
        axis: paint.dim(),
        grid: has_grid.then(|| paint.fg(theme.grid)),
        last_up: tag(theme.up),
        last_down: tag(theme.down),
        hollow_up: paint.is_hollow() || !glyphs.braille,
        ..CandleStyles::default()
    };
    CandleChart::new(&candles, &|value| format!("{value:.2}"))
        .time_label(&format::axis_time)
        .overlays(&overlays)
        .glyphs(glyphs.candles)
        .styles(styles)
        .render(area, buffer);
}

/// A line of samples: texts with their styles, and what lies behind the whole of it.
type Sample = (Vec<(String, Style)>, Option<Style>);

/// Rows, depth, signals and the rest, as panes show them.
fn samples(paint: &Paint, glyphs: &Glyphs, area: Rect, buffer: &mut Buffer) {
    let mut lines = rows(paint, glyphs);
    lines.extend(depth(paint, glyphs));
    lines.extend(signs(paint, glyphs));
    for ((spans, behind), y) in lines.into_iter().zip(area.top()..area.bottom()) {
        let mut x = area.x;
        for (text, style) in spans {
            x = put(buffer, (x, y), &text, style);
        }
        if let Some(style) = behind {
            buffer.set_style(Rect::new(area.x, y, area.width, 1), style);
        }
    }
}

fn rows(paint: &Paint, glyphs: &Glyphs) -> Vec<Sample> {
    let theme = &paint.theme;
    let accent = paint.fg(theme.accent);
    let gain = format!("{} +842.10  ", glyphs.up);
    let loss = format!("{} -12.40", glyphs.down);
    let row = |mark: &str, word: &str| {
        vec![
            (mark.to_owned(), accent),
            (format!("{word:<12}"), paint.fg(theme.panel_text)),
            (gain.clone(), paint.profit(Ordering::Greater)),
            (loss.clone(), paint.profit(Ordering::Less)),
        ]
    };
    let chosen = vec![(" selection".to_owned(), paint.text())];
    vec![
        (row(" ", "plain row"), None),
        (
            row(glyphs.cursor, "cursor row"),
            Some(paint.behind(theme.cursor_row)),
        ),
        (chosen, Some(paint.behind(theme.selection))),
    ]
}

fn depth(paint: &Paint, glyphs: &Glyphs) -> Vec<Sample> {
    let theme = &paint.theme;
    let [full, _] = glyphs.gauge;
    let level = |price: &str, cells: usize, slot| {
        vec![
            (format!(" {price} "), paint.text()),
            (format!("{:<11}", full.repeat(cells)), paint.fg(slot)),
        ]
    };
    let mut bid = level("64,050.5", 3, theme.bid);
    bid.push((format!("{} B1 own", glyphs.dot), paint.fg(theme.own_order)));
    let mut heat = vec![(" ".to_owned(), paint.text())];
    let cells = (1..=HEAT_LEVELS).map(|level| (" ".to_owned(), paint.heat(level, HEAT_LEVELS)));
    heat.extend(cells);
    heat.push((" heat ".to_owned(), paint.dim()));
    heat.push(("crosshair".to_owned(), paint.fg(theme.crosshair)));
    vec![
        (level("64,051.0", 5, theme.ask), None),
        (bid, None),
        (heat, None),
    ]
}

fn signs(paint: &Paint, glyphs: &Glyphs) -> Vec<Sample> {
    let theme = &paint.theme;
    let [buy, _] = glyphs.taken;
    let [_, sell] = glyphs.blocked;
    let events = [
        (buy, "taken", theme.event_taken),
        (sell, "blocked", theme.event_blocked),
        (glyphs.alert, "alert", theme.event_alert),
    ];
    let events = events.map(|(sign, word, slot)| (format!(" {sign} {word} "), paint.fg(slot)));
    let lines = ["one", "two", "three", "four", "five", "six"];
    let lines = (0_usize..).zip(lines);
    let lines = lines.map(|(index, word)| (format!(" {word}"), paint.overlay(index)));
    let mut links = vec![(" link ".to_owned(), paint.dim())];
    let groups = ["A", "B", "C"].into_iter().zip(theme.links);
    links.extend(groups.map(|(name, slot)| (format!("{} {name}  ", glyphs.dot), paint.fg(slot))));
    let toast = vec![(" theme mine is read".to_owned(), paint.text())];
    let raised = vec![(" dim text on raised ground".to_owned(), paint.dim())];
    vec![
        (events.to_vec(), None),
        (lines.collect(), None),
        (links, None),
        (toast, Some(paint.behind(theme.toast))),
        (raised, Some(Style::new().bg(paint.color(theme.raised)))),
    ]
}

/// Two columns of slots: a block in the colour, the name, and the answer at each depth.
fn slots(paint: &Paint, glyphs: &Glyphs, area: Rect, buffer: &mut Buffer) {
    let half = area.width / 2;
    let rows = usize::from(area.height);
    for (index, spec) in SLOTS.iter().enumerate() {
        let Ok(row) = u16::try_from(index % rows.max(1)) else {
            continue;
        };
        let x = area.x + if index < rows { 0 } else { half };
        slot(paint, glyphs, spec, (x, area.y + row), buffer);
    }
}

fn slot(paint: &Paint, glyphs: &Glyphs, spec: &SlotSpec, (x, y): (u16, u16), buffer: &mut Buffer) {
    let slot = (spec.get)(&paint.theme);
    let block = match spec.role {
        Role::Badge => paint.on(slot),
        Role::Ink => paint.on(paint.theme.accent),
        Role::Ground | Role::Band => paint.text().patch(paint.behind(slot)),
        Role::Text | Role::Line | Role::Faint | Role::Bar => paint.fg(slot),
    };
    let [full, _] = glyphs.gauge;
    let sample = match spec.role {
        Role::Faint | Role::Bar => format!(" {} ", full.repeat(2)),
        _ => " Aa ".to_owned(),
    };
    let end = put(buffer, (x + 1, y), &sample, block);
    put(buffer, (end + 1, y), spec.name, paint.text());
    let answer = match paint.depth() {
        ColorMode::True => {
            let (red, green, blue) = slot.rgb;
            format!("#{red:02x}{green:02x}{blue:02x}")
        }
        ColorMode::Indexed => slot.indexed.to_string(),
        ColorMode::Sixteen => palette::name_of(slot.sixteen).to_owned(),
        ColorMode::Mono => {
            let named = ATTRIBUTES
                .iter()
                .filter(|(_, attribute)| !attribute.is_empty() && slot.mono.contains(*attribute));
            named.map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
        }
    };
    put(buffer, (end + 16, y), &answer, paint.dim());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{builtin, builtins};

    fn lines(buffer: &Buffer) -> Vec<String> {
        let area = buffer.area;
        let line = |y| {
            let cells = (area.left()..area.right()).filter_map(|x| buffer.cell((x, y)));
            cells.map(ratatui::buffer::Cell::symbol).collect()
        };
        (area.top()..area.bottom()).map(line).collect()
    }

    #[test]
    fn every_slot_is_on_it_with_its_answer() {
        let paint = Paint::new(builtin("okabe").unwrap(), ColorMode::True);
        let text = lines(&swatch(&paint, &Glyphs::UNICODE)).join("\n");
        for spec in SLOTS {
            assert!(text.contains(&format!(" {} ", spec.name)), "{}", spec.name);
        }
        for part in ["PAPER", "#56b4e9", "focused pane", "B1 own", "dim text"] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }

    #[test]
    fn it_is_drawn_at_every_depth_and_in_ascii() {
        for theme in builtins() {
            for mode in ColorMode::ALL {
                let paint = Paint::new(theme.clone(), mode);
                let picture = swatch(&paint, &Glyphs::ASCII);
                assert!(lines(&picture).iter().all(|line| line.is_ascii()));
                let colors = picture.content.iter().any(|cell| {
                    cell.fg != ratatui::style::Color::Reset
                        || cell.bg != ratatui::style::Color::Reset
                });
                assert_eq!(colors, mode != ColorMode::Mono, "{} {mode:?}", theme.name);
            }
        }
    }
}
