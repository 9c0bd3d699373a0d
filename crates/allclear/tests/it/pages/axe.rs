//! axe: whether a page can be used by people who do not see, hear or point as others do.
//!
//! Every rule that axe has switched on by itself runs, best practices included. What axe cannot
//! decide ("needs review") counts as a finding too, so nobody has to remember to look.

use serde_json::Value;

use super::browser::{Browser, View, prepared};

/// Runs axe on the open page and keeps what the findings need to be understood. Icons are
/// letters too, but by itself axe does not measure their contrast.
const RUN: &str = "axe.run(document, {
    resultTypes: ['violations', 'incomplete'],
    checks: {'color-contrast': {options: {ignoreUnicode: false}}},
}).then(result => {
    const told = (word, rules) => rules.flatMap(rule => rule.nodes.map(node =>
        `axe: ${word} ${rule.id}: ${node.target.join(' ')}: ${node.html} (${
            [...node.any, ...node.all, ...node.none].map(check => check.message).join('; ')})`));
    return {
        findings: [...told('violates', result.violations), ...told('unsure of', result.incomplete)],
        passed: result.passes.map(rule => rule.id),
    };
})";

/// How a line begins that tells of colors that axe could not measure.
const UNSURE_OF_COLOR: &str = "axe: unsure of color-contrast: ";

/// What axe found on a page.
pub(super) struct Verdict {
    /// One line for each element and rule; empty is good.
    pub(super) findings: Vec<String>,
    /// The rules that found something to look at and nothing to complain of.
    pub(super) passed: Vec<String>,
}

/// axe, read once.
pub(super) struct Axe(String);

impl Axe {
    /// Reads it.
    pub(super) fn load() -> Self {
        let path = prepared("ALLCLEAR_TEST_AXE");
        Self(std::fs::read_to_string(path).unwrap())
    }

    /// Looks at the open page in a certain way.
    ///
    /// Where a box scrolls sideways, axe cannot measure the colors of what is under its edge. They
    /// do not depend on the width, so they are measured on a screen that is wide enough.
    pub(super) async fn look_at(&self, browser: &Browser, view: View) -> Verdict {
        browser.look(view).await;
        let mut verdict = self.look(browser).await;
        let is_unsure = |line: &String| line.starts_with(UNSURE_OF_COLOR);
        if view.width < View::DESK && verdict.findings.iter().any(is_unsure) {
            verdict.findings.retain(|line| !is_unsure(line));
            let wide = View { width: View::DESK, ..view };
            browser.look(wide).await;
            let colors = self.look(browser).await.findings.into_iter();
            let colors = colors.filter(|line| line.contains(" color-contrast: "));
            verdict.findings.extend(colors);
            browser.look(view).await;
        }
        verdict
    }

    /// Looks at the open page as it stands.
    pub(super) async fn look(&self, browser: &Browser) -> Verdict {
        if browser.value("typeof axe").await == "undefined" {
            browser.value(&format!("{}; 0", self.0)).await;
        }
        let answer = browser.value(RUN).await;
        Verdict { findings: texts(&answer["findings"]), passed: texts(&answer["passed"]) }
    }
}

fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().expect("axe gives lists");
    all.iter().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
}
