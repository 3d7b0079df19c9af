//! What the examples share: a made-up walk of prices, and a buffer written out with its colours.
//! Must not be an example itself.

// Each example uses a part of this.
#![allow(dead_code, reason = "shared by examples that use different parts")]

use std::io::{self, Write};

use ratatui_core::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use titan_widgets::Candle;

/// Writes a buffer to standard output, line by line, in the sixteen colours of any terminal.
pub fn print(buffer: &Buffer) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let width = usize::from(buffer.area.width).max(1);
    for line in buffer.content().chunks(width) {
        for cell in line {
            write!(out, "\x1b[{}m{}", codes(cell), cell.symbol())?;
        }
        writeln!(out, "\x1b[0m")?;
    }
    Ok(())
}

fn codes(cell: &Cell) -> String {
    let mut codes = format!("0;{};{}", 30 + code(cell.fg), 40 + code(cell.bg));
    for (modifier, code) in [
        (Modifier::BOLD, ";1"),
        (Modifier::DIM, ";2"),
        (Modifier::REVERSED, ";7"),
    ] {
        if cell.modifier.contains(modifier) {
            codes.push_str(code);
        }
    }
    codes
}

fn code(color: Color) -> u8 {
    match color {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::Indexed(index) if index < 8 => index,
        _ => 9,
    }
}

/// Numbers between -0.5 and 0.5 from a small linear congruential generator, the same at each run.
pub fn random() -> impl FnMut() -> f64 {
    let mut state = 7_u32;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1_u32 << 24) - 0.5
    }
}

/// A walk of `count` candles of a minute each.
pub fn walk(count: i64) -> Vec<Candle> {
    let mut random = random();
    let mut price = 100.0;
    (0..count)
        .map(|index| {
            let open = price;
            price += random() * 1.2;
            let close: f64 = price;
            Candle {
                time: 46_800 + index * 60,
                open,
                high: open.max(close) + random().abs() * 0.6,
                low: open.min(close) - random().abs() * 0.6,
                close,
                volume: 5.0 + random().abs() * 30.0,
            }
        })
        .collect()
}

/// The mean of each candle's close and those before it, `length` in all.
pub fn moving_average(candles: &[Candle], length: u32) -> Vec<f64> {
    let count = usize::try_from(length).unwrap_or(1);
    (0..candles.len())
        .map(|index| {
            let from = (index + 1).checked_sub(count);
            from.and_then(|from| candles.get(from..=index))
                .map_or(f64::NAN, |window| {
                    let sum: f64 = window.iter().map(|candle| candle.close).sum();
                    sum / f64::from(length)
                })
        })
        .collect()
}

/// Hours and minutes of a time in seconds.
pub fn clock(time: i64, _step: i64) -> String {
    format!("{:02}:{:02}", time / 3_600 % 24, time / 60 % 60)
}
