//! `doctor`: checks the machine and says what to do.
//! Must not change anything that lasts, nor wait longer than a few seconds.

mod clock;
mod feeds;
mod net;
mod redis;
mod store;
mod terminal;

use std::io::Write;

use super::args::{DoctorArgs, GlobalArgs, feed_override};
use super::error::CliError;
use crate::config::Config;

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// As it should be.
    Ok,
    /// The desk works, with less.
    Warn,
    /// Something that is needed does not work.
    Fail,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One line of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    check: &'static str,
    verdict: Verdict,
    detail: String,
    /// What to do; empty where all is well.
    remedy: String,
}

impl Finding {
    fn ok(check: &'static str, detail: impl Into<String>) -> Self {
        Self::new(check, Verdict::Ok, detail, "")
    }

    fn new(
        check: &'static str,
        verdict: Verdict,
        detail: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            check,
            verdict,
            detail: detail.into(),
            remedy: remedy.into(),
        }
    }
}

/// Runs it.
///
/// # Errors
/// When something that is needed does not work, or the output cannot be written.
pub fn run(global: &GlobalArgs, args: &DoctorArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let findings = examine(global, args);
    if args.json {
        write_json(&findings, out)?;
    } else {
        write_lines(&findings, out)?;
    }
    let failed = count(&findings, Verdict::Fail);
    if failed > 0 {
        let checks = if failed == 1 { "check" } else { "checks" };
        return Err(CliError::Failure(format!(
            "{failed} needed {checks} failed"
        )));
    }
    Ok(())
}

fn examine(global: &GlobalArgs, args: &DoctorArgs) -> Vec<Finding> {
    let mut findings = vec![terminal::check(&terminal::Facts::of_this_process())];
    findings.extend(clock::check());
    let config = match global.load_config(feed_override(&args.feed)) {
        Ok(loaded) => {
            let detail = match &loaded.file {
                Some(path) => format!("{} is good", path.display()),
                None => "no file; the defaults are in force".to_owned(),
            };
            findings.push(Finding::ok("config", detail));
            loaded.config
        }
        Err(error) => {
            let remedy = "correct it; `titan-tui config check` checks again";
            findings.push(Finding::new(
                "config",
                Verdict::Fail,
                error.to_string(),
                remedy,
            ));
            // The other checks still tell something with the defaults.
            Config::default()
        }
    };
    findings.extend(store::check(global, &config));
    let data_dir = global.data_dir().ok();
    let of_feed = |feed: &String| feeds::check(feed, &config, data_dir.as_deref());
    findings.extend(config.feeds.iter().map(of_feed));
    findings.push(redis::check(&config.bus.redis.url));
    findings
}

fn count(findings: &[Finding], verdict: Verdict) -> usize {
    findings
        .iter()
        .filter(|finding| finding.verdict == verdict)
        .count()
}

fn write_lines(findings: &[Finding], out: &mut dyn Write) -> Result<(), CliError> {
    for finding in findings {
        let detail = finding.detail.replace('\n', "; ");
        write!(
            out,
            "{:<5} {:<9} {detail}",
            finding.verdict.word(),
            finding.check
        )?;
        if finding.remedy.is_empty() {
            writeln!(out)?;
        } else {
            writeln!(out, ": {}", finding.remedy)?;
        }
    }
    Ok(())
}

fn write_json(findings: &[Finding], out: &mut dyn Write) -> Result<(), CliError> {
    let checks: Vec<serde_json::Value> = findings
        .iter()
        .map(|finding| {
            serde_json::json!({
                "check": finding.check,
                "verdict": finding.verdict.word(),
                "detail": finding.detail,
                "remedy": finding.remedy,
            })
        })
        .collect();
    let answer = serde_json::json!({
        "ok": count(findings, Verdict::Fail) == 0,
        "checks": checks,
    });
    writeln!(out, "{answer:#}")?;
    Ok(())
}
