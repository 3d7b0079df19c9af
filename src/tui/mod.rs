//! The terminal desk.
//! Must not decide anything about trading: it shows the view and sends commands.
