//! The reference of settings, made from the table.

use std::fmt::Write;

use super::table::SETTINGS;

/// `docs/reference/settings.md`.
#[must_use]
pub fn reference_markdown() -> String {
    let mut text = String::from(
        "# Settings\n\n\
         A flag wins over an environment variable, that over the configuration file, that over the \
         default. The file is named with `--config FILE` or `ALLCLEAR_CONFIG`; without one, none is \
         read. `allclear config check` shows what is in force and where it came from.\n\n\
         This page is made from the code: `cargo xtask docs` writes it.\n",
    );
    for setting in SETTINGS {
        let default = match setting.default {
            "" if setting.default_shown.is_empty() => "not set".to_owned(),
            "" => setting.default_shown.to_owned(),
            default => format!("`{default}`"),
        };
        let secret = if setting.is_secret { "\n- A secret: it is never printed." } else { "" };
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "\n## `{}`\n\n{}\n\n- Variable: `{}`\n- Default: {default}{secret}\n",
            setting.key, setting.about, setting.variable
        );
    }
    text
}

/// `docs/reference/allclear.toml`: every setting, commented out.
#[must_use]
pub fn sample_file() -> String {
    let mut text = String::from(
        "# Every setting of Allclear with its default. Name this file with --config FILE or\n\
         # ALLCLEAR_CONFIG. This file is made from the code: `cargo xtask docs` writes it.\n",
    );
    for setting in SETTINGS {
        text.push('\n');
        for line in wrapped(setting.about, 96) {
            let _ = writeln!(text, "# {line}");
        }
        let value = if setting.default.parse::<u64>().is_ok() {
            setting.default.to_owned()
        } else {
            format!("\"{}\"", setting.default)
        };
        let _ = writeln!(text, "#{} = {value}", setting.key);
    }
    text
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
