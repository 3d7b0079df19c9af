//! Connections that are given up in time.
//! Must not wait for a name server longer than for a server.

use std::net::{TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Connects to `HOST:PORT` within `limit`, name resolution included.
pub(super) fn connect(address: &str, limit: Duration) -> Result<TcpStream, String> {
    let start = Instant::now();
    let (sender, receiver) = mpsc::channel();
    let name = address.to_owned();
    // Resolving knows no time limit, so it runs on a thread that is left behind if it hangs.
    thread::spawn(move || {
        let found = name.to_socket_addrs().map(Iterator::collect::<Vec<_>>);
        let _ = sender.send(found);
    });
    let addresses = receiver
        .recv_timeout(limit)
        .map_err(|_| "no answer from the name server".to_owned())?
        .map_err(|error| error.to_string())?;
    let mut last = "the name has no address".to_owned();
    for address in addresses {
        let left = limit.saturating_sub(start.elapsed());
        if left.is_zero() {
            break;
        }
        match TcpStream::connect_timeout(&address, left) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error.to_string(),
        }
    }
    Err(last)
}

/// `HOST:PORT` of an address such as `wss://host/path`; secure schemes have 443, others `port`.
pub(super) fn host_and_port(url: &str, port: u16) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?']).next()?;
    let host = authority
        .rsplit('@')
        .next()
        .filter(|host| !host.is_empty())?;
    let port = match scheme {
        "wss" | "https" => 443,
        _ => port,
    };
    // The colons of an IPv6 address stand in brackets.
    let after_brackets = host.rsplit(']').next().unwrap_or(host);
    Some(if after_brackets.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:{port}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_host_and_port() {
        let cases = [
            ("ws://127.0.0.1:9001/ws", Some("127.0.0.1:9001")),
            ("ws://example.org/ws", Some("example.org:80")),
            ("wss://example.org", Some("example.org:443")),
            ("redis://u:p@h:6380/0", Some("h:6380")),
            ("redis://[::1]", Some("[::1]:80")),
            ("redis://[::1]:5", Some("[::1]:5")),
            ("example.org", None),
            ("ws:///x", None),
        ];
        for (url, expected) in cases {
            assert_eq!(host_and_port(url, 80).as_deref(), expected, "{url}");
        }
    }
}
