//! Venues that the engine itself runs: the paper venue.
//! Must not decide whether an order may be sent.

mod book;
mod paper;
mod report;
mod terms;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod order_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use paper::PaperVenue;
pub use report::VenueReport;
