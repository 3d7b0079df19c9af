//! What is kept on disk: the SQLite store, its writer thread, its readers and its exports.
//! Must not decide what happens; it records what did.
