//! Whether each feed can be reached.
//! Must not read from a feed: that is the feed's own work.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use super::net::{connect, host_and_port};
use super::{Finding, Verdict};
use crate::config::Config;
use crate::feeds::{FeedSpec, recording};

const TICKSERVER_LIMIT: Duration = Duration::from_secs(1);
const VENUE_LIMIT: Duration = Duration::from_secs(2);

const CHECK: &str = "feed";

pub(super) fn check(feed: &str, config: &Config, data_dir: Option<&Path>) -> Finding {
    match feed.parse() {
        Ok(FeedSpec::Sim) => Finding::ok(CHECK, "sim needs nothing"),
        Ok(FeedSpec::Tape(path)) => check_tape(&path),
        Ok(FeedSpec::Session(session)) => check_session(&session, data_dir),
        Ok(FeedSpec::TickServer(url)) => {
            let remedy = "start it with `titan-tui tickserver`, or correct its address";
            check_server(feed, &url, TICKSERVER_LIMIT, remedy)
        }
        Ok(FeedSpec::Binance(_)) => {
            let remedy = "check the network and binance.stream_url";
            check_server(feed, &config.binance.stream_url, VENUE_LIMIT, remedy)
        }
        Err(error) => Finding::new(CHECK, Verdict::Fail, error.to_string(), "correct feeds"),
    }
}

fn check_tape(path: &Path) -> Finding {
    let shown = path.display();
    let readable = File::open(path).and_then(|file| file.metadata());
    match readable {
        Ok(metadata) if metadata.is_dir() => {
            let detail = format!("tape {shown} is a folder");
            Finding::new(CHECK, Verdict::Fail, detail, "name a file in it")
        }
        Ok(metadata) => Finding::ok(CHECK, format!("tape {shown}, {} bytes", metadata.len())),
        Err(error) => {
            let detail = format!("tape {shown} cannot be read: {error}");
            Finding::new(CHECK, Verdict::Fail, detail, "correct the path")
        }
    }
}

fn check_session(session: &str, data_dir: Option<&Path>) -> Finding {
    let recordings = recording::folder(data_dir.unwrap_or(Path::new("")));
    match recording::find(&recordings, session) {
        Ok(found) => {
            let (id, ticks) = (&found.session.id, found.session.ticks());
            Finding::ok(CHECK, format!("session {id}, {ticks} ticks"))
        }
        Err(error) => Finding::new(CHECK, Verdict::Fail, error.to_string(), "correct feeds"),
    }
}

fn check_server(feed: &str, url: &str, limit: Duration, remedy: &str) -> Finding {
    const WEB_PORT: u16 = 80;
    let Some(address) = host_and_port(url, WEB_PORT) else {
        let detail = format!("{feed}: {url:?} has no host");
        return Finding::new(CHECK, Verdict::Fail, detail, "write ws://HOST:PORT/ws");
    };
    match connect(&address, limit) {
        Ok(_) => Finding::ok(CHECK, format!("{feed}: {address} answers")),
        Err(error) => {
            let detail = format!("{feed}: {address} does not answer: {error}");
            Finding::new(CHECK, Verdict::Fail, detail, remedy)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn tells_feeds_that_work_from_others() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let there = listener.local_addr().unwrap();
        let gone = {
            let closed = TcpListener::bind("127.0.0.1:0").unwrap();
            closed.local_addr().unwrap()
        };
        let folder = tempfile::tempdir().unwrap();
        let tape = folder.path().join("a.csv");
        std::fs::write(&tape, "x").unwrap();
        let cases = [
            ("sim".to_owned(), Verdict::Ok),
            (format!("tape:{}", tape.display()), Verdict::Ok),
            (format!("tape:{}", folder.path().display()), Verdict::Fail),
            ("tape:/no/such/tape".to_owned(), Verdict::Fail),
            ("session:last".to_owned(), Verdict::Fail),
            (format!("tickserver:ws://{there}/ws"), Verdict::Ok),
            (format!("tickserver:ws://{gone}/ws"), Verdict::Fail),
            ("tickserver:nonsense".to_owned(), Verdict::Fail),
            ("kraken:XBT".to_owned(), Verdict::Fail),
        ];
        for (feed, verdict) in cases {
            let finding = check(&feed, &Config::default(), Some(folder.path()));
            assert_eq!(finding.verdict, verdict, "{finding:?}");
        }
    }
}
