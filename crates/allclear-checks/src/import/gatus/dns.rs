//! What an endpoint of Gatus asks a name server.

use allclear_domain::check::{CheckKind, DnsCheck, DnsCode, DnsRecord, DnsTest};
use serde_json::Value;

use super::compare::{self, Operator};
use super::condition::Condition;
use crate::import::Becomes;
use crate::import::draft::{Draft, cut};
use crate::import::fields::Fields;
use crate::import::target;

/// A question, and what its conditions want of the answer.
pub(super) struct Wanted {
    name: String,
    record: DnsRecord,
    code: Option<DnsCode>,
    expect: Option<DnsTest>,
}

impl Wanted {
    /// Reads `dns` of an endpoint.
    pub(super) fn read(value: &Value, draft: &mut Draft<'_>) -> Self {
        let mut fields = Fields::of(value);
        let name = fields.text("query-name").unwrap_or_default();
        let name = draft.value(&name);
        let asked = fields.text("query-type").unwrap_or_default();
        let asked = draft.value(&asked);
        let record = target::record(&asked).unwrap_or_else(|| {
            draft.refuse(format!("records of the type {} cannot be asked for here", cut(&asked)));
            DnsRecord::A
        });
        draft.unread(&fields, "dns.");
        Self { name, record, code: None, expect: None }
    }

    /// Takes in a condition, where it is about what a name server says; tells whether it would have
    /// held where nobody answers.
    pub(super) fn take(
        &mut self,
        condition: &Condition,
        quoted: &str,
        draft: &mut Draft<'_>,
    ) -> Option<bool> {
        match condition.left.to_ascii_uppercase().as_str() {
            "[DNS_RCODE]" => self.take_code(condition, quoted, draft),
            "[BODY]" => self.take_records(condition, quoted, draft),
            _ => return None,
        }
        Some(condition.operator.holds("", &condition.right) == Some(true))
    }

    fn take_code(&mut self, condition: &Condition, quoted: &str, draft: &mut Draft<'_>) {
        let holds = |code: &DnsCode| {
            condition.operator.is_of_texts()
                && condition.operator.holds(code.as_str(), &condition.right) == Some(true)
        };
        let right: Vec<DnsCode> = DnsCode::ALL.into_iter().filter(holds).collect();
        match (right.as_slice(), self.code) {
            ([code], None) if condition.operator == Operator::Is => self.code = Some(*code),
            (right, _) if right.contains(&self.code.unwrap_or_default()) => {
                let code = self.code.unwrap_or_default().as_str();
                draft.change(format!(
                    "{quoted}: there other answers are right, too; here {code} is"
                ));
            }
            _ => draft.refuse(format!(
                "{quoted}: here one of NOERROR, NXDOMAIN, REFUSED and SERVFAIL can be right"
            )),
        }
    }

    fn take_records(&mut self, condition: &Condition, quoted: &str, draft: &mut Draft<'_>) {
        let test = test(self.record, condition);
        if test.is_none() || self.expect.is_some() {
            draft.change(format!(
                "{quoted}: one text or one pattern can be expected of all records: this is not \
                 asked here"
            ));
            return;
        }
        self.expect = test;
        draft.change(format!(
            "{quoted}: there the last record that comes is looked at; here all are, and all have to \
             be right"
        ));
    }

    /// The check, asking this name server.
    pub(super) fn becomes(
        self,
        server: String,
        base: Becomes,
        draft: &mut Draft<'_>,
    ) -> Vec<Becomes> {
        let code = self.code.unwrap_or_default();
        if self.code.is_none() && self.expect.is_none() {
            draft.change("there an error is an answer as any other; here NOERROR has to come");
        }
        if self.expect.is_none() && code == DnsCode::NoError {
            draft
                .change("there an answer without a record is right, too; here there has to be one");
        }
        let check = DnsCheck {
            name: self.name,
            record: self.record,
            servers: vec![server],
            authoritative: None,
            code,
            expect: self.expect,
            ttl_min: None,
            ttl_max: None,
        };
        vec![Becomes { kind: CheckKind::Dns(check), ..base }]
    }
}

/// What all records have to be, where a condition on the last one can be written so.
fn test(record: DnsRecord, condition: &Condition) -> Option<DnsTest> {
    if condition.operator != Operator::Is || !is_one_text(record) {
        return None;
    }
    // Gatus tells names with the dot at their end.
    let bare = |text: &str| text.strip_suffix('.').unwrap_or(text).to_owned();
    let right = condition.right.as_str();
    let inside = if let Some(pattern) = compare::pattern(right) {
        let anchored = compare::regex_of(&bare(pattern))?;
        anchored.strip_prefix("(?s)^")?.strip_suffix('$')?.to_owned()
    } else if let Some(choices) = compare::choices(right) {
        let choices: Vec<String> = choices.iter().map(|it| regex::escape(&bare(it))).collect();
        choices.join("|")
    } else if record == DnsRecord::Mx {
        regex::escape(&bare(right))
    } else {
        return Some(DnsTest::Are(vec![bare(right)]));
    };
    // It tells where mail goes without how much that is preferred.
    let front = if record == DnsRecord::Mx { "[0-9]+ " } else { "" };
    Some(DnsTest::AllMatch(format!("(?is)^{front}(?:{inside})$")))
}

/// Whether Gatus tells records of a kind as they are told here, but for what is known.
const fn is_one_text(record: DnsRecord) -> bool {
    matches!(
        record,
        DnsRecord::A
            | DnsRecord::Aaaa
            | DnsRecord::Cname
            | DnsRecord::Mx
            | DnsRecord::Ns
            | DnsRecord::Ptr
    )
}
