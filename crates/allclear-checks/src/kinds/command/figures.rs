//! Figures that a program says behind its text: `'label'=value[UOM];warn;crit;min;max`, as plugins of
//! Nagios write them. They stand behind a `|` in the first line, and behind another one in a later line,
//! from there to the end. Programs take liberties: a comma in numbers, no quotes around a label, `U` where
//! there is no value. What cannot be read is left out, and what follows it is read.

use std::fmt;

/// Characters of a label; what is longer is cut off.
const LABEL_CHARS_MAX: usize = 100;
/// Characters of a unit; what has a longer one is no figure.
const UNIT_CHARS_MAX: usize = 8;
/// Characters of a range; a longer one is left out.
const RANGE_CHARS_MAX: usize = 40;
/// Figures that are read; what follows is left out.
const READ_MAX: usize = 1_000;

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Figure {
    pub(super) label: String,
    /// `None` where the program could not tell.
    pub(super) value: Option<f64>,
    pub(super) unit: String,
    /// The range beyond which it warns, and the one beyond which it fails.
    pub(super) warn: Option<String>,
    pub(super) crit: Option<String>,
    /// Between which values it lies.
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label: String = self.label.chars().take(LABEL_CHARS_MAX).collect();
        match self.value {
            Some(value) => write!(f, "{label}: {value}{}", self.unit)?,
            None => write!(f, "{label}: not known")?,
        }
        let ranges = [("warns beyond", &self.warn), ("fails beyond", &self.crit)];
        for (name, range) in ranges {
            if let Some(range) = range {
                write!(f, ", {name} {range}")?;
            }
        }
        for (name, bound) in [("at least", self.min), ("at most", self.max)] {
            if let Some(bound) = bound {
                write!(f, ", {name} {bound}")?;
            }
        }
        Ok(())
    }
}

/// The figures in what a program said.
pub(super) fn read(output: &str) -> Vec<Figure> {
    let (first, rest) = output.split_once('\n').unwrap_or((output, ""));
    let of_first = first.split_once('|').map_or("", |(_, figures)| figures);
    let of_rest = rest.split_once('|').map_or("", |(_, figures)| figures);
    let mut figures = Vec::new();
    for mut text in [of_first, of_rest] {
        while let Some((figure, after)) = next(text) {
            figures.extend(figure);
            if figures.len() >= READ_MAX {
                return figures;
            }
            text = after;
        }
    }
    figures
}

/// The next word, as a figure where it is one, and what follows it; `None` at the end.
fn next(text: &str) -> Option<(Option<Figure>, &str)> {
    let text = text.trim_start();
    if text.is_empty() {
        return None;
    }
    let (label, after) = label(text);
    let end = after.find(char::is_whitespace).unwrap_or(after.len());
    let (values, rest) = after.split_at(end);
    let figure =
        label.zip(values.strip_prefix('=')).and_then(|(label, values)| figure(label, values));
    Some((figure, rest))
}

/// The label in front, and what follows it. Within quotes, two of them stand for one.
fn label(text: &str) -> (Option<String>, &str) {
    let Some(quoted) = text.strip_prefix('\'') else {
        let end = text.find(|letter: char| letter == '=' || letter.is_whitespace());
        let (label, rest) = text.split_at(end.unwrap_or(text.len()));
        return (Some(label.to_owned()).filter(|label| !label.is_empty()), rest);
    };
    let mut label = String::new();
    let mut rest = quoted;
    while let Some((before, after)) = rest.split_once('\'') {
        label.push_str(before);
        match after.strip_prefix('\'') {
            Some(more) => {
                label.push('\'');
                rest = more;
            }
            None => return (Some(label).filter(|label| !label.is_empty()), after),
        }
    }
    // It is not closed: nothing that follows is a figure.
    (None, "")
}

fn figure(label: String, values: &str) -> Option<Figure> {
    let mut parts = values.split(';');
    let (value, unit) = value(parts.next()?)?;
    let mut range = || parts.next().filter(|range| is_range(range)).map(str::to_owned);
    let (warn, crit) = (range(), range());
    let mut bound = || parts.next().and_then(number);
    let (min, max) = (bound(), bound());
    Some(Figure { label, value, unit, warn, crit, min, max })
}

/// A value and its unit.
fn value(text: &str) -> Option<(Option<f64>, String)> {
    if text == "U" {
        return Some((None, String::new()));
    }
    // A unit may begin with an `E`, as exponents do: the longest number that can be read counts.
    let ends = text.char_indices().map(|(place, _)| place).chain([text.len()]);
    let is_part = |letter: char| letter.is_ascii_digit() || "+-.,eE".contains(letter);
    let most = text.find(|letter| !is_part(letter)).unwrap_or(text.len());
    let ends: Vec<usize> = ends.filter(|end| (1..=most).contains(end)).collect();
    let (end, value) =
        ends.into_iter().rev().find_map(|end| Some((end, number(text.get(..end)?)?)))?;
    let unit = text.get(end..).unwrap_or_default();
    let is_unit = unit.chars().count() <= UNIT_CHARS_MAX
        && !unit.contains(|letter: char| letter.is_ascii_digit() || "'\"=".contains(letter));
    is_unit.then(|| (Some(value), unit.to_owned()))
}

fn number(text: &str) -> Option<f64> {
    let is_number =
        text.starts_with(|letter: char| letter.is_ascii_digit() || "+-.,".contains(letter));
    text.replace(',', ".").parse().ok().filter(|number: &f64| is_number && number.is_finite())
}

/// Whether something is a range, such as `10`, `10:`, `~:10`, `10:20` and `@10:20`.
fn is_range(text: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_digit() || "@~:.,+-eE".contains(letter);
    !text.is_empty() && text.chars().all(is_part) && text.len() <= RANGE_CHARS_MAX
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(output: &str) -> Vec<String> {
        read(output).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn figures_of_real_plugins_are_read() {
        for (output, wanted) in [
            (
                "TCP OK - 0.001 second response time on 127.0.0.1 port 80|time=0.000514s;;;0.000000;10.000000",
                &["time: 0.000514s, at least 0, at most 10"][..],
            ),
            (
                "DISK WARNING - free space: / 3326 MB (56%);| /=2643MB;5948;5958;0;5968 '/srv/it''s ok'=1B",
                &[
                    "/: 2643MB, warns beyond 5948, fails beyond 5958, at least 0, at most 5968",
                    "/srv/it's ok: 1B",
                ],
            ),
            (
                "LOAD OK\nlong text\nmore | load1=0,12;~:5;@1:9\nload5=-1.5e-3 procs=U;;\n",
                &[
                    "load1: 0.12, warns beyond ~:5, fails beyond @1:9",
                    "load5: -0.0015",
                    "procs: not known",
                ],
            ),
            (
                "PING OK |rta=2.5ms;;; pl=0%;20;60 c=7c",
                &["rta: 2.5ms", "pl: 0%, warns beyond 20, fails beyond 60", "c: 7c"],
            ),
            // What is broken is left out, and what follows is read.
            ("OK | broken a=b x = 1 =2 y=1.2.3 z=3E ''=4 ok=5", &["z: 3E", "ok: 5"]),
            ("OK | 'never closed=1 a=2", &[]),
            ("OK no figures", &[]),
            ("", &[]),
            ("|", &[]),
        ] {
            assert_eq!(told(output), wanted, "{output}");
        }
    }

    #[test]
    fn figures_have_an_end() {
        assert_eq!(read(&format!("OK | {}", "a=1 ".repeat(READ_MAX + 5))).len(), READ_MAX);
        assert_eq!(told("OK | a=1e999 b=inf c=NaN d=0x1 e=1toolongaunit"), Vec::<String>::new());
        let long = format!("OK | a=1;{}", "9".repeat(RANGE_CHARS_MAX + 1));
        assert_eq!(told(&long), ["a: 1"]);
    }

    proptest! {
        #[test]
        fn no_output_breaks_the_reader(output in "[ -~\n'|=;é]*") {
            let _ = told(&output);
        }

        #[test]
        fn what_is_written_rightly_is_read(
            label in "[a-zA-Z' /=|]{1,20}",
            value in -1e9..1e9_f64,
        ) {
            let written = format!("'{}'={value}ms;1;2", label.replace('\'', "''"));
            // A bar begins figures, wherever it stands.
            let figures = read(&format!("OK |{written}"));
            prop_assert_eq!(figures.len(), 1);
            prop_assert_eq!(&figures[0].label, &label);
            prop_assert_eq!(figures[0].value, Some(value));
        }
    }
}
