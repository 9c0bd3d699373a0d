//! What a check of the kind `command` asks for: a program of the operator's, which says by its exit code
//! how things are.
//!
//! Whoever may write checks may not run whatever they like: a program is named by its path below one
//! folder of the server, which its settings name. There is no shell: arguments are handed over as they
//! are. They are written on one line as most shells would read them, with quotes around what has spaces.

use serde::{Deserialize, Serialize};

use super::CheckKind;
use super::target::refused;
use crate::error::InvalidValue;

/// What stands in front of a program.
const COMMAND: &str = "command:";

/// A program, and what it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandCheck {
    /// Where it is, below the folder that the server's settings name.
    pub program: String,
    /// Its arguments. Everybody who sees the check reads them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
}

impl CommandCheck {
    /// As one writes it: `command:check_disk -w 10% -p '/srv/my data'`.
    #[must_use]
    pub fn target(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        let words: Vec<String> = words.map(|word| quoted(word)).collect();
        format!("{COMMAND}{}", words.join(" "))
    }

    /// Reads what follows `command:`; `None` where that does not stand there.
    pub(super) fn read(text: &str) -> Option<Result<CheckKind, InvalidValue>> {
        let (before, rest) = text.split_at_checked(COMMAND.len())?;
        if !before.eq_ignore_ascii_case(COMMAND) {
            return None;
        }
        let Some(mut words) = words(rest) else {
            return Some(refused("has a quote that is not closed: close it, or write \\' for one"));
        };
        if words.is_empty() {
            return Some(refused("names no program: write command:check_disk -w 10%"));
        }
        let program = words.remove(0);
        Some(Ok(CheckKind::Command(Self { program, arguments: words })))
    }

    /// Whether a program is named by a path below a folder: without `..`, and not from the root.
    #[must_use]
    pub fn is_below(program: &str) -> bool {
        program.split('/').all(|part| !matches!(part, "" | "." | ".."))
    }

    /// What it is called where nobody says.
    pub(super) fn usual_name(&self) -> String {
        self.program.rsplit('/').next().unwrap_or_default().to_owned()
    }
}

/// A word as it is written among others.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| !letter.is_whitespace() && !matches!(letter, '\'' | '"' | '\\');
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

/// The words of a line: spaces part them but within quotes; `\` takes the next letter as it is, but not
/// within single quotes. `None` where a quote is not closed.
fn words(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (letter, quote) {
            ('\\', None | Some('"')) => {
                let next = letters.next()?;
                let word = word.get_or_insert_default();
                // Within double quotes it is itself in front of what needs none.
                if quote.is_some() && !matches!(next, '"' | '\\') {
                    word.push('\\');
                }
                word.push(next);
            }
            ('\'' | '"', None) => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (letter, Some(open)) if letter == open => quote = None,
            (space, None) if space.is_whitespace() => words.extend(word.take()),
            (letter, _) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

impl From<CommandCheck> for CheckKind {
    fn from(check: CommandCheck) -> Self {
        Self::Command(check)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> CommandCheck {
        match text.parse() {
            Ok(CheckKind::Command(command)) => command,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_line_says_what_is_run() {
        for (typed, target, arguments) in [
            ("command:check_dummy 0", "command:check_dummy 0", &["0"][..]),
            ("COMMAND: a/b  -w 10% ", "command:a/b -w 10%", &["-w", "10%"]),
            ("command:c '/srv/my data' \"\"", "command:c '/srv/my data' ''", &["/srv/my data", ""]),
            (
                r#"command:c it\'s "a \"b\" \c""#,
                r#"command:c 'it'\''s' 'a "b" \c'"#,
                &["it's", r#"a "b" \c"#],
            ),
            (
                "command:c $HOME;rm `id` | *",
                "command:c $HOME;rm `id` | *",
                &["$HOME;rm", "`id`", "|", "*"],
            ),
        ] {
            let command = read(typed);
            assert_eq!(command.arguments, arguments, "{typed}");
            assert_eq!(command.target(), target);
            assert_eq!(read(target), command);
        }
        assert_eq!(read("command:disks/check_disk -w 1").usual_name(), "check_disk");
        for wrong in ["command:", "command:  ", "command:c 'a", "command:c \"a", "command:c \\"] {
            assert_eq!(wrong.parse::<CheckKind>().unwrap_err().field, "target", "{wrong}");
        }
    }

    #[test]
    fn a_program_is_below_the_folder() {
        for below in ["check_dummy", "a/b/c.sh", "...", "a/..b"] {
            assert!(CommandCheck::is_below(below), "{below}");
        }
        for not in ["", "/bin/sh", "../sh", "a/../../sh", "a/..", ".", "a//b", "a/", "a/./b"] {
            assert!(!CommandCheck::is_below(not), "{not}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            program in "[a-z_/]{1,9}",
            arguments in prop::collection::vec(any::<String>(), 0..5),
        ) {
            let command = CommandCheck { program, arguments };
            prop_assert_eq!(read(&command.target()), command);
        }

        #[test]
        fn no_line_breaks_the_reader(line in any::<String>()) {
            let _ = format!("command:{line}").parse::<CheckKind>();
        }
    }
}
