//! The guardian every order passes; the only place where an approved order can be made.
//! Must not send, fill or remember orders.
