//! Writes a screen as a picture or as text: SVG, ANSI, plain.
//! Must not draw anything of its own: it takes what `render` drew.

use std::fmt::Write;
use std::str::FromStr;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::encode;
use super::render::draw;
use super::state::DeskState;
use crate::view::View;

/// What a screen is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShotFormat {
    /// A picture for any browser.
    Svg,
    /// Lines with colour codes.
    Ansi,
    /// Lines of text.
    Text,
}

impl FromStr for ShotFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "svg" => Ok(Self::Svg),
            "ansi" | "ans" => Ok(Self::Ansi),
            "txt" | "text" => Ok(Self::Text),
            _ => Err(format!("`{text}` is not a format: svg, ansi or txt")),
        }
    }
}

/// A screen of `width` × `height` cells in the given format.
pub fn shot(view: &View, state: &DeskState, width: u16, height: u16, format: ShotFormat) -> String {
    let buffer = draw(view, state, width, height);
    match format {
        ShotFormat::Svg => svg(&buffer),
        ShotFormat::Ansi => String::from_utf8_lossy(&encode::lines(&buffer)).into_owned(),
        ShotFormat::Text => text(&buffer),
    }
}

/// Lines without the spaces at their ends.
fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let line: String = (buffer.area.left()..buffer.area.right())
            .filter_map(|x| buffer.cell((x, y)))
            .map(Cell::symbol)
            .collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

const CELL_WIDTH: u32 = 10;
const CELL_HEIGHT: u32 = 20;
const TEXT: &str = "#d5dce5";
const GROUND: &str = "#0d1117";

/// One cell's place in the picture.
#[derive(Clone, Copy)]
struct Spot {
    x: u32,
    y: u32,
}

/// A picture in which blocks, lines and braille are shapes, so that no font can spoil them.
fn svg(buffer: &Buffer) -> String {
    let width = u32::from(buffer.area.width) * CELL_WIDTH;
    let height = u32::from(buffer.area.height) * CELL_HEIGHT;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"ui-monospace,'DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,monospace\" font-size=\"16\" shape-rendering=\"crispEdges\">"
    );
    let _ = writeln!(
        out,
        "<rect width=\"{width}\" height=\"{height}\" fill=\"{GROUND}\"/>"
    );
    for y in buffer.area.top()..buffer.area.bottom() {
        grounds(buffer, y, &mut out);
        letters(buffer, y, &mut out);
    }
    out.push_str("</svg>\n");
    out
}

/// Foreground and background as they are seen.
fn colors(cell: &Cell) -> (String, String) {
    let fg = css(cell.fg, TEXT);
    let bg = css(cell.bg, GROUND);
    if cell.modifier.contains(Modifier::REVERSED) {
        (bg, fg)
    } else {
        (fg, bg)
    }
}

fn spot(buffer: &Buffer, x: u16, y: u16) -> Spot {
    Spot {
        x: u32::from(x - buffer.area.x) * CELL_WIDTH,
        y: u32::from(y - buffer.area.y) * CELL_HEIGHT,
    }
}

/// The runs of one colour behind a row.
fn grounds(buffer: &Buffer, y: u16, out: &mut String) {
    let mut run: Option<(Spot, u32, String)> = None;
    for x in buffer.area.left()..buffer.area.right() {
        let Some(cell) = buffer.cell((x, y)) else {
            continue;
        };
        let (_, color) = colors(cell);
        match &mut run {
            Some((_, cells, before)) if *before == color => *cells += 1,
            _ => {
                ground(run.take(), out);
                run = Some((spot(buffer, x, y), 1, color));
            }
        }
    }
    ground(run, out);
}

fn ground(run: Option<(Spot, u32, String)>, out: &mut String) {
    if let Some((at, cells, color)) = run.filter(|(_, _, color)| color != GROUND) {
        rect(at.x, at.y, cells * CELL_WIDTH, CELL_HEIGHT, &color, out);
    }
}

/// The characters of a row: shapes one by one, letters in runs of one look.
fn letters(buffer: &Buffer, y: u16, out: &mut String) {
    let mut run: Option<(Spot, String, String, bool)> = None;
    for x in buffer.area.left()..buffer.area.right() {
        let Some(cell) = buffer.cell((x, y)) else {
            continue;
        };
        let at = spot(buffer, x, y);
        let (color, _) = colors(cell);
        let bold = cell.modifier.contains(Modifier::BOLD);
        let symbol = cell.symbol();
        if symbol == " " || shape(symbol, at, &color, out) {
            word(run.take(), out);
            continue;
        }
        match &mut run {
            Some((_, text, before, heavy)) if *before == color && *heavy == bold => {
                text.push_str(symbol);
            }
            _ => {
                word(run.take(), out);
                run = Some((at, symbol.to_owned(), color, bold));
            }
        }
    }
    word(run, out);
}

fn word(run: Option<(Spot, String, String, bool)>, out: &mut String) {
    let Some((at, text, color, bold)) = run else {
        return;
    };
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let length = u32::try_from(text.chars().count()).unwrap_or(0) * CELL_WIDTH;
    let weight = if bold { " font-weight=\"bold\"" } else { "" };
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" fill=\"{color}\"{weight} textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\">{escaped}</text>",
        at.x,
        at.y + 15
    );
}

fn rect(x: u32, y: u32, width: u32, height: u32, color: &str, out: &mut String) {
    let _ = writeln!(
        out,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{color}\"/>"
    );
}

/// Draws a block, a line or braille; `false` for what is a letter.
fn shape(symbol: &str, at: Spot, color: &str, out: &mut String) -> bool {
    let mut letters = symbol.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else {
        return false;
    };
    let code = u32::from(letter);
    let (middle_x, middle_y) = (CELL_WIDTH / 2 - 1, CELL_HEIGHT / 2 - 1);
    match code {
        0x2581..=0x2588 => {
            let height = (code - 0x2580) * CELL_HEIGHT / 8;
            rect(
                at.x,
                at.y + CELL_HEIGHT - height,
                CELL_WIDTH,
                height,
                color,
                out,
            );
        }
        0x2594 => rect(at.x, at.y, CELL_WIDTH, 2, color, out),
        0x2591 => {
            for step in 0..10 {
                let x = at.x + step % 2 * 5 + step / 2 % 2 * 2;
                rect(x, at.y + step / 2 * 4, 2, 2, color, out);
            }
        }
        0x2801..=0x28ff => braille(code - 0x2800, at, color, out),
        0x254c | 0x2508 => {
            let (count, length) = if code == 0x254c { (2, 4) } else { (3, 2) };
            for dash in 0..count {
                let x = at.x + dash * CELL_WIDTH / count;
                rect(x, at.y + middle_y, length, 1, color, out);
            }
        }
        _ => {
            let Some(arms) = arms(letter) else {
                return false;
            };
            let [left, right, up, down] = arms;
            let half = CELL_HEIGHT / 2;
            if left {
                rect(at.x, at.y + middle_y, CELL_WIDTH / 2, 1, color, out);
            }
            if right {
                rect(
                    at.x + middle_x,
                    at.y + middle_y,
                    CELL_WIDTH / 2 + 1,
                    1,
                    color,
                    out,
                );
            }
            if up {
                rect(at.x + middle_x, at.y, 1, half, color, out);
            }
            if down {
                rect(at.x + middle_x, at.y + middle_y, 1, half + 1, color, out);
            }
        }
    }
    true
}

/// Which ways a line character goes: left, right, up, down.
const fn arms(letter: char) -> Option<[bool; 4]> {
    Some(match letter {
        '─' | '═' => [true, true, false, false],
        '│' | '║' => [false, false, true, true],
        '╵' => [false, false, true, false],
        '╷' => [false, false, false, true],
        '┌' | '╔' => [false, true, false, true],
        '┐' | '╗' => [true, false, false, true],
        '└' | '╚' => [false, true, true, false],
        '┘' | '╝' => [true, false, true, false],
        '┴' => [true, true, true, false],
        '┬' => [true, true, false, true],
        '┼' => [true, true, true, true],
        _ => return None,
    })
}

fn braille(bits: u32, at: Spot, color: &str, out: &mut String) {
    let dots = [
        (0, 0),
        (0, 1),
        (0, 2),
        (1, 0),
        (1, 1),
        (1, 2),
        (0, 3),
        (1, 3),
    ];
    for (bit, (column, row)) in dots.into_iter().enumerate() {
        if bits >> bit & 1 == 1 {
            rect(at.x + column * 5 + 2, at.y + row * 5 + 2, 2, 2, color, out);
        }
    }
}

/// A colour as CSS; the sixteen and the palette as xterm shows them.
fn css(color: Color, default: &str) -> String {
    let index = match color {
        Color::Reset => return default.to_owned(),
        Color::Rgb(red, green, blue) => return format!("#{red:02x}{green:02x}{blue:02x}"),
        Color::Indexed(index) => index,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    const SIXTEEN: [&str; 16] = [
        "#1e1e1e", "#cd3131", "#0dbc79", "#e5e510", "#2472c8", "#bc3fbc", "#11a8cd", "#cccccc",
        "#767676", "#f14c4c", "#23d18b", "#f5f543", "#3b8eea", "#d670d6", "#29b8db", "#ffffff",
    ];
    if let Some(named) = SIXTEEN.get(usize::from(index)) {
        return (*named).to_owned();
    }
    if index >= 232 {
        let gray = 8 + 10 * (u32::from(index) - 232);
        return format!("#{gray:02x}{gray:02x}{gray:02x}");
    }
    let cube = u32::from(index) - 16;
    let level = |step: u32| if step == 0 { 0 } else { 55 + 40 * step };
    let (red, green, blue) = (level(cube / 36), level(cube / 6 % 6), level(cube % 6));
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{ColorMode, sample};

    #[test]
    fn a_picture_has_its_size_and_no_control_characters() {
        let state = DeskState::new(ColorMode::True, false);
        let picture = shot(&sample::view(), &state, 120, 36, ShotFormat::Svg);
        assert!(picture.contains("viewBox=\"0 0 1200 720\""));
        assert!(picture.ends_with("</svg>\n"));
        assert!(!picture.contains('\u{1b}'));
        assert!(!picture.contains('█') && !picture.contains('│'));
    }

    #[test]
    fn the_palette_is_that_of_xterm() {
        assert_eq!(css(Color::Indexed(16), TEXT), "#000000");
        assert_eq!(css(Color::Indexed(231), TEXT), "#ffffff");
        assert_eq!(css(Color::Indexed(232), TEXT), "#080808");
    }
}
