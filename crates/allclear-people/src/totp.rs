//! Codes of an authenticator: TOTP (RFC 6238) with SHA-1, six digits and thirty seconds, which is
//! what every authenticator speaks.

use allclear_domain::{EmailAddress, Entropy};
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;
use subtle::ConstantTimeEq;

const STEP_SECONDS: i64 = 30;
/// Bytes of a shared secret (RFC 4226, section 4).
const SECRET_BYTES: usize = 20;
/// Steps before and after the present one that count: clocks differ.
const DRIFT: i64 = 1;

/// A new shared secret of 160 bits, in base 32.
#[must_use]
pub fn mint(entropy: &Entropy) -> String {
    let bytes: [u8; SECRET_BYTES] = entropy.bytes();
    BASE32_NOPAD.encode(&bytes)
}

/// Whether a text has the form of a shared secret of ours.
#[must_use]
pub fn is_secret(text: &str) -> bool {
    BASE32_NOPAD.decode(text.as_bytes()).is_ok_and(|bytes| bytes.len() == SECRET_BYTES)
}

/// The address that authenticators read from a picture or a link.
#[must_use]
pub fn address(secret: &str, email: &EmailAddress) -> String {
    let account: String = email
        .as_str()
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("otpauth://totp/Allclear:{account}?secret={secret}&issuer=Allclear")
}

/// The step whose code this is, near `now`; `None` where it is none.
#[must_use]
pub fn step_of(secret: &str, code: &str, now: Timestamp) -> Option<i64> {
    let key = BASE32_NOPAD.decode(secret.as_bytes()).ok()?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let present = now.as_second().div_euclid(STEP_SECONDS);
    let mut found = None;
    for step in present - DRIFT..=present + DRIFT {
        // Every step is tried, so that the time taken does not tell which one it was.
        if bool::from(code_of(&key, step)?.as_bytes().ct_eq(code.as_bytes())) {
            found = Some(step);
        }
    }
    found
}

/// The code that an authenticator shows; `None` where the secret is none.
#[must_use]
pub fn code_at(secret: &str, now: Timestamp) -> Option<String> {
    let key = BASE32_NOPAD.decode(secret.as_bytes()).ok()?;
    code_of(&key, now.as_second().div_euclid(STEP_SECONDS))
}

/// The code of a step (RFC 4226, section 5.3).
fn code_of(key: &[u8], step: i64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).ok()?;
    mac.update(&u64::try_from(step).ok()?.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last()? & 0x0f);
    let bytes: [u8; 4] = digest.get(offset..offset + 4)?.try_into().ok()?;
    let number = u32::from_be_bytes(bytes) & 0x7fff_ffff;
    Some(format!("{:06}", number % 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: its codes have eight digits, of which ours are the last six.
    #[test]
    fn the_vectors_of_the_standard() {
        let key = b"12345678901234567890";
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000_i64, "353130"),
        ] {
            assert_eq!(code_of(key, second / 30).unwrap(), code, "{second}");
        }
    }

    #[test]
    fn a_code_holds_for_a_step_on_either_side() {
        let secret = mint(&Entropy::from_seed(3));
        let key = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
        let code = code_of(&key, 100).unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        assert_eq!(step_of(&secret, &spaced, at(3_000)), Some(100));
        assert_eq!(step_of(&secret, &code, at(2_970)), Some(100));
        assert_eq!(step_of(&secret, &code, at(3_059)), Some(100));
        assert_eq!(step_of(&secret, &code, at(3_060)), None);
        assert_eq!(step_of(&secret, "", at(3_000)), None);
        assert_eq!(step_of("not base 32", &code, at(3_000)), None);
        assert!(is_secret(&secret) && !is_secret("") && !is_secret(&secret[1..]));
    }

    #[test]
    fn the_address_is_escaped() {
        let email = EmailAddress::new("a+b@example.com").unwrap();
        let address = address("ABC", &email);
        assert_eq!(
            address,
            "otpauth://totp/Allclear:a%2Bb%40example.com?secret=ABC&issuer=Allclear"
        );
    }
}
