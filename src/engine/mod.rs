//! The pure modules composed into one deterministic state machine.
//! Must not know a clock, a thread, a file, a socket or a log.
