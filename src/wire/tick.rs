//! A tick as the tick server sends it and as `pub:tick:…` carries it.
//! Must not check values: a reader of the message judges them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// One trade, its price and size in the instrument's smallest units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick<'a> {
    /// The instrument's name at its exchange.
    #[serde(borrow)]
    pub token: Cow<'a, str>,
    /// The exchange that names it.
    #[serde(borrow)]
    pub exchange: Cow<'a, str>,
    /// In minor units.
    pub price: i64,
    /// In units of the quantity scale.
    pub qty: i64,
    /// RFC 3339; absent and the zero time both mean that the sender does not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tick_ts: Option<Cow<'a, str>>,
    /// RFC 3339; when the exchange gave a time of its own beside the tick's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_ts: Option<Cow<'a, str>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOLDEN: &str = include_str!("../../tests/golden/tick.json");

    #[test]
    fn reads_and_writes_the_golden_message() {
        let tick: Tick<'_> = serde_json::from_str(GOLDEN).expect("golden");
        assert_eq!(
            tick,
            Tick {
                token: "99926000".into(),
                exchange: "NSE".into(),
                price: 2_566_000,
                qty: 42,
                tick_ts: Some("2026-01-02T03:45:00.1Z".into()),
                event_ts: None,
            }
        );
        assert_eq!(
            serde_json::to_string(&tick).expect("json"),
            GOLDEN.trim_end()
        );
    }
}
