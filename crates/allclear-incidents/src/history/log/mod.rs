//! Plain text as people keep it.
