//! How the program itself is doing: workers, feeds, latencies, queues, store, bus, memory.
//! Must not leave a worker out that is not well.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{PLAIN, Pane, PaneSpec};
use crate::tui::format;
use crate::view::{FeedView, StoreView, WorkerRow, WorkerState};

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "system",
    title: "System",
    doc: "Workers, feeds, latencies, queues, store, bus and memory.",
    rank: 50,
    draw,
    ..PLAIN
};

type Line = Vec<(String, Style)>;

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let inside = pane.frame(area, "System", buffer);
    let build = &pane.view.system.build;
    let version = format!("{} {}", build.version, build.architecture);
    pane.note(area, 10, &version, pane.paint().dim(), buffer);
    let mut lines = workers(pane);
    lines.extend(feeds(pane));
    lines.extend(latencies(pane));
    lines.extend(rest(pane));
    for (line, parts) in (0..inside.height).zip(lines) {
        let mut pen = pane.pen(inside, line, buffer);
        pen.gap(1);
        for (text, style) in parts {
            pen.text(&text, style);
        }
    }
}

fn heading(pane: &Pane, text: &str) -> Line {
    vec![(text.to_owned(), pane.fg(|theme| theme.accent))]
}

fn workers(pane: &Pane) -> Vec<Line> {
    let mut lines = vec![heading(pane, "workers")];
    lines.extend(pane.view.system.workers.iter().map(|row| worker(pane, row)));
    lines
}

fn worker(pane: &Pane, row: &WorkerRow) -> Line {
    let paint = pane.paint();
    let glyphs = &pane.state.glyphs;
    let (mark, style) = match row.state {
        WorkerState::Running => (glyphs.dot, pane.fg(|theme| theme.up)),
        WorkerState::Stopped => (glyphs.ring, paint.dim()),
        WorkerState::Restarting { .. } => (glyphs.ring, pane.fg(|theme| theme.warn)),
        WorkerState::Failed(_) => (glyphs.cross, pane.fg(|theme| theme.alarm)),
    };
    let mut line = vec![
        (format!("{mark} "), style),
        (format!("{:<7}", row.kind.name()), paint.dim()),
        (format!("{:<18} ", row.name), paint.text()),
        (row.state.name().to_owned(), style),
    ];
    match &row.state {
        WorkerState::Restarting { attempt, at } => {
            let text = format!(", attempt {attempt} at {}", pane.clock(*at));
            line.push((text, style));
        }
        WorkerState::Failed(text) => line.push((format!(": {text}"), style)),
        WorkerState::Running | WorkerState::Stopped => {}
    }
    if row.restarts > 0 {
        let text = format!(", restarted {}x", row.restarts);
        line.push((text, pane.fg(|theme| theme.warn)));
        if let Some(error) = &row.last_error {
            line.push((format!(" after: {error}"), paint.dim()));
        }
    }
    line
}

fn feeds(pane: &Pane) -> Vec<Line> {
    let mut lines = vec![heading(pane, "feeds")];
    lines.extend(pane.view.feeds.iter().map(|feed| self::feed(pane, feed)));
    lines
}

fn feed(pane: &Pane, feed: &FeedView) -> Line {
    let paint = pane.paint();
    let age = feed
        .age_ms
        .map_or_else(|| "no input yet".to_owned(), format::age);
    let mut line = vec![
        (format!("  {:<24} ", feed.name), paint.text()),
        (
            format!("{:>8.0} ticks/s  age {age}", feed.ticks_per_s),
            paint.dim(),
        ),
    ];
    for (name, count) in [
        ("dropped", feed.dropped),
        ("late", feed.late),
        ("malformed", feed.malformed),
        ("reconnects", feed.reconnects),
    ] {
        if count > 0 {
            let text = format!("  {name} {}", format::count(count));
            line.push((text, pane.fg(|theme| theme.warn)));
        }
    }
    if let Some(at) = feed.next_retry_at {
        let text = format!("  next try {}", pane.clock(at));
        line.push((text, pane.fg(|theme| theme.alarm)));
    }
    line
}

fn latencies(pane: &Pane) -> Vec<Line> {
    let paint = pane.paint();
    let mut lines = vec![heading(
        pane,
        "latencies              p50      p99      max",
    )];
    let measured = pane.view.system.latencies.iter();
    lines.extend(measured.map(|(kind, it)| {
        let figures = match it.count {
            0 => "none yet".to_owned(),
            _ => format!(
                "{:>8} {:>8} {:>8}",
                nanos(it.p50_ns),
                nanos(it.p99_ns),
                nanos(it.max_ns)
            ),
        };
        vec![
            (format!("  {:<18} ", kind.name()), paint.text()),
            (figures, paint.dim()),
        ]
    }));
    lines
}

fn rest(pane: &Pane) -> Vec<Line> {
    let paint = pane.paint();
    let system = &pane.view.system;
    let queues = &system.queues;
    let store = match &pane.view.store {
        StoreView::Off => "off: nothing is kept".to_owned(),
        StoreView::Healthy => format!("ok, {} rows wait", system.store.waiting_rows),
        StoreView::Failing { text, waiting } => format!("FAILING, {waiting} rows wait: {text}"),
    };
    let memory = system.memory_bytes.map_or_else(
        || "unknown".to_owned(),
        |bytes| format!("{} MiB", bytes / 1_048_576),
    );
    [
        (
            "queues",
            format!(
                "engine {} of {}, requests {}, view {}, view lag {} us",
                queues.engine,
                queues.engine_capacity,
                queues.requests,
                queues.view,
                queues.view_lag_us
            ),
        ),
        ("store", store),
        ("bus", system.bus.text().to_owned()),
        ("memory", memory),
        ("up for", format::age(system.uptime_ms)),
    ]
    .into_iter()
    .map(|(name, text)| {
        vec![
            (format!("{name:<8}"), pane.fg(|theme| theme.accent)),
            (text, paint.text()),
        ]
    })
    .collect()
}

/// A duration in at most seven characters.
fn nanos(value: u64) -> String {
    match value {
        0..10_000 => format!("{value} ns"),
        10_000..10_000_000 => format!("{} us", value / 1_000),
        _ => format!("{} ms", value / 1_000_000),
    }
}
