//! What every refusal has to do: end with an exit code, without a panic, in words that name the place
//! and say what to do.

use std::process::Output;

/// Collects what is wrong over many rounds, each kind once, so that one run shows all of it.
#[derive(Debug, Default)]
pub(crate) struct Complaints(Vec<(String, String)>);

impl Complaints {
    /// Notes a complaint; `kind` tells those apart that are worth telling.
    pub(crate) fn add(&mut self, kind: &str, details: impl FnOnce() -> String) {
        if !self.0.iter().any(|(known, _)| known == kind) {
            self.0.push((kind.to_owned(), details()));
        }
    }

    /// Fails where there is any.
    pub(crate) fn assert_none(&self) {
        let lines: Vec<String> =
            self.0.iter().map(|(kind, details)| format!("- {kind}\n    {details}")).collect();
        assert!(lines.is_empty(), "{} kinds:\n{}", lines.len(), lines.join("\n"));
    }

    /// Looks at what a command did: done, or refused in words that hold one of each of `wanted`.
    pub(crate) fn judge(&mut self, output: &Output, name: &str, wanted: &[&[&str]]) {
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stderr),
            // `doctor` tells what it found on standard output.
            if name.contains("doctor") {
                String::from_utf8_lossy(&output.stdout)
            } else {
                "".into()
            }
        );
        let is_done = output.status.success();
        self.judge_words(output.status.code(), is_done, &said, name, wanted);
    }

    /// The same, of what was said and how it ended.
    pub(crate) fn judge_words(
        &mut self,
        code: Option<i32>,
        is_done: bool,
        said: &str,
        name: &str,
        wanted: &[&[&str]],
    ) {
        let command = name.split(',').next().unwrap_or_default();
        if said.contains("panicked") {
            self.add(&format!("{command}: panic"), || format!("{name}: {said}"));
        }
        if !is_done && !matches!(code, Some(1 | 3)) {
            self.add(&format!("{command}: exit code {code:?}"), || format!("{name}: {said}"));
        }
        if is_done {
            return;
        }
        for words in wanted {
            if !words.iter().any(|word| said.contains(word)) {
                let told = said.lines().filter(|line| !line.starts_with("ok"));
                let told: String = told.collect::<Vec<_>>().join(" / ");
                // Numbers and ids do not make another kind.
                let has_digit = |word: &&str| word.contains(|c: char| c.is_ascii_digit());
                let shape = told.split(' ').filter(|word| !has_digit(word));
                let shape = shape.take(14).collect::<Vec<_>>().join(" ");
                self.add(&format!("{command}: none of {words:?} in: {shape}"), || {
                    format!("{name}: {told}")
                });
            }
        }
    }
}
