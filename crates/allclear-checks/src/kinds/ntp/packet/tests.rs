//! Packets as servers send them, and what is made of them.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

/// An answer as servers send it.
pub(in super::super) struct Says {
    pub(in super::super) first: u8,
    pub(in super::super) stratum: u8,
    pub(in super::super) reference: [u8; 4],
    pub(in super::super) question: [u8; 8],
    pub(in super::super) came_at: Timestamp,
    pub(in super::super) went_at: Timestamp,
}

impl Says {
    pub(in super::super) fn right(question: &[u8], at: Timestamp) -> Self {
        Self {
            first: 0b00_100_100,
            stratum: 2,
            reference: [192, 0, 2, 7],
            question: question[40..48].try_into().unwrap(),
            came_at: at,
            went_at: at,
        }
    }

    pub(in super::super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.first, self.stratum, 6, 0xe8];
        bytes.extend([0, 0, 0x80, 0, 0, 0, 0x40, 0]);
        bytes.extend(self.reference);
        bytes.extend(of(self.came_at).to_be_bytes());
        bytes.extend(self.question);
        bytes.extend(of(self.came_at).to_be_bytes());
        bytes.extend(of(self.went_at).to_be_bytes());
        bytes
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_question_is_named_and_tells_no_time() {
    let packet = question(*b"01234567");
    assert_eq!(packet[0], 0x23);
    assert_eq!(packet[1..40], [0; 39]);
    assert_eq!(&packet[40..], b"01234567");
    assert_eq!(Answer::read(&packet), None, "a question is no answer");
    assert_eq!(Answer::read(&packet[..47]), None);
}

#[test]
fn the_time_of_ntp_begins_in_1900_and_anew_in_2036() {
    assert_eq!(of(at("1900-01-01T00:00:00Z")), 0);
    assert_eq!(of(at("1970-01-01T00:00:00.5Z")), (2_208_988_800 << 32) | (1 << 31));
    assert_eq!(of(at("2036-02-07T06:28:16Z")), 0);
    assert_eq!(of(at("2036-02-07T06:28:15Z")) >> 32, u64::from(u32::MAX));
}

#[test]
fn what_it_says_of_its_clock_is_understood() {
    let now = at("2026-06-15T12:00:00Z");
    for (first, stratum, reference, state, told) in [
        (0x24, 1, *b"GPS\0", State::Set, "stratum 1, leap 0, reference GPS, root delay 500.0 ms"),
        (0x24, 15, [192, 0, 2, 7], State::Set, "reference 192.0.2.7"),
        (0xe4, 2, [192, 0, 2, 7], State::Unset, "leap 3"),
        (0xe4, 0, [0; 4], State::Unset, "stratum 0, leap 3, reference 0.0.0.0"),
        (0x24, 16, [0; 4], State::Unset, "root dispersion 250.0 ms"),
        (0xe4, 0, *b"RATE", State::Kiss("RATE".to_owned()), "reference RATE"),
        (0xe4, 0, [1, 2, 3, 4], State::Unset, "reference 1.2.3.4"),
    ] {
        let says = Says { first, stratum, reference, ..Says::right(&[0; 48], now) };
        let answer = Answer::read(&says.bytes()).unwrap();
        assert_eq!(answer.state(), state);
        assert!(answer.told().contains(told), "{}", answer.told());
    }
}

proptest! {
    /// However far the clocks are apart, and in whatever year: the offset is wrong by no more than it says.
    #[test]
    fn the_offset_is_right_within_what_it_may_be_wrong(
        asked in -2_208_988_800_i64..32_503_680_000,
        offset_ms in -1_000_000_000_i64..1_000_000_000,
        forth_ms in 0_i64..60_000,
        there_ms in 0_i64..60_000,
        back_ms in 0_i64..60_000,
    ) {
        let asked = Timestamp::from_second(asked).unwrap();
        let after = |ms: i64| asked + SignedDuration::from_millis(ms);
        let came_at = after(offset_ms + forth_ms);
        let went_at = after(offset_ms + forth_ms + there_ms);
        let says = Says { came_at, went_at, ..Says::right(&[0; 48], asked) };
        let answer = Answer::read(&says.bytes()).unwrap();
        let took = Duration::from_millis((forth_ms + there_ms + back_ms).unsigned_abs());
        let found = answer.compare(asked, took);
        let (offset_us, way_us) = (offset_ms * 1_000, (forth_ms + back_ms) * 1_000);
        prop_assert!((found.delay_us - way_us).abs() <= 2, "{found:?}");
        prop_assert!((found.offset_us - offset_us).abs() <= found.error_us() + 2, "{found:?}");
        prop_assert!(found.least_us() <= offset_us.abs() + 2);
    }

    #[test]
    fn no_packet_is_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Some(answer) = Answer::read(&bytes) {
            let _ = (answer.state(), answer.told(), answer.has_time());
            answer.compare(Timestamp::UNIX_EPOCH, Duration::from_secs(1));
        }
    }
}
