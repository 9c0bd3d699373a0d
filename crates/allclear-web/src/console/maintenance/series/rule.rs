//! A rule as the form has it: the simple ways in which maintenance repeats, and the text of any other.

use std::collections::HashSet;

use crate::console::form::Form;

/// Days of the week, as rules and as people write them.
pub(super) const DAYS: [(&str, &str); 7] = [
    ("MO", "Monday"),
    ("TU", "Tuesday"),
    ("WE", "Wednesday"),
    ("TH", "Thursday"),
    ("FR", "Friday"),
    ("SA", "Saturday"),
    ("SU", "Sunday"),
];

/// Places of a day in a month.
pub(super) const PLACES: [(&str, &str); 5] =
    [("1", "first"), ("2", "second"), ("3", "third"), ("4", "fourth"), ("-1", "last")];

/// The fields, as they stand in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RuleFields {
    /// `weekly`, `weekday`, `day` or `rule`.
    pub(super) how: String,
    /// Every so many weeks.
    pub(super) weeks: String,
    pub(super) days: HashSet<String>,
    pub(super) place: String,
    pub(super) weekday: String,
    /// A day of the month; -1 is the last one.
    pub(super) month_day: String,
    /// `never`, `count` or `until`.
    pub(super) ends: String,
    pub(super) count: String,
    pub(super) until: String,
    /// Any rule.
    pub(super) text: String,
}

impl RuleFields {
    /// What a new series begins with.
    pub(super) fn empty() -> Self {
        let own = |text: &str| text.to_owned();
        Self {
            how: own("weekly"),
            weeks: own("1"),
            place: own("1"),
            weekday: own("SU"),
            month_day: own("1"),
            ends: own("never"),
            ..Self::default()
        }
    }

    /// Those that were sent.
    pub(super) fn sent(form: &Form) -> Self {
        let own = |name: &str| form.text(name).to_owned();
        Self {
            how: own("how"),
            weeks: own("weeks"),
            days: form.all("day").map(str::to_owned).collect(),
            place: own("place"),
            weekday: own("weekday"),
            month_day: own("month_day"),
            ends: own("ends"),
            count: own("count"),
            until: own("until"),
            text: own("rule"),
        }
    }

    /// Those of a rule: one of the simple ways, where it is one.
    pub(super) fn of(rule: &str) -> Self {
        let any = Self { how: "rule".to_owned(), text: rule.to_owned(), ..Self::empty() };
        Self::simple(rule).unwrap_or(any)
    }

    fn simple(rule: &str) -> Option<Self> {
        let mut fields = Self { text: rule.to_owned(), ..Self::empty() };
        let (mut freq, mut by_day, mut by_month_day) = ("", "", "");
        for part in rule.split(';') {
            let (name, value) = part.split_once('=')?;
            match name {
                "FREQ" => freq = value,
                "INTERVAL" => fields.weeks = value.to_owned(),
                "BYDAY" => by_day = value,
                "BYMONTHDAY" => by_month_day = value,
                "COUNT" => (fields.ends, fields.count) = ("count".to_owned(), value.to_owned()),
                "UNTIL" => {
                    let day = jiff::civil::Date::strptime("%Y%m%d", value).ok()?;
                    (fields.ends, fields.until) = ("until".to_owned(), day.to_string());
                }
                _ => return None,
            }
        }
        let is_day = |text: &str| DAYS.iter().any(|(day, _)| *day == text);
        let is_every = fields.weeks == "1";
        let how = match freq {
            "WEEKLY" if by_month_day.is_empty() => {
                fields.days =
                    by_day.split(',').filter(|day| !day.is_empty()).map(str::to_owned).collect();
                fields.days.iter().all(|day| is_day(day)).then_some("weekly")?
            }
            "MONTHLY" if by_day.is_empty() && is_every && !by_month_day.contains(',') => {
                fields.month_day = by_month_day.to_owned();
                (!by_month_day.is_empty()).then_some("day")?
            }
            "MONTHLY" if by_month_day.is_empty() && is_every => {
                let (place, day) = by_day.split_at_checked(by_day.len().checked_sub(2)?)?;
                (fields.place, fields.weekday) = (place.to_owned(), day.to_owned());
                let is_known = PLACES.iter().any(|(known, _)| *known == place) && is_day(day);
                is_known.then_some("weekday")?
            }
            _ => return None,
        };
        Some(Self { how: how.to_owned(), ..fields })
    }

    /// The rule that they make. What is wrong with its parts is told where the rule is read.
    pub(super) fn rule(&self) -> Result<String, String> {
        let repeats = match self.how.as_str() {
            "weekly" => {
                let chosen = DAYS.iter().filter(|(day, _)| self.days.contains(*day));
                let days: Vec<&str> = chosen.map(|(day, _)| *day).collect();
                if days.is_empty() {
                    return Err("choose at least one day of the week".to_owned());
                }
                let every = match self.weeks.as_str() {
                    "" | "1" => String::new(),
                    weeks => format!(";INTERVAL={weeks}"),
                };
                format!("FREQ=WEEKLY{every};BYDAY={}", days.join(","))
            }
            "weekday" => format!("FREQ=MONTHLY;BYDAY={}{}", self.place, self.weekday),
            "day" => format!("FREQ=MONTHLY;BYMONTHDAY={}", self.month_day),
            "rule" => return Ok(self.text.clone()),
            _ => return Err("say how it repeats".to_owned()),
        };
        match self.ends.as_str() {
            "count" => Ok(format!("{repeats};COUNT={}", self.count)),
            "until" => Ok(format!("{repeats};UNTIL={}", self.until.replace('-', ""))),
            _ => Ok(repeats),
        }
    }
}

/// A rule in words, where it is one of the simple ways; else as it stands.
pub(super) fn words(rule: &str) -> String {
    let fields = RuleFields::of(rule);
    let name = |list: &[(&str, &'static str)], wanted: &str| {
        list.iter().find(|(known, _)| *known == wanted).map_or("", |(_, name)| *name)
    };
    let repeats = match fields.how.as_str() {
        "weekly" => {
            let chosen = DAYS.iter().filter(|(day, _)| fields.days.contains(*day));
            let days: Vec<&str> = chosen.map(|(_, name)| *name).collect();
            let every = match fields.weeks.as_str() {
                "1" => "Every week".to_owned(),
                weeks => format!("Every {weeks} weeks"),
            };
            if days.is_empty() { every } else { format!("{every}, on {}", days.join(", ")) }
        }
        "weekday" => {
            let (place, day) = (name(&PLACES, &fields.place), name(&DAYS, &fields.weekday));
            format!("Every month, on the {place} {day}")
        }
        "day" if fields.month_day == "-1" => "Every month, on its last day".to_owned(),
        "day" => format!("Every month, on day {}", fields.month_day),
        _ => return rule.to_owned(),
    };
    match fields.ends.as_str() {
        "count" => format!("{repeats}, {} times", fields.count),
        "until" => format!("{repeats}, until {}", fields.until),
        _ => repeats,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_ways_are_read_back() {
        for (rule, how, told) in [
            ("FREQ=WEEKLY;BYDAY=TU,TH", "weekly", "Every week, on Tuesday, Thursday"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", "weekly", "Every 2 weeks, on Sunday"),
            ("FREQ=MONTHLY;BYDAY=1SU", "weekday", "Every month, on the first Sunday"),
            (
                "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3",
                "weekday",
                "Every month, on the last Friday, 3 times",
            ),
            ("FREQ=MONTHLY;BYMONTHDAY=15", "day", "Every month, on day 15"),
            (
                "FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20271231",
                "day",
                "Every month, on its last day, until 2027-12-31",
            ),
        ] {
            let fields = RuleFields::of(rule);
            assert_eq!((fields.how.as_str(), words(rule).as_str()), (how, told));
            assert_eq!(fields.rule().unwrap(), rule);
        }
    }

    #[test]
    fn any_other_rule_stays_a_text() {
        for rule in [
            "FREQ=DAILY",
            "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=1",
            "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1",
            "FREQ=MONTHLY;BYDAY=5SU",
            "FREQ=MONTHLY;BYMONTHDAY=1,15",
            "FREQ=WEEKLY;BYDAY=MO;UNTIL=20271231T000000",
            "FREQ=WEEKLY;WKST=SU;BYDAY=MO",
            "FREQ=MONTHLY;BYDAY=é",
            "nonsense",
            "",
        ] {
            let fields = RuleFields::of(rule);
            assert_eq!((fields.how.as_str(), fields.rule().unwrap().as_str()), ("rule", rule));
            assert_eq!(words(rule), rule);
        }
    }
}
