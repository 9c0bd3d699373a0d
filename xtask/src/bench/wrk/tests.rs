//! What wrk prints.

use super::requests;

const GOOD: &str = "\
Running 4s test @ http://127.0.0.1:8080/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   480.00us  100.00us   5.00ms   90.00%
    Req/Sec   133.70k     2.10k  140.00k    80.00%
  535012 requests in 4.01s, 1.80GB read
Requests/sec: 133419.45
Transfer/sec:    459.67MB
";

#[test]
fn the_number_of_requests_is_read() {
    assert_eq!(requests(GOOD).unwrap().to_string(), "535012");
}

#[test]
fn bad_answers_are_an_error() {
    for trouble in [
        "  Non-2xx or 3xx responses: 3\n",
        "  Socket errors: connect 0, read 2, write 0, timeout 0\n",
    ] {
        assert!(requests(&format!("{GOOD}{trouble}")).is_err());
    }
    assert!(requests("  0 requests in 4.01s, 0.00B read\n").is_err());
    assert!(requests("").is_err());
}
