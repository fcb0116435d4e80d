use std::time::Duration;

/// How an agent, or the service before it, misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mischief {
    /// It doesn't.
    None,
    /// Output comes in groups of four frames, the last one first.
    OutOfOrder,
    /// Everything comes twice.
    Duplicates,
    /// Input is acknowledged that much later.
    DelayedAcknowledgements(Duration),
    /// The first acknowledgement of every second frame of input gets lost.
    LostAcknowledgements,
    /// Every third frame gets lost the first time: input, output, acknowledgements.
    Loss,
    /// One frame of output comes with a wrong digest the first time.
    CorruptedOnce,
    /// Every frame of output comes with a wrong digest.
    CorruptedAlways,
    /// The connection drops after so many frames of output.
    DroppedSocket {
        /// How many.
        after: usize,
        /// Whether the same token opens another one.
        accepts_again: bool,
    },
    /// The agent never says anything.
    SilentFromTheStart,
    /// The agent never says anything after the handshake, nor does the command start.
    SilentAfterHandshake,
    /// The upgrade is answered with 403.
    RefusedUpgrade,
    /// The connection is closed as soon as the token was seen, with a reason that repeats it.
    RefusedToken,
    /// The session is to be encrypted by a KMS key.
    Encrypted,
    /// The channel is closed at once, since the command couldn't be started.
    NoShell,
    /// The client is told to pause for so long before the command gets its input.
    Paused(Duration),
    /// The client is told to pause, for ever.
    PausedForEver,
    /// It starts the command without a handshake, as old agents do.
    NoHandshake,
    /// It sends bytes that are no frame.
    Garbage,
    /// It sends a message of a megabyte.
    HugeMessage,
    /// It closes the channel and breaks the connection when the command ended, whatever was heard of it.
    LeavesAtOnce,
    /// It doesn't acknowledge, and doesn't act on, the end of the session.
    IgnoresTerminate,
}
