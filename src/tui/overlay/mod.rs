//! What lies over the panes, a file for each: what it remembers, what keys do to it, its picture.
//! Must not send an order.

pub mod complete;
pub mod fuzzy;
pub mod help;
pub mod leave;
pub mod line;
pub(super) mod list;
pub mod palette;
pub mod prompt;
pub mod studies;
pub(super) mod ticket;
pub(super) mod tour;
pub(super) mod which_key;
