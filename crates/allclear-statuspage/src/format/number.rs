//! Numbers by language.

use super::Locale;

impl Locale {
    /// A count, with its thousands apart.
    pub(crate) fn count(&self, count: u64) -> String {
        let digits = count.to_string();
        let mut out = String::with_capacity(digits.len() + digits.len() / 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                out.push_str(self.messages.thousands);
            }
            out.push(digit);
        }
        out
    }

    /// How long an answer took: `830 µs`, `42 ms`, `1.25 s`.
    pub(crate) fn response_time(&self, us: u64) -> String {
        let point = self.messages.decimal;
        match us {
            0..1_000 => format!("{us}\u{a0}µs"),
            1_000..10_000 => format!("{}{point}{}\u{a0}ms", us / 1_000, us % 1_000 / 100),
            10_000..1_000_000 => format!("{}\u{a0}ms", us / 1_000),
            _ => format!("{}{point}{:02}\u{a0}s", us / 1_000_000, us % 1_000_000 / 10_000),
        }
    }

    /// A share as a percentage, cut and never rounded up: 100 % means that nothing was down.
    pub(crate) fn percent(&self, share: f64) -> String {
        let text = format!("{:.6}", (share * 100.0).clamp(0.0, 100.0));
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        if whole == "100" {
            let is_all = share >= 1.0;
            return if is_all {
                "100\u{a0}%".to_owned()
            } else {
                format!("99{}99\u{a0}%", self.messages.decimal)
            };
        }
        let two: String = decimals.chars().take(2).collect();
        format!("{whole}{}{two}\u{a0}%", self.messages.decimal)
    }

    /// A share that was stated by hand, with no more digits than it has.
    pub(crate) fn stated_percent(&self, share: f64) -> String {
        let text = format!("{:.2}", share * 100.0);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        format!("{}\u{a0}%", text.replace('.', self.messages.decimal))
    }
}
