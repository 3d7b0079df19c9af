//! The known name that a mistyped one most likely meant.
//! Must not suggest what is not near.

/// The nearest of `known`, or none when all are far.
pub fn nearest<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A key in the wrong section still has the right last word; that costs as much as two typos.
    const WRONG_SECTION: usize = 2;
    let limit = (unknown.chars().count() / 3).max(2);
    known
        .map(|name| {
            let whole = strsim::damerau_levenshtein(unknown, name);
            let last = strsim::damerau_levenshtein(last_word(unknown), last_word(name));
            // A short last word is near to everything, so it must be equal.
            let last = if last == 0 || last_word(unknown).len() > 5 {
                last + WRONG_SECTION
            } else {
                usize::MAX
            };
            // Somebody who stopped in the middle of a name meant that name.
            let begun = if unknown.len() > 5 && name.starts_with(unknown) {
                0
            } else {
                usize::MAX
            };
            (whole.min(last).min(begun), name)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

fn last_word(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_was_probably_meant() {
        let known = [
            "mode",
            "risk.max_notional_percent",
            "risk.max_open_positions",
            "desk.clock",
            "instrument[].token",
        ];
        let cases = [
            ("moed", Some("mode")),
            (
                "risk.max_notionl_percent",
                Some("risk.max_notional_percent"),
            ),
            ("max_open_positions", Some("risk.max_open_positions")),
            ("market.clock", Some("desk.clock")),
            ("instrument[].tokn", Some("instrument[].token")),
            ("zzz", None),
            ("risk.qqqqqqqqqqqqqqqqqqqqq", None),
        ];
        for (unknown, expected) in cases {
            assert_eq!(nearest(unknown, known.into_iter()), expected, "{unknown}");
        }
    }
}
