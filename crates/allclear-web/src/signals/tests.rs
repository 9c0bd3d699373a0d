//! What addresses say.

use super::*;

const UUID: &str = "5bac4dc8-9ed9-4c5d-8c3a-1a2b3c4d5e6f";

fn read(rest: &str) -> Vec<(String, SignalKind, Option<u8>)> {
    let readings = readings(rest).unwrap();
    readings.into_iter().map(|(token, kind, exit)| (String::from(token), kind, exit)).collect()
}

#[test]
fn paths_say_which_job_and_what() {
    let one = |kind, exit| vec![(UUID.to_owned(), kind, exit)];
    assert_eq!(read(UUID), one(SignalKind::Success, None));
    assert_eq!(read(&format!("{UUID}/")), one(SignalKind::Success, None));
    for (word, kind, exit) in [
        ("start", SignalKind::Start, None),
        ("fail", SignalKind::Fail, None),
        ("log", SignalKind::Log, None),
        ("0", SignalKind::Success, Some(0)),
        ("255", SignalKind::Fail, Some(255)),
    ] {
        // Behind a UUID, that it is a word of its own is the first reading.
        assert_eq!(read(&format!("{UUID}/{word}"))[..1], one(kind, exit));
        assert_eq!(read(&format!("{UUID}/{word}/"))[..1], one(kind, exit));
    }
    assert_eq!(readings(&format!("{UUID}/256")).unwrap_err(), "invalid url format");
    let slug = "fqOOd6-F4MMNuCEnzTU01w/nightly";
    let readings = read(&format!("{slug}/fail"));
    assert_eq!(readings, [(slug.to_owned(), SignalKind::Fail, None)]);
    assert_eq!(read(slug), [(slug.to_owned(), SignalKind::Success, None)]);
    assert!(read("short").is_empty() && read("").is_empty() && read("a/b/c/d").is_empty());
}

#[test]
fn a_query_names_a_run() {
    assert_eq!(of_query(None), Ok(None));
    assert_eq!(of_query(Some("create=1")), Ok(None));
    assert_eq!(of_query(Some(&format!("rid={UUID}"))), Ok(UUID.parse().ok()));
    for wrong in ["rid=1", "rid=", "rid=5bac4dc89ed94c5d8c3a1a2b3c4d5e6f"] {
        assert_eq!(of_query(Some(wrong)), Err("invalid uuid format"), "{wrong}");
    }
}

#[test]
fn what_devices_push_is_read_as_they_write_it() {
    let told = |query: &str| pushed(query).map(|it| (it.kind, it.took_ms, it.message));
    let up = |ms, message: &str| Ok((SignalKind::Success, ms, message.to_owned()));
    for (query, read) in [
        ("", up(None, "")),
        ("status=up&msg=OK&ping=", up(None, "OK")),
        ("status=up&msg=OK&ping=12", up(Some(12), "OK")),
        ("status=up&msg=all+is%20well&ping=12.5ms", up(Some(13), "all is well")),
        ("ping=0.4e3s", up(Some(400), "")),
        ("ping=7e", up(Some(7), "")),
        ("ping=N%2FA", up(None, "")),
        ("ping=null&msg=%F0%9F%96%A8", up(None, "\u{1f5a8}")),
        ("ping=100000000000", up(Some(100_000_000_000), "")),
        ("status=down&msg=no", Ok((SignalKind::Fail, None, "no".to_owned()))),
        ("status=UP", Ok((SignalKind::Fail, None, String::new()))),
    ] {
        assert_eq!(told(query), read, "{query}");
    }
    for query in ["ping=-1", "ping=1e12", "ping=100000000001"] {
        assert!(pushed(query).unwrap_err().starts_with("Invalid ping value."), "{query}");
    }
}
