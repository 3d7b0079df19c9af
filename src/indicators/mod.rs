//! Technical indicators with O(1) updates on closed bars and read-only peeks on forming ones.
//! Must not know where bars come from or what is made of the values.
