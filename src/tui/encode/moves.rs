//! The shortest way for the cursor from one cell to another.
//! Must not write a character, and must not make a terminal scroll or wrap.

use super::push_number;

/// Where the terminal's cursor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    pub(super) x: u16,
    pub(super) y: u16,
    /// It stands behind the last column; where exactly, terminals disagree.
    pub(super) past_end: bool,
}

/// Appends what moves the cursor from `from` to a cell.
pub(super) fn go(from: Option<At>, x: u16, y: u16, bytes: &mut Vec<u8>) {
    let mut best = Vec::with_capacity(16);
    absolute(x, y, &mut best);
    let Some(from) = from else {
        bytes.append(&mut best);
        return;
    };
    if !from.past_end {
        if (from.x, from.y) == (x, y) {
            return;
        }
        let mut way = Vec::with_capacity(16);
        vertical(from.y, y, &mut way);
        horizontal(from.x, x, &mut way);
        keep_shorter(&mut best, way);
    }
    if from.y <= y {
        let mut way = vec![b'\r'];
        vertical(from.y, y, &mut way);
        horizontal(0, x, &mut way);
        keep_shorter(&mut best, way);
    }
    bytes.append(&mut best);
}

fn keep_shorter(best: &mut Vec<u8>, way: Vec<u8>) {
    if way.len() < best.len() {
        *best = way;
    }
}

/// A number that is 1 or absent means the same.
fn absolute(x: u16, y: u16, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(b"\x1b[");
    if y > 0 {
        push_number(bytes, u32::from(y) + 1);
    }
    if x > 0 {
        bytes.push(b';');
        push_number(bytes, u32::from(x) + 1);
    }
    bytes.push(b'H');
}

fn relative(steps: u16, letter: u8, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(b"\x1b[");
    if steps > 1 {
        push_number(bytes, steps.into());
    }
    bytes.push(letter);
}

fn vertical(from: u16, to: u16, bytes: &mut Vec<u8>) {
    if to < from {
        return relative(from - to, b'A', bytes);
    }
    match to - from {
        // A line feed keeps the column: in raw mode nothing adds a carriage return to it.
        steps @ 0..=4 => bytes.extend(std::iter::repeat_n(b'\n', steps.into())),
        steps => relative(steps, b'B', bytes),
    }
}

fn horizontal(from: u16, to: u16, bytes: &mut Vec<u8>) {
    if to > from {
        return relative(to - from, b'C', bytes);
    }
    match from - to {
        steps @ 0..=4 => bytes.extend(std::iter::repeat_n(b'\x08', steps.into())),
        steps => relative(steps, b'D', bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_way_is_taken() {
        let at = |x, y| {
            Some(At {
                x,
                y,
                past_end: false,
            })
        };
        let past = |y| {
            Some(At {
                x: 80,
                y,
                past_end: true,
            })
        };
        let cases: &[(Option<At>, (u16, u16), &str)] = &[
            (None, (0, 0), "\x1b[H"),
            (None, (4, 0), "\x1b[;5H"),
            (None, (0, 4), "\x1b[5H"),
            (None, (9, 9), "\x1b[10;10H"),
            (at(3, 3), (3, 3), ""),
            (at(3, 3), (4, 3), "\x1b[C"),
            (at(3, 3), (20, 3), "\x1b[17C"),
            (at(20, 3), (18, 3), "\x08\x08"),
            (at(20, 3), (0, 3), "\r"),
            (at(20, 3), (1, 3), "\r\x1b[C"),
            (at(20, 3), (0, 4), "\r\n"),
            (at(20, 3), (19, 4), "\n\x08"),
            (at(20, 3), (20, 6), "\n\n\n"),
            (at(20, 30), (20, 3), "\x1b[27A"),
            (at(20, 30), (60, 3), "\x1b[4;61H"),
            (past(3), (0, 4), "\r\n"),
            (past(3), (79, 4), "\x1b[5;80H"),
            (past(3), (79, 2), "\x1b[3;80H"),
        ];
        for (from, (x, y), expected) in cases {
            let mut bytes = Vec::new();
            go(*from, *x, *y, &mut bytes);
            assert_eq!(
                String::from_utf8(bytes).unwrap(),
                *expected,
                "{from:?} to {x},{y}"
            );
        }
    }
}
