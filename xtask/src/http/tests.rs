//! Answers as servers send them.

use super::parse;

#[test]
fn a_plain_answer() {
    let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: \"a:b\"\r\n\r\nhi";
    let response = parse(bytes).unwrap();
    assert_eq!((response.status, response.body.as_slice()), (200, &b"hi"[..]));
    assert_eq!(response.header("etag"), Some("\"a:b\""));
}

#[test]
fn a_chunked_answer() {
    let bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n";
    assert_eq!(parse(bytes).unwrap().body, b"abc0123456789");
}

#[test]
fn a_cut_answer_is_an_error() {
    for bytes in [
        &b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"[..],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
        b"HTTP/1.1",
    ] {
        assert!(parse(bytes).is_err());
    }
}
