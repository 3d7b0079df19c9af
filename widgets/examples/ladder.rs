//! A price ladder as it narrows: `cargo run -p titan-widgets --example ladder`.
//! Must not need a terminal: it draws to a buffer and writes that out.

mod support;

use std::io::{self, Write};

use ratatui_core::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
};
use support::{print, random};
use titan_widgets::{Ladder, LadderRow, LadderStyles, LadderTitles};

fn main() -> io::Result<()> {
    let rows = rows();
    let (green, red) = (Style::new().fg(Color::Green), Style::new().fg(Color::Red));
    let styles = LadderStyles {
        bid_bar: green,
        ask_bar: red,
        best_bid: green,
        best_ask: red,
        last: Style::new().add_modifier(Modifier::BOLD),
        own_bid: green.add_modifier(Modifier::BOLD),
        own_ask: red.add_modifier(Modifier::BOLD),
        cursor: Style::new().bg(Color::Blue),
        stacked: green,
        pulled: red,
        traded: Style::new().fg(Color::DarkGray),
        ..LadderStyles::default()
    };
    for width in [72, 48, 32, 20] {
        writeln!(io::stdout(), "\n{width} columns")?;
        let area = Rect::new(0, 0, width, 18);
        let mut buffer = Buffer::empty(area);
        Ladder::new(&rows, &|price| format!("{price:.1}"), &|size| {
            format!("{size:.0}")
        })
        .titles(Some(LadderTitles::default()))
        .deltas(true)
        .traded(true)
        .styles(styles)
        .draw(area, &mut buffer);
        print(&buffer)?;
    }
    Ok(())
}

fn rows() -> Vec<LadderRow<'static>> {
    let mut random = random();
    let mut size = move || ((random() + 0.5) * 180.0).round();
    (0..40)
        .map(|index: i32| LadderRow {
            price: 64_058.0 - f64::from(index) * 0.5,
            ask: if index < 20 { size() } else { 0.0 },
            bid: if index > 20 { size() } else { 0.0 },
            traded: size() * 4.0,
            ask_delta: if index % 7 == 3 { -41.0 } else { 0.0 },
            bid_delta: if index % 9 == 4 { 62.0 } else { 0.0 },
            own_bid: if index == 24 { "B1" } else { "" },
            own_ask: if index == 15 { "S2" } else { "" },
            queue: if index == 24 { "3.4/8.2" } else { "" },
            best_ask: index == 19,
            best_bid: index == 21,
            last: index == 20,
            cursor: index == 23,
        })
        .collect()
}
