//! Silent and deaf clients, on a clock that turns itself.

use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

use super::{Deadline, Duration, ErrorKind};

const ALLOWED: Duration = Duration::from_secs(10);

#[tokio::test(start_paused = true)]
async fn a_client_that_says_nothing_or_half_a_preface_is_cut_off() {
    for said in [&b""[..], b"PRI * HTT"] {
        let (mut client, server) = duplex(1024);
        client.write_all(said).await.unwrap();
        let mut text = Vec::new();
        let error = Deadline::of(server, ALLOWED, None).read_to_end(&mut text).await.unwrap_err();
        assert_eq!((error.kind(), text.as_slice()), (ErrorKind::TimedOut, said));
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_is_cut_off() {
    let (_client, server) = duplex(16);
    let error = Deadline::of(server, ALLOWED, None).write_all(&[0; 64]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_said_enough_may_pause() {
    let (mut client, server) = duplex(1024);
    let mut server = Deadline::of(server, ALLOWED, None);
    client.write_all(&[b'x'; 24]).await.unwrap();
    server.read_exact(&mut [0; 24]).await.unwrap();
    tokio::time::sleep(ALLOWED * 3).await;
    client.write_all(b"y").await.unwrap();
    assert_eq!(server.read_u8().await.unwrap(), b'y');
}
