//! What was taken from answers is hidden, too, and what is written of many requests leaves room for the last one.

use allclear_domain::limits::{EXCHANGE_BYTES_MAX, EXCHANGE_LINES_MAX, SECRET_BYTES_MIN};

use super::Record;
use crate::limits::{CAPTURED_CONTROLS_MAX, KEPT_BODY_BYTES_MAX, KEPT_STEP_BODY_BYTES_MAX};

impl Record {
    /// Whether room is left for what is still to come.
    pub(in crate::kinds) const fn holds_back(&self) -> bool {
        self.holds_back
    }

    /// Leaves half of the room for what is still to come, or does so no more.
    pub(in crate::kinds) const fn hold_back(&mut self, holds_back: bool) {
        self.holds_back = holds_back;
    }

    /// Lines and bytes that may be kept by now.
    pub(super) const fn room(&self) -> (usize, usize) {
        match self.holds_back {
            true => (EXCHANGE_LINES_MAX / 2, EXCHANGE_BYTES_MAX / 2),
            false => (EXCHANGE_LINES_MAX, EXCHANGE_BYTES_MAX),
        }
    }

    /// Bytes of a body that are kept.
    pub(in crate::kinds) const fn body_bytes_max(&self) -> usize {
        if self.holds_back { KEPT_STEP_BODY_BYTES_MAX } else { KEPT_BODY_BYTES_MAX }
    }

    /// Takes values out of all that is written from now on, and of all that was written before: the answer in which
    /// one came is there already.
    pub(in crate::kinds) fn hide_captured<'a>(&mut self, values: impl Iterator<Item = &'a str>) {
        let count = self.secrets.len();
        for value in values {
            self.add_everywhere(value);
            // What is kept has no line breaks and no other control characters.
            let parts = value.split(char::is_control).filter(|part| part.len() >= SECRET_BYTES_MIN);
            parts.take(CAPTURED_CONTROLS_MAX + 1).for_each(|part| self.add_everywhere(part));
        }
        self.sort();
        if self.secrets.len() == count {
            return;
        }
        let lines = std::mem::take(&mut self.exchange.lines);
        let cut = std::mem::take(&mut self.cut_lines);
        self.bytes = 0;
        for (place, mut line) in lines.into_iter().enumerate() {
            line.text = self.tellable(&line.text);
            if cut.contains(&place) {
                line.text = self.without_begun(line.text);
                self.cut_lines.push(self.exchange.lines.len());
            }
            self.push(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use allclear_domain::check::Direction;
    use jiff::Timestamp;
    use tokio::time::Instant;

    use super::*;

    fn record() -> Record {
        Record::new(Instant::now(), Timestamp::UNIX_EPOCH)
    }

    fn lines(record: Record) -> Vec<String> {
        record.into_exchange().lines.into_iter().map(|line| line.text).collect()
    }

    #[tokio::test]
    async fn a_captured_value_is_taken_out_of_what_was_written_before() {
        let mut record = record();
        record.received("x-ticket: hunter2-hunter2");
        record.received_bytes(br#"{"token":"hun\"ter\u0032","other":1}"#, 1_000);
        record.received_bytes(b"first-half\nsecond-half\x1bthird-part", 1_000);
        record.received_bytes(b"you sent hunter2-hunter2", 16);
        let values = ["hunter2-hunter2", "hun\"ter2", "first-half\nsecond-half\x1bthird-part"];
        record.hide_captured(values.into_iter());
        assert_eq!(
            lines(record),
            [
                "x-ticket: (not kept)",
                r#"{"token":"(not kept)","other":1}"#,
                "(not kept)",
                "(not kept)\u{fffd}(not kept)",
                "you sent (not kept)",
            ]
        );
    }

    #[tokio::test]
    async fn half_of_the_room_is_left_for_what_is_judged() {
        let mut record = record();
        record.hold_back(true);
        for _ in 0..EXCHANGE_LINES_MAX {
            record.write(Direction::Received, &"x".repeat(400));
        }
        assert!(record.bytes <= EXCHANGE_BYTES_MAX / 2);
        record.hold_back(false);
        record.noted("the end");
        assert_eq!(lines(record).pop().as_deref(), Some("the end"));
    }

    #[tokio::test]
    async fn a_value_in_many_pieces_makes_few_secrets_and_looking_for_them_is_work() {
        let mut record = record();
        let values = (0..16).map(|number| format!("{number:05}piece\n").repeat(370));
        let values: Vec<String> = values.collect();
        record.hide_captured(values.iter().map(String::as_str));
        assert!(record.secrets.len() <= 16 * 4 * (CAPTURED_CONTROLS_MAX + 2), "{record:?}");
        let began = record.work.get();
        record.received(&"-".repeat(2_000));
        assert!(began - record.work.get() >= record.secrets.len() * 2_000 / 8);
        // What is no more looked at is not kept, and the reason is told.
        record.work.set(0);
        record.received("-");
        assert_eq!(record.told("the status is 401"), "the status is 401");
        record.work.set(0);
        let room = record.bytes;
        record.received("a line");
        assert!(record.bytes > room && lines(record).pop().as_deref() == Some("(not kept)"));
    }

    #[tokio::test]
    async fn a_stranger_who_makes_work_is_not_heard_in_full() {
        let mut record = record();
        let value = format!("{}b", "a".repeat(4_000));
        record.hide_captured(std::iter::once(value.as_str()));
        let began = record.work.get();
        let line = "a".repeat(2_000);
        for _ in 0..100 {
            record.received(&line);
        }
        assert!(began > 0 && record.work.get() == 0, "{}", record.work.get());
        let kept = lines(record);
        assert_eq!(kept.last().map(String::as_str), Some("(not kept)"), "{}", kept.len());
    }
}
