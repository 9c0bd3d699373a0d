//! Reading what somebody else sends: never more than was said, never longer than was said.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::{Instant, timeout_at};

/// Bytes that are read at once.
const PIECE_BYTES: usize = 4_096;

/// What reading some more came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    /// Some bytes came.
    Came,
    /// The other side ended.
    Ended,
    /// As much was read as may be; nothing is known of what follows.
    Full,
}

/// Why no more was read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Nothing came in time.
    #[error("nothing more came in time")]
    TimedOut,
    /// The connection broke.
    #[error(transparent)]
    Broken(#[from] io::Error),
}

/// Waits for the next bytes and puts them behind those that are there, up to `bytes_max` in all.
pub async fn read_more<R>(
    reader: &mut R,
    into: &mut Vec<u8>,
    bytes_max: usize,
    deadline: Instant,
) -> Result<More, ReadError>
where
    R: AsyncRead + Unpin,
{
    let room = bytes_max.saturating_sub(into.len());
    if room == 0 {
        return Ok(More::Full);
    }
    let piece = u64::try_from(room.min(PIECE_BYTES)).unwrap_or(u64::MAX);
    let mut piece = reader.take(piece);
    match timeout_at(deadline, piece.read_buf(into)).await {
        Err(_) => Err(ReadError::TimedOut),
        Ok(Ok(0)) => Ok(More::Ended),
        Ok(Ok(_)) => Ok(More::Came),
        Ok(Err(error)) => Err(ReadError::Broken(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncWriteExt, duplex, repeat};

    use super::*;

    fn in_ten_seconds() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_drips_is_left_at_the_deadline() {
        let (mut near, mut far) = duplex(64);
        tokio::spawn(async move {
            while far.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(1_100)).await;
            }
        });
        let (started, deadline) = (Instant::now(), in_ten_seconds());
        let mut read = Vec::new();
        let ended = loop {
            match read_more(&mut near, &mut read, 1_000, deadline).await {
                Ok(More::Came) => {}
                other => break other,
            }
        };
        assert!(matches!(ended, Err(ReadError::TimedOut)));
        assert_eq!((read.len(), started.elapsed()), (10, Duration::from_secs(10)));
    }

    #[tokio::test]
    async fn one_without_end_is_left_at_the_limit() {
        let mut read = Vec::new();
        let mut endless = repeat(b'x');
        while read_more(&mut endless, &mut read, 10_000, in_ten_seconds()).await.unwrap()
            == More::Came
        {}
        assert_eq!(read.len(), 10_000);
    }

    #[tokio::test]
    async fn the_end_is_told() {
        let (mut near, mut far) = duplex(64);
        far.write_all(b"bye").await.unwrap();
        drop(far);
        let mut read = Vec::new();
        let mut more =
            async || read_more(&mut near, &mut read, 10, in_ten_seconds()).await.unwrap();
        assert_eq!(more().await, More::Came);
        assert_eq!(more().await, More::Ended);
        assert_eq!(read, b"bye");
    }
}
