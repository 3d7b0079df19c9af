//! The program as a user meets it: arguments, configuration, exit status, messages.
//! Must not reach inside.

use std::io::Read;
use std::process::Stdio;

use crate::support::{Desk, assert_golden};

/// Whether `text` holds each of `parts`.
#[track_caller]
fn assert_holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}

#[test]
fn bad_configuration_names_place_key_and_remedy_and_exits_with_2() {
    // Configuration, environment, arguments, parts of the message.
    type Case = (
        &'static str,
        &'static [(&'static str, &'static str)],
        &'static [&'static str],
        &'static [&'static str],
    );
    let cases: [Case; 11] = [
        (
            "feeds = [\"sim\", \"tpae:x\"]\n",
            &[],
            &["config", "check"],
            &["config.toml:1:1: feeds: `tpae:x` is not a feed; did you mean `tape`?"],
        ),
        (
            "indicators = [\"SMA:9\", \"SNA:9\"]\n[[strategy]]\nkind = \"crosover\"\n",
            &[],
            &["config", "show"],
            &[
                "config.toml:1:1: indicators: ",
                "config.toml:3:1: strategy.0.kind: ",
            ],
        ),
        (
            "[risk]\nmax_notionl_percent = 5\n",
            &[],
            &["config", "check"],
            &[
                "config.toml:2:1: unknown key risk.max_notionl_percent; did you mean risk.max_notional_percent?",
            ],
        ),
        (
            "seed = 1\n  moed = \"paper\"\n",
            &[],
            &["config", "check"],
            &["config.toml:2:3: unknown key moed; did you mean mode?"],
        ),
        (
            "mode = \"live\"\n",
            &[],
            &["config", "check"],
            &["config.toml:1:1: mode = \"live\": this build trades on paper only"],
        ),
        (
            "mode = \"demo\"\n",
            &[],
            &["config", "check"],
            &["mode = \"demo\": allowed is paper or live"],
        ),
        (
            "",
            &[("TITAN_RISK__MAX_NOTIONAL_PERCENT", "-5")],
            &["config", "check"],
            &["environment TITAN_RISK__MAX_NOTIONAL_PERCENT: risk.max_notional_percent = \"-5\""],
        ),
        (
            "",
            &[("PAPER_TRADE_MODE", "false")],
            &["config", "show"],
            &["environment PAPER_TRADE_MODE: mode = \"live\""],
        ),
        (
            "",
            &[],
            &["config", "check", "--set", "desk.clocks=true"],
            &["flag --set: unknown key desk.clocks; did you mean desk.clock?"],
        ),
        (
            "",
            &[],
            &["config", "check", "--set", "seed"],
            &["--set seed: write KEY=VALUE"],
        ),
        (
            "api_key = \"hush\"\n[risk]\nmax_open_positions = -1\n",
            &[],
            &["config", "check"],
            &[
                "config.toml:1:1: api_key looks like a secret",
                "config.toml:3:1: risk.max_open_positions = -1: allowed is a whole number, 0 to 10000",
            ],
        ),
    ];
    for (config, environment, arguments, expected) in cases {
        let mut desk = Desk::with_config(config);
        for (name, value) in environment {
            desk = desk.env(name, value);
        }
        let outcome = desk.run(arguments);
        assert_eq!(outcome.code, Some(2), "{arguments:?} {outcome:#?}");
        assert!(outcome.stderr.starts_with("titan-tui: "), "{outcome:#?}");
        assert!(!outcome.stderr.contains("hush"), "{outcome:#?}");
        assert_holds(&outcome.stderr, expected);
    }
}

#[test]
fn bad_usage_exits_with_2_and_failure_with_1() {
    let cases: [(&[&str], i32, &str); 12] = [
        (&["conifg"], 2, "config"),
        (
            &["--duration", "5s", "--feed", "tickserver", "--headless"],
            2,
            "--duration ends tapes and the simulator, and tickserver:ws://127.0.0.1:9001/ws is live",
        ),
        (&["--no-such-flag"], 2, "--no-such-flag"),
        (
            &["--speed", "0"],
            2,
            "a number above zero such as 1 or 10, or max",
        ),
        (&["--duration", "soon"], 2, "90s"),
        (&["--start", "yesterday"], 2, "RFC 3339"),
        (&["--instrument", "TITAN"], 2, "EXCHANGE:TOKEN"),
        (&["--basis", "last"], 2, "bid, ask or mid"),
        (&["--fresh", "--no-store"], 2, "--no-store"),
        (&["--headless", "config", "path"], 2, "before a subcommand"),
        (&["completions", "tcsh"], 2, "tcsh"),
        (
            &["--config", "/no/such/file", "config", "check"],
            2,
            "/no/such/file",
        ),
    ];
    for (arguments, code, words) in cases {
        let outcome = Desk::new().run(arguments);
        assert_eq!(outcome.code, Some(code), "{arguments:?} {outcome:#?}");
        assert!(outcome.stdout.is_empty(), "{arguments:?} {outcome:#?}");
        assert_holds(&outcome.stderr, &[words]);
    }
    let desk = Desk::with_config("");
    let outcome = desk.run(&["config", "init"]);
    assert_eq!(outcome.code, Some(1), "{outcome:#?}");
    assert_holds(&outcome.stderr, &["exists: --force replaces it"]);
}

#[test]
fn help_and_version_succeed() {
    let cases: [(&[&str], &str); 4] = [
        (&["--help"], "Examples:"),
        (&["--version"], env!("CARGO_PKG_VERSION")),
        (&["help", "config"], "init"),
        (&["export", "--help"], "--format"),
    ];
    for (arguments, words) in cases {
        assert_holds(&Desk::new().run(arguments).ok(), &[words]);
    }
}

#[test]
fn show_names_the_source_of_each_value() {
    let desk = Desk::with_config("seed = 7\n[risk]\nmax_open_positions = 3\nallow_short = true\n")
        .env("TITAN_RISK__MAX_OPEN_POSITIONS", "4")
        .env("TITAN_MARKET__TIMEFRAMES_S", "60,300")
        .env("PAPER_TRADE_MODE", "true");
    let shown = desk
        .run(&["config", "show", "--set", "desk.clock=false"])
        .ok();
    let line = |key: &str| {
        shown
            .lines()
            .find(|line| line.starts_with(&format!("{key} = ")))
            .unwrap_or_else(|| panic!("{key} is not in:\n{shown}"))
    };
    let cases = [
        ("mode", "\"paper\"", "environment PAPER_TRADE_MODE"),
        ("seed", "7", "config.toml:1:1"),
        (
            "risk.max_open_positions",
            "4",
            "environment TITAN_RISK__MAX_OPEN_POSITIONS",
        ),
        ("risk.allow_short", "true", "config.toml:4:1"),
        ("risk.max_drawdown_percent", "10", "default"),
        ("desk.clock", "false", "flag --set"),
        (
            "market.timeframes_s",
            "[60, 300]",
            "environment TITAN_MARKET__TIMEFRAMES_S",
        ),
    ];
    let json = desk
        .run(&["config", "show", "--json", "--set", "desk.clock=false"])
        .ok();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    for (key, value, origin) in cases {
        assert_holds(line(key), &[&format!("= {value}"), origin]);
        let in_json = json[key]["origin"].as_str().unwrap_or_default();
        assert!(in_json.ends_with(origin), "{key}: {in_json}");
    }
}

#[test]
fn config_init_writes_a_file_that_changes_nothing() {
    let desk = Desk::new();
    let before = desk.run(&["config", "show"]).ok();
    let path = desk.run(&["config", "path"]).ok();
    assert_eq!(path.trim_end(), desk.config_file().to_string_lossy());
    desk.run(&["config", "init"]).ok();
    assert_holds(&desk.run(&["config", "check"]).ok(), &["config.toml: good"]);
    assert_eq!(desk.run(&["config", "show"]).ok(), before);
    let written = std::fs::read_to_string(desk.config_file()).expect("config.toml");
    assert_eq!(desk.run(&["config", "init", "--stdout"]).ok(), written);
    desk.run(&["config", "init", "--force"]).ok();
}

#[test]
fn reference_page_is_up_to_date() {
    assert_golden("docs/configuration.md", &titan_tui::config::reference());
}

#[test]
fn the_page_on_keys_and_the_lists_of_the_profiles_are_up_to_date() {
    let page = titan_tui::tui::keymap::reference().expect("the shipped profiles");
    assert_golden("docs/keys.md", &page);
    for (profile, _) in titan_tui::tui::keymap::PROFILES {
        let list = Desk::new()
            .run(&["keys", "list", "--profile", profile])
            .ok();
        assert_golden(&format!("tests/golden/keys/{profile}.txt"), &list);
    }
}

#[test]
fn keys_are_listed_for_people_and_programs() {
    let desk = Desk::new();
    let list = desk.run(&["keys", "list", "--scope", "ticket"]).ok();
    assert_holds(&list, &["ticket.send", "Enter", "increases risk"]);
    assert!(
        list.lines().all(|line| line.starts_with("ticket ")),
        "{list}"
    );
    let json = desk.run(&["keys", "list", "--json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let kill = json["actions"]
        .as_array()
        .and_then(|rows| rows.iter().find(|row| row["action"] == "kill"))
        .expect("the kill switch");
    assert_eq!(kill["presses"], 2);
    assert_eq!(kill["keys"][0]["on"], serde_json::json!(["F12"]));
    let schema = desk.run(&["keys", "schema"]).ok();
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    assert_eq!(schema["type"], "object");
    let markdown = desk
        .run(&["keys", "list", "--markdown", "--profile", "vim"])
        .ok();
    assert_holds(&markdown, &["### Chart", "`Left`, `h`"]);
    for (arguments, words) in [
        (
            ["keys", "list", "--profile", "emacs"],
            "default, vim, trader, bbg",
        ),
        (["keys", "list", "--scope", "chrt"], "chart"),
    ] {
        let outcome = desk.run(&arguments);
        assert_eq!(outcome.code, Some(2), "{outcome:#?}");
        assert_holds(&outcome.stderr, &[words]);
    }
}

#[test]
fn the_users_keys_are_checked_with_line_and_remedy() {
    let desk = Desk::with_config("");
    assert_holds(
        &desk.run(&["keys", "check"]).ok(),
        &["profile default, no file", "good"],
    );
    let file = desk.config_file().with_file_name("keys.toml");
    let cases: [(&str, i32, &[&str]); 4] = [
        ("profile = \"vim\"\n", 0, &["keys.toml: good"]),
        (
            "[[bind]]\nscope = \"desk\"\non = [\"g\"]\nrun = \"hlep\"\n",
            1,
            &["keys.toml:1: error: bind [\"g\"]: no action `hlep`, did you mean `help`?"],
        ),
        (
            "# mine\nbnid = 1\n",
            1,
            &["keys.toml:2: error: unknown field `bnid`"],
        ),
        (
            "[[unbind]]\nscope = \"ticket\"\non = [\"Enter\"]\n[[bind]]\nscope = \"ticket\"\n\
             on = [\"Ctrl-G\"]\nrun = \"ticket.send\"\n",
            0,
            &[
                "keys.toml:4: warning: ticket Ctrl-G: tmux",
                "usable, 1 warnings",
            ],
        ),
    ];
    std::fs::write(desk.home().join(".tmux.conf"), "set -g prefix C-g\n").expect("tmux.conf");
    for (text, code, words) in cases {
        std::fs::write(&file, text).expect("keys.toml");
        let outcome = desk.run(&["keys", "check"]);
        assert_eq!(outcome.code, Some(code), "{outcome:#?}");
        assert_holds(&outcome.stdout, words);
    }
    let outcome = desk.run(&["keys", "check", "/no/such/file"]);
    assert_eq!(outcome.code, Some(1), "{outcome:#?}");
}

#[test]
fn doctor_says_what_is_wrong_in_lines_and_in_json() {
    let cases: [(&[&str], i32, &str, &str); 3] = [
        (&[], 0, "feed", "ok"),
        (&["--feed", "tape:/no/such/tape"], 1, "feed", "fail"),
        (&["--set", "sed=1"], 1, "config", "fail"),
    ];
    for (more, code, check, verdict) in cases {
        let desk = Desk::new();
        let arguments = [&["doctor", "--json"], more].concat();
        let outcome = desk.run(&arguments);
        assert_eq!(outcome.code, Some(code), "{outcome:#?}");
        let json: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
        assert_eq!(json["ok"], serde_json::json!(code == 0));
        let checks = json["checks"].as_array().expect("a list");
        for name in ["terminal", "clock", "config", "store", "feed", "redis"] {
            assert!(
                checks.iter().any(|one| one["check"] == name),
                "{name}: {json:#}"
            );
        }
        let found = checks
            .iter()
            .any(|one| one["check"] == check && one["verdict"] == verdict);
        assert!(found, "{json:#}");

        let outcome = desk.run(&[&["doctor"], more].concat());
        assert_eq!(outcome.code, Some(code), "{outcome:#?}");
        assert_eq!(outcome.stdout.lines().count(), checks.len(), "{outcome:#?}");
    }
}

#[test]
fn completions_and_manual_are_there() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert_holds(
            &Desk::new().run(&["completions", shell]).ok(),
            &["titan-tui", "doctor", "exit-at-end"],
        );
    }
    let page = Desk::new().run(&["man"]).ok();
    assert_holds(
        &page,
        &[
            ".TH",
            ".SH NAME",
            ".SH SYNOPSIS",
            ".SH OPTIONS",
            ".SH KEYS",
            "F12 F12",
            ".SH ENVIRONMENT",
            "EXIT STATUS",
        ],
    );
    let desk = Desk::new();
    desk.run(&["man", "--dir", "pages"]).ok();
    assert!(desk.home().join("pages/titan-tui-doctor.1").is_file());
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let desk = Desk::new();
    let mut child = desk
        .command(&["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // Closed before anything is read: the program's first write fails or fills the pipe in vain.
    drop(child.stdout.take());
    let status = child.wait().expect("it ends");
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .expect("stderr")
        .read_to_string(&mut stderr)
        .expect("text");
    assert!(status.success(), "{status} {stderr}");
    assert_eq!(stderr, "");
}

/// What `shot` writes into a file of this ending.
fn picture(desk: &Desk, name: &str, arguments: &[&str]) -> Vec<u8> {
    let path = desk.home().join(name);
    let out = ["--out", path.to_str().expect("UTF-8")];
    let all = [
        &["shot", "--size", "90x30", "--duration", "20m"],
        arguments,
        &out,
    ]
    .concat();
    desk.run(&all).ok();
    std::fs::read(&path).expect("a picture")
}

#[test]
fn the_same_shot_is_the_same_bytes_and_shows_a_running_feed() {
    let desk = Desk::new();
    for (name, arguments) in [
        ("a.txt", &[][..]),
        ("a.svg", &["--workspace", "1", "--theme", "okabe"]),
        ("a.png", &["--color", "256"]),
        ("a.cast", &["--record", "3s", "--fps", "2"]),
    ] {
        let first = picture(&desk, name, arguments);
        assert!(first == picture(&desk, name, arguments), "{name} differs");
    }
    let text = String::from_utf8(picture(&desk, "a.txt", &[])).expect("text");
    assert!(!text.contains("ended"), "{text}");
    assert_holds(&text, &["PAPER", "sim", "04:05:00"]);
}
