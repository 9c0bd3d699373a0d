//! The two messages of `grpc.health.v1.Health/Check`, as Protocol Buffers have them, and what stands
//! around each (the specification of gRPC over HTTP/2).

/// Bytes before a message: whether it is compressed, and its length.
const PREFIX_BYTES: usize = 5;
/// The first field is a text, or bytes.
const FIRST_TEXT: u8 = 0x0a;
/// The first field.
const FIRST: u64 = 1;

/// What a server says of a service, or of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Unknown,
    Serving,
    NotServing,
    /// It is said to who watches alone.
    ServiceUnknown,
    /// Another number.
    Other(u64),
}

impl Status {
    const fn of(number: u64) -> Self {
        match number {
            0 => Self::Unknown,
            1 => Self::Serving,
            2 => Self::NotServing,
            3 => Self::ServiceUnknown,
            other => Self::Other(other),
        }
    }

    /// Its word in the protocol.
    pub(super) fn word(self) -> String {
        match self {
            Self::Unknown => "UNKNOWN".to_owned(),
            Self::Serving => "SERVING".to_owned(),
            Self::NotServing => "NOT_SERVING".to_owned(),
            Self::ServiceUnknown => "SERVICE_UNKNOWN".to_owned(),
            Self::Other(number) => number.to_string(),
        }
    }
}

/// The question after a service, or after the server as a whole.
pub(super) fn question(service: &str) -> Vec<u8> {
    let mut message = Vec::new();
    if !service.is_empty() {
        message.push(FIRST_TEXT);
        write_number(&mut message, service.len());
        message.extend(service.as_bytes());
    }
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    [&[0], length.to_be_bytes().as_slice(), message.as_slice()].concat()
}

fn write_number(into: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        into.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    into.push(u8::try_from(number).unwrap_or_default());
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Garbled(pub(super) &'static str);

/// Reads the one message of an answer.
pub(super) fn answer(bytes: &[u8]) -> Result<Status, Garbled> {
    let (prefix, message) = bytes
        .split_first_chunk::<PREFIX_BYTES>()
        .ok_or(Garbled("it is over before its message begins"))?;
    let [compressed, length @ ..] = *prefix;
    if compressed != 0 {
        return Err(Garbled("its message is compressed, which was not asked for"));
    }
    match usize::try_from(u32::from_be_bytes(length)) {
        Ok(length) if length == message.len() => status(message),
        Ok(length) if length < message.len() => Err(Garbled("it has more than one message")),
        _ => Err(Garbled("it is over in the middle of its message")),
    }
}

/// The first field of a message, the last time that it is said; 0 where it is not. Other fields are passed
/// over.
fn status(mut rest: &[u8]) -> Result<Status, Garbled> {
    let mut found = 0;
    while !rest.is_empty() {
        let tag = number(&mut rest)?;
        match (tag >> 3, tag & 7) {
            (FIRST, 0) => found = number(&mut rest)?,
            (0, _) | (FIRST, _) => return Err(Garbled("its message has a status that is none")),
            (_, 0) => drop(number(&mut rest)?),
            (_, 1) => skip(&mut rest, 8)?,
            (_, 2) => {
                let length = number(&mut rest)?;
                skip(&mut rest, length)?;
            }
            (_, 5) => skip(&mut rest, 4)?,
            _ => return Err(Garbled("its message has a field of no kind that there is")),
        }
    }
    Ok(Status::of(found))
}

const CUT: Garbled = Garbled("its message is over in the middle of a field");

/// A number of up to 64 bits, seven of them in each byte.
fn number(rest: &mut &[u8]) -> Result<u64, Garbled> {
    let mut read = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first().ok_or(CUT)?;
        *rest = after;
        read |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(read);
        }
    }
    Err(Garbled("its message has a number without end"))
}

fn skip(rest: &mut &[u8], count: u64) -> Result<(), Garbled> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    *rest = rest.get(count..).ok_or(CUT)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn framed(message: &[u8]) -> Vec<u8> {
        let length = u32::try_from(message.len()).unwrap().to_be_bytes();
        [&[0], length.as_slice(), message].concat()
    }

    #[test]
    fn a_question_is_as_others_write_it() {
        assert_eq!(question(""), [0; 5]);
        assert_eq!(question("shop"), b"\0\0\0\0\x06\x0a\x04shop");
        let long = "x".repeat(300);
        assert_eq!(question(&long)[..8], *b"\0\0\0\x01\x2f\x0a\xac\x02");
    }

    #[test]
    fn an_answer_is_read() {
        for (message, status) in [
            (&b""[..], Status::Unknown),
            (b"\x08\x01", Status::Serving),
            (b"\x08\x02", Status::NotServing),
            (b"\x08\x03", Status::ServiceUnknown),
            (b"\x08\x81\x00", Status::Serving),
            (b"\x08\x02\x08\x01", Status::Serving),
            (b"\x08\x09", Status::Other(9)),
        ] {
            assert_eq!(answer(&framed(message)), Ok(status), "{message:?}");
        }
        for wrong in [
            &b"\x08"[..],
            b"\x08\x81",
            b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            b"\x0a\x01x",
            b"\x0b",
            b"\x13",
            b"\x12\x05x",
            b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x",
            b"\x00\x01",
            b"\x15\0\0\0",
        ] {
            assert!(answer(&framed(wrong)).is_err(), "{wrong:?}");
        }
        for wrong in [&b""[..], b"\0\0\0\0", b"\x01\0\0\0\0", b"\0\0\0\0\x01", b"\0\0\0\0\0\0"] {
            assert!(answer(wrong).is_err(), "{wrong:?}");
        }
    }

    /// Fields that nobody here knows, of every kind that there is.
    fn strange() -> impl Strategy<Value = Vec<u8>> {
        let tag = |kind: usize, field: usize| {
            let mut bytes = Vec::new();
            write_number(&mut bytes, field << 3 | kind);
            bytes
        };
        let field = 2_usize..1 << 20;
        prop_oneof![
            (field.clone(), any::<u32>()).prop_map(move |(field, value)| {
                let mut bytes = tag(0, field);
                write_number(&mut bytes, value as usize);
                bytes
            }),
            (field.clone(), any::<[u8; 8]>()).prop_map(move |(field, value)| [
                tag(1, field),
                value.to_vec()
            ]
            .concat()),
            (field.clone(), prop::collection::vec(any::<u8>(), 0..200)).prop_map(
                move |(field, value)| {
                    let mut bytes = tag(2, field);
                    write_number(&mut bytes, value.len());
                    [bytes, value].concat()
                }
            ),
            (field, any::<[u8; 4]>()).prop_map(move |(field, value)| [
                tag(5, field),
                value.to_vec()
            ]
            .concat()),
        ]
    }

    proptest! {
        #[test]
        fn a_status_is_found_among_what_others_add(
            before in prop::collection::vec(strange(), 0..4),
            status in any::<u32>(),
            after in prop::collection::vec(strange(), 0..4),
        ) {
            let mut said = vec![0x08];
            write_number(&mut said, status as usize);
            let message = [before.concat(), said, after.concat()].concat();
            prop_assert_eq!(answer(&framed(&message)), Ok(Status::of(u64::from(status))));
            for end in 0..PREFIX_BYTES + message.len() {
                let cut = framed(&message)[..end].to_vec();
                prop_assert!(answer(&cut).is_err());
            }
        }

        /// A question is a message as every reader of Protocol Buffers takes it.
        #[test]
        fn a_question_reads_back(service in "\\PC{0,300}") {
            let bytes = question(&service);
            let mut rest = &bytes[PREFIX_BYTES..];
            prop_assert_eq!(u32::from_be_bytes(bytes[1..5].try_into().unwrap()) as usize, rest.len());
            if service.is_empty() {
                prop_assert!(rest.is_empty());
            } else {
                prop_assert_eq!(number(&mut rest), Ok(u64::from(FIRST_TEXT)));
                prop_assert_eq!(number(&mut rest), Ok(service.len() as u64));
                prop_assert_eq!(rest, service.as_bytes());
            }
        }

        #[test]
        fn no_answer_is_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            answer(&bytes).ok();
            answer(&framed(&bytes)).ok();
        }
    }
}
