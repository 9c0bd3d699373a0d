//! What is typed, and what it means.

use super::*;

#[test]
fn a_target_is_an_address_or_a_host_and_a_port() {
    let tcp = |host: &str, port| Target::Tcp { host: host.to_owned(), port };
    for (text, target) in [
        (
            "https://shop.example.com:8443/x",
            Target::Url("https://shop.example.com:8443/x".to_owned()),
        ),
        ("mail.example.com:25", tcp("mail.example.com", 25)),
        ("192.0.2.7:443", tcp("192.0.2.7", 443)),
        ("[2001:db8::1]:443", tcp("2001:db8::1", 443)),
    ] {
        assert_eq!(text.parse(), Ok(target), "{text}");
    }
    for text in ["", "mail.example.com", ":25", "mail.example.com:", "mail.example.com:70000"] {
        let problem = text.parse::<Target>().unwrap_err().to_string();
        assert!(problem.contains("mail.example.com:25"), "{text}: {problem}");
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
