//! The same questions with real sockets, from the place where this program runs.
