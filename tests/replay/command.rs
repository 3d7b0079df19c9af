//! `sessions` and `replay` as they are typed.
//! Must not reach inside.

use serde_json::Value;

use crate::engine::BUSY;
use crate::support::Desk;

/// A home in which ten minutes of a seeded simulation were traded.
pub(super) fn home() -> Desk {
    let desk = Desk::with_config(BUSY);
    desk.run(&[
        "--headless",
        "--exit-at-end",
        "--speed",
        "max",
        "--duration",
        "10m",
        "--seed",
        "7",
        "--start",
        "2026-01-05T03:45:00Z",
    ])
    .ok();
    desk
}

#[test]
fn a_session_is_listed_replayed_and_compared() {
    let desk = home();
    let listed = desk.run(&["sessions", "--json"]).ok();
    let listed: Value = serde_json::from_str(listed.trim()).expect("one line");
    assert_eq!(listed["ticks"], 10 * 60 * 10 * 4 * 2);
    assert_eq!(listed["begin"], "2026-01-05T03:45:00Z");
    assert_eq!(listed["instruments"][1], "SIM:TITAN");
    let id = listed["id"].as_str().expect("a name");
    assert!(desk.run(&["sessions"]).ok().contains(id));

    let replayed = |more: &[&str]| {
        let spec = format!("session:{id}");
        let text = desk
            .run(&[&["replay", &spec, "--json"], more].concat())
            .ok();
        serde_json::from_str::<Value>(&text).expect("JSON")
    };
    let all = replayed(&[]);
    let count = all["rows"].as_array().expect("rows").len();
    assert!(count > 0, "{all}");
    assert_eq!(
        all["summary"]["same"], count,
        "the seed comes with the session: {all}"
    );

    let from = all["rows"][count - 1]["replay"]["time"]
        .as_str()
        .expect("a time");
    let newest = replayed(&["--from", from]);
    assert_eq!(newest["rows"][0], all["rows"][count - 1]);
    let to = replayed(&["--to", "2026-01-05T03:46:00Z"]);
    assert_eq!(to["rows"].as_array().map(Vec::len), Some(0), "{to}");

    let stricter = replayed(&["--set", "risk.max_notional_percent=1"]);
    let fields: Vec<&Value> = stricter["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .flat_map(|row| row["fields"].as_array().expect("fields"))
        .collect();
    assert!(fields.contains(&&Value::from("quantity")), "{stricter}");

    let text = desk.run(&["replay", "session:last", "--headless"]).ok();
    let last = text.lines().last().expect("a summary");
    let expected =
        format!("{count} decisions: {count} same, 0 differ, 0 only live, 0 only in the replay");
    assert_eq!(last, expected);
}

#[test]
fn what_cannot_be_replayed_is_told() {
    let cases: [(&[&str], i32, &str); 5] = [
        (&["replay", "session:last"], 1, "nothing is recorded in"),
        (&["replay", "sim"], 2, "sim cannot be replayed"),
        (&["replay", "tape:/no/such/tape"], 1, "/no/such/tape"),
        (&["replay", "/no/such/tape"], 2, "is not a feed"),
        (&["--demo", "--feed", "sim"], 2, "--demo"),
    ];
    for (arguments, code, words) in cases {
        let outcome = Desk::new().run(arguments);
        assert_eq!(outcome.code, Some(code), "{arguments:?} {outcome:#?}");
        assert!(outcome.stderr.contains(words), "{arguments:?} {outcome:#?}");
    }
    assert!(
        Desk::new()
            .run(&["sessions"])
            .ok()
            .starts_with("nothing is recorded in")
    );
}
