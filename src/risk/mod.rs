//! The guardian every order passes; the only place where an approved order can be made.
//! Must not send, fill or remember orders.

mod approved;
mod exposure;
mod guardian;
mod limits;
mod prices;
mod review;
mod sizing;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod order_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use approved::Approved;
pub use guardian::{RiskContext, RiskGuardian, Verdict, committed_cash};
pub use limits::LimitError;
