//! The check of a file in which every field of every noun stands: it passes, and each field that
//! is made bad is refused by its name.

use allclear_domain::error::InvalidValue;
use allclear_domain::limits;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::history::batch::Batch;
use crate::history::check::{Installation, check};
use crate::history::from_own::batch_of;
use crate::history::own::AllclearFile;

const FULL: &str = include_str!("full.json");

fn full() -> Value {
    serde_json::from_str(FULL).unwrap()
}

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// What a file becomes where nothing is there, or why it cannot be read.
fn batches(file: &Value) -> Result<Vec<Batch>, String> {
    let file: AllclearFile =
        serde_json::from_value(file.clone()).map_err(|error| error.to_string())?;
    let first = file.pages.iter().position(|contents| contents.page.is_default);
    let batches = file.pages.into_iter().enumerate().map(|(place, contents)| {
        batch_of(contents, None, None, Some(place) != first).map_err(|error| error.to_string())
    });
    batches.collect()
}

fn problems(file: &Value) -> Vec<InvalidValue> {
    let batches = batches(file).unwrap();
    check(&batches, &Installation::default(), now()).err().unwrap_or_default()
}

/// The fields that are refused, without the records in which they stand.
fn fields(file: &Value) -> Vec<String> {
    let fields = problems(file).into_iter().map(|problem| {
        let (_, field) = problem.field.rsplit_once(": ").unwrap_or(("", &problem.field));
        field.to_owned()
    });
    fields.collect()
}

/// Every place in a value, as a JSON pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                places(value, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(entries) => {
            for (place, value) in entries.iter().enumerate() {
                places(value, &format!("{at}/{place}"), found);
            }
        }
        _ => {}
    }
}

/// The places of texts in pages that `is_wanted`.
fn texts(file: &Value, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    places(&file["pages"], "/pages", &mut found);
    found.retain(|at| file.pointer(at).unwrap().as_str().is_some_and(&is_wanted));
    found
}

/// The field of a noun that a pointer leads to, as problems spell it.
fn field_at(pointer: &str) -> String {
    let mut steps = pointer.split('/').skip(3);
    // A page stands by itself, everything else in a list.
    if steps.next() != Some("page") {
        steps.next();
    }
    let mut field = String::new();
    for step in steps {
        if step.bytes().all(|byte| byte.is_ascii_digit()) {
            field.push_str(&format!("[{step}]"));
        } else {
            field.push_str(if field.is_empty() { "" } else { "." });
            field.push_str(step);
        }
    }
    field
}

fn with(pointer: &str, value: impl Into<Value>) -> Value {
    let mut file = full();
    *file.pointer_mut(pointer).unwrap() = value.into();
    file
}

#[test]
fn every_field_of_every_noun_passes_and_comes_out_as_it_went_in() {
    let file: AllclearFile = serde_json::from_str(FULL).unwrap();
    assert!(serde_json::to_value(&file).unwrap() == full());
    assert_eq!(problems(&full()), []);
}

#[test]
fn a_misspelt_field_is_named_wherever_it_stands() {
    let mut found = Vec::new();
    places(&full(), "", &mut found);
    found.retain(|at| full().pointer(at).unwrap().is_object());
    assert!(found.len() > 90);
    for at in found {
        let mut file = full();
        file.pointer_mut(&at).unwrap()["misspelt"] = json!(1);
        let refused = batches(&file).expect_err(&at);
        // What names its one variant can hold nothing else.
        let is_choice = full().pointer(&at).unwrap().as_object().unwrap().len() == 1
            && refused.contains("expected map with a single key");
        assert!(refused.contains("misspelt") || is_choice, "{at}: {refused}");
    }
}

#[test]
fn a_control_character_is_refused_by_its_field_wherever_it_stands() {
    let mut refused = 0;
    for at in texts(&full(), |_| true) {
        for bad in ["a\u{0}b", "a\nb\u{7f}", "\u{9b}31m"] {
            let file = with(&at, bad);
            // An id, a word or an instant is refused where it is read.
            if batches(&file).is_ok() {
                assert!(fields(&file).contains(&field_at(&at)), "{at}: {:?}", problems(&file));
                refused += 1;
            }
        }
    }
    assert!(refused > 3 * 50, "{refused}");
}

#[test]
fn a_text_without_end_is_refused_by_its_field_wherever_it_stands() {
    for at in texts(&full(), |_| true) {
        let is_source = at.ends_with("/source/text");
        let max = if is_source { limits::SOURCE_BYTES_MAX } else { limits::PROSE_BYTES_MAX };
        let file = with(&at, "x".repeat(max + 1));
        if batches(&file).is_ok() {
            assert!(fields(&file).contains(&field_at(&at)), "{at}");
        }
    }
}

#[test]
fn a_list_without_end_is_refused_by_its_field_wherever_it_stands() {
    let mut found = Vec::new();
    places(&full(), "", &mut found);
    for at in found.into_iter().filter(|at| at.matches('/').count() > 3) {
        let mut file = full();
        let Some(entries) = file.pointer_mut(&at).unwrap().as_array_mut() else { continue };
        *entries = vec![entries[0].clone(); limits::COMPONENTS_PER_PAGE_MAX + 1];
        assert!(fields(&file).contains(&field_at(&at)), "{at}");
    }
}

#[test]
fn what_has_happened_is_refused_by_its_field_where_it_lies_ahead() {
    /// What may lie ahead: plans, promises, announcements, the day from which uptime counts.
    const PLANS: [&str; 9] = [
        "/start_date",
        "/next_update_due_at",
        "/window/starts_at",
        "/window/ends_at",
        "/abort_at",
        "/actions/0/due",
        "/actions/1/due",
        "/announcements/0/shown_at/at",
        "/announcements/0/until",
    ];
    let is_instant = |text: &str| text.parse::<Timestamp>().is_ok();
    let is_day = |text: &str| text.parse::<Date>().is_ok() && !is_instant(text);
    let mut refused = 0;
    for (places, ahead) in [
        (texts(&full(), is_instant), "2100-01-01T00:00:00Z"),
        (texts(&full(), is_day), "2100-01-01"),
    ] {
        for at in places {
            let found = problems(&with(&at, ahead));
            // A bound or a moment is refused as a whole.
            let field = field_at(&at);
            let whole = field.rsplit_once('.').map_or(field.as_str(), |(whole, _)| whole);
            let is_refused = found.iter().any(|problem| {
                let is_named = [&field, whole].iter().any(|field| problem.field.ends_with(*field));
                is_named && problem.problem.contains("lies ahead")
            });
            let is_plan = PLANS.iter().any(|plan| at.ends_with(plan));
            assert_eq!(is_refused, !is_plan, "{at}: {found:?}");
            refused += usize::from(is_refused);
        }
    }
    assert!(refused > 30, "{refused}");
}

#[test]
fn a_name_of_something_that_is_not_there_is_refused_by_its_field() {
    let is_reference = |text: &str| ["cmp_", "inc_", "mnt_"].iter().any(|p| text.starts_with(p));
    for at in texts(&full(), is_reference) {
        if at.ends_with("/id") && !at.contains("/subject/") {
            continue;
        }
        let gone = full().pointer(&at).unwrap().as_str().unwrap().replace("018f", "019f");
        let field = field_at(&at).replace(".component", "").replace("subject.id", "subject");
        let field = if field.ends_with("[0]_id") { field_at(&at) } else { field };
        let file = with(&at, gone);
        let found = fields(&file);
        assert!(found.contains(&field) || found.contains(&field_at(&at)), "{at}: {found:?}");
    }
}

#[test]
fn a_bad_value_is_refused_by_its_field() {
    let page = "/pages/1/page";
    let incident = "/pages/1/incidents/0";
    let loss = "/pages/1/incidents/0/record/losses/0";
    let window = "/pages/1/maintenance/0";
    let of = |at: &str| full().pointer(at).unwrap().clone();
    for (at, value) in [
        (format!("{page}/title"), json!("  ")),
        (format!("{page}/title"), json!("two\nlines")),
        (format!("{page}/title"), json!("ä".repeat(limits::TITLE_CHARS_MAX + 1))),
        (format!("{page}/host_names/0"), json!("Status.example.com")),
        (format!("{page}/host_names/0"), json!("status.example.com:80")),
        (format!("{page}/timezone"), json!("Mars/Olympus_Mons")),
        (format!("{page}/logo/media_type"), json!("image/gif")),
        (format!("{page}/logo/base64"), json!("not base 64")),
        (format!("{page}/colors/accent_light"), json!("red")),
        (format!("{page}/colors/accent_dark"), json!("#12345g")),
        (format!("{page}/uptime/partial_permille"), json!(1001)),
        (format!("{page}/uptime/degraded_permille"), json!(1001)),
        ("/pages/1/components/0/name".into(), json!("")),
        ("/pages/1/components/0/key".into(), json!("all")),
        (format!("{incident}/record/affected/0/target"), json!({"words": "all"})),
        (format!("{incident}/record/fault_pages/0"), json!("ftp://example.net/")),
        (format!("{incident}/postmortem/discussion_url"), json!("example.net")),
        (format!("{loss}/fraction"), json!(1.000_000_1)),
        (format!("{loss}/fraction"), json!(-0.0)),
        (format!("{loss}/counts/accepted"), json!(999)),
        (format!("{loss}/counts/late"), json!(991)),
        (format!("{loss}/outcome"), json!("none")),
        (format!("{incident}/state/ended/at"), json!("2014-06-03T01:59:59Z")),
        (format!("{incident}/reopened/0/reopened_at"), json!("2014-06-01T00:00:00Z")),
        (format!("{incident}/updates/1/id"), of(&format!("{incident}/updates/0/id"))),
        (format!("{incident}/same_cause_as"), of(&format!("{incident}/id"))),
        (format!("{incident}/source/key"), json!("")),
        (format!("{incident}/source/digest"), json!("A".repeat(64))),
        (format!("{window}/window/ends_at"), json!("2014-05-01T01:00:00Z")),
        (format!("{window}/former_windows/0/window/ends_at"), json!("2014-05-01T00:59:59Z")),
        (format!("{window}/state/since"), json!("2014-05-01T01:00:00Z")),
        ("/pages/1/announcements/0/until".into(), json!("2014-01-01T00:00:00Z")),
        ("/pages/1/notes/0/author".into(), json!("")),
    ] {
        let found = fields(&with(&at, value.clone()));
        let field = field_at(&at);
        let field = field.trim_end_matches(".at");
        let is_named =
            found.iter().any(|found| found.strip_suffix(".words").unwrap_or(found) == field);
        assert!(is_named, "{at} {value}: {found:?}");
    }
}

#[test]
fn every_id_stands_once() {
    for (at, other, field) in [
        ("/pages/1/incidents/1/id", "/pages/1/incidents/0/id", "id"),
        ("/pages/1/components/0/id", "/pages/0/components/0/id", "id"),
        ("/pages/1/components/0/public_id", "/pages/0/components/0/public_id", "public_id"),
        ("/pages/1/incidents/1/public_id", "/pages/1/incidents/0/public_id", "public_id"),
        ("/pages/1/maintenance/0/source/key", "/pages/1/incidents/0/source/key", "source.key"),
        ("/pages/1/notes/1/id", "/pages/1/notes/0/id", "id"),
        ("/pages/1/maintenance/0/updates/0/id", "/pages/1/incidents/0/updates/0/id", "updates"),
        ("/pages/1/page/slug", "/pages/0/page/slug", "slug"),
    ] {
        let file = with(at, full().pointer(other).unwrap().clone());
        assert!(fields(&file).contains(&field.to_owned()), "{at}: {:?}", problems(&file));
    }
    let mut hosts = full();
    hosts["pages"][0]["page"]["host_names"] = json!(["status.example.com"]);
    assert_eq!(fields(&hosts), ["host_names[0]"]);
    let mut keys = full();
    keys["pages"][1]["components"][1]["key"] = json!("api");
    assert_eq!(fields(&keys), ["components"]);
    let mut pages = full();
    let (page, elsewhere) =
        (&mut pages["pages"][1]["incidents"][0]["page_id"], "pag_018f0000000070008000000000000002");
    *page = json!(elsewhere);
    assert_eq!(fields(&pages), ["page_id"]);
}

#[test]
fn ids_of_what_is_there_are_taken_as_well() {
    let there = batches(&full()).unwrap();
    let taken = |noun: &str, id: uuid::Uuid, public_id, key: Option<&str>| allclear_store::Taken {
        noun: noun.to_owned(),
        id,
        public_id: Some(public_id),
        page_id: Some(there[1].page.id),
        source_key: key.map(str::to_owned),
    };
    let incident = &there[1].incidents[0];
    let installation = Installation {
        pages: vec![there[1].page.clone()],
        components: there[1].components.clone(),
        taken: vec![taken(
            "incident",
            incident.id.uuid(),
            incident.public_id,
            Some("shop-2014-05-01"),
        )],
    };
    let problems = check(&there[1..], &installation, now()).unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    for wanted in [
        "page pag_018f0000000070008000000000000001 \u{201c}Example Shop\u{201d}: id: ",
        "slug: `shop` is that of another page",
        "host_names[0]: status.example.com shows the page `shop`",
        "is_default: the page `shop` is the default one already",
        "component api \u{201c}The api\u{201d}: id: ",
        "\u{201c}Logins fail\u{201d}: id: inc_018f000000007000800000000000001f is that of another incident",
        "\u{201c}Logins fail\u{201d}: public_id: incident0031 is that of another incident",
        "\u{201c}New disks\u{201d}: source.key: `shop-2014-05-01` is that of another record",
    ] {
        assert!(told.iter().any(|told| told.contains(wanted)), "{wanted}: {told:#?}");
    }
}

#[test]
fn components_form_a_tree_on_their_page() {
    let with_parent = |component: usize, parent: &str| {
        let mut file = full();
        file["pages"][1]["components"][component]["parent_id"] =
            full().pointer(parent).unwrap().clone();
        fields(&file)
    };
    assert_eq!(with_parent(0, "/pages/1/components/1/id"), ["parent"]);
    assert_eq!(with_parent(0, "/pages/1/components/0/id"), ["parent"]);
    assert_eq!(with_parent(0, "/pages/0/components/0/id"), ["parent_id"]);
}
