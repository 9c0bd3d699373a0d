//! Seeded chance: the same seed makes the same choices, and every failure names its seed.

/// A stream of random numbers (`SplitMix64`), enough to pick moments and bytes.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// A stream of its own for each seed.
    pub(crate) const fn from_seed(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x9e37_79b9_7f4a_7c15)
    }

    /// The next number.
    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below a bound; 0 where the bound is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap().max(1);
        usize::try_from(self.next() % bound).unwrap()
    }

    /// True so many times of a hundred.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A random byte.
    pub(crate) const fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}

/// How many rounds a story takes: `usual` of them, or as often as `ALLCLEAR_TEST_ROUNDS` multiplies
/// that (a long soak sets it to a thousand).
#[expect(
    clippy::disallowed_methods,
    reason = "a soak asks for more rounds through the environment"
)]
pub(crate) fn rounds(usual: usize) -> usize {
    let factor = std::env::var("ALLCLEAR_TEST_ROUNDS")
        .map_or(1, |text| text.parse().expect("ALLCLEAR_TEST_ROUNDS"));
    usual * factor
}

/// The seed of all seeds: fixed, unless `ALLCLEAR_TEST_SEED` names another.
#[expect(
    clippy::disallowed_methods,
    reason = "a soak asks for other rounds through the environment"
)]
pub(crate) fn seed() -> u64 {
    std::env::var("ALLCLEAR_TEST_SEED").map_or(1, |text| text.parse().expect("ALLCLEAR_TEST_SEED"))
}
