//! The ledger: fills in; positions, cash, profit and equity out, in exact decimals.
//! Must not know where fills come from.
