//! The agent side of a session, byte by byte as the format has it, with a real shell behind it.
