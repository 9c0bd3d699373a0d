//! What is typed, and what it means.

use super::*;

#[test]
fn a_target_is_an_address_or_a_host_and_a_port() {
    for text in ["https://shop.example.com:8443/x", "mail.example.com:25", "[2001:db8::1]:443"] {
        assert_eq!(text.parse::<Target>().unwrap().0.target(), text);
    }
    for (text, words) in [
        ("", "mail.example.com:25"),
        ("mail.example.com", "mail.example.com:25"),
        (":25", "names no host"),
        ("mail.example.com:", "from 1 to 65535"),
        ("mail.example.com:70000", "from 1 to 65535"),
        ("ftp://mail.example.com", "“ftp” is not tried"),
    ] {
        let problem = text.parse::<Target>().unwrap_err().to_string();
        assert!(problem.contains(words), "{text}: {problem}");
    }
}

#[test]
fn a_length_of_time_has_a_unit() {
    for (text, ms, seconds) in [
        ("30s", 30_000, Some(30)),
        ("800ms", 800, None),
        ("5m", 300_000, Some(300)),
        ("1m30s", 90_000, Some(90)),
        ("1.5s", 1_500, None),
    ] {
        let length: Length = text.parse().unwrap();
        assert_eq!((length.ms(), length.seconds()), (ms, seconds), "{text}");
    }
    for text in ["", "30", "-30s", "soon", "1us", "10000h"] {
        assert!(text.parse::<Length>().is_err(), "{text}");
    }
}
