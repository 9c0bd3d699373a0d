//! A DNS server for tests: it answers as it is told to, over UDP and TCP.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA};
use hickory_proto::rr::{RData, Record, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::time::Instant;

use crate::Resolver;

/// Bytes that are said over UDP.
const UDP_BYTES_MAX: usize = 1_200;

/// What the server says to a question.
#[derive(Clone, Debug)]
pub(crate) enum Say {
    /// These addresses, as far as they are of the kind that was asked for, with this time to live.
    Addresses(Vec<IpAddr>, u32),
    /// That the name does not exist.
    NoSuchName,
    /// A code.
    Code(ResponseCode),
    /// Nothing at all.
    Silence,
}

impl Say {
    pub(crate) fn one(address: &str) -> Self {
        Self::Addresses(vec![address.parse().unwrap()], 60)
    }
}

type Answers = Arc<dyn Fn(&str, RecordType) -> Say + Send + Sync>;

/// Starts a server that answers questions for names, written with the dot at their end.
pub(crate) async fn dns(
    answers: impl Fn(&str, RecordType) -> Say + Send + Sync + 'static,
) -> (SocketAddr, Resolver) {
    let answers: Answers = Arc::new(answers);
    let (udp, tcp) = sockets().await;
    let address = udp.local_addr().unwrap();
    let also = Arc::clone(&answers);
    tokio::spawn(async move {
        let mut bytes = [0; 4_096];
        loop {
            let (length, from) = udp.recv_from(&mut bytes).await.unwrap();
            if let Some(answer) = answer(&bytes[..length], &also, UDP_BYTES_MAX) {
                udp.send_to(&answer, from).await.unwrap();
            }
        }
    });
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = tcp.accept().await.unwrap();
            let answers = Arc::clone(&answers);
            tokio::spawn(async move {
                while let Ok(length) = stream.read_u16().await {
                    let mut bytes = vec![0; usize::from(length)];
                    stream.read_exact(&mut bytes).await.unwrap();
                    if let Some(answer) = answer(&bytes, &answers, usize::from(u16::MAX)) {
                        stream.write_u16(u16::try_from(answer.len()).unwrap()).await.unwrap();
                        stream.write_all(&answer).await.unwrap();
                    }
                }
            });
        }
    });
    (address, Resolver::asking(&[address]).unwrap())
}

/// One port for both.
async fn sockets() -> (UdpSocket, TcpListener) {
    loop {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()).await {
            return (udp, tcp);
        }
    }
}

fn answer(question: &[u8], answers: &Answers, bytes_max: usize) -> Option<Vec<u8>> {
    let asked = Message::from_vec(question).unwrap();
    let query = asked.queries.first().unwrap().clone();
    let mut message = Message::response(asked.metadata.id, asked.metadata.op_code);
    message.add_query(query.clone());
    match answers(&query.name().to_ascii(), query.query_type()) {
        Say::Silence => return None,
        Say::NoSuchName => message.metadata.response_code = ResponseCode::NXDomain,
        Say::Code(code) => message.metadata.response_code = code,
        Say::Addresses(addresses, ttl) => {
            let wanted = addresses.into_iter().map(|address| match address {
                IpAddr::V4(address) => RData::A(A(address)),
                IpAddr::V6(address) => RData::AAAA(AAAA(address)),
            });
            let wanted = wanted.filter(|data| data.record_type() == query.query_type());
            let named = |data| Record::from_rdata(query.name().clone(), ttl, data);
            message.add_answers(wanted.map(named));
        }
    }
    let bytes = message.to_vec().unwrap();
    Some(if bytes.len() > bytes_max { message.truncate().to_vec().unwrap() } else { bytes })
}

/// A moment that tests do not come to.
pub(crate) fn later() -> Instant {
    Instant::now() + std::time::Duration::from_secs(20)
}
