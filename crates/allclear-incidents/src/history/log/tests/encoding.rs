//! Bytes that are no UTF-8.

use proptest::prelude::*;

use crate::history::log::decode;

#[test]
fn single_bytes_of_other_encodings_are_kept() {
    let decoded = decode(b"caf\xc3\xa9\nwe\x92re \x93back\x94 \x96 caf\xe9\r\n\x81".to_vec());
    assert_eq!(decoded.text, "café\nwe’re “back” – café\r\n\u{81}");
    let lines: Vec<_> = decoded.understood.iter().map(|line| line.line).collect();
    assert_eq!(lines, [2, 3]);
    assert_eq!(decoded.understood[0].text, "we’re “back” – café");
}

#[test]
fn wide_characters_with_their_mark_are_read() {
    let wide = |bytes: fn(u16) -> [u8; 2]| {
        let units = "\u{feff}2017-03-02 – ü🙂".encode_utf16();
        units.flat_map(bytes).collect::<Vec<u8>>()
    };
    for bytes in [wide(u16::to_le_bytes), wide(u16::to_be_bytes)] {
        assert_eq!(decode(bytes).text, "2017-03-02 – ü🙂");
    }
}

proptest! {
    #[test]
    fn valid_text_stays_as_it_is(text in any::<String>()) {
        let decoded = decode(text.clone().into_bytes());
        prop_assert_eq!(decoded.text, text);
        prop_assert!(decoded.understood.is_empty());
    }

    #[test]
    fn any_bytes_can_be_read(bytes in any::<Vec<u8>>()) {
        let is_text = std::str::from_utf8(&bytes).is_ok();
        let is_wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        let decoded = decode(bytes);
        prop_assert_eq!(decoded.understood.is_empty(), is_text || (is_wide && decoded.understood.is_empty()));
        prop_assert!(is_wide || decoded.text.matches('\n').count() == lines);
    }
}
