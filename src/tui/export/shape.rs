//! Blocks, lines and braille as rectangles, so that no font can spoil them.
//! Must not know colours.

/// Width of a cell in pixels.
pub(super) const CELL_WIDTH: u32 = 10;
/// Height of a cell in pixels.
pub(super) const CELL_HEIGHT: u32 = 20;

/// Where a line that is one pixel wide runs.
const MIDDLE_X: u32 = CELL_WIDTH / 2 - 1;
const MIDDLE_Y: u32 = CELL_HEIGHT / 2 - 1;
/// From the middle to each of two lines.
const PARTED: u32 = 2;

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

const fn block(x: u32, y: u32, width: u32, height: u32) -> Block {
    Block {
        x,
        y,
        width,
        height,
    }
}

/// The lines from U+2500 on, four digits each: left, right, up, down, of which 0 is none, 1 thin,
/// 2 thick and 3 double. What is not made of such lines is a letter.
const LINES: &str = "\
    1100 2200 0011 0022 1100 2200 0011 0022 1100 2200 0011 0022 0101 0201 0102 0202 \
    1001 2001 1002 2002 0110 0210 0120 0220 1010 2010 1020 2020 0111 0211 0121 0112 \
    0122 0221 0212 0222 1011 2011 1021 1012 1022 2021 2012 2022 1101 2101 1201 2201 \
    1102 2102 1202 2202 1110 2110 1210 2210 1120 2120 1220 2220 1111 2111 1211 2211 \
    1121 1112 1122 2121 1221 2112 1212 2221 2212 2122 1222 2222 1100 2200 0011 0022 \
    3300 0033 0301 0103 0303 3001 1003 3003 0310 0130 0330 3010 1030 3030 0311 0133 \
    0333 3011 1033 3033 3301 1103 3303 3310 1130 3330 3311 1133 3333 0101 1001 1010 \
    0110 0000 0000 0000 1000 0010 0100 0001 2000 0020 0200 0002 1200 0012 2100 0021 ";

/// The quadrants from U+2596 on: upper left 1, upper right 2, lower left 4, lower right 8.
const QUADRANTS: [u32; 10] = [4, 8, 1, 13, 9, 7, 11, 2, 6, 14];

/// The rectangles of a symbol inside its cell, or `None` where it is a letter.
pub(super) fn blocks(symbol: &str) -> Option<Vec<Block>> {
    let mut letters = symbol.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else {
        return None;
    };
    let (wide, high) = (CELL_WIDTH, CELL_HEIGHT);
    let (half_wide, half_high) = (wide / 2, high / 2);
    Some(match u32::from(letter) {
        code @ 0x2504..=0x250b => dashes(code & 1 == 1, code & 2 == 2, 3 + (code - 0x2504) / 4),
        code @ 0x254c..=0x254f => dashes(code & 1 == 1, code & 2 == 2, 2),
        code @ 0x2500..=0x257f => lines(code)?,
        0x2580 => vec![block(0, 0, wide, half_high)],
        code @ 0x2581..=0x2588 => {
            let height = (code - 0x2580) * high / 8;
            vec![block(0, high - height, wide, height)]
        }
        code @ 0x2589..=0x258f => vec![block(0, 0, (0x2590 - code) * wide / 8, high)],
        0x2590 => vec![block(half_wide, 0, half_wide, high)],
        code @ 0x2591..=0x2593 => shade(code - 0x2590),
        0x2594 => vec![block(0, 0, wide, 2)],
        0x2595 => vec![block(wide - 1, 0, 1, high)],
        code @ 0x2596..=0x259f => {
            let place = usize::try_from(code - 0x2596).unwrap_or(usize::MAX);
            let bits = QUADRANTS.get(place).copied().unwrap_or(0);
            (0..4)
                .filter(|bit| bits >> bit & 1 == 1)
                .map(|bit| {
                    let (x, y) = (bit % 2 * half_wide, bit / 2 * half_high);
                    block(x, y, half_wide, half_high)
                })
                .collect()
        }
        code @ 0x2800..=0x28ff => braille(code - 0x2800),
        _ => return None,
    })
}

/// Signs that the font of pictures lacks, as strokes inside their cell.
const SIGNS: &[(&str, &str)] = &[
    ("✓", "M1.5 11.5L4 15L8.5 6"),
    ("✗", "M2 6.5L8 14.5M8 6.5L2 14.5"),
    ("⤢", "M2 15L8 6M2 11V15H6M4 6H8V10"),
    ("⏸", "M3 5.5V15M7 5.5V15"),
];

/// The strokes of a sign, or `None` where it is a letter.
pub(super) fn strokes(symbol: &str) -> Option<&'static str> {
    let found = SIGNS.iter().find(|(sign, _)| *sign == symbol);
    found.map(|(_, strokes)| *strokes)
}

/// Dots over a quarter, a half or three quarters of the cell.
fn shade(quarters: u32) -> Vec<Block> {
    let mut dots = Vec::new();
    for row in 0..CELL_HEIGHT / 2 {
        for column in 0..CELL_WIDTH / 2 {
            let filled = match quarters {
                1 => row % 2 == 0 && (column + row / 2) % 2 == 0,
                2 => (column + row) % 2 == 0,
                _ => row % 2 == 0 || (column + row / 2) % 2 == 0,
            };
            if filled {
                dots.push(block(column * 2, row * 2, 2, 2));
            }
        }
    }
    dots
}

fn dashes(thick: bool, vertical: bool, count: u32) -> Vec<Block> {
    let weight = if thick { 2 } else { 1 };
    let length = if vertical { CELL_HEIGHT } else { CELL_WIDTH };
    (0..count)
        .map(|dash| {
            let (from, to) = (dash * length / count, (dash + 1) * length / count);
            let drawn = ((to - from) * 3 / 5).max(1);
            if vertical {
                block(MIDDLE_X, from, weight, drawn)
            } else {
                block(from, MIDDLE_Y, drawn, weight)
            }
        })
        .collect()
}

fn lines(code: u32) -> Option<Vec<Block>> {
    let place = usize::try_from(code - 0x2500).ok()?;
    let digits = LINES.split_ascii_whitespace().nth(place)?.as_bytes();
    let [left, right, up, down] = *digits else {
        return None;
    };
    let arms = [left, right, up, down].map(|digit| u32::from(digit.saturating_sub(b'0')));
    if arms == [0; 4] {
        return None;
    }
    let [left, right, up, down] = arms;
    let across = Beam {
        arms: [left, right],
        sides: [up, down],
        length: CELL_WIDTH,
        along: MIDDLE_X,
        aside: MIDDLE_Y,
    };
    let upright = Beam {
        arms: [up, down],
        sides: [left, right],
        length: CELL_HEIGHT,
        along: MIDDLE_Y,
        aside: MIDDLE_X,
    };
    let mut drawn = Vec::new();
    across.strips(|from, to, at, weight| drawn.push(block(from, at, to - from, weight)));
    upright.strips(|from, to, at, weight| drawn.push(block(at, from, weight, to - from)));
    Some(drawn)
}

/// The two arms of a line character that lie in one direction, and what stands on their sides.
struct Beam {
    /// Towards the cell's beginning and towards its end.
    arms: [u32; 2],
    sides: [u32; 2],
    length: u32,
    /// The middle in the beam's direction.
    along: u32,
    /// The middle across it.
    aside: u32,
}

impl Beam {
    /// Tells the strips: from, to, where, how thick.
    fn strips(&self, mut draw: impl FnMut(u32, u32, u32, u32)) {
        let [before, after] = self.sides;
        let mut strip = |arm: [bool; 2], at: u32, weight: u32, back: bool, over: u32| {
            let end = if back {
                self.along + 1 - PARTED
            } else {
                self.along + 1 + over
            };
            let start = if back {
                self.along + PARTED
            } else {
                self.along - over
            };
            match arm {
                [true, true] if start <= end => draw(0, self.length, at, weight),
                [true, true] => {
                    draw(0, end, at, weight);
                    draw(start, self.length, at, weight);
                }
                [true, false] => draw(0, end, at, weight),
                [false, true] => draw(start, self.length, at, weight),
                [false, false] => {}
            }
        };
        let corner = |one: u32, other: u32| if one == 3 && other == 0 { PARTED } else { 0 };
        let over = corner(before, after).max(corner(after, before));
        for weight in [1, 2] {
            let arm = self.arms.map(|arm| arm == weight);
            strip(arm, self.aside, weight, before == 3 && after == 3, over);
        }
        let double = self.arms.map(|arm| arm == 3);
        let (first, second) = (self.aside - PARTED, self.aside + PARTED);
        strip(double, first, 1, before == 3, corner(after, before));
        strip(double, second, 1, after == 3, corner(before, after));
    }
}

fn braille(bits: u32) -> Vec<Block> {
    const DOTS: [(u32, u32); 8] = [
        (0, 0),
        (0, 1),
        (0, 2),
        (1, 0),
        (1, 1),
        (1, 2),
        (0, 3),
        (1, 3),
    ];
    let dots = DOTS.into_iter().enumerate();
    dots.filter(|(bit, _)| bits >> bit & 1 == 1)
        .map(|(_, (column, row))| block(column * 5 + 2, row * 5 + 2, 2, 2))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cell with a `#` wherever something is drawn, a row for each second line of pixels.
    fn picture(symbol: &str) -> Vec<String> {
        let mut pixels = vec![vec![' '; 10]; 20];
        for block in blocks(symbol).unwrap() {
            for y in block.y..block.y + block.height {
                for x in block.x..block.x + block.width {
                    pixels[y as usize][x as usize] = '#';
                }
            }
        }
        pixels.into_iter().map(String::from_iter).collect()
    }

    #[test]
    fn every_shape_lies_in_its_cell_and_letters_are_none() {
        for code in (0x2500..=0x259f_u32).chain(0x2801..=0x28ff) {
            let symbol = char::from_u32(code).unwrap().to_string();
            let diagonal = (0x2571..=0x2573).contains(&code);
            assert_eq!(blocks(&symbol).is_none(), diagonal, "{symbol}");
            for block in blocks(&symbol).unwrap_or_default() {
                assert!(block.width > 0 && block.height > 0, "{symbol} {block:?}");
                assert!(block.x + block.width <= CELL_WIDTH, "{symbol} {block:?}");
                assert!(block.y + block.height <= CELL_HEIGHT, "{symbol} {block:?}");
            }
        }
        for letter in ["a", "▲", "ab", "", "漢"] {
            assert!(blocks(letter).is_none(), "{letter}");
        }
    }

    #[test]
    fn lines_meet_their_neighbours() {
        let column = |symbol: &str, x: usize| -> String {
            let rows = picture(symbol);
            rows.iter().map(|row| row.as_bytes()[x] as char).collect()
        };
        // Whatever leaves a cell at its right enters the next at the same height.
        for (left, right) in [("─", "┐"), ("═", "╗"), ("━", "┓"), ("╠", "═"), ("╟", "─")]
        {
            assert_eq!(column(left, 9), column(right, 0), "{left}{right}");
        }
        for (above, below) in [("│", "└"), ("║", "╚"), ("╦", "║"), ("┬", "╵")] {
            assert_eq!(
                picture(above)[19],
                picture(below)[0],
                "{above} over {below}"
            );
        }
        assert_eq!(blocks("─"), Some(vec![block(0, MIDDLE_Y, CELL_WIDTH, 1)]));
        // The outer line of a double corner goes round the inner one.
        let corner = picture("╔");
        assert_eq!(corner[7], "  ########");
        assert_eq!(corner[9], "  #       ");
        assert_eq!(corner[11], "  #   ####");
        assert_eq!(corner[13], "  #   #   ");
    }
}
