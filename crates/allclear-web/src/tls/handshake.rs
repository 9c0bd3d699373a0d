//! The first words of a connection: a handshake, within a limit. Whoever speaks plain HTTP is told so.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// What is read of somebody who is being refused, so that the refusal gets there.
const REFUSED_BYTES_MAX: u64 = 64 * 1024;
/// What whoever speaks plain HTTP is told.
const PLAIN_REFUSED: &[u8] = b"HTTP/1.1 400 Bad Request\r\n\
    content-type: text/plain; charset=utf-8\r\n\
    cache-control: no-store\r\n\
    content-length: 75\r\n\
    connection: close\r\n\r\n\
    This port takes TLS alone: use an address that begins with https:// there.\n";

/// A connection after its first words.
pub(crate) enum Shaken {
    /// It is safe now.
    Safe(Box<TlsStream<TcpStream>>),
    /// It spoke plainly, was told so, and is over.
    Refused,
}

/// Shakes hands within `allowed`.
///
/// # Errors
/// Where the client goes, says something else, or takes too long.
pub(crate) async fn shake_hands(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    allowed: Duration,
) -> io::Result<Shaken> {
    timeout(allowed, shake(stream, config))
        .await
        .map_err(|_| io::Error::from(ErrorKind::TimedOut))?
}

async fn shake(mut stream: TcpStream, config: Arc<ServerConfig>) -> io::Result<Shaken> {
    let mut first = [0];
    if stream.peek(&mut first).await? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    // Every method of HTTP begins with a letter, and no record of TLS does.
    if first.iter().all(u8::is_ascii_uppercase) {
        stream.write_all(PLAIN_REFUSED).await?;
        stream.shutdown().await?;
        // What lies unread when a connection is closed takes the answer away from the client.
        let mut rest = stream.take(REFUSED_BYTES_MAX);
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
        return Ok(Shaken::Refused);
    }
    let safe = TlsAcceptor::from(config).accept(stream).await?;
    Ok(Shaken::Safe(Box::new(safe)))
}
