//! Ticks to one-second candles, candles to bars, and the session calendar.
//! Must not know indicators, orders, or any clock but event time.
