//! `kill -9` at any moment: what was acknowledged is there after the next start, once.
//! Must not take the program's word for it: the log before the kill is compared with the store.

use std::collections::BTreeMap;
use std::io::Read;
use std::time::Duration;

use serde_json::Value;

use super::{BUSY, export, write_tape};
use crate::support::Desk;

/// Kills in a row before the run is let to its end.
const KILLS: u64 = 10;

#[test]
fn ten_kills_lose_and_double_nothing() {
    let desk = Desk::with_config(BUSY);
    let path = desk.home().join("swing.csv");
    write_tape(&path, 1_200);
    let feed = format!("tape:{}", path.display());
    let mut acknowledged = Acknowledged::default();
    for round in 0..KILLS {
        let arguments = [
            "--headless",
            "--exit-at-end",
            "--speed",
            "150",
            "--feed",
            &feed,
            "--data-dir",
            "d",
        ];
        let mut command = desk.command(&arguments);
        let mut child = command
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stderr = child.stderr.take().expect("a pipe");
        let reading = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).map(|_| text)
        });
        // Spread over the run: the moments differ, and the machine's noise does the rest.
        std::thread::sleep(Duration::from_millis(300 + round * 137 % 500));
        child.kill().expect("it is killed");
        child.wait().expect("it ends");
        acknowledged.read(&reading.join().expect("a reader").expect("UTF-8"));
    }
    let last = desk.run(&[
        "--headless",
        "--exit-at-end",
        "--speed",
        "max",
        "--feed",
        &feed,
        "--data-dir",
        "d",
    ]);
    acknowledged.read(&last.stderr);
    last.ok();

    let fills = rows(&desk, "fills");
    let orders = rows(&desk, "orders");
    let executions = by(&fills, "execution_id");
    assert_eq!(executions.len(), fills.len(), "no execution twice");
    assert_eq!(
        by(&orders, "order_id").len(),
        orders.len(),
        "no order twice"
    );
    assert!(
        !acknowledged.fills.is_empty(),
        "the run was killed before anything happened"
    );
    for (execution, quantity) in &acknowledged.fills {
        let row = executions
            .get(execution)
            .unwrap_or_else(|| panic!("fill {execution} is lost"));
        let kept: f64 = row["quantity"].as_str().map_or_else(
            || row["quantity"].as_f64().unwrap(),
            |it| it.parse().unwrap(),
        );
        assert!((kept - quantity).abs() < 1e-9, "fill {execution} changed");
    }
    let known = by(&orders, "order_id");
    for order in &acknowledged.orders {
        assert!(known.contains_key(order), "order {order} is lost");
    }
    ends_as_if_never_killed(&desk, &feed);
}

/// Bars do not depend on when the run was broken off, and nothing is left hanging by it.
fn ends_as_if_never_killed(desk: &Desk, feed: &str) {
    let arguments = ["--headless", "--exit-at-end", "--speed", "max"];
    let whole = [&arguments[..], &["--feed", feed, "--data-dir", "whole"]].concat();
    desk.run(&whole).ok();
    for seconds in ["1", "5"] {
        let bars = |folder| {
            let asked = ["candles", "--tf", seconds, "--data-dir", folder];
            let text = export(desk, &asked);
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let (broken, whole) = (bars("d"), bars("whole"));
        assert!(whole.len() > 100, "{seconds} s: {}", whole.len());
        let differs = broken.iter().zip(&whole).find(|(one, other)| one != other);
        assert_eq!(differs, None, "{seconds} s");
        assert_eq!(broken.len(), whole.len(), "{seconds} s");
    }
    let hanging = |folder| -> usize {
        let orders = export(desk, &["orders", "--format", "jsonl", "--data-dir", folder]);
        let final_states = ["filled", "cancelled", "rejected", "denied"];
        let states = orders
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["state"].to_string());
        states
            .filter(|state| !final_states.contains(&state.trim_matches('"')))
            .count()
    };
    assert!(
        hanging("d") <= hanging("whole"),
        "{} orders hang after kills, {} without",
        hanging("d"),
        hanging("whole")
    );
}

/// What the program said it had done.
#[derive(Default)]
struct Acknowledged {
    fills: BTreeMap<String, f64>,
    orders: Vec<String>,
}

impl Acknowledged {
    fn read(&mut self, log: &str) {
        // A line that the kill cut short acknowledges nothing.
        for line in log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        {
            match line["message"].as_str() {
                Some("fill") => {
                    let quantity = line["quantity"].as_str().unwrap().parse().unwrap();
                    let former = self.fills.insert(line["execution"].to_string(), quantity);
                    assert_eq!(former, None, "a fill was announced twice: {line}");
                }
                Some("order") => self.orders.push(line["order"].to_string()),
                _ => {}
            }
        }
    }
}

fn rows(desk: &Desk, kind: &str) -> Vec<Value> {
    export(desk, &[kind, "--format", "jsonl", "--data-dir", "d"])
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn by<'a>(rows: &'a [Value], column: &str) -> BTreeMap<String, &'a Value> {
    let name = |row: &Value| {
        row[column]
            .as_str()
            .map_or_else(|| row[column].to_string(), str::to_owned)
    };
    rows.iter().map(|row| (name(row), row)).collect()
}
