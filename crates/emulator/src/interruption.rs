//! Somebody asks this program to end: with Ctrl-C, or by a signal.

use std::io;

/// Why a program ends before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// Ctrl-C, or SIGINT.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// The terminal is gone, or SIGHUP.
    HangUp,
}

impl Interruption {
    /// The exit code that a shell gives a program which such a signal ended.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::HangUp => 128 + 1,
            Self::Interrupt => 128 + 2,
            Self::Terminate => 128 + 15,
        }
    }
}

/// Waits until this program is asked to end. From this call on, and not only once it is awaited, such a signal no longer ends the
/// program by itself, so that it can stop the processes that it started.
#[cfg(unix)]
pub fn interruption() -> io::Result<impl Future<Output = Interruption>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => Interruption::Interrupt,
            _ = terminate.recv() => Interruption::Terminate,
            _ = hang_up.recv() => Interruption::HangUp,
        }
    })
}

/// Waits until this program is asked to end.
#[cfg(not(unix))]
pub fn interruption() -> io::Result<impl Future<Output = Interruption>> {
    Ok(async {
        // Where Ctrl-C cannot be waited for, it ends the program.
        let _ = tokio::signal::ctrl_c().await;
        Interruption::Interrupt
    })
}
