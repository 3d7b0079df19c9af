//! Heals a terminal that a killed desk has left in raw mode and on its second screen.
//! Must not need anything that the desk remembered: it may be gone.

use std::io::{self, IsTerminal, Write};

use rustix::termios::{
    ControlModes, InputModes, LocalModes, OptionalActions, OutputModes, QueueSelector, Termios,
    tcflush, tcgetattr, tcsetattr,
};
use thiserror::Error;

use crate::tui::guard::{MODES_OFF, SCREEN_OFF};

/// Leaving a second screen puts the cursor where it was last kept: on the first screen, here.
const KEEP_CURSOR: &[u8] = b"\x1b7";

/// Why a terminal could not be healed.
#[derive(Debug, Error)]
pub enum ResetError {
    /// Input or output is a file or a pipe.
    #[error("there is no terminal to heal: standard input and output must be one")]
    NoTerminal,
    /// The system refused.
    #[error("the terminal could not be set: {0}")]
    Refused(#[from] io::Error),
}

/// Leaves the second screen, switches off all that a desk may have switched on, and lets the
/// terminal echo and edit lines again. Does no harm to one that is well.
///
/// # Errors
/// When there is no terminal, or the system refuses to set it.
pub fn reset() -> Result<(), ResetError> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(ResetError::NoTerminal);
    }
    let terminal = rustix::stdio::stdin();
    let mut modes = tcgetattr(terminal).map_err(io::Error::from)?;
    make_sane(&mut modes);
    tcsetattr(terminal, OptionalActions::Now, &modes).map_err(io::Error::from)?;
    // What was typed at a terminal that did not show it was meant for nobody.
    let _ = tcflush(terminal, QueueSelector::IFlush);
    let mut out = io::stdout().lock();
    for part in [MODES_OFF, KEEP_CURSOR, SCREEN_OFF, b"\r"] {
        out.write_all(part)?;
    }
    out.flush()?;
    Ok(())
}

/// The modes of a shell's terminal; characters and speed stay.
fn make_sane(modes: &mut Termios) {
    modes.input_modes |= InputModes::ICRNL | InputModes::IXON;
    modes.input_modes -= InputModes::IGNBRK | InputModes::INLCR | InputModes::IGNCR;
    modes.output_modes |= OutputModes::OPOST | OutputModes::ONLCR;
    modes.local_modes |= LocalModes::ICANON
        | LocalModes::ECHO
        | LocalModes::ECHOE
        | LocalModes::ECHOK
        | LocalModes::ECHOCTL
        | LocalModes::ECHOKE
        | LocalModes::ISIG
        | LocalModes::IEXTEN;
    modes.control_modes |= ControlModes::CREAD;
}
