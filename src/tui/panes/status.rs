//! The status line: mode, money, and how feeds, engine and store are doing.
//! Must not lose the mode or the day's profit, whatever the width.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::{Pane, Pen, pen};
use crate::config::Mode;
use crate::tui::format;
use crate::tui::state::Health;
use crate::view::StoreView;

/// A readout with what it is worth when the line is short: 0 stays always.
struct Part {
    spans: Vec<(String, Style)>,
    worth: u8,
}

impl Part {
    fn width(&self) -> u16 {
        self.spans
            .iter()
            .map(|(text, _)| pen::width(text))
            .fold(0, u16::saturating_add)
    }
}

/// Draws the line.
pub(in crate::tui) fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let mut left = money(pane);
    let mut right = health(pane);
    let gap = 2;
    let total = |left: &[Part], right: &[Part]| {
        left.iter()
            .chain(right)
            .map(|part| part.width() + gap)
            .sum::<u16>()
    };
    while total(&left, &right) > area.width + gap {
        let worst = left
            .iter()
            .chain(&right)
            .map(|part| part.worth)
            .max()
            .filter(|worth| *worth > 0);
        let Some(worst) = worst else { break };
        left.retain(|part| part.worth != worst);
        right.retain(|part| part.worth != worst);
    }
    let mut pen = Pen::new(buffer, area).ellipsis(pane.state.glyphs.ellipsis);
    for part in left {
        write(&mut pen, part);
        pen.gap(gap);
    }
    let tail = right.iter().map(|part| part.width() + gap).sum::<u16>();
    pen.keep(tail.saturating_sub(gap) + 1);
    let count = right.len();
    for (index, part) in right.into_iter().enumerate() {
        write(&mut pen, part);
        if index + 1 < count {
            pen.gap(gap);
        }
    }
    if pane.view.halt.as_ref().is_some_and(|halt| halt.kill) {
        buffer.set_style(area, pane.paint().on(pane.paint().theme.live));
    }
}

fn write(pen: &mut Pen, part: Part) {
    for (text, style) in part.spans {
        pen.text(&text, style);
    }
}

fn money(pane: &Pane) -> Vec<Part> {
    let paint = pane.paint();
    let account = &pane.view.account;
    let (name, slot) = match pane.view.mode {
        Mode::Paper if pane.state.is_replay => ("REPLAY", paint.theme.replay),
        Mode::Paper => ("PAPER", paint.theme.paper),
        Mode::Live => ("LIVE", paint.theme.live),
    };
    let badge = paint.on(slot).add_modifier(Modifier::BOLD);
    let [open, close] = pane.state.glyphs.badge;
    let edge = paint.fg(slot);
    let mut spans = vec![(" ".to_owned(), paint.text())];
    if pane.state.glyphs.braille {
        // Half blocks in the badge's colour round it off; in one colour they would be two bars.
        spans.push((format!(" {name} "), badge));
    } else {
        spans.extend([
            (open.to_owned(), edge),
            (name.to_owned(), badge),
            (close.to_owned(), edge),
        ]);
    }
    let day = account.day_pnl();
    let sign = format::sign(day);
    let style = paint.signed(sign).add_modifier(Modifier::BOLD);
    let arrow = match sign {
        std::cmp::Ordering::Greater => pane.state.glyphs.up,
        std::cmp::Ordering::Less => pane.state.glyphs.down,
        std::cmp::Ordering::Equal => pane.state.glyphs.flat,
    };
    let share = format::percent(day, account.day_start_equity);
    let amount = pane.signed_money(day, 2);
    vec![
        Part { spans, worth: 0 },
        Part {
            spans: vec![
                ("Eq ".to_owned(), paint.dim()),
                (pane.money(account.equity, 2), paint.strong()),
                (format!(" {}", pane.view.currency), paint.dim()),
            ],
            worth: 3,
        },
        Part {
            spans: vec![
                ("Day ".to_owned(), paint.dim()),
                (format!("{arrow}{amount} {share}"), style),
            ],
            worth: 0,
        },
    ]
}

fn health(pane: &Pane) -> Vec<Part> {
    let paint = pane.paint();
    let counters = &pane.view.counters;
    let counter = |name: &str, value: u64, worth: u8| Part {
        spans: vec![
            (format!("{name} "), paint.dim()),
            (
                format::count(value),
                if value == 0 {
                    paint.dim()
                } else {
                    pane.fg(|theme| theme.warn)
                },
            ),
        ],
        worth,
    };
    let (ring, style) = match pane.state.is_armed(pane.view) {
        true => (pane.state.glyphs.dot, pane.fg(|theme| theme.warn)),
        false => (pane.state.glyphs.ring, paint.dim()),
    };
    let word = match pane.state.is_armed(pane.view) {
        true => "ARMED",
        false => "DISARMED",
    };
    let mut parts = vec![
        Part {
            spans: vec![(format!("{ring} {word}"), style)],
            worth: 1,
        },
        counter("drop", counters.dropped, 6),
        counter("late", counters.late_ticks, 7),
    ];
    if counters.malformed > 0 {
        parts.push(counter("bad", counters.malformed, 5));
    }
    parts.push(store(pane));
    parts.push(feeds(pane));
    if let Some(clock) = pane.state.clock {
        parts.push(Part {
            spans: vec![(
                format!("{}{}", pane.clock(clock), pane.state.zone.mark),
                paint.text(),
            )],
            worth: 2,
        });
    }
    parts
}

fn store(pane: &Pane) -> Part {
    let paint = pane.paint();
    let (text, style) = match &pane.view.store {
        StoreView::Off => ("off".to_owned(), paint.dim()),
        StoreView::Healthy => ("ok".to_owned(), pane.fg(|theme| theme.up)),
        StoreView::Failing { waiting, .. } => {
            (format!("FAILING {waiting}"), pane.fg(|theme| theme.alarm))
        }
    };
    Part {
        spans: vec![("store ".to_owned(), paint.dim()), (text, style)],
        worth: 5,
    }
}

/// The worst feed speaks for all; with one feed that is its name.
fn feeds(pane: &Pane) -> Part {
    let glyphs = &pane.state.glyphs;
    let rank = |health: &Health| match health {
        Health::Down(_) => 4,
        Health::Stale(_) => 3,
        Health::Waiting => 2,
        Health::Live => 1,
        Health::Ended => 0,
    };
    let worst = pane
        .view
        .feeds
        .iter()
        .map(|feed| (feed, pane.state.health(feed)))
        .max_by_key(|(_, health)| rank(health));
    let Some((feed, health)) = worst else {
        return Part {
            spans: vec![(format!("{} no feed", glyphs.ring), pane.paint().dim())],
            worth: 1,
        };
    };
    let (dot, text, style) = match health {
        Health::Live => (
            glyphs.dot,
            young(feed.age_ms.unwrap_or(0)),
            pane.fg(|theme| theme.up),
        ),
        Health::Waiting => (
            glyphs.ring,
            "waiting".to_owned(),
            pane.fg(|theme| theme.warn),
        ),
        Health::Stale(age) => (glyphs.dot, format::age(age), pane.fg(|theme| theme.alarm)),
        Health::Down(_) => (
            glyphs.cross,
            "down".to_owned(),
            pane.fg(|theme| theme.alarm),
        ),
        Health::Ended => (glyphs.ring, "ended".to_owned(), pane.paint().dim()),
    };
    let name = format::fit(
        &feed.name,
        pen::width(&feed.name).min(16).into(),
        glyphs.ellipsis,
    );
    Part {
        spans: vec![
            (format!("{dot} "), style),
            (format!("{name} "), pane.paint().dim()),
            (text, style),
        ],
        worth: 1,
    }
}

/// The age of a feed that is well; below a second its digits would change with every frame.
fn young(age_ms: u64) -> String {
    match age_ms {
        0..1_000 => "<1 s".to_owned(),
        _ => format::age(age_ms),
    }
}
