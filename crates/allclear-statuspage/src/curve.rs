//! Curves of times, as SVG draws them: the same on status pages and in the console.

/// Width of the drawing; the browser stretches it.
pub const WIDTH: u64 = 1_000;
/// Height of the drawing.
pub const HEIGHT: u64 = 200;

/// The next round number that is not below `us`: the top of the drawing.
#[must_use]
pub fn top_above(us: u64) -> u64 {
    let mut unit = 1_u64;
    while unit.saturating_mul(10) < us {
        unit *= 10;
    }
    let round = [1_u64, 2, 3, 5, 10].map(|times| times.saturating_mul(unit));
    round.into_iter().find(|round| *round >= us).unwrap_or(us)
}

/// Where the `nth` of `count` steps lies, and how wide it is.
#[must_use]
pub fn place(nth: usize, count: usize) -> (u64, u64) {
    let at = |nth: usize| nth as u64 * WIDTH / count.max(1) as u64;
    (at(nth), at(nth + 1) - at(nth))
}

/// The way of a curve with a value for each step, broken where there is none.
#[must_use]
pub fn way(steps: &[Option<u64>], top: u64) -> String {
    let (mut way, mut is_on) = (String::new(), false);
    for (nth, step) in steps.iter().enumerate() {
        let Some(value) = *step else {
            is_on = false;
            continue;
        };
        let (x, width) = place(nth, steps.len());
        let share = u128::from(value.min(top)) * u128::from(HEIGHT) / u128::from(top.max(1));
        let y = HEIGHT - u64::try_from(share).unwrap_or(HEIGHT);
        // A step between two gaps is a dot: a line that goes nowhere, with round ends.
        let sign = if is_on { "L" } else { "M" };
        way.push_str(&format!("{sign}{} {y}", x + width / 2));
        if !is_on {
            way.push_str("h0");
        }
        is_on = true;
    }
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_is_round_and_above_everything() {
        for (us, top) in [(0, 1), (1, 1), (7, 10), (10, 10), (11, 20), (23_000, 30_000)] {
            assert_eq!(top_above(us), top, "{us}");
        }
        assert!(top_above(u64::MAX) == u64::MAX);
    }

    #[test]
    fn a_curve_breaks_where_there_is_nothing() {
        let steps = [Some(0), Some(15), None, None, None, Some(15)];
        assert_eq!(way(&steps, 30), "M83 200h0L249 100M916 100h0");
        assert_eq!(way(&[Some(u64::MAX)], u64::MAX), "M500 0h0");
    }
}
