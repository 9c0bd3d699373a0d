//! A YAML text as a value, with an end to everything: aliases that multiply, depth, length.

use serde_json::Value;

use crate::limits;

/// Reads one YAML document. A mapping that names a key twice is refused.
///
/// # Errors
/// Where it is no YAML, or goes beyond a limit. The message repeats no line of the source, which may
/// hold secrets.
pub(super) fn read(text: &str) -> Result<Value, String> {
    if text.len() > limits::IMPORTED_YAML_BYTES_MAX {
        let max = limits::IMPORTED_YAML_BYTES_MAX;
        return Err(format!("has {} bytes: split it, {max} are read", text.len()));
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: limits::IMPORTED_YAML_EVENTS_MAX,
            max_depth: limits::IMPORTED_YAML_DEPTH_MAX,
            max_nodes: limits::IMPORTED_YAML_EVENTS_MAX,
        },
        with_snippet: false,
    };
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let told = error.to_string();
        let told = told.lines().next().unwrap_or_default().to_owned();
        if told.starts_with("multiple YAML documents") {
            return "holds several YAML documents: name a file with the configuration alone"
                .to_owned();
        }
        format!("is no YAML that can be read: {}", super::variables::shown(&told))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_multiplies_or_nests_without_end_is_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..12 {
            let before = format!("*a{}", n - 1);
            bomb.push_str(&format!("a{n}: &a{n} [{}]\n", vec![before; 10].join(", ")));
        }
        assert!(read(&bomb).is_err());
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&format!("a: {}", "- ".repeat(100_000))).is_err());
        assert!(read("a: 1\na: 2").is_err());
    }

    #[test]
    fn anchors_merges_and_words_are_read() {
        let value = read("x: &x {a: 1, b: yes}\ny:\n  <<: *x\n  b: 2\nz: 1h30m\n").unwrap();
        assert_eq!(value["y"]["a"], 1);
        assert_eq!(value["y"]["b"], 2);
        assert_eq!(value["z"], "1h30m");
        assert_eq!(read("").unwrap(), Value::Null);
        assert_eq!(read("# nothing\n").unwrap(), Value::Null);
    }
}
