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

#[test]
fn a_page_with_tags_is_the_text_that_is_shown() {
    let page = "<!DOCTYPE html>\n<html><head><title>x</title><style>p > a {}</style></head>\n<body><h2>2017-03-02 &ndash; Fire</h2>\n<p><b>Affected:</b> Shop &amp; Mail<br>\nFault status page:\n <a href=\"http://status.example.com/?a=1&amp;b=2\">here</a></p><!-- <p>old</p> -->\n<ul><li>[17:45] - It burns<li>[19:10] - It is out, load &lt; 1</ul><script>if (a<b) {}</script><p>Caf&#233; &unknown; 1 < 2</p></body></html>";
    let decoded = decode(page.as_bytes().to_vec());
    assert_eq!(
        decoded.text,
        "## 2017-03-02 – Fire\n\nAffected: Shop & Mail\nFault status page: here (http://status.example.com/?a=1&b=2)\n\n- [17:45] - It burns\n- [19:10] - It is out, load < 1\n\nCafé &unknown; 1 < 2\n\n"
    );
    assert_eq!(decoded.understood.len(), 1);
    for text in ["2017-03-02\n\nA text with a <b>word</b>.", "<3 2017-03-02", "a<br>b"] {
        assert_eq!(decode(text.as_bytes().to_vec()).text, text);
    }
}

#[test]
fn tags_without_an_end_lose_nothing() {
    for page in
        ["<p>One <b two</p>", "<html><script>words", "<p><!-- words", "<p>a <", "<p>&#xD800;&"]
    {
        let text = decode(page.as_bytes().to_vec()).text;
        assert!(page.contains("words") == text.contains("words"), "{page}: {text}");
    }
}

#[test]
fn what_a_browser_hides_is_not_read() {
    for hidden in [
        "<p hidden>no</p>",
        "<p hidden=''>no</p>",
        "<p HIDDEN=until-found>no",
        "<div style=\"color: red; display : none\">no <div>no</div><br>no</div>",
        "<span style='visibility:hidden !important'>no</span>",
        "<div style=display:none><p>no<p>no</div>",
        "<ul><li hidden>no<li>yes</ul>",
        "<template><p>no</p></template>",
        "<noscript>no</noscript>",
        "<div><p hidden>no</div>",
    ] {
        let decoded = decode(format!("<html><body>{hidden}<p>seen</p></body></html>").into_bytes());
        assert!(decoded.text.contains("seen"), "{hidden}: {}", decoded.text);
        assert!(!decoded.text.contains("no"), "{hidden}: {}", decoded.text);
        assert_eq!(decoded.text.contains("yes"), hidden.contains("yes"), "{hidden}");
    }
    for shown in ["<p class=hidden>x</p>", "<p title=\"hidden\">x</p>", "<p data-hidden>x</p>"] {
        assert!(decode(format!("<html>{shown}").into_bytes()).text.contains('x'), "{shown}");
    }
    let decoded = decode(b"<html><p hidden>no</p>".to_vec());
    assert!(decoded.understood[0].meaning.contains("hides"), "{:?}", decoded.understood);
}

#[test]
fn numbers_of_controls_are_characters_of_windows() {
    let decoded = decode(b"<p>a&#133; &#x93;b&#148; &#150; &#128; &#0; &#233;</p>".to_vec());
    assert_eq!(
        decoded.text.trim(),
        "a\u{2026} \u{201c}b\u{201d} \u{2013} \u{20ac} \u{fffd} \u{e9}"
    );
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
        let is_wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        let decoded = decode(bytes);
        prop_assert!(is_wide || decoded.text.matches('\n').count() == lines);
    }
}
