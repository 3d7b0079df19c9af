//! Widgets for market data in a terminal, on `ratatui-core`; they know nothing of trading engines.
