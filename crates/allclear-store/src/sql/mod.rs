//! Every statement of Allclear, by name. One text serves both engines: `$1` placeholders, lower case,
//! and only what SQLite and PostgreSQL both speak. [`all`] lists them, so that a test, and `allclear
//! doctor`, can have an engine read each one without running it. The few texts that differ are in
//! [`dialect`].

pub(crate) mod announcements;
pub(crate) mod answers;
pub(crate) mod audit;
pub(crate) mod checks;
pub(crate) mod components;
pub(crate) mod credentials;
pub(crate) mod dialect;
pub(crate) mod expiries;
pub(crate) mod expiry_feeds;
pub(crate) mod heartbeats;
pub(crate) mod identities;
pub(crate) mod incidents;
pub(crate) mod installation;
pub(crate) mod judgments;
pub(crate) mod leases;
pub(crate) mod links;
pub(crate) mod maintenance;
pub(crate) mod names;
pub(crate) mod notes;
pub(crate) mod origins;
pub(crate) mod outages;
pub(crate) mod pages;
pub(crate) mod passkeys;
pub(crate) mod people;
pub(crate) mod readers;
pub(crate) mod reminders;
pub(crate) mod samples;
pub(crate) mod secrets;
pub(crate) mod series;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod sights;
pub(crate) mod sources;
pub(crate) mod templates;
pub(crate) mod tokens;

/// Writes many rows of one table.
#[derive(Debug)]
pub(crate) struct Insert {
    /// The table.
    pub(crate) table: &'static str,
    /// Its columns, in the order of the values.
    pub(crate) columns: &'static [&'static str],
}

impl Insert {
    /// The statement for `rows` rows; `placeholder` gives the n-th parameter, counted from 1.
    pub(crate) fn text(&self, rows: usize, placeholder: impl Fn(usize) -> String) -> String {
        let columns = self.columns.join(", ");
        let mut text = format!("insert into {} ({columns}) values ", self.table);
        for row in 0..rows {
            let first = row * self.columns.len() + 1;
            let numbers = first..first + self.columns.len();
            let values: Vec<String> = numbers.map(&placeholder).collect();
            text.push_str(if row == 0 { "(" } else { ", (" });
            text.push_str(&values.join(", "));
            text.push(')');
        }
        text
    }
}

/// Writes many rows of one table, over those that are there.
#[derive(Debug)]
pub(crate) struct Upsert {
    /// What is written.
    pub(crate) insert: Insert,
    /// What becomes of a row that is there: it follows the values.
    pub(crate) on_conflict: &'static str,
}

/// Names statements and lists them.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: &str = $text;)*

        /// Every statement here, with its name.
        pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}
pub(crate) use statements;

/// Every statement with one text, with its file and name.
pub(crate) fn all() -> impl Iterator<Item = (String, String)> {
    let files = [
        ("announcements", announcements::ALL),
        ("answers", answers::ALL),
        ("audit", audit::ALL),
        ("checks", checks::ALL),
        ("components", components::ALL),
        ("credentials", credentials::ALL),
        ("expiries", expiries::ALL),
        ("expiry_feeds", expiry_feeds::ALL),
        ("heartbeats", heartbeats::ALL),
        ("identities", identities::ALL),
        ("incidents", incidents::ALL),
        ("installation", installation::ALL),
        ("judgments", judgments::ALL),
        ("leases", leases::ALL),
        ("links", links::ALL),
        ("maintenance", maintenance::ALL),
        ("names", names::ALL),
        ("notes", notes::ALL),
        ("origins", origins::ALL),
        ("outages", outages::ALL),
        ("pages", pages::ALL),
        ("passkeys", passkeys::ALL),
        ("people", people::ALL),
        ("readers", readers::ALL),
        ("reminders", reminders::ALL),
        ("samples", samples::ALL),
        ("secrets", secrets::ALL),
        ("series", series::ALL),
        ("sessions", sessions::ALL),
        ("settings", settings::ALL),
        ("sights", sights::ALL),
        ("sources", sources::ALL),
        ("templates", templates::ALL),
        ("tokens", tokens::ALL),
    ];
    let text = |insert: &Insert| insert.text(1, |number| format!("${number}"));
    let inserts =
        INSERTS.iter().map(move |insert| (format!("{}::INSERT", insert.table), text(insert)));
    let upserts = UPSERTS.iter().map(move |upsert| {
        let text = text(&upsert.insert) + upsert.on_conflict;
        (format!("{}::UPSERT", upsert.insert.table), text)
    });
    files
        .into_iter()
        .flat_map(|(file, statements)| {
            let named = statements.iter();
            named.map(move |(name, text)| (format!("{file}::{name}"), (*text).to_owned()))
        })
        .chain(inserts)
        .chain(upserts)
}

/// Every statement that writes many rows over those that are there.
pub(crate) const UPSERTS: &[&Upsert] = &[
    &judgments::UPSERT,
    &heartbeats::UPSERT,
    &heartbeats::LISTEN,
    &leases::UPSERT,
    &names::UPSERT,
    &names::UPSERT_LIST,
    &samples::UPSERT,
    &sights::UPSERT,
    &sights::UPSERT_SPELL,
];

/// Every statement that writes many rows.
pub(crate) const INSERTS: &[&Insert] = &[
    &announcements::INSERT,
    &answers::INSERT,
    &audit::INSERT,
    &checks::INSERT,
    &components::INSERT,
    &expiries::INSERT,
    &expiry_feeds::INSERT,
    &heartbeats::UPSERT.insert,
    &heartbeats::LISTEN.insert,
    &heartbeats::INSERT_TOKENS,
    &judgments::UPSERT.insert,
    &leases::UPSERT.insert,
    &incidents::INSERT,
    &maintenance::INSERT,
    &names::UPSERT.insert,
    &names::UPSERT_LIST.insert,
    &notes::INSERT,
    &links::INSERT,
    &origins::INSERT,
    &outages::INSERT,
    &pages::INSERT,
    &passkeys::INSERT,
    &people::INSERT,
    &reminders::INSERT,
    &samples::UPSERT.insert,
    &secrets::INSERT,
    &series::INSERT,
    &sessions::INSERT,
    &settings::INSERT,
    &sights::UPSERT.insert,
    &sights::UPSERT_SPELL.insert,
    &templates::INSERT,
    &tokens::INSERT,
];

#[cfg(test)]
mod tests {
    use allclear_domain::limits::ROWS_PER_STATEMENT_MAX;

    use super::*;

    /// SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535.
    #[test]
    fn the_largest_insert_fits() {
        for insert in INSERTS {
            let parameters = insert.columns.len() * ROWS_PER_STATEMENT_MAX;
            assert!(parameters <= 32_766, "{}: {parameters}", insert.table);
        }
    }

    #[test]
    fn insert_text() {
        let insert = Insert { table: "t", columns: &["a", "b"] };
        assert_eq!(
            insert.text(2, |number| format!("${number}")),
            "insert into t (a, b) values ($1, $2), ($3, $4)"
        );
    }

    /// House style, and a guard against a text that only one engine reads.
    #[test]
    fn statements_are_lower_case() {
        for (name, text) in all() {
            assert_eq!(text, text.to_lowercase(), "{name}");
        }
    }
}
