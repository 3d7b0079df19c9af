//! Whether the system clock can be believed.
//! Must not ask the network for the time.

use std::time::{Duration, Instant, SystemTime};

use super::{Finding, Verdict};

/// Long enough to see a clock that is being stepped, short enough to wait for.
const WATCHED: Duration = Duration::from_millis(50);
/// A clock that is slewed runs off by at most 0.05 %; this is a step.
const STEP_MIN: Duration = Duration::from_millis(10);

const CHECK: &str = "clock";

pub(super) fn check() -> Vec<Finding> {
    vec![check_date(SystemTime::now(), built()), check_pace()]
}

/// When this program was written to disk: no clock is earlier than that.
fn built() -> Option<SystemTime> {
    let program = std::env::current_exe().ok()?;
    std::fs::metadata(program).ok()?.modified().ok()
}

fn check_date(now: SystemTime, built: Option<SystemTime>) -> Finding {
    let shown = jiff::Timestamp::try_from(now)
        .and_then(|now| now.round(jiff::Unit::Second))
        .map_or_else(|_| "out of range".to_owned(), |now| now.to_string());
    match built {
        Some(built) if now < built => {
            let detail = format!("it is {shown}, before this program was built");
            Finding::new(
                CHECK,
                Verdict::Fail,
                detail,
                "set the system clock, for example with NTP",
            )
        }
        _ => Finding::ok(CHECK, format!("it is {shown}")),
    }
}

fn check_pace() -> Finding {
    let (steady, wall) = (Instant::now(), SystemTime::now());
    std::thread::sleep(WATCHED);
    let (steady, wall) = (steady.elapsed(), wall.elapsed());
    match wall {
        Ok(wall) if wall.abs_diff(steady) < STEP_MIN => {
            let apart = wall.abs_diff(steady).as_micros();
            Finding::ok(
                CHECK,
                format!("wall and steady clock agree within {apart} µs"),
            )
        }
        _ => {
            let detail = "the wall clock was set while it was watched";
            Finding::new(
                CHECK,
                Verdict::Warn,
                detail,
                "let NTP slew it instead of stepping it",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_before_the_build_is_wrong() {
        let built = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let day = Duration::from_secs(86_400);
        assert_eq!(check_date(built - day, Some(built)).verdict, Verdict::Fail);
        assert_eq!(check_date(built + day, Some(built)).verdict, Verdict::Ok);
        assert_eq!(check_date(built, None).verdict, Verdict::Ok);
    }
}
