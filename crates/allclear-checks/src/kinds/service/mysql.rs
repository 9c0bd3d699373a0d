//! MySQL and MariaDB (“Client/Server Protocol”): the start of a session, and a ping where they let somebody
//! in without a password. A connection that is left before its end counts against the host that it comes
//! from until the server blocks that, so a session is always begun in full.

use allclear_domain::check::{Protocol, Reason, ServiceCheck};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{ASKS_FOR_PASSWORD, Talk, refusal, stranger};

/// Who asks where nobody is named. That nobody of this name is let in is an answer, too.
const NOBODY: &str = "allclear";
/// What the first packet begins with: the version of the protocol.
const VERSION: u8 = 10;
/// What a packet begins with that says that all is well.
const OK: u8 = 0x00;
/// What a packet begins with that says what is wrong.
const ERROR: u8 = 0xff;
/// What a packet begins with that asks to sign in in another way.
const SWITCH: u8 = 0xfe;
/// What we can do: long passwords, the protocol of 4.1, its way to sign in, and ways that have a name.
const CAPABILITIES: u32 = 0x1 | 0x200 | 0x8000 | 0x8_0000;
/// That a database is named.
const WITH_DATABASE: u32 = 0x8;
/// Bytes that a packet to us may have.
const PACKET_BYTES_MAX: u32 = 0xff_ffff;
/// `utf8mb4_general_ci`.
const UTF8: u8 = 45;

/// Begins a session, pings where that is allowed, and ends it.
pub(super) async fn ask<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    check: &ServiceCheck,
) -> Result<(), Reason> {
    let (_, greeting) = packet(talk, "a greeting").await?;
    match greeting.split_first() {
        Some((&VERSION, rest)) => {
            let version = rest.split(|byte| *byte == 0).next().unwrap_or_default();
            let version = String::from_utf8_lossy(version).into_owned();
            talk.record.received(&version);
            talk.hear(&version);
        }
        Some((&ERROR, rest)) => return Err(refusal(Protocol::Mysql, &Error::read(rest).told)),
        _ => return Err(stranger(Protocol::Mysql, "a greeting", &greeting)),
    }
    let user = check.user.as_deref().unwrap_or(NOBODY);
    let response = response(user, check.database.as_deref());
    send(talk, &format!("HandshakeResponse41 of {user}"), 1, &response).await?;
    if !is_let_in(talk, check).await? {
        return Ok(());
    }
    send(talk, "COM_PING", 0, &[0x0e]).await?;
    let (_, answer) = packet(talk, "an answer to COM_PING").await?;
    match answer.split_first() {
        Some((&OK, _)) => talk.record.received("OK"),
        Some((&ERROR, rest)) => return Err(refusal(Protocol::Mysql, &Error::read(rest).told)),
        _ => return Err(stranger(Protocol::Mysql, "an answer to COM_PING", &answer)),
    }
    talk.part("COM_QUIT", &framed(0, &[0x01])).await;
    Ok(())
}

/// Whether the server lets somebody in without a password.
async fn is_let_in<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    check: &ServiceCheck,
) -> Result<bool, Reason> {
    const WHAT: &str = "an answer to who asks";
    let (number, mut answer) = packet(talk, WHAT).await?;
    if answer.first() == Some(&SWITCH) {
        // No password, in the way that it wants: so the session ends with an answer.
        send(talk, "no password", number.wrapping_add(1), &[]).await?;
        answer = packet(talk, WHAT).await?.1;
    }
    match answer.split_first() {
        Some((&OK, _)) => Ok(true),
        Some((&ERROR, rest)) => {
            let error = Error::read(rest);
            talk.record.received(&error.told);
            talk.hear(&error.told);
            if check.user.is_none() && error.state.starts_with("28") {
                talk.record.noted("it answers, and does not let in whom nobody named");
                return Ok(false);
            }
            Err(refusal(Protocol::Mysql, &error.told))
        }
        Some(_) => {
            talk.record.noted(ASKS_FOR_PASSWORD);
            Ok(false)
        }
        None => Err(stranger(Protocol::Mysql, WHAT, &answer)),
    }
}

/// The next packet: its number, and what is in it.
async fn packet<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    what: &str,
) -> Result<(u8, Vec<u8>), Reason> {
    let head = talk.bytes(4, what).await?;
    let [a, b, c, number] = *head.as_slice() else {
        return Err(stranger(Protocol::Mysql, what, &head));
    };
    let length = usize::try_from(u32::from_le_bytes([a, b, c, 0])).unwrap_or(usize::MAX);
    // What is sent to us is short. Text that is none of this protocol reads as a great length.
    if length > crate::limits::TALK_BYTES_MAX {
        return Err(stranger(Protocol::Mysql, what, &head));
    }
    Ok((number, talk.bytes(length, what).await?))
}

async fn send<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    told: &str,
    number: u8,
    body: &[u8],
) -> Result<(), Reason> {
    talk.send(told, &framed(number, body)).await
}

fn framed(number: u8, body: &[u8]) -> Vec<u8> {
    let [a, b, c, _] = u32::try_from(body.len()).unwrap_or_default().to_le_bytes();
    [&[a, b, c, number], body].concat()
}

/// Who asks, without a password.
fn response(user: &str, database: Option<&str>) -> Vec<u8> {
    let with_database = if database.is_some() { WITH_DATABASE } else { 0 };
    let mut body = (CAPABILITIES | with_database).to_le_bytes().to_vec();
    body.extend_from_slice(&PACKET_BYTES_MAX.to_le_bytes());
    body.push(UTF8);
    body.extend_from_slice(&[0; 23]);
    body.extend_from_slice(user.as_bytes());
    // The end of the name, and a password of no bytes.
    body.extend_from_slice(&[0, 0]);
    for text in database.into_iter().chain(["mysql_native_password"]) {
        body.extend_from_slice(text.as_bytes());
        body.push(0);
    }
    body
}

/// What an error packet says.
struct Error {
    state: String,
    told: String,
}

impl Error {
    /// Reads what follows its first byte: a number, `#` and a state of five characters where the session
    /// has begun, and words.
    fn read(body: &[u8]) -> Self {
        let (number, rest) = body.split_at_checked(2).unwrap_or((&[], body));
        let number = number.iter().rev().fold(0_u32, |sum, byte| sum * 256 + u32::from(*byte));
        let rest = String::from_utf8_lossy(rest).into_owned();
        let with_state = rest.strip_prefix('#').and_then(|rest| rest.split_at_checked(5));
        let (state, words) = with_state.unwrap_or(("", &rest));
        Self { state: state.to_owned(), told: format!("{number} {words}") }
    }
}
