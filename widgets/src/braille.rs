//! A canvas of braille dots, two by four to a cell, for lines.
//! Must not choose colours.

/// Dots not yet turned into characters.
#[derive(Debug, Clone)]
pub struct BrailleCanvas {
    width: u16,
    height: u16,
    cells: Vec<u8>,
}

impl BrailleCanvas {
    /// An empty canvas of `width` × `height` cells.
    pub fn new(width: u16, height: u16) -> Self {
        Self {
            width,
            height,
            cells: vec![0; usize::from(width) * usize::from(height)],
        }
    }

    /// Sets the dot at column `x` (two a cell) and line `y` (four a cell) from the top left;
    /// nothing where that is off the canvas.
    pub fn dot(&mut self, x: i32, y: i32) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
            return;
        };
        let (column, line) = (x / 2, y / 4);
        if column >= usize::from(self.width) || line >= usize::from(self.height) {
            return;
        }
        let bit = match (x % 2, y % 4) {
            (0, 3) => 6,
            (_, 3) => 7,
            (side, step) => side * 3 + step,
        };
        if let Some(cell) = self.cells.get_mut(line * usize::from(self.width) + column) {
            *cell |= 1 << bit;
        }
    }

    /// A line from dot to dot, both ends drawn.
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

    /// The character of a cell, `None` where no dot is set.
    pub fn glyph(&self, column: u16, line: u16) -> Option<char> {
        if column >= self.width {
            return None;
        }
        let index = usize::from(line) * usize::from(self.width) + usize::from(column);
        match self.cells.get(index) {
            None | Some(0) => None,
            Some(bits) => char::from_u32(0x2800 + u32::from(*bits)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagonal() {
        let mut canvas = BrailleCanvas::new(2, 1);
        canvas.line((0, 3), (3, 0));
        let text: String = (0..2).filter_map(|x| canvas.glyph(x, 0)).collect();
        assert_eq!(text, "⡠⠊");
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
}
