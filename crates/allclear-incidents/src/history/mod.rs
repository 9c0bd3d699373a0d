//! History in and out: formats that are read and written, and the report of what happened to each line.

pub mod facts;
pub mod log;
pub mod report;
