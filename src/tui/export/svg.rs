//! A screen as SVG: shapes for blocks and lines, text for letters, as few elements as will do.
//! Must not depend on a font for anything but letters.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ink::{Ink, Rgb, commonest_ground, css};
use super::shape::{Block, CELL_HEIGHT, CELL_WIDTH, blocks, strokes};
use crate::tui::encode;

/// A size at which the letters of the usual monospaced fonts are as wide as a cell.
const FONT_SIZE: &str = "16.61";
const FONTS: &str = "ui-monospace,'DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,Hack,monospace";
/// From the top of a cell to the line that letters stand on.
const BASELINE: u32 = 15;
/// Space around a screen with a title bar.
const MARGIN: u32 = 12;
/// Height of the title bar.
const BAR: u32 = 34;

/// How a picture is drawn.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Style<'a> {
    /// Text of a title bar above the screen; none where it is `None`.
    pub(super) title: Option<&'a str>,
    /// Draws bold letters by an outline, for a renderer whose font has no bold.
    pub(super) outline_bold: bool,
}

/// Size in pixels of a picture of so many cells.
pub(super) fn size(area: Rect, style: Style) -> (u32, u32) {
    let width = u32::from(area.width) * CELL_WIDTH;
    let height = u32::from(area.height) * CELL_HEIGHT;
    match style.title {
        None => (width, height),
        Some(_) => (width + 2 * MARGIN, height + BAR + MARGIN),
    }
}

/// The part `area` of a screen.
pub(super) fn picture(buffer: &Buffer, area: Rect, style: Style) -> String {
    let mut out = String::new();
    let ground = commonest_ground(buffer, area);
    open(area, style, ground, "", &mut out);
    let mut drawing = Drawing::new(style);
    for y in area.top()..area.bottom() {
        drawing.row(
            buffer,
            y,
            area.left()..area.right(),
            Some(ground),
            (area.x, area.y),
        );
    }
    drawing.write(&mut out);
    close(style, &mut out);
    out
}

/// The start of a picture: size, style sheet, ground and title bar.
pub(super) fn open(area: Rect, style: Style, ground: Rgb, sheet: &str, out: &mut String) {
    let (width, height) = size(area, style);
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" font-family=\"{FONTS}\" \
         font-size=\"{FONT_SIZE}\" shape-rendering=\"crispEdges\">"
    );
    if !sheet.is_empty() {
        let _ = writeln!(out, "<style>{sheet}</style>");
    }
    let radius = if style.title.is_some() {
        " rx=\"9\""
    } else {
        ""
    };
    let fill = css(ground);
    let _ = writeln!(
        out,
        "<rect width=\"{width}\" height=\"{height}\"{radius} fill=\"{fill}\" \
         shape-rendering=\"auto\"/>"
    );
    let Some(title) = style.title else { return };
    for (place, color) in ["#ff5f57", "#febc2e", "#28c840"].into_iter().enumerate() {
        let x = 20 + 20 * place;
        let _ = writeln!(
            out,
            "<circle cx=\"{x}\" cy=\"17\" r=\"6\" fill=\"{color}\" shape-rendering=\"auto\"/>"
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"22\" fill=\"#8a96a5\" text-anchor=\"middle\">{}</text>\n\
         <g transform=\"translate({MARGIN} {BAR})\">",
        width / 2,
        escape(title)
    );
}

/// The end of a picture.
pub(super) fn close(style: Style, out: &mut String) {
    out.push_str(if style.title.is_some() {
        "</g>\n</svg>\n"
    } else {
        "</svg>\n"
    });
}

/// How letters look, apart from where they stand.
type Face = (Rgb, bool, bool);

/// Letters side by side that look alike.
struct Word {
    x: u32,
    y: u32,
    text: String,
    cells: u32,
}

/// What is drawn, gathered by colour.
pub(super) struct Drawing {
    outline_bold: bool,
    grounds: BTreeMap<Rgb, Vec<Block>>,
    shapes: BTreeMap<Rgb, Vec<Block>>,
    /// Where, and the strokes there.
    signs: BTreeMap<Rgb, Vec<(u32, u32, &'static str)>>,
    words: BTreeMap<Face, Vec<Word>>,
}

impl Drawing {
    pub(super) fn new(style: Style) -> Self {
        Self {
            outline_bold: style.outline_bold,
            grounds: BTreeMap::new(),
            shapes: BTreeMap::new(),
            signs: BTreeMap::new(),
            words: BTreeMap::new(),
        }
    }

    /// Adds cells of a row, `origin` being the cell at the picture's upper left. Cells whose
    /// ground is `ground` get none of their own.
    pub(super) fn row(
        &mut self,
        buffer: &Buffer,
        y: u16,
        columns: std::ops::Range<u16>,
        ground: Option<Rgb>,
        origin: (u16, u16),
    ) {
        let mut behind_wide = 0;
        for x in columns {
            let Some(cell) = buffer.cell((x, y)) else {
                continue;
            };
            let ink = Ink::of(cell);
            let place = Block {
                x: u32::from(x.saturating_sub(origin.0)) * CELL_WIDTH,
                y: u32::from(y.saturating_sub(origin.1)) * CELL_HEIGHT,
                width: CELL_WIDTH,
                height: CELL_HEIGHT,
            };
            if ground != Some(ink.ground) {
                self.grounds.entry(ink.ground).or_default().push(place);
            }
            if behind_wide > 0 {
                behind_wide -= 1;
                continue;
            }
            let cells = encode::width(cell).max(1);
            behind_wide = cells - 1;
            self.symbol(cell.symbol(), ink, place, u32::try_from(cells).unwrap_or(1));
        }
    }

    fn symbol(&mut self, symbol: &str, ink: Ink, place: Block, cells: u32) {
        for (line, y) in [(ink.underlined, 17), (ink.crossed_out, 10)] {
            if line {
                let line = Block {
                    y: place.y + y,
                    height: 1,
                    ..place
                };
                self.shapes.entry(ink.text).or_default().push(line);
            }
        }
        if symbol == " " {
            return;
        }
        if let Some(blocks) = blocks(symbol) {
            let shapes = self.shapes.entry(ink.text).or_default();
            shapes.extend(blocks.into_iter().map(|block| Block {
                x: place.x + block.x,
                y: place.y + block.y,
                ..block
            }));
            return;
        }
        if let Some(strokes) = strokes(symbol) {
            let signs = self.signs.entry(ink.text).or_default();
            signs.push((place.x, place.y, strokes));
            return;
        }
        let words = self
            .words
            .entry((ink.text, ink.bold, ink.italic))
            .or_default();
        let y = place.y + BASELINE;
        if let Some(word) = words.last_mut().filter(|word| word.y == y) {
            let end = word.x + word.cells * CELL_WIDTH;
            // One blank between two words is shorter than a word of its own.
            if end == place.x || end + CELL_WIDTH == place.x {
                if end != place.x {
                    word.text.push(' ');
                    word.cells += 1;
                }
                word.text.push_str(symbol);
                word.cells += cells;
                return;
            }
        }
        words.push(Word {
            x: place.x,
            y,
            text: symbol.to_owned(),
            cells,
        });
    }

    /// Writes everything, grounds first.
    pub(super) fn write(self, out: &mut String) {
        for layer in [self.grounds, self.shapes] {
            for (color, blocks) in layer {
                let _ = write!(out, "<path fill=\"{}\" d=\"", css(color));
                for block in joined(blocks) {
                    let Block {
                        x,
                        y,
                        width,
                        height,
                    } = block;
                    let _ = write!(out, "M{x} {y}h{width}v{height}h-{width}z");
                }
                out.push_str("\"/>\n");
            }
        }
        for (color, signs) in self.signs {
            let _ = writeln!(
                out,
                "<g fill=\"none\" stroke=\"{}\" stroke-width=\"1.6\" shape-rendering=\"auto\">",
                css(color)
            );
            for (x, y, strokes) in signs {
                let _ = writeln!(
                    out,
                    "<path transform=\"translate({x} {y})\" d=\"{strokes}\"/>"
                );
            }
            out.push_str("</g>\n");
        }
        for ((color, bold, italic), words) in self.words {
            let color = css(color);
            let _ = write!(out, "<g fill=\"{color}\"");
            if bold && self.outline_bold {
                let _ = write!(out, " stroke=\"{color}\" stroke-width=\".7\"");
            } else if bold {
                out.push_str(" font-weight=\"bold\"");
            }
            if italic {
                out.push_str(" font-style=\"italic\"");
            }
            out.push_str(">\n");
            for word in words {
                let _ = writeln!(
                    out,
                    "<text x=\"{}\" y=\"{}\" textLength=\"{}\">{}</text>",
                    word.x,
                    word.y,
                    word.cells * CELL_WIDTH,
                    escape(&word.text)
                );
            }
            out.push_str("</g>\n");
        }
    }
}

/// The same area in fewer blocks: those side by side are joined, then those below one another.
fn joined(blocks: Vec<Block>) -> Vec<Block> {
    let across = join(blocks, |block| {
        let end = block.x + block.width;
        let strip = (block.y, block.height);
        ((strip, block.x), (strip, end))
    });
    join(across, |block| {
        let end = block.y + block.height;
        let strip = (block.x, block.width);
        ((strip, block.y), (strip, end))
    })
}

/// A strip, by where it lies and how thick it is, and a place along it.
type Edge = ((u32, u32), u32);

/// Joins each block to the one that ends where it begins, on the same strip.
fn join(blocks: Vec<Block>, edges: impl Fn(&Block) -> (Edge, Edge)) -> Vec<Block> {
    let mut ends: HashMap<Edge, usize> = HashMap::new();
    let mut joined: Vec<Block> = Vec::with_capacity(blocks.len());
    for block in blocks {
        let (start, end) = edges(&block);
        if let Some(place) = ends.remove(&start)
            && let Some(former) = joined.get_mut(place)
        {
            former.width = block.x + block.width - former.x;
            former.height = block.y + block.height - former.y;
            ends.insert(end, place);
            continue;
        }
        ends.insert(end, joined.len());
        joined.push(block);
    }
    joined
}

/// Text as XML and HTML take it.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::{Color, Style as CellStyle};

    #[test]
    fn elements_are_joined_where_they_can_be() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 3));
        let look = CellStyle::new()
            .fg(Color::Rgb(1, 2, 3))
            .bg(Color::Rgb(9, 9, 9));
        buffer.set_style(buffer.area, look);
        buffer.set_string(0, 0, "│a b  c│", look);
        buffer.set_string(0, 1, "│<&>  c│", look);
        buffer.set_string(0, 2, "└──────┘", look);
        let picture = picture(&buffer, buffer.area, Style::default());
        assert!(picture.contains("<rect width=\"80\" height=\"60\" fill=\"#090909\""));
        assert_eq!(picture.matches("<path").count(), 1, "{picture}");
        for text in [
            "<text x=\"10\" y=\"15\" textLength=\"30\">a b</text>",
            "<text x=\"60\" y=\"15\" textLength=\"10\">c</text>",
            "<text x=\"10\" y=\"35\" textLength=\"30\">&lt;&amp;&gt;</text>",
        ] {
            assert!(picture.contains(text), "{picture}");
        }
        assert_eq!(picture.matches("<g ").count(), 1);
        // Each side is one stroke, and so is the bottom.
        let strokes = "d=\"M4 0h1v50h-1zM74 0h1v50h-1zM4 49h71v1h-71z\"";
        assert!(picture.contains(strokes), "{picture}");
    }
}
