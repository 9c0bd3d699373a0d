//! PostgreSQL (“Frontend/Backend Protocol”, version 3.0): the start of a session, and `SELECT 1` where it
//! lets somebody in without a password.

use allclear_domain::check::{Protocol, Reason, ReasonCode, ServiceCheck};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{ASKS_FOR_PASSWORD, Talk, reason, refusal, stranger};
use crate::limits;

/// Who asks where nobody is named. That there is no such role is an answer, too.
const NOBODY: &str = "allclear";
/// Version 3.0 of the protocol.
const VERSION: [u8; 4] = [0, 3, 0, 0];
/// What servers say before they are ready for a query, and in answer to one.
const TYPES: &[u8] = b"RSKvNEZTDCI";
/// A query that any server can answer: type, length, text.
const QUERY: &[u8] = b"Q\0\0\0\x0dSELECT 1\0";
/// The end of a session: type, length.
const TERMINATE: &[u8] = b"X\0\0\0\x04";

/// Begins a session, asks one question where that is allowed, and ends it.
pub(super) async fn ask<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    check: &ServiceCheck,
) -> Result<(), Reason> {
    let user = check.user.as_deref().unwrap_or(NOBODY);
    let told = format!("StartupMessage of {user}");
    talk.send(&told, &startup(user, check.database.as_deref())).await?;
    if wait_until_ready(talk, check).await? {
        select_one(talk).await?;
    }
    talk.part("Terminate", TERMINATE).await;
    Ok(())
}

/// Asks one question, and waits until it is answered.
async fn select_one<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
) -> Result<(), Reason> {
    talk.send("SELECT 1", QUERY).await?;
    let mut has_row = false;
    for _ in 0..limits::TALK_LINES_MAX {
        match message(talk, "an answer to SELECT 1").await? {
            (b'E', body) => return Err(refusal(Protocol::Postgres, &Error::read(&body).told)),
            (b'D', _) => has_row = true,
            (b'Z', _) if has_row => {
                talk.record.received("one row");
                return Ok(());
            }
            (b'Z', _) => {
                return Err(reason(ReasonCode::Broken, "SELECT 1 was answered without a row"));
            }
            _ => {}
        }
    }
    Err(too_many("in answer to SELECT 1"))
}

/// Waits until a query may be asked; false where the server wants a password first.
async fn wait_until_ready<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    check: &ServiceCheck,
) -> Result<bool, Reason> {
    for _ in 0..limits::TALK_LINES_MAX {
        match message(talk, "an answer to the start of a session").await? {
            (b'R', body) if body == [0; 4] => {}
            (b'R', _) => {
                talk.record.noted(ASKS_FOR_PASSWORD);
                return Ok(false);
            }
            (b'S', body) => {
                let told =
                    String::from_utf8_lossy(&body).trim_end_matches('\0').replace('\0', " = ");
                talk.record.received(&told);
                talk.hear(&told);
            }
            (b'E', body) => {
                let error = Error::read(&body);
                talk.record.received(&error.told);
                talk.hear(&error.told);
                // Whoever nobody named may well not be let in: that was answered.
                if check.user.is_none() && error.is_about_who_asks() {
                    talk.record.noted("it answers, and does not let in whom nobody named");
                    return Ok(false);
                }
                return Err(refusal(Protocol::Postgres, &error.told));
            }
            (b'Z', _) => return Ok(true),
            _ => {}
        }
    }
    Err(too_many("at the start of a session"))
}

fn too_many(place: &str) -> Reason {
    let told = format!("more than {} messages came {place}", limits::TALK_LINES_MAX);
    reason(ReasonCode::TooLong, told)
}

/// The next message: its type, and what is in it.
async fn message<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    what: &str,
) -> Result<(u8, Vec<u8>), Reason> {
    let head = talk.bytes(5, what).await?;
    let [kind, a, b, c, d] = *head.as_slice() else {
        return Err(stranger(Protocol::Postgres, what, &head));
    };
    let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    match length.checked_sub(4) {
        // What is sent to us is short. Text that is none of this protocol reads as a great length.
        Some(length) if TYPES.contains(&kind) && length <= limits::TALK_BYTES_MAX => {
            Ok((kind, talk.bytes(length, what).await?))
        }
        _ => Err(stranger(Protocol::Postgres, what, &head)),
    }
}

fn startup(user: &str, database: Option<&str>) -> Vec<u8> {
    let mut body = VERSION.to_vec();
    let mut pairs = vec![("user", user), ("application_name", "allclear")];
    pairs.extend(database.map(|name| ("database", name)));
    for (name, value) in pairs {
        for text in [name, value] {
            body.extend_from_slice(text.as_bytes());
            body.push(0);
        }
    }
    body.push(0);
    let length = u32::try_from(body.len() + 4).unwrap_or_default();
    [&length.to_be_bytes(), body.as_slice()].concat()
}

/// What an `ErrorResponse` says.
struct Error {
    code: String,
    told: String,
}

impl Error {
    fn read(body: &[u8]) -> Self {
        let field = |kind: u8| {
            let mut fields = body.split(|byte| *byte == 0);
            let text = fields.find_map(|field| field.strip_prefix(&[kind]));
            text.map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default()
        };
        let code = field(b'C');
        Self { told: format!("{} {code}: {}", field(b'S'), field(b'M')), code }
    }

    /// Whether nobody of this name may come in, or there is no database of theirs (classes 28 and 3D).
    fn is_about_who_asks(&self) -> bool {
        self.code.starts_with("28") || self.code.starts_with("3D")
    }
}
