//! Numbers of one type made into another.
//! Must not panic or wrap: what does not fit is held at the bound.

/// The nearest whole number, held within the type; 0 for NaN.
pub(crate) fn rounded(value: f64) -> i32 {
    // A cast from a float saturates and makes NaN zero, which is just what is wanted.
    value.round() as i32
}

/// The whole number at or below, held within the type; 0 for NaN.
pub(crate) fn floored(value: f64) -> i32 {
    value.floor() as i32
}

/// A whole number that may index something; 0 for NaN and below zero.
pub(crate) fn index(value: f64) -> usize {
    value.floor() as usize
}

/// A length in columns or rows.
pub(crate) fn cells(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// A count as a float; exact below 2⁵³.
pub(crate) fn float(count: usize) -> f64 {
    count as f64
}

/// Seconds as a float; exact below 2⁵³.
pub(crate) fn seconds(time: i64) -> f64 {
    time as f64
}

/// Above zero and neither infinite nor NaN.
pub(crate) fn positive(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_held_at_the_bound() {
        assert_eq!(rounded(2.5), 3);
        assert_eq!(rounded(f64::NAN), 0);
        assert_eq!(rounded(f64::INFINITY), i32::MAX);
        assert_eq!(floored(-1e300), i32::MIN);
        assert_eq!(index(-3.0), 0);
        assert_eq!(cells(1 << 20), u16::MAX);
        assert!(positive(0.1) && !positive(f64::NAN) && !positive(f64::INFINITY));
    }
}
