//! Every limit of what goes out, with what happens at it.

use std::time::Duration;

/// Addresses of one name that are taken; further ones are as if they were not there.
pub const ADDRESSES_MAX: usize = 32;
/// Answers of DNS servers that are remembered; another takes the place of an old one.
pub const REMEMBERED_ANSWERS_MAX: u64 = 16_384;
/// Questions that wait for one DNS server; a further one waits for another, or fails.
pub const QUESTIONS_MAX: usize = 1_024;
/// How long an answer is remembered at most, whatever it says: a name that was led elsewhere is
/// noticed within this time.
pub const REMEMBERED_FOR_MAX: Duration = Duration::from_secs(300);
/// How long it is remembered at most that there is nothing: names come back sooner than zones say.
pub const ABSENCE_REMEMBERED_FOR_MAX: Duration = Duration::from_secs(30);
/// Bytes of a datagram that are read; those of a longer one are lost, as if it were cut off.
pub const DATAGRAM_BYTES_MAX: usize = 4_096;
/// Datagrams that answer another question; after as many the server is given up.
pub const STRAYS_MAX: usize = 32;
/// Records of one answer; one with more is not read.
pub const RECORDS_MAX: usize = 500;
/// Bytes of a packet that are read where pings are heard; the rest is left out.
pub const PACKET_BYTES_MAX: usize = 1_500;
/// How many machines away is looked for who is on the way to an address; those farther away are not found.
pub const HOPS_MAX: u8 = 30;
/// How long looking for them takes at most; what came by then is all that is told.
pub const HOPS_TAKE_MAX: Duration = Duration::from_secs(10);
