//! The rows of each kind of export, with their numbers in major units.
//! Must not decide whether an export makes sense: `export` has checked its filter.

use rusqlite::{Connection, Row, params};
use rust_decimal::Decimal;

use super::export::{Failure, Job, Names};
use super::history::{candle_from_row, walk};
use super::recover::read_event;
use super::rows::{Cell, RowWriter};
use crate::domain::{Instrument, InstrumentId, Price, Qty, Timeframe, Timestamp};

impl Job<'_> {
    pub(super) fn candles(
        &self,
        connection: &Connection,
        ids: &[u32],
        timeframe: Option<Timeframe>,
        out: &mut RowWriter<'_>,
    ) -> Result<(), Failure> {
        let (table, condition) = match timeframe {
            None => ("candles_1s", ""),
            Some(_) => ("candles_tf", "timeframe_s = ?3 AND"),
        };
        let mut seek = connection.prepare(&format!(
            "SELECT start_ms, instrument, open, high, low, close, volume, count FROM {table}
             WHERE {condition} (start_ms, instrument) >= (?1, ?2)
             ORDER BY start_ms, instrument LIMIT 1"
        ))?;
        for id in ids {
            let (price_scale, quantity_scale) = self.scales(*id);
            walk::<Failure>(
                &mut seek,
                i64::from(*id),
                timeframe,
                self.range_ms(),
                |row| {
                    let candle = candle_from_row(row)?;
                    let price = |price: Price| Cell::Number(price.display(price_scale).to_string());
                    out.row(&[
                        Cell::Int(candle.start.millis()),
                        price(candle.open),
                        price(candle.high),
                        price(candle.low),
                        price(candle.close),
                        Cell::Number(candle.volume.display(quantity_scale).to_string()),
                        Cell::Int(i64::from(candle.count)),
                    ])?;
                    Ok(())
                },
            )?;
        }
        Ok(())
    }

    pub(super) fn indicators(
        &self,
        connection: &Connection,
        ids: &[u32],
        timeframe: Timeframe,
        names: &Names,
        out: &mut RowWriter<'_>,
    ) -> Result<(), Failure> {
        let mut seek = connection.prepare(
            "SELECT start_ms, instrument FROM indicators
             WHERE timeframe_s = ?3 AND (start_ms, instrument) >= (?1, ?2)
             ORDER BY start_ms, instrument LIMIT 1",
        )?;
        let mut values = connection.prepare(
            "SELECT name, value FROM indicators
             WHERE timeframe_s = ?1 AND start_ms = ?2 AND instrument = ?3 ORDER BY name",
        )?;
        for id in ids {
            let unit = 10_f64.powi(i32::from(self.scales(*id).0));
            walk::<Failure>(
                &mut seek,
                i64::from(*id),
                Some(timeframe),
                self.range_ms(),
                |row| {
                    let start: i64 = row.get(0)?;
                    let mut found = values.query(params![timeframe.seconds(), start, id])?;
                    while let Some(row) = found.next()? {
                        let Some((name, price_like)) = names.get(&row.get(0)?) else {
                            continue;
                        };
                        if self.filter.name.as_ref().is_some_and(|asked| asked != name) {
                            continue;
                        }
                        let value: f64 = row.get(1)?;
                        let value = if *price_like { value / unit } else { value };
                        out.row(&[
                            Cell::Int(start),
                            Cell::Text(name),
                            Cell::Number(value.to_string()),
                        ])?;
                    }
                    Ok(())
                },
            )?;
        }
        Ok(())
    }

    fn scales(&self, row: u32) -> (u8, u8) {
        self.known
            .get(&row)
            .map_or((0, 0), |known| (known.price_scale, known.quantity_scale))
    }

    /// The conditions of the filter on a table whose rows have a time and an instrument.
    fn conditions(&self, time: &str, instrument: &str, name: &str) -> String {
        let mut sql = format!("{time} >= ?1 AND {time} < ?2 AND (?3 IS NULL OR {name} = ?3)");
        if let Some(key) = &self.filter.instrument {
            let rows: Vec<String> = self.rows_of(key).iter().map(u32::to_string).collect();
            sql.push_str(&format!(" AND {instrument} IN ({})", rows.join(",")));
        }
        sql
    }

    fn bounds(&self) -> (i64, i64, Option<&str>) {
        (
            self.filter.from.map_or(i64::MIN, Timestamp::nanos),
            self.filter.to.map_or(i64::MAX, Timestamp::nanos),
            self.filter.name.as_deref(),
        )
    }

    fn instrument(&self, row: &Row<'_>, column: usize) -> Result<Named<'_>, rusqlite::Error> {
        let id: u32 = row.get(column)?;
        Ok(Named(self.known.get(&id)))
    }

    pub(super) fn signals(
        &self,
        connection: &Connection,
        out: &mut RowWriter<'_>,
    ) -> Result<(), Failure> {
        let mut statement = connection.prepare(&format!(
            "SELECT sequence, cause, time_ns, instrument, strategy, timeframe_s, bar_start_ms,
                    action, confidence, price, blocked_by, explanation
             FROM signals WHERE {} ORDER BY sequence",
            self.conditions("time_ns", "instrument", "strategy")
        ))?;
        let mut rows = statement.query(self.bounds())?;
        while let Some(row) = rows.next()? {
            let of = self.instrument(row, 3)?;
            let time = Timestamp::from_nanos(row.get(2)?);
            out.row(&[
                Cell::Int(row.get(0)?),
                Cell::Int(row.get(1)?),
                Cell::Int(time.millis()),
                Cell::Owned(time.to_rfc3339()),
                of.key(),
                of.symbol(),
                text(row, 4)?,
                Cell::Int(row.get(5)?),
                Cell::Int(row.get(6)?),
                text(row, 7)?,
                Cell::number(row.get::<_, Option<f64>>(8)?),
                of.price(row.get(9)?),
                text(row, 10)?,
                Cell::Json(row.get_ref(11)?.as_str().map_err(rusqlite::Error::from)?),
            ])?;
        }
        Ok(())
    }

    pub(super) fn orders(
        &self,
        connection: &Connection,
        out: &mut RowWriter<'_>,
    ) -> Result<(), Failure> {
        let mut statement = connection.prepare(&format!(
            "SELECT id, created_ns, updated_ns, instrument, side, kind, quantity, limit_price,
                    stop_price, filled, filled_value, time_in_force, origin, strategy, reduce_only,
                    state, reason, trigger_price, target_price
             FROM orders WHERE {} ORDER BY id",
            self.conditions("created_ns", "instrument", "strategy")
        ))?;
        let mut rows = statement.query(self.bounds())?;
        while let Some(row) = rows.next()? {
            let of = self.instrument(row, 3)?;
            let created = Timestamp::from_nanos(row.get(1)?);
            let updated = Timestamp::from_nanos(row.get(2)?);
            let value: String = row.get(10)?;
            out.row(&[
                Cell::Int(row.get(0)?),
                Cell::Int(created.millis()),
                Cell::Owned(created.to_rfc3339()),
                Cell::Int(updated.millis()),
                Cell::Owned(updated.to_rfc3339()),
                of.key(),
                of.symbol(),
                text(row, 4)?,
                text(row, 5)?,
                of.quantity(row.get(6)?),
                of.price(row.get(7)?),
                of.price(row.get(17)?),
                of.price(row.get(8)?),
                of.price(row.get(18)?),
                of.quantity(row.get(9)?),
                of.average(row.get(9)?, &value),
                text(row, 11)?,
                text(row, 12)?,
                text(row, 13)?,
                Cell::Int(row.get(14)?),
                text(row, 15)?,
                text(row, 16)?,
            ])?;
        }
        Ok(())
    }

    pub(super) fn fills(
        &self,
        connection: &Connection,
        out: &mut RowWriter<'_>,
    ) -> Result<(), Failure> {
        let mut statement = connection.prepare(&format!(
            "SELECT f.execution, f.order_id, f.time_ns, f.instrument, f.side, f.quantity, f.price,
                    f.fee, f.slippage, f.realized_pnl, f.liquidity, o.kind, o.quantity, o.state,
                    o.origin, o.strategy
             FROM fills f LEFT JOIN orders o ON o.id = f.order_id
             WHERE {} ORDER BY f.sequence",
            self.conditions("f.time_ns", "f.instrument", "o.strategy")
        ))?;
        let mut rows = statement.query(self.bounds())?;
        while let Some(row) = rows.next()? {
            let of = self.instrument(row, 3)?;
            let time = Timestamp::from_nanos(row.get(2)?);
            out.row(&[
                Cell::Int(row.get(0)?),
                Cell::Int(row.get(1)?),
                Cell::Int(time.millis()),
                Cell::Owned(time.to_rfc3339()),
                of.key(),
                of.symbol(),
                text(row, 4)?,
                of.quantity(row.get(5)?),
                of.price(row.get(6)?),
                Cell::Number(row.get(7)?),
                Cell::Number(row.get(8)?),
                Cell::Number(row.get(9)?),
                text(row, 10)?,
                text(row, 11)?,
                of.quantity(row.get(12)?),
                text(row, 13)?,
                text(row, 14)?,
                text(row, 15)?,
            ])?;
        }
        Ok(())
    }

    /// Bodies are read to find their instrument; its number in them is a row of this file, so the
    /// column beside them names it.
    pub(super) fn events(
        &self,
        connection: &Connection,
        out: &mut RowWriter<'_>,
    ) -> Result<(), Failure> {
        let mut statement = connection.prepare(
            "SELECT sequence, cause, time_ns, kind, body FROM events
             WHERE time_ns >= ?1 AND time_ns < ?2 AND (?3 IS NULL OR kind = ?3) ORDER BY sequence",
        )?;
        let mut rows = statement.query(self.bounds())?;
        while let Some(row) = rows.next()? {
            let sequence: i64 = row.get(0)?;
            let event = read_event(row).map_err(|reason| Failure::Row {
                what: format!("event {sequence}"),
                reason,
            })?;
            let instrument = event
                .body
                .instrument()
                .and_then(|InstrumentId(id)| self.known.get(&id));
            if let Some(asked) = &self.filter.instrument
                && instrument.is_none_or(|found| found.key != *asked)
            {
                continue;
            }
            out.row(&[
                Cell::Int(sequence),
                Cell::Int(row.get(1)?),
                Cell::Int(event.time.millis()),
                Cell::Owned(event.time.to_rfc3339()),
                text(row, 3)?,
                Named(instrument).key(),
                Cell::Json(row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?),
            ])?;
        }
        Ok(())
    }
}

/// The instrument of a row, and its numbers in major units.
struct Named<'a>(Option<&'a Instrument>);

impl<'a> Named<'a> {
    fn key(&self) -> Cell<'a> {
        self.0
            .map_or(Cell::Null, |known| Cell::Owned(known.key.to_string()))
    }

    fn symbol(&self) -> Cell<'a> {
        Cell::text(self.0.map(|known| known.symbol.as_str()))
    }

    fn price(&self, units: Option<i64>) -> Cell<'a> {
        let scale = self.0.map_or(0, |known| known.price_scale);
        Cell::number(units.map(|units| Price::from_units(units).display(scale)))
    }

    fn quantity(&self, units: Option<i64>) -> Cell<'a> {
        let scale = self.0.map_or(0, |known| known.quantity_scale);
        Cell::number(units.map(|units| Qty::from_units(units).display(scale)))
    }

    /// The average price of a filled quantity, to four decimals beyond the price's own.
    fn average(&self, filled: i64, value: &str) -> Cell<'a> {
        let Some(known) = self.0 else {
            return Cell::Null;
        };
        let filled = Qty::from_units(filled).to_decimal(known.quantity_scale);
        let average = value
            .parse::<Decimal>()
            .ok()
            .and_then(|value| value.checked_div(filled))
            .map(|average| {
                average
                    .round_dp(u32::from(known.price_scale) + 4)
                    .normalize()
            });
        Cell::number(average)
    }
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> Result<Cell<'r>, rusqlite::Error> {
    Ok(Cell::text(
        row.get_ref(column)?
            .as_str_or_null()
            .map_err(rusqlite::Error::from)?,
    ))
}
