//! Numbers and times as the desk writes them.
//! Must not compute money: it only writes what it is given.

use std::cmp::Ordering;

use crate::domain::{Decimal, Instrument, Price, Qty, Timestamp};

/// A decimal with `places` decimals and a comma at each thousand.
pub(super) fn money(value: Decimal, places: u32) -> String {
    let rounded = value.round_dp(places);
    let text = format!("{:.*}", places as usize, rounded.abs());
    let grouped = group(&text);
    if rounded.is_sign_negative() && !rounded.is_zero() {
        format!("-{grouped}")
    } else {
        grouped
    }
}

/// The same with a sign in front of gains too.
pub(super) fn signed_money(value: Decimal, places: u32) -> String {
    let text = money(value, places);
    if sign(value.round_dp(places)) == Ordering::Greater {
        format!("+{text}")
    } else {
        text
    }
}

/// A percentage with its sign and two decimals; a dash where there is nothing to divide by.
pub(super) fn percent(part: Decimal, whole: Decimal) -> String {
    part.checked_mul(Decimal::ONE_HUNDRED)
        .and_then(|scaled| scaled.checked_div(whole))
        .map_or_else(
            || "n/a".to_owned(),
            |share| format!("{}%", signed_money(share, 2)),
        )
}

/// A price with a comma at each thousand and all its decimals.
pub(super) fn price(value: Price, instrument: &Instrument) -> String {
    grouped_signed(&value.display(instrument.price_scale).to_string())
}

/// A quantity without the zeros at its end.
pub(super) fn quantity(value: Qty, instrument: &Instrument) -> String {
    let text = value.display(instrument.quantity_scale).to_string();
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    grouped_signed(text)
}

/// A decimal without the zeros at its end, at most four decimals.
pub(super) fn short(value: Decimal) -> String {
    grouped_signed(&value.round_dp(4).normalize().to_string())
}

/// A float in an instrument's price units as a price label.
pub(super) fn price_units(units: f64, instrument: &Instrument) -> String {
    if !units.is_finite() || units.abs() > 9e18 {
        return "n/a".to_owned();
    }
    // Held inside the range of i64 by the test above.
    price(Price::from_units(units.round() as i64), instrument)
}

/// The sign of a decimal.
pub(super) fn sign(value: Decimal) -> Ordering {
    value.cmp(&Decimal::ZERO)
}

/// `14:03:27` in UTC.
pub(super) fn clock(time: Timestamp) -> String {
    let seconds = time.seconds().rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// `14:03:27.482` in UTC.
pub(super) fn clock_millis(time: Timestamp) -> String {
    format!("{}.{:03}", clock(time), time.millis().rem_euclid(1_000))
}

/// A label of the time axis: the time of day, or the date at midnight and for long steps.
pub(super) fn axis_time(seconds: i64, step: i64) -> String {
    let of_day = seconds.rem_euclid(86_400);
    if of_day == 0 || step >= 86_400 {
        let date = Timestamp::from_seconds(seconds).to_rfc3339();
        return date.get(5..10).unwrap_or("").to_owned();
    }
    if step < 60 {
        return clock(Timestamp::from_seconds(seconds));
    }
    format!("{:02}:{:02}", of_day / 3_600, of_day / 60 % 60)
}

/// An age in words that change seldom: `3 s`, `4 min`, `2 h`.
pub(super) fn age(millis: u64) -> String {
    match millis / 1_000 {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3_600),
    }
}

/// A count in at most four characters: `812`, `12k`, `3.4M`.
pub(super) fn count(value: u64) -> String {
    match value {
        0..10_000 => value.to_string(),
        10_000..1_000_000 => format!("{}k", value / 1_000),
        _ => format!("{}.{}M", value / 1_000_000, value / 100_000 % 10),
    }
}

/// `text` in exactly `width` cells, cut with `ellipsis` or filled with spaces.
pub(super) fn fit(text: &str, width: usize, ellipsis: &str) -> String {
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
    let whole = text.width();
    if whole <= width {
        return format!("{text}{}", " ".repeat(width - whole));
    }
    let room = width.saturating_sub(ellipsis.width());
    let mut cut = String::new();
    let mut used = 0;
    for letter in text.chars() {
        let wide = letter.width().unwrap_or(0);
        if used + wide > room {
            break;
        }
        used += wide;
        cut.push(letter);
    }
    if width > 0 {
        cut.push_str(ellipsis);
        used += ellipsis.width();
    }
    cut + &" ".repeat(width.saturating_sub(used))
}

/// Lines of at most `width` letters, broken between words; a longer word stays whole.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn grouped_signed(text: &str) -> String {
    match text.strip_prefix('-') {
        Some(magnitude) => format!("-{}", group(magnitude)),
        None => group(text),
    }
}

fn group(text: &str) -> String {
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::with_capacity(text.len() + whole.len() / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_grouped_and_signed() {
        assert_eq!(money(Decimal::new(10_084_210, 2), 2), "100,842.10");
        assert_eq!(signed_money(Decimal::new(84_210, 2), 2), "+842.10");
        assert_eq!(signed_money(Decimal::new(-1_240, 2), 2), "-12.40");
        assert_eq!(signed_money(Decimal::new(-1, 3), 2), "0.00");
        assert_eq!(
            percent(Decimal::new(842, 0), Decimal::new(100_000, 0)),
            "+0.84%"
        );
        assert_eq!(percent(Decimal::ONE, Decimal::ZERO), "n/a");
    }

    #[test]
    fn ages_and_counts_are_short() {
        assert_eq!(age(12_400), "12 s");
        assert_eq!(age(61_000), "1 min");
        assert_eq!(count(999), "999");
        assert_eq!(count(12_345), "12k");
        assert_eq!(count(3_456_789), "3.4M");
    }

    #[test]
    fn text_is_cut_by_cells() {
        assert_eq!(fit("abc", 5, "…"), "abc  ");
        assert_eq!(fit("abcdef", 4, "…"), "abc…");
        assert_eq!(fit("日本語", 4, "…"), "日… ");
        assert_eq!(fit("abc", 0, "…"), "");
    }

    #[test]
    fn axis_labels_say_the_day_at_midnight() {
        assert_eq!(axis_time(1_723_161_600 + 3_600, 3_600), "01:00");
        assert_eq!(axis_time(1_723_161_600, 3_600), "08-09");
        assert_eq!(axis_time(1_723_161_605, 5), "00:00:05");
    }
}
