//! A canvas of braille dots, two by four to a cell, for lines.
//! Must not choose colours.

use ratatui_core::{layout::Rect, style::Style};

use crate::cells::{Layer, Layers, Pen};
use crate::glyphs::MarketGlyphs;

/// Dots not yet turned into characters.
#[derive(Debug, Clone)]
pub struct BrailleCanvas {
    width: u16,
    height: u16,
    cells: Vec<u8>,
    /// Cells with a dot, in the order they got their first.
    touched: Vec<(u16, u16)>,
}

impl BrailleCanvas {
    /// An empty canvas of `width` × `height` cells.
    pub fn new(width: u16, height: u16) -> Self {
        Self {
            width,
            height,
            cells: vec![0; usize::from(width) * usize::from(height)],
            touched: Vec::new(),
        }
    }

    /// Takes all dots away; costs as much as there are cells with a dot.
    pub fn clear(&mut self) {
        for (column, line) in std::mem::take(&mut self.touched) {
            let index = self.index(column, line);
            if let Some(cell) = self.cells.get_mut(index) {
                *cell = 0;
            }
        }
    }

    fn index(&self, column: u16, line: u16) -> usize {
        usize::from(line) * usize::from(self.width) + usize::from(column)
    }

    /// Sets the dot at column `x` (two a cell) and line `y` (four a cell) from the top left;
    /// nothing where that is off the canvas.
    pub fn dot(&mut self, x: i32, y: i32) {
        let (Ok(column), Ok(line)) = (
            u16::try_from(x.div_euclid(2)),
            u16::try_from(y.div_euclid(4)),
        ) else {
            return;
        };
        if column >= self.width || line >= self.height {
            return;
        }
        let bit = match (x % 2, y % 4) {
            (0, 3) => 6,
            (_, 3) => 7,
            (side, step) => side * 3 + step,
        };
        let index = self.index(column, line);
        if let Some(cell) = self.cells.get_mut(index) {
            if *cell == 0 {
                self.touched.push((column, line));
            }
            *cell |= 1 << bit;
        }
    }

    /// A line from dot to dot, both ends drawn; it takes as many steps as it is long, so ends far
    /// off the canvas are for the caller to hold back.
    pub fn line(&mut self, from: (i32, i32), to: (i32, i32)) {
        let (dx, dy) = ((to.0 - from.0).abs(), -(to.1 - from.1).abs());
        let (sx, sy) = ((to.0 - from.0).signum(), (to.1 - from.1).signum());
        let (mut x, mut y) = from;
        let mut error = dx + dy;
        loop {
            self.dot(x, y);
            if (x, y) == to {
                return;
            }
            let twice = 2 * error;
            if twice >= dy {
                error += dy;
                x += sx;
            }
            if twice <= dx {
                error += dx;
                y += sy;
            }
        }
    }

    /// A line through all `points`, from left to right, broken where one is `None`. Points in one
    /// column of dots become one upright stroke, so that a long series costs no more than the
    /// canvas is large.
    pub fn path(&mut self, points: impl IntoIterator<Item = Option<(i32, i32)>>) {
        let mut stroke: Option<Stroke> = None;
        for point in points {
            stroke = match (stroke, point) {
                (Some(mut stroke), Some((x, y))) if stroke.x == x => {
                    stroke.add(y);
                    Some(stroke)
                }
                (before, point) => {
                    if let Some(stroke) = &before {
                        self.stroke(stroke);
                    }
                    point.map(|(x, y)| {
                        if let Some(stroke) = &before {
                            self.line((stroke.x, stroke.last), (x, y));
                        }
                        Stroke::new(x, y)
                    })
                }
            };
        }
        if let Some(stroke) = &stroke {
            self.stroke(stroke);
        }
    }

    fn stroke(&mut self, stroke: &Stroke) {
        self.line((stroke.x, stroke.low), (stroke.x, stroke.high));
    }

    /// The character of a cell, `None` where no dot is set.
    pub fn glyph(&self, column: u16, line: u16) -> Option<char> {
        if column >= self.width {
            return None;
        }
        match self.cells.get(self.index(column, line)) {
            None | Some(0) => None,
            Some(bits) => char::from_u32(0x2800 + u32::from(*bits)),
        }
    }

    /// The lowest line with a dot in each column, `None` where there is none.
    pub(crate) fn lowest(&self) -> Vec<Option<u16>> {
        let mut lowest: Vec<Option<u16>> = vec![None; usize::from(self.width)];
        for (column, line) in &self.touched {
            if let Some(found) = lowest.get_mut(usize::from(*column)) {
                *found = Some(found.map_or(*line, |found| found.max(*line)));
            }
        }
        lowest
    }

    fn strokes<'a>(
        &'a self,
        area: Rect,
        glyphs: &'a MarketGlyphs,
    ) -> impl Iterator<Item = (u16, u16, Glyph)> + 'a {
        self.touched.iter().filter_map(move |(column, line)| {
            let braille = self.glyph(*column, *line)?;
            let glyph = if glyphs.fine {
                Glyph::Braille(braille)
            } else {
                Glyph::Plain(glyphs.dot)
            };
            Some((area.x + column, area.y + line, glyph))
        })
    }

    /// Writes the dots into `area`.
    pub(crate) fn draw(&self, area: Rect, glyphs: &MarketGlyphs, style: Style, pen: &mut Pen) {
        let mut bytes = [0; 4];
        for (x, y, glyph) in self.strokes(area, glyphs) {
            pen.put(x, y, glyph.text(&mut bytes), style);
        }
    }

    /// The same, below what lies above lines.
    pub(crate) fn draw_layered(
        &self,
        area: Rect,
        glyphs: &MarketGlyphs,
        style: Style,
        layers: &mut Layers,
    ) {
        let mut bytes = [0; 4];
        for (x, y, glyph) in self.strokes(area, glyphs) {
            layers.put(x, y, glyph.text(&mut bytes), style, Layer::Overlay);
        }
    }
}

/// The dots that fall into one column.
#[derive(Debug, Clone, Copy)]
struct Stroke {
    x: i32,
    low: i32,
    high: i32,
    last: i32,
}

impl Stroke {
    fn new(x: i32, y: i32) -> Self {
        Self {
            x,
            low: y,
            high: y,
            last: y,
        }
    }

    fn add(&mut self, y: i32) {
        self.low = self.low.min(y);
        self.high = self.high.max(y);
        self.last = y;
    }
}

enum Glyph {
    Braille(char),
    Plain(&'static str),
}

impl Glyph {
    fn text<'a>(&self, bytes: &'a mut [u8; 4]) -> &'a str {
        match self {
            Self::Braille(glyph) => glyph.encode_utf8(bytes),
            Self::Plain(glyph) => glyph,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(canvas: &BrailleCanvas) -> String {
        (0..canvas.width)
            .map(|x| canvas.glyph(x, 0).unwrap_or(' '))
            .collect()
    }

    #[test]
    fn a_diagonal() {
        let mut canvas = BrailleCanvas::new(2, 1);
        canvas.line((0, 3), (3, 0));
        assert_eq!(text(&canvas), "⡠⠊");
        canvas.clear();
        assert_eq!(text(&canvas), "  ");
        canvas.dot(3, 3);
        assert_eq!(text(&canvas), " ⢀");
    }

    #[test]
    fn dots_off_the_canvas_are_lost() {
        let mut canvas = BrailleCanvas::new(1, 1);
        canvas.line((-5, -5), (9, 9));
        canvas.dot(i32::MAX, i32::MIN);
        assert!(canvas.glyph(0, 0).is_some());
        assert_eq!(canvas.glyph(1, 0), None);
        assert_eq!(canvas.glyph(0, 1), None);
    }

    #[test]
    fn a_path_is_broken_where_a_point_is_missing() {
        let mut canvas = BrailleCanvas::new(4, 1);
        canvas.path([Some((0, 3)), Some((1, 3)), None, Some((4, 0)), Some((7, 3))]);
        assert_eq!(text(&canvas), "⣀ ⠑⢄");
    }

    #[test]
    fn points_of_one_column_are_one_stroke() {
        let mut canvas = BrailleCanvas::new(1, 1);
        canvas.path([Some((0, 1)), Some((0, 3)), Some((0, 2)), Some((1, 2))]);
        assert_eq!(text(&canvas), "⡦");
    }
}
