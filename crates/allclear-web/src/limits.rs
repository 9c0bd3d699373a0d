//! Limits of the listener, with what happens at each.

use std::time::Duration;

/// Bytes of a request's head; a longer one is answered with 431.
pub const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Header fields of a request; more are answered with 431.
pub const HEADERS_MAX: usize = 64;
/// Time for the whole body of a request, where the listener says nothing else; a slower one is
/// answered with 408.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// So many times as long as for a head, a listener waits for a body.
pub const BODY_TIMEOUT_OF_HEADS: u32 = 3;
/// So many times as long as for a head, a connection of HTTP/2 may ask for nothing and take nothing;
/// then it is told to go, and cut off a little later.
pub const IDLE_OF_HEADS: u32 = 3;
/// Bytes that such a connection has to take in that time, where an answer is on its way.
pub const PROGRESS_BYTES_MIN: u64 = 1_024;
/// Streams of one HTTP/2 connection; further ones wait.
pub const STREAMS_PER_CONNECTION_MAX: u32 = 64;
/// Bytes of a certificate's file, or of its key's; a longer one is refused.
pub const CERTIFICATE_BYTES_MAX: u64 = 256 * 1024;
/// Certificates of a chain; further ones in the file are left out.
pub const CHAIN_CERTIFICATES_MAX: usize = 16;
/// Bytes that the cache of one page may hold; beyond, the oldest entries go.
pub const CACHE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Pages rendered at the same time for readers, but for searches; further readers wait.
pub const RENDERINGS_MAX: usize = 2;
/// Readers that may wait for a rendering; further ones are told to come back.
pub const RENDERINGS_WAITING_MAX: usize = 256;
/// Searches at the same time; further ones wait.
pub const SEARCHES_MAX: usize = 1;
/// Readers that may wait for a search; further ones are told to come back.
pub const SEARCHES_WAITING_MAX: usize = 64;
/// Bytes of the form before a protected status page; a longer one counts as empty.
pub const READER_FORM_BYTES_MAX: usize = 8 * 1024;
/// Time for that form to arrive; a slower one counts as empty.
pub const READER_FORM_WITHIN: Duration = Duration::from_secs(10);
/// Bytes beyond what is kept of a signal's body that are read all the same, so that whoever sends it hears the
/// answer; a longer one is cut off there.
pub const SIGNAL_REST_BYTES_MAX: usize = 1024 * 1024;
/// Signals whose check is looked up at the same time; further ones wait, so that readers of the store have
/// room beside them.
pub const SIGNALS_LOOKED_UP_MAX: usize = 2;
/// Signals that may wait to be written; further ones are told to come back.
pub const SIGNALS_WAITING_MAX: usize = 512;
/// How long a signal waits to be written; then it is told to come back.
pub const SIGNAL_WITHIN: Duration = Duration::from_secs(20);
/// Rows that cannot be read and are logged one by one when they are first met; more are counted.
pub const BAD_ROWS_LOGGED_MAX: usize = 100;
/// Checks whose response times readers are shown; of more the first are.
pub const CHECKS_WITH_SHOWN_TIMES_MAX: usize = 200;
/// How long open requests may take when the server stops.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);
/// Readers who are told of changes at the same time, as far as connections allow: at most three of
/// four. Further ones are sent away, and their pages ask by themselves once a minute.
pub const EVENT_READERS_MAX: usize = 15_000;
/// How long nothing may be said to a reader who waits for changes; then a comment goes out.
pub const HEARTBEAT_EVERY: Duration = Duration::from_secs(25);
/// How soon a reader whose stream ended comes back, in milliseconds, at the least.
pub const EVENTS_RETRY_MS_MIN: u64 = 2_000;
/// Over how many more milliseconds readers come back, so that they do not come all at once.
pub const EVENTS_RETRY_MS_SPREAD: u64 = 6_000;
/// Checks on the map of checks; of more, what is not well is shown, and of that the worst.
pub const MAP_CHECKS_MAX: usize = 150;
/// Components on the map of checks; further ones are counted.
pub const MAP_COMPONENTS_MAX: usize = 150;
/// Lines on the map of checks; further ones are counted, those to components first.
pub const MAP_LINES_MAX: usize = 1_500;
/// Names that one sentence beneath the map has; further ones are counted.
pub const MAP_NAMES_MAX: usize = 20;
