//! Recovery codes: each opens once in place of an authenticator's code, for somebody who lost it.
//! They are 80 random bits, so that a digest without salt is enough, and are shown once.

use allclear_domain::session::SecretDigest;
use allclear_domain::{Entropy, limits};
use data_encoding::BASE32_NOPAD;

use crate::secret::{self, Secret};

/// Random bytes of one code.
const BYTES: usize = 10;
/// Signs of one code, without what separates them.
const SIGNS: usize = 16;
/// Signs between two hyphens.
const GROUP: usize = 4;

/// A new set, such as `abcd-efgh-ijkl-mnop`.
pub(crate) fn mint(entropy: &Entropy) -> Vec<Secret> {
    let mint_one = |_| {
        let bytes: [u8; BYTES] = entropy.bytes();
        let mut code = String::new();
        for (n, sign) in BASE32_NOPAD.encode(&bytes).to_lowercase().chars().enumerate() {
            if n > 0 && n % GROUP == 0 {
                code.push('-');
            }
            code.push(sign);
        }
        Secret::of(code)
    };
    (0..limits::RECOVERY_CODES).map(mint_one).collect()
}

/// What the store keeps of a code; `None` for a text that is none. Hyphens, spaces and the case of
/// letters do not matter: people copy them from paper.
pub(crate) fn digest(presented: &str) -> Option<SecretDigest> {
    let is_sign = |c: &char| !c.is_whitespace() && *c != '-';
    let signs: String = presented.chars().filter(is_sign).take(SIGNS + 1).collect();
    let signs = signs.to_uppercase();
    let is_code = signs.len() == SIGNS && BASE32_NOPAD.decode(signs.as_bytes()).is_ok();
    is_code.then(|| secret::digest(&signs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_differ_and_read_back_as_people_write_them() {
        let codes = mint(&Entropy::from_seed(5));
        let digests: std::collections::BTreeSet<_> =
            codes.iter().map(|code| digest(code.reveal()).unwrap().0).collect();
        assert_eq!(digests.len(), limits::RECOVERY_CODES);
        let code = codes[0].reveal();
        assert_eq!(code.len(), 19, "{code}");
        let copied = format!(" {} ", code.replace('-', " ").to_uppercase());
        assert_eq!(digest(&copied), digest(code));
        for bad in
            ["", "123456", "abcd-efgh-ijkl-mno", "abcd-efgh-ijkl-mnop-q", "abcd-efgh-ijkl-mno1"]
        {
            assert_eq!(digest(bad), None, "{bad}");
        }
    }
}
