//! What a task is asked: one fixed, read-only script for its shell, and what its output says.
