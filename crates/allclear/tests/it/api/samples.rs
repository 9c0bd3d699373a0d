//! What checks found over time, and what Allclear says of itself.

use allclear_domain::check::{ProbeResult, Samples, Span, VantagePoint, Verdict};
use allclear_store::Sampled;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{NOON, Program};
use crate::support::Engine;

/// Has a check have found something in a minute.
async fn let_find(program: &Program, id: &str, minutes_ago: i64, found: &[(Verdict, u64)]) {
    let noon: Timestamp = NOON.parse().unwrap();
    let starts_at = noon - SignedDuration::from_mins(minutes_ago);
    let mut samples = Samples::default();
    for (verdict, took_us) in found {
        let ours = ProbeResult::ours(VantagePoint::core(), starts_at, "");
        samples.add(&ProbeResult { verdict: *verdict, took_us: *took_us, ..ours });
    }
    let check_id = id.parse().unwrap();
    let sampled = Sampled { check_id, vantage: VantagePoint::core(), starts_at, samples };
    let mut transaction = program.instance.store().begin().await.unwrap();
    transaction.put_samples(Span::Minute, &[sampled]).await.unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn what_was_found_over_time_is_told_step_by_step() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        let shop = json!({"name": "Shop", "kind": {"http": {"url": "https://shop.example.com/"}}});
        let made = program.post("/api/v1/checks", shop).await.expect(201);
        let id = made.id();
        let path = format!("/api/v1/checks/{id}/response-times");
        let none = program.get(&path).await.expect(200);
        assert_eq!(none.json["steps"], json!([]));
        assert_eq!(none.json["all"]["p50_us"], json!(null));

        let_find(&program, id, 5, &[(Verdict::Ok, 10), (Verdict::Ok, 10), (Verdict::Fail, 9)])
            .await;
        let_find(&program, id, 4, &[(Verdict::Unknown, 0)]).await;
        let_find(&program, id, 90, &[(Verdict::Degraded, 1_000)]).await;
        let hour = program.get(&format!("{path}?over=hour")).await.expect(200).json;
        assert_eq!(hour["step_seconds"], 60);
        assert_eq!(hour["steps"].as_array().unwrap().len(), 2);
        assert_eq!(hour["steps"][0]["starts_at"], "2026-11-21T11:55:00Z");
        assert_eq!(hour["steps"][0]["found"]["p99_us"], 10);
        assert_eq!(hour["all"]["failed"], 1);
        let day = program.get(&path).await.expect(200).json;
        assert_eq!((&day["step_seconds"], &day["all"]["degraded"]), (&json!(900), &json!(1)));
        assert_eq!(day["steps"].as_array().unwrap().len(), 2, "{day:#}");
        let refused = program.get(&format!("{path}?over=year")).await.expect(422);
        assert!(refused.json["detail"].as_str().unwrap().contains("hour, day, week, quarter"));
        program.get("/api/v1/checks/none/response-times").await.expect(404);
        program.instance.stop().await;
    }
}

#[tokio::test]
async fn figures_are_for_those_with_a_token() {
    let mut program = Program::on(Engine::Sqlite).await;
    let told = program.get("/metrics").await.expect(200).text;
    assert!(told.contains("# TYPE allclear_probe_results_written counter"), "{told}");
    assert!(told.contains("\nallclear_checks 0\n") && told.ends_with("# EOF\n"), "{told}");
    program.ask("POST", "/metrics", &[], None).await.expect(405);
    program.token = "nobody".to_owned();
    program.get("/metrics").await.expect(401);
    program.token.clear();
    let answer = program.get("/metrics").await.expect(401);
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}
