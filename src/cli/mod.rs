//! The command line: a file for each subcommand.
//! Must not hold logic of its own.
