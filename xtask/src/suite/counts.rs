//! Sums what the test programs print: `test result: ok. 5 passed; 0 failed; 1 ignored; …`.

/// Sums over all test programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Tests that passed.
    pub(crate) passed: usize,
    /// Tests that failed.
    pub(crate) failed: usize,
    ignored: usize,
}

impl Counts {
    /// Takes one line of output into account.
    pub(crate) fn read(&mut self, line: &str) {
        let Some((_, sums)) = line.strip_prefix("test result: ").and_then(|it| it.split_once(". "))
        else {
            return;
        };
        for sum in sums.split(';') {
            let mut words = sum.split_whitespace();
            let Some(number) = words.next().and_then(|word| word.parse::<usize>().ok()) else {
                continue;
            };
            match words.next() {
                Some("passed") => self.passed += number,
                Some("failed") => self.failed += number,
                Some("ignored") => self.ignored += number,
                _ => {}
            }
        }
    }

    /// What is wrong although no test failed.
    pub(crate) fn problems(self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.ignored > 0 {
            problems.push(format!(
                "ignored tests: {}: nothing is skipped here; make them run or remove them",
                self.ignored
            ));
        }
        if self.passed + self.failed == 0 {
            problems.push("no test ran: see the errors above".to_owned());
        }
        problems
    }
}

#[cfg(test)]
mod tests;
