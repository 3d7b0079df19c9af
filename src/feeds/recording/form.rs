//! The form of a recording: a tape with trades and quotes in one, and a column for all other inputs.
//! Must not touch files; whoever reads tapes reads the ticks of a recording as well.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::{
    Command, FeedId, FeedStatus, Input, Instrument, InstrumentId, Price, Qty, Side, Tick, TickBody,
    Timestamp,
};
use crate::feeds::tape::MARK_COLUMN;

/// An input that is no tick, as the last column holds it in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mark {
    /// The clock of this feed came to the time of the row.
    Time(FeedId),
    /// An instrument was listed.
    List {
        feed: FeedId,
        id: InstrumentId,
        instrument: Arc<Instrument>,
    },
    /// A feed changed its state.
    Feed { feed: FeedId, status: FeedStatus },
    /// The store failed or recovered.
    Store(Option<String>),
    /// Something was asked.
    Command(Command),
    /// So many ticks could not be written here.
    Lost(u64),
}

/// Turns inputs into rows.
#[derive(Debug, Default)]
pub(super) struct RowWriter {
    instruments: Vec<Option<ListedRow>>,
    /// How far each feed's clock has come by what was written.
    clocks: Vec<Timestamp>,
    /// A time that was not written yet: another of the same feed makes it needless.
    time: Option<(FeedId, Timestamp)>,
}

#[derive(Debug)]
struct ListedRow {
    feed: FeedId,
    instrument: Arc<Instrument>,
    name: String,
}

impl RowWriter {
    /// The first line of every file.
    pub(super) fn header(rows: &mut Vec<u8>) {
        rows.extend_from_slice(b"ts_ns,symbol,price,qty,side,bid,bid_qty,ask,ask_qty,");
        rows.extend_from_slice(MARK_COLUMN.as_bytes());
        rows.push(b'\n');
    }

    /// Adds the row of an input, or nothing where it changes nothing.
    pub(super) fn write(&mut self, input: &Input, rows: &mut Vec<u8>) {
        let mark = match input {
            Input::Tick(tick) => return self.tick(tick, rows),
            Input::Time { feed, now } => return self.time(*feed, *now, rows),
            Input::List {
                feed,
                id,
                instrument,
            } => {
                self.list(*feed, *id, instrument);
                Mark::List {
                    feed: *feed,
                    id: *id,
                    instrument: Arc::clone(instrument),
                }
            }
            // A book changes no event, so nothing that is decided hangs on it.
            Input::Depth { .. } => return,
            Input::Feed { feed, status } => Mark::Feed {
                feed: *feed,
                status: status.clone(),
            },
            Input::Store(fault) => Mark::Store(fault.clone()),
            Input::Command(command) => Mark::Command(command.clone()),
        };
        self.finish(rows);
        push_mark(self.newest(), &mark, rows);
    }

    /// Says that ticks are missing here.
    pub(super) fn lost(&mut self, ticks: u64, rows: &mut Vec<u8>) {
        self.finish(rows);
        push_mark(self.newest(), &Mark::Lost(ticks), rows);
    }

    /// Lists again what is listed, at the head of a file that does not hold it yet.
    pub(super) fn listings(&self, rows: &mut Vec<u8>) {
        for (id, row) in (0_u32..).zip(&self.instruments) {
            if let Some(row) = row {
                let mark = Mark::List {
                    feed: row.feed,
                    id: InstrumentId(id),
                    instrument: Arc::clone(&row.instrument),
                };
                push_mark(self.newest(), &mark, rows);
            }
        }
    }

    /// The names of what is listed.
    pub(super) fn names(&self) -> Vec<String> {
        let listed = self.instruments.iter().flatten();
        listed.map(|row| row.name.clone()).collect()
    }

    /// Writes the time that was held back.
    pub(super) fn finish(&mut self, rows: &mut Vec<u8>) {
        if let Some((feed, now)) = self.time.take() {
            push_mark(now, &Mark::Time(feed), rows);
        }
    }

    fn newest(&self) -> Timestamp {
        let newest = self.clocks.iter().max().copied();
        newest.unwrap_or(Timestamp::ZERO)
    }

    fn clock(&mut self, feed: FeedId) -> Option<&mut Timestamp> {
        if self.clocks.len() <= feed.index() {
            self.clocks.resize(feed.index() + 1, Timestamp::ZERO);
        }
        self.clocks.get_mut(feed.index())
    }

    fn list(&mut self, feed: FeedId, id: InstrumentId, instrument: &Arc<Instrument>) {
        if self.instruments.len() <= id.index() {
            self.instruments.resize_with(id.index() + 1, || None);
        }
        if let Some(slot) = self.instruments.get_mut(id.index()) {
            *slot = Some(ListedRow {
                feed,
                instrument: Arc::clone(instrument),
                name: instrument.key.to_string(),
            });
        }
    }

    fn time(&mut self, feed: FeedId, now: Timestamp, rows: &mut Vec<u8>) {
        // A clock never goes back, so what is not ahead of it says nothing.
        match self.clock(feed) {
            Some(clock) if *clock < now => *clock = now,
            _ => return,
        }
        if self.time.is_some_and(|(held, _)| held != feed) {
            self.finish(rows);
        }
        self.time = Some((feed, now));
    }

    fn tick(&mut self, tick: &Tick, rows: &mut Vec<u8>) {
        self.finish(rows);
        let listed = self
            .instruments
            .get(tick.instrument.index())
            .and_then(Option::as_ref);
        // The engine refuses a tick of an instrument that is not listed, too.
        let Some(row) = listed else { return };
        let feed = row.feed;
        push_digits(tick.event_time.nanos(), rows);
        rows.push(b',');
        rows.extend_from_slice(row.name.as_bytes());
        rows.push(b',');
        let price = |price: Price| (price.units(), row.instrument.price_scale);
        let size = |size: Qty| (size.units(), row.instrument.quantity_scale);
        match tick.body {
            TickBody::Trade {
                price: paid,
                quantity,
                side,
            } => {
                push_fixed(price(paid), rows);
                rows.push(b',');
                push_fixed(size(quantity), rows);
                match side {
                    Some(Side::Buy) => rows.extend_from_slice(b",b"),
                    Some(Side::Sell) => rows.extend_from_slice(b",s"),
                    None => {}
                }
            }
            TickBody::Quote {
                bid,
                bid_quantity,
                ask,
                ask_quantity,
            } => {
                rows.extend_from_slice(b",,,");
                push_fixed(price(bid), rows);
                rows.push(b',');
                push_fixed(size(bid_quantity), rows);
                rows.push(b',');
                push_fixed(price(ask), rows);
                rows.push(b',');
                push_fixed(size(ask_quantity), rows);
            }
        }
        rows.push(b'\n');
        if let Some(clock) = self.clock(feed) {
            *clock = tick.event_time.max(*clock);
        }
    }
}

fn push_mark(time: Timestamp, mark: &Mark, rows: &mut Vec<u8>) {
    // A mark is made of strings and numbers, which JSON has words for.
    let Ok(text) = serde_json::to_string(mark) else {
        return;
    };
    push_digits(time.nanos(), rows);
    rows.extend_from_slice(b",,,,,,,,,\"");
    rows.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    rows.extend_from_slice(b"\"\n");
}

fn push_digits(number: i64, rows: &mut Vec<u8>) {
    push_fixed((number, 0), rows);
}

/// A decimal number without zeros at its end.
fn push_fixed((mut units, mut scale): (i64, u8), rows: &mut Vec<u8>) {
    while scale > 0 && units % 10 == 0 {
        units /= 10;
        scale -= 1;
    }
    if units < 0 {
        rows.push(b'-');
    }
    let begin = rows.len();
    let mut rest = units.unsigned_abs();
    let mut written = 0_u8;
    while rest > 0 || written <= scale {
        if written == scale && scale > 0 {
            rows.push(b'.');
        }
        rows.push(b'0' + u8::try_from(rest % 10).unwrap_or(0));
        rest /= 10;
        written = written.saturating_add(1);
    }
    if let Some(number) = rows.get_mut(begin..) {
        number.reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_exact() {
        let cases: &[(i64, u8, &str)] = &[
            (0, 0, "0"),
            (0, 4, "0"),
            (7, 0, "7"),
            (1_230, 0, "1230"),
            (1_230, 2, "12.3"),
            (1_200, 2, "12"),
            (5, 3, "0.005"),
            (-25, 1, "-2.5"),
            (6_183_763_000_000, 8, "61837.63"),
            (i64::MIN, 18, "-9.223372036854775808"),
        ];
        for (units, scale, expected) in cases {
            let mut rows = Vec::new();
            push_fixed((*units, *scale), &mut rows);
            assert_eq!(String::from_utf8_lossy(&rows), *expected);
        }
    }

    #[test]
    fn only_times_that_say_something_are_written() {
        let mut writer = RowWriter::default();
        let mut rows = Vec::new();
        let (one, two) = (FeedId(0), FeedId(1));
        for (feed, millis) in [(one, 5), (one, 7), (one, 6), (two, 3), (one, 8), (one, 8)] {
            let now = Timestamp::from_millis(millis);
            writer.write(&Input::Time { feed, now }, &mut rows);
        }
        writer.finish(&mut rows);
        let text = String::from_utf8(rows).expect("text");
        let times: Vec<&str> = text
            .lines()
            .map(|line| line.split(',').next().expect("a time"))
            .collect();
        assert_eq!(times, ["7000000", "3000000", "8000000"]);
    }
}
