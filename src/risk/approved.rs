//! The mark of an order that passed every control.
//! Must not be possible to make outside this folder, by any way.

use std::ops::Deref;

/// Something that risk approved. Venues take nothing else, so an order cannot go around
/// risk. It can be read, not changed, and not copied.
///
/// ```compile_fail,E0423
/// use titan_tui::risk::Approved;
/// let forged = Approved(1);
/// ```
///
/// ```compile_fail,E0599
/// use titan_tui::risk::Approved;
/// let forged = Approved::new(1);
/// ```
///
/// ```compile_fail,E0277
/// use titan_tui::risk::Approved;
/// let forged: Approved<u32> = serde_json::from_str("1").unwrap();
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Approved<T>(T);

impl<T> Approved<T> {
    pub(super) const fn new(value: T) -> Self {
        Self(value)
    }

    /// What was approved.
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// What was approved, without the mark; there is no way back.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Approved<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
