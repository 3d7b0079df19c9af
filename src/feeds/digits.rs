//! Reads fixed-point numbers from bytes, fast where they are plain.
//! Must not read anything otherwise than `Price::parse` does: that is the rule, this the short cut.

use crate::domain::{NumberError, Price};

const POWERS: [u64; 19] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
    10_000_000_000,
    100_000_000_000,
    1_000_000_000_000,
    10_000_000_000_000,
    100_000_000_000_000,
    1_000_000_000_000_000,
    10_000_000_000_000_000,
    100_000_000_000_000_000,
    1_000_000_000_000_000_000,
];

/// Nineteen digits always fit a `u64`.
const PLAIN_LENGTH_MAX: usize = 19;

/// The number in units of 10^-scale, exactly.
pub(super) fn fixed(bytes: &[u8], scale: u8) -> Result<i64, NumberError> {
    match plain(bytes, usize::from(scale)) {
        Some(units) => Ok(units),
        None => {
            let text = str::from_utf8(bytes).map_err(|_| NumberError::NotDecimal {
                text: String::from_utf8_lossy(bytes).into_owned(),
            })?;
            Price::parse(text, scale).map(Price::units)
        }
    }
}

/// `None` where the short cut does not apply, which says nothing of the number.
fn plain(bytes: &[u8], scale: usize) -> Option<i64> {
    if bytes.len() > PLAIN_LENGTH_MAX {
        return None;
    }
    let mut units: u64 = 0;
    let mut point = None;
    for (index, &byte) in bytes.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            units = units * 10 + u64::from(digit);
        } else if byte == b'.' && point.is_none() {
            point = Some(index);
        } else {
            return None;
        }
    }
    let (digits, decimals) = match point {
        None => (bytes.len(), 0),
        Some(index) => (bytes.len() - 1, bytes.len() - 1 - index),
    };
    if digits == 0 {
        return None;
    }
    let units = if decimals <= scale {
        units.checked_mul(*POWERS.get(scale - decimals)?)?
    } else {
        let divisor = *POWERS.get(decimals - scale)?;
        if units % divisor != 0 {
            return None;
        }
        units / divisor
    };
    i64::try_from(units).ok()
}

/// How many decimals a number needs, zeros at its end not counted; `None` if it is none.
pub(super) fn decimals_needed(bytes: &[u8]) -> Option<u8> {
    let digits = match bytes {
        [b'-' | b'+', rest @ ..] => rest,
        rest => rest,
    };
    let mut point = false;
    let mut seen = false;
    let mut written: u8 = 0;
    let mut needed = 0;
    for &byte in digits {
        match byte {
            b'0'..=b'9' => {
                seen = true;
                if point {
                    written = written.saturating_add(1);
                    if byte != b'0' {
                        needed = written;
                    }
                }
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    seen.then_some(needed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimals_needed_leaves_out_zeros_at_the_end() {
        let cases: &[(&str, Option<u8>)] = &[
            ("61837.63000000", Some(2)),
            ("5", Some(0)),
            ("5.", Some(0)),
            (".125", Some(3)),
            ("-0.010", Some(2)),
            ("", None),
            (".", None),
            ("1e5", None),
            ("NaN", None),
            ("1.2.3", None),
        ];
        for (text, expected) in cases {
            assert_eq!(decimals_needed(text.as_bytes()), *expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_the_rule_reads(text in "[-+]?[0-9]{0,20}(\\.[0-9]{0,14}0{0,6})?", scale in 0_u8..=18) {
            let rule = Price::parse(&text, scale).map(Price::units);
            prop_assert_eq!(fixed(text.as_bytes(), scale), rule);
        }

        #[test]
        fn any_bytes_are_read_as_the_rule_reads_them(
            bytes in proptest::collection::vec(any::<u8>(), 0..24),
            scale in any::<u8>(),
        ) {
            if let Ok(text) = str::from_utf8(&bytes) {
                let rule = Price::parse(text, scale.min(18)).map(Price::units);
                prop_assert_eq!(fixed(&bytes, scale.min(18)), rule);
            } else {
                prop_assert!(fixed(&bytes, scale).is_err());
            }
        }
    }
}
