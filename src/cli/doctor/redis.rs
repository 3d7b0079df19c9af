//! Whether a Redis server can be joined.
//! Must not show the password that its address may hold.

use std::io::{self, Read, Write};
use std::time::Duration;

use super::net::{connect, host_and_port};
use super::{Finding, Verdict};

const LIMIT: Duration = Duration::from_millis(500);
const PORT: u16 = 6379;
const DEFAULT: &str = "redis://127.0.0.1:6379";

const CHECK: &str = "redis";

pub(super) fn check(url: &str) -> Finding {
    let configured = !url.is_empty();
    let address = host_and_port(if configured { url } else { DEFAULT }, PORT);
    let Some(address) = address else {
        let remedy = "correct bus.redis.url";
        return Finding::new(CHECK, Verdict::Fail, "its address has no host", remedy);
    };
    match ping(&address) {
        Ok(answer) if answer.starts_with("+PONG") => {
            let detail = format!("{address} answers");
            let unused = ", and is not configured: the desk runs without it";
            Finding::ok(CHECK, if configured { detail } else { detail + unused })
        }
        // It asks for the password before it answers; the connection itself is good.
        Ok(answer) if answer.starts_with("-NOAUTH") => {
            Finding::ok(CHECK, format!("{address} answers and asks for a password"))
        }
        Ok(answer) if configured => {
            let detail = format!("{address} answers {:?}, not +PONG", answer.trim());
            Finding::new(CHECK, Verdict::Fail, detail, "correct bus.redis.url")
        }
        Err(error) if configured => {
            let detail = format!("{address} does not answer: {error}");
            let remedy = "start the server, correct bus.redis.url, or remove it";
            Finding::new(CHECK, Verdict::Fail, detail, remedy)
        }
        _ => Finding::ok(CHECK, "not configured and not needed"),
    }
}

fn ping(address: &str) -> Result<String, String> {
    let exchange = || -> io::Result<String> {
        let mut stream = connect(address, LIMIT).map_err(io::Error::other)?;
        stream.set_read_timeout(Some(LIMIT))?;
        stream.set_write_timeout(Some(LIMIT))?;
        stream.write_all(b"PING\r\n")?;
        let mut answer = [0_u8; 64];
        let length = stream.read(&mut answer)?;
        let answer = answer.get(..length).unwrap_or_default();
        Ok(String::from_utf8_lossy(answer).into_owned())
    };
    exchange().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// A server that answers the first line of each connection with `answer`.
    fn server(answer: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut line = [0_u8; 6];
                stream.read_exact(&mut line).unwrap();
                assert_eq!(&line, b"PING\r\n");
                stream.write_all(answer).unwrap();
            }
        });
        format!("redis://u:hush@{address}")
    }

    #[test]
    fn believes_only_a_pong() {
        let cases: [(&[u8], Verdict); 3] = [
            (b"+PONG\r\n", Verdict::Ok),
            (b"-NOAUTH Authentication required.\r\n", Verdict::Ok),
            (b"HTTP/1.1 400\r\n", Verdict::Fail),
        ];
        for (answer, verdict) in cases {
            let finding = check(&server(answer));
            assert_eq!(finding.verdict, verdict, "{finding:?}");
            assert!(!finding.detail.contains("hush"), "{finding:?}");
        }
    }
}
