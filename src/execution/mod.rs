//! Venues that the engine itself runs: the paper venue.
//! Must not decide whether an order may be sent.
