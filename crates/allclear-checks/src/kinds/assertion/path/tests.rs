//! Which paths are taken, which are refused with words, and how much those find that are taken.

use proptest::prelude::*;
use serde_json::{Value, json};
use serde_json_path::JsonPath;

use super::*;

/// Every path of RFC 9535, 2.3.5.3, and whether it is taken.
const OF_THE_RFC: [(&str, bool); 13] = [
    ("$.a[?@.b == 'kilo']", true),
    ("$.a[?(@.b == 'kilo')]", true),
    ("$.a[?@>3.5]", true),
    ("$.a[?@.b]", true),
    // A filter in a filter, and one that finds several things.
    ("$[?@.*]", false),
    ("$[?@[?@.b]]", false),
    // Two filters in one bracket.
    ("$.o[?@<3, ?@<3]", false),
    ("$.a[?@<2 || @.b == \"k\"]", true),
    // Functions with a pattern.
    ("$.a[?match(@.b, \"[jk]\")]", false),
    ("$.a[?search(@.b, \"[jk]\")]", false),
    ("$.o[?@>1 && @<4]", true),
    ("$.o[?@.u || @.x]", true),
    // All of the answer, for each thing in it.
    ("$.a[?@.b == $.x]", false),
];

#[test]
fn the_examples_of_the_rfc() {
    for (path, is_taken) in OF_THE_RFC {
        assert!(JsonPath::parse(path).is_ok(), "{path}");
        assert_eq!(cost(path).is_ok(), is_taken, "{path}: {:?}", cost(path));
    }
    assert!(cost("$.a[?@ == @]").is_ok());
}

#[test]
fn what_is_taken_beside_filters_of_one_term() {
    for path in [
        "$",
        "$.items[0].price",
        "$['a\\'b'][\"c]\"]",
        "$..price",
        "$..[0]",
        "$..a[-1]",
        "$[0,1]",
        "$[1:3]",
        "$[::2]",
        "$[-1:]",
        "$['a', 'b', 0, *]",
        "$.ä.ö",
        "$.a[?!@.b]",
        "$.a[?!(@.b == 1 || @.c != null) && @['d'][1] <= -1.5e3]",
        "$.a[?length(@.name) > 3].b[?@.c == true].d",
        "$.a[?@.b=='?]$' && 'x' == @.c]",
        "$.a[? @.b == 1 ]",
        "$.a[?@.b[-1]]",
        "$.a[?@.b >= 'x' && 2 > @.c && length(@.d) <= @.e]",
    ] {
        assert!(cost(path).is_ok(), "{path}: {:?}", cost(path));
        assert!(JsonPath::parse(path).is_ok(), "{path}");
    }
}

#[test]
fn what_asks_too_much_is_told_what_to_write() {
    let wide = format!("$[{}0]", "0,".repeat(16));
    let long = format!("${}", "[0]".repeat(33));
    let terms = format!("$[?{}@.a]", "@.a||".repeat(8));
    let two = format!("$[?{0}@.a].b[?{0}@.a]", "@.a||".repeat(4));
    let deep = format!("$[?{}@.a{}]", "(".repeat(5), ")".repeat(5));
    for (path, told) in [
        ("$..a..b", "write `..` once"),
        ("$..a[?@.b]", "not both"),
        ("$[?@.a]..b", "not both"),
        ("$[?@.a][?@.b][?@.c]", "two at most"),
        ("$[?@.a, ?@.b, ?@.c]", "two at most"),
        ("$[?@.a, ?@.b]", "one in each bracket"),
        ("$[*,*][?@.a]", "one in each bracket"),
        ("$[?@.a][0,1]", "one in each bracket"),
        ("$..[0,1]", "one in each bracket"),
        ("$[0,1]..a", "one in each bracket"),
        ("$..a['b','c']", "one in each bracket"),
        ("$[?@.h[-1] == 'x']", "from the start"),
        ("$[?'x' == @[-1].h]", "from the start"),
        ("$[?length(@[-1]) > 1]", "from the start"),
        ("$[?@.a > @.b]", "on one side"),
        ("$[?@.a >= true]", "on one side"),
        ("$[?null <= @.a]", "on one side"),
        ("$[?@ < @]", "on one side"),
        ("$[?@[?@.a]]", "one place"),
        ("$[?@..a]", "one place"),
        ("$[?@.*]", "one place"),
        ("$[?@['a','b']]", ""),
        ("$[?@[0:2]]", ""),
        ("$[?$.a == 1]", "@ in place of $"),
        ("$[?1 == $.a]", "@ in place of $"),
        ("$[?count(@.*)>0]", "other than length()"),
        ("$[?search(@, 'a')]", "other than length()"),
        ("$[?length('a') == 1]", "than @"),
        ("$[0,0][0,0][0,0][0,0][0,0]", "no more than 16"),
        (&wide, "no more than 16"),
        (&long, "shorter"),
        (&terms, "fewer"),
        (&two, "fewer"),
        (&deep, "parentheses"),
    ] {
        match cost(path) {
            Err(Refused::TooMuch(words)) => assert!(words.contains(told), "{path}: {words}"),
            Err(Refused::NoPath) => assert!(told.is_empty(), "{path} is a path"),
            Ok(cost) => panic!("{path} is taken: {cost:?}"),
        }
    }
    for path in [
        "",
        "status",
        "$.",
        "$[",
        "$[]",
        "$[?]",
        "$[?1]",
        "$['a]",
        "$[?!1 == 2]",
        "$ .a.",
        "$[:::1]",
    ] {
        assert_eq!(cost(path), Err(Refused::NoPath), "{path}");
    }
}

/// Paths that are taken, mostly.
fn paths() -> impl Strategy<Value = String> {
    let name = prop_oneof![Just("a"), Just("b"), Just("_c1"), Just("ü")];
    let one = prop_oneof![
        name.clone().prop_map(|name| format!(".{name}")),
        name.clone().prop_map(|name| format!("['{name}']")),
        name.prop_map(|name| format!("[\"{name}\\\"\"]")),
        (-3..4_i32).prop_map(|place| format!("[{place}]")),
    ];
    let place =
        prop::collection::vec(one.clone(), 0..3).prop_map(|all| format!("@{}", all.concat()));
    let value = prop_oneof![
        place.clone(),
        place.clone().prop_map(|place| format!("length({place})")),
        Just("'x && y]'".to_owned()),
        Just("-1.5".to_owned()),
        Just("2e2".to_owned()),
        Just("null".to_owned()),
    ];
    let sign = prop_oneof![Just("=="), Just("!="), Just("<"), Just(" >= ")];
    let term = prop_oneof![
        place.clone(),
        place.prop_map(|place| format!("!{place}")),
        (value.clone(), sign, value).prop_map(|(one, sign, other)| format!("{one}{sign}{other}")),
    ];
    let terms = term.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| format!("({one})")),
            inner.clone().prop_map(|one| format!("!( {one} )")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("{one} && {other}")),
            (inner.clone(), inner).prop_map(|(one, other)| format!("{one}||{other}")),
        ]
    });
    let part = prop_oneof![
        4 => one,
        1 => Just(".*".to_owned()),
        1 => Just("..a".to_owned()),
        1 => Just("..[*]".to_owned()),
        1 => Just("[1:3]".to_owned()),
        1 => Just("[::-1]".to_owned()),
        1 => Just("[0, 0,*]".to_owned()),
        3 => terms.prop_map(|terms| format!("[?{terms}]")),
    ];
    prop::collection::vec(part, 0..6).prop_map(|parts| format!("${}", parts.concat()))
}

fn answers() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(json!(null)), Just(json!(1)), Just(json!("x")), Just(json!(true))];
    leaf.prop_recursive(4, 40, 4, |inner| {
        let name = prop_oneof![Just("a".to_owned()), Just("b".to_owned())];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(name, inner, 0..3)
                .prop_map(|all| Value::from(all.into_iter().collect::<serde_json::Map<_, _>>())),
        ]
    })
}

fn things(value: &Value) -> usize {
    match value {
        Value::Array(all) => 1 + all.iter().map(things).sum::<usize>(),
        Value::Object(all) => 1 + all.values().map(things).sum::<usize>(),
        _ => 1,
    }
}

proptest! {
    #[test]
    fn what_is_taken_is_a_path(path in paths()) {
        if cost(&path).is_ok() {
            prop_assert!(JsonPath::parse(&path).is_ok(), "{path}: {:?}", JsonPath::parse(&path));
        }
    }

    #[test]
    fn whatever_is_written_is_read_without_harm(path in "[$@?.*\\[\\]()!&|=<>,:'\" 0-9a-z-]{0,60}") {
        let _ = cost(&path);
        let _ = cost(&format!("$[?{path}]"));
    }

    #[test]
    fn nothing_is_found_more_often_than_is_reckoned(path in paths(), answer in answers()) {
        if let (Ok(cost), Ok(path)) = (cost(&path), JsonPath::parse(&path)) {
            let found = path.query(&answer).all().len();
            prop_assert!(found <= cost.times * things(&answer), "{found}");
        }
    }
}

/// The most that any path asks of each thing.
const EVALUATIONS_MAX: usize = PATH_PARTS_MAX;

proptest! {
    #[test]
    fn nothing_is_looked_at_more_often_than_a_few_times(path in paths()) {
        if let Ok(cost) = cost(&path) {
            prop_assert!(cost.evaluations() <= EVALUATIONS_MAX, "{path}: {cost:?}");
        }
    }
}

#[test]
fn the_worst_paths_look_at_each_thing_a_few_times() {
    let terms = format!("$[*][*][?{}@]", "@==0||".repeat(FILTER_TERMS_MAX - 1));
    let wide = format!("$..*{}", "[*]".repeat(PATH_PARTS_MAX - 1));
    for (path, evaluations) in [
        ("$[*,*][*,*][*,*][*,*]", PATH_TIMES_MAX),
        ("$[?@[0].a][?@.a[1] == @.a[1]]", 2),
        (&terms, FILTER_TERMS_MAX),
        (&wide, PATH_PARTS_MAX),
    ] {
        let cost = cost(path).unwrap();
        assert_eq!(cost.evaluations(), evaluations, "{path}");
        assert!(evaluations <= EVALUATIONS_MAX);
    }
}

#[test]
fn what_is_taken_finds_what_the_rfc_says() {
    let answer = json!([
        {"n": 1, "h": ["a", "x"]},
        {"n": 3, "h": ["x"], "up": true},
        {"n": "3", "h": []},
        {"h": "x"},
    ]);
    for (path, wanted) in [
        ("$[?@.n >= 3].n", json!([3])),
        ("$[?@.n <= 3].n", json!([1, 3])),
        ("$[?@.n >= '3'].n", json!(["3"])),
        ("$[?3 > @.n].n", json!([1])),
        ("$[?length(@.h) >= 1].n", json!([1, 3])),
        ("$[?@.h[0] == 'x'].n", json!([3])),
        ("$[?@.h[-1]].n", json!([1, 3])),
        ("$[0].h[-1]", json!(["x"])),
        ("$[?@.up == true].n", json!([3])),
        ("$[?@.up != true].n", json!([1, "3"])),
        ("$[?@.up && @.up != true].n", json!([])),
    ] {
        assert!(cost(path).is_ok(), "{path}: {:?}", cost(path));
        let path_read = JsonPath::parse(path).unwrap();
        let found: Vec<Value> = path_read.query(&answer).all().into_iter().cloned().collect();
        assert_eq!(Value::from(found), wanted, "{path}");
    }
}
