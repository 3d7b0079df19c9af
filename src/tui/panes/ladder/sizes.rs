//! How sizes are written in a ladder and on a tape: all of a column with the same decimals.
//! Must not be used where a size is sent: large ones lose their last digits here.

use crate::domain::{Instrument, Qty};

/// Decimals, divisor and ending of a column of sizes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::tui::panes) struct Sizes {
    divisor: f64,
    decimals: usize,
    ending: &'static str,
}

impl Sizes {
    /// What writes the largest size of a column in about four digits.
    pub(in crate::tui::panes) fn of(largest: f64, instrument: &Instrument) -> Self {
        let (divisor, decimals, ending) = match largest {
            10_000_000.0.. => (1e6, 1, "M"),
            10_000.0.. => (1e3, 1, "k"),
            1_000.0.. => (1.0, 0, ""),
            100.0.. => (1.0, 1, ""),
            10.0.. => (1.0, 2, ""),
            _ => (1.0, 3, ""),
        };
        let decimals = match ending {
            "" => decimals.min(lot_decimals(instrument)),
            _ => decimals,
        };
        Self {
            divisor,
            decimals,
            ending,
        }
    }

    /// A size in major units.
    pub(in crate::tui::panes) fn label(&self, size: f64) -> String {
        format!("{:.*}{}", self.decimals, size / self.divisor, self.ending)
    }
}

/// Decimals that a quantity of whole lots needs.
pub(in crate::tui::panes) fn lot_decimals(instrument: &Instrument) -> usize {
    let mut lot = instrument.lot_size.units();
    let mut decimals = usize::from(instrument.quantity_scale);
    while decimals > 0 && lot != 0 && lot % 10 == 0 {
        lot /= 10;
        decimals -= 1;
    }
    decimals
}

/// A quantity in major units, for bars and labels.
#[allow(
    clippy::cast_precision_loss,
    reason = "the nearest float is what a bar is drawn from"
)]
pub(in crate::tui::panes) fn major(quantity: Qty, instrument: &Instrument) -> f64 {
    quantity.units() as f64 / 10_f64.powi(i32::from(instrument.quantity_scale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::sample;

    #[test]
    fn a_column_is_written_with_the_decimals_that_its_largest_has_room_for() {
        let view = sample::view();
        let mut instrument = (*view.instruments[0].instrument).clone();
        // Decimals and lot of the instrument, the largest size, a size; how it is written.
        for (scale, lot, largest, size, text) in [
            (0, 1, 412.0, 40.0, "40"),
            (5, 1, 3.2, 0.04, "0.040"),
            (5, 1, 48.0, 0.3412, "0.34"),
            (5, 1, 480.0, 7.25, "7.2"),
            (4, 1_000, 3.2, 0.4, "0.4"),
            (5, 1, 4_800.0, 7.25, "7"),
            (0, 1, 48_200.0, 950.0, "0.9k"),
            (2, 100, 12_000_000.0, 8_600_000.0, "8.6M"),
        ] {
            instrument.quantity_scale = scale;
            instrument.lot_size = Qty::from_units(lot);
            let sizes = Sizes::of(largest, &instrument);
            assert_eq!(sizes.label(size), text, "{size} beside {largest}");
        }
        instrument.quantity_scale = 4;
        assert_eq!(major(Qty::from_units(12_500), &instrument), 1.25);
    }
}
