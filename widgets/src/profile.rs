//! Volume by price: where trade took place, its point of control and its value area.
//! Must not draw.

use crate::candle::Candle;
use crate::number::{float, index, positive};

/// The share of the volume that makes the value area.
pub const VALUE_AREA: f64 = 0.7;
/// More buckets than a screen has rows are of no use to anybody.
const BUCKETS_MAX: usize = 4_096;

/// The volume traded in each of many equal ranges of price.
#[derive(Debug, Clone, PartialEq)]
pub struct VolumeProfile {
    low: f64,
    step: f64,
    volumes: Vec<f64>,
    control: usize,
    value_area: (usize, usize),
}

impl VolumeProfile {
    /// The profile of `candles` over their own range in `buckets` steps; each candle's volume is
    /// spread evenly from its low to its high. `None` without volume or range.
    pub fn of(candles: &[Candle], buckets: usize) -> Option<Self> {
        let finite = || candles.iter().filter(|candle| candle.is_finite());
        let low = finite().map(|candle| candle.low).reduce(f64::min)?;
        let high = finite().map(|candle| candle.high).reduce(f64::max)?;
        Self::between(candles, low, high, buckets)
    }

    /// The same over a range of one's own; volume outside it is not counted.
    pub fn between(candles: &[Candle], low: f64, high: f64, buckets: usize) -> Option<Self> {
        let buckets = buckets.clamp(1, BUCKETS_MAX);
        let step = (high - low) / float(buckets);
        if !low.is_finite() || !positive(step) {
            return None;
        }
        let mut parts = Parts::new(buckets);
        for candle in candles.iter().filter(|candle| candle.is_finite()) {
            let from = (candle.low.min(candle.high) - low) / step;
            let to = (candle.low.max(candle.high) - low) / step;
            parts.add(from, to, candle.traded());
        }
        Self::from_volumes(low, step, parts.sums())
    }

    /// A profile of volumes that were summed elsewhere: the first is traded from `low` to
    /// `low + step`. `None` where nothing was traded or `step` is not above zero.
    pub fn from_volumes(low: f64, step: f64, volumes: Vec<f64>) -> Option<Self> {
        if !low.is_finite() || !positive(step) {
            return None;
        }
        let mut volumes = volumes;
        for volume in &mut volumes {
            *volume = if volume.is_finite() {
                volume.max(0.0)
            } else {
                0.0
            };
        }
        let (control, most) =
            volumes
                .iter()
                .copied()
                .enumerate()
                .fold(
                    (0, 0.0),
                    |best, (at, volume)| {
                        if volume > best.1 { (at, volume) } else { best }
                    },
                );
        (most > 0.0).then(|| Self {
            low,
            step,
            value_area: value_area(&volumes, control),
            volumes,
            control,
        })
    }

    /// The lowest price.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The height of a bucket.
    pub fn step(&self) -> f64 {
        self.step
    }

    /// The volumes, lowest price first.
    pub fn volumes(&self) -> &[f64] {
        &self.volumes
    }

    /// The price at which most was traded, the middle of its bucket.
    pub fn point_of_control(&self) -> f64 {
        self.low + (float(self.control) + 0.5) * self.step
    }

    /// Lowest and highest price of the value area: the buckets around the point of control that
    /// hold 70 % of the volume, grown bucket by bucket towards the side that traded more.
    pub fn value_area(&self) -> (f64, f64) {
        let (from, to) = self.value_area;
        (
            self.low + float(from) * self.step,
            self.low + (float(to) + 1.0) * self.step,
        )
    }

    /// The volume between two prices, parts of buckets counted as such.
    pub fn volume_between(&self, low: f64, high: f64) -> f64 {
        let (from, to) = ((low - self.low) / self.step, (high - self.low) / self.step);
        let first = index(from);
        self.volumes
            .iter()
            .enumerate()
            .skip(first)
            .take(index(to).saturating_sub(first).saturating_add(1))
            .map(|(at, volume)| {
                let inside = to.min(float(at) + 1.0) - from.max(float(at));
                volume * inside.clamp(0.0, 1.0)
            })
            .sum()
    }
}

/// Sums over ranges of buckets that cost no more than the two ends of each range.
struct Parts {
    sums: Vec<f64>,
    /// What each bucket has more than the one before it.
    rises: Vec<f64>,
}

impl Parts {
    fn new(buckets: usize) -> Self {
        Self {
            sums: vec![0.0; buckets],
            rises: vec![0.0; buckets],
        }
    }

    fn add(&mut self, from: f64, to: f64, volume: f64) {
        let last = float(self.sums.len());
        if from > last || to < 0.0 {
            return;
        }
        let top = self.sums.len() - 1;
        if to - from <= 0.0 {
            return self.put(index(from).min(top), volume);
        }
        let density = volume / (to - from);
        let (from, to) = (from.max(0.0), to.min(last));
        let (first, end) = (index(from).min(top), index(to).min(top));
        if first == end {
            return self.put(first, density * (to - from));
        }
        self.put(first, density * (float(first) + 1.0 - from));
        self.put(end, density * (to - float(end)));
        if end > first + 1 {
            self.rise(first + 1, density);
            self.rise(end, -density);
        }
    }

    fn put(&mut self, at: usize, volume: f64) {
        if let Some(sum) = self.sums.get_mut(at) {
            *sum += volume;
        }
    }

    fn rise(&mut self, at: usize, density: f64) {
        if let Some(rise) = self.rises.get_mut(at) {
            *rise += density;
        }
    }

    fn sums(mut self) -> Vec<f64> {
        let mut level = 0.0;
        for (sum, rise) in self.sums.iter_mut().zip(&self.rises) {
            level += rise;
            *sum += level;
        }
        self.sums
    }
}

fn value_area(volumes: &[f64], control: usize) -> (usize, usize) {
    let wanted = volumes.iter().sum::<f64>() * VALUE_AREA;
    let (mut from, mut to) = (control, control);
    let mut held = volumes.get(control).copied().unwrap_or(0.0);
    while held < wanted {
        let below = from.checked_sub(1).and_then(|at| volumes.get(at)).copied();
        let above = volumes.get(to + 1).copied();
        match (below, above) {
            (None, None) => break,
            (Some(below), above) if above.is_none_or(|above| below > above) => {
                from -= 1;
                held += below;
            }
            (_, above) => {
                to += 1;
                held += above.unwrap_or(0.0);
            }
        }
    }
    (from, to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn candle(low: f64, high: f64, volume: f64) -> Candle {
        Candle {
            open: low,
            close: high,
            low,
            high,
            volume,
            ..Candle::default()
        }
    }

    #[test]
    fn volume_is_spread_from_low_to_high() {
        let candles = [
            candle(0.0, 4.0, 4.0),
            candle(2.0, 3.0, 6.0),
            candle(0.5, 1.5, 1.0),
        ];
        let profile = VolumeProfile::of(&candles, 4).unwrap();
        assert_eq!(profile.volumes(), [1.5, 1.5, 7.0, 1.0]);
        assert!((profile.point_of_control() - 2.5).abs() < 1e-12);
        // 7 of 11 are too few for 70 %, the bucket below is larger than the one above.
        assert_eq!(profile.value_area(), (1.0, 3.0));
        assert!((profile.volume_between(1.5, 2.5) - (0.75 + 3.5)).abs() < 1e-12);
    }

    #[test]
    fn nothing_traded_has_no_profile() {
        assert_eq!(VolumeProfile::of(&[], 9), None);
        assert_eq!(VolumeProfile::of(&[candle(1.0, 2.0, 0.0)], 9), None);
        assert_eq!(VolumeProfile::of(&[candle(1.0, 1.0, 3.0)], 9), None);
        assert_eq!(VolumeProfile::from_volumes(1.0, -1.0, vec![1.0]), None);
    }

    proptest! {
        #[test]
        fn all_volume_is_found_again(
            ranges in proptest::collection::vec((0.0..50.0_f64, 0.0..30.0_f64, 0.1..9.0_f64), 1..40),
            buckets in 1_usize..60,
        ) {
            let candles: Vec<Candle> = ranges
                .iter()
                .map(|(low, height, volume)| candle(*low, low + height, *volume))
                .collect();
            if let Some(profile) = VolumeProfile::of(&candles, buckets) {
                let traded: f64 = candles.iter().map(|candle| candle.volume).sum();
                let found: f64 = profile.volumes().iter().sum();
                prop_assert!((traded - found).abs() < 1e-6, "{traded} {found}");
                let between = profile.volume_between(-10.0, 100.0);
                prop_assert!((between - found).abs() < 1e-6);
            }
        }
    }
}
