//! Round numbers for axes: steps that people read easily.
//! Must not draw.

/// Steps of a time axis in seconds, each a whole part of a day.
pub const TIME_STEPS_S: &[i64] = &[
    5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400,
    172_800, 604_800, 2_592_000,
];

/// The smallest of 1, 2, 2.5 or 5 times a power of ten that is not below `raw`; 1 where `raw` is
/// not a positive finite number.
pub fn nice_step(raw: f64) -> f64 {
    if !raw.is_finite() || raw <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(raw.log10().floor());
    if !power.is_finite() || power <= 0.0 {
        return raw;
    }
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= raw * 0.999_999)
        .filter(|step| step.is_finite())
        .unwrap_or(raw)
}

/// The step of a time axis whose labels stand at least `columns` apart where one column spans
/// `seconds_per_column`.
pub fn time_step(seconds_per_column: f64, columns: u16) -> i64 {
    let least = seconds_per_column * f64::from(columns);
    TIME_STEPS_S
        .iter()
        .copied()
        .find(|step| {
            // No step is above 30 days, so the conversion is exact.
            i32::try_from(*step).is_ok_and(|step| f64::from(step) >= least)
        })
        .unwrap_or(2_592_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        for (raw, expected) in [
            (0.03, 0.05),
            (0.9, 1.0),
            (1.1, 2.0),
            (2.1, 2.5),
            (3.0, 5.0),
            (70.0, 100.0),
            (5.0, 5.0),
        ] {
            assert!((nice_step(raw) - expected).abs() < 1e-9, "{raw}");
        }
        assert!((nice_step(f64::NAN) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn time_labels_keep_their_distance() {
        assert_eq!(time_step(30.0, 10), 300);
        assert_eq!(time_step(60.0, 12), 900);
        assert_eq!(time_step(1e12, 12), 2_592_000);
    }
}
