//! Strategies: closed bars and indicator values in, signals with their reasons out.
//! Must not know orders, positions or money.
