//! A page's picture: what it may be, and its bytes.

use crate::error::InvalidValue;
use crate::limits::LOGO_BYTES_MAX;
use crate::status_page::Logo;

/// Kinds of picture that a page may show.
const MEDIA_TYPES: [&str; 2] = ["image/svg+xml", "image/png"];

impl Logo {
    /// Media type and bytes.
    ///
    /// # Errors
    /// Where it is of another kind, not in base 64, empty or too large.
    pub fn decode(&self) -> Result<(&'static str, Vec<u8>), InvalidValue> {
        let media_type = MEDIA_TYPES.into_iter().find(|known| *known == self.media_type);
        let Some(media_type) = media_type else {
            let problem = format!("is neither {} nor {}", MEDIA_TYPES[0], MEDIA_TYPES[1]);
            return Err(InvalidValue::new("media_type", problem));
        };
        let refused = |problem: String| InvalidValue::new("base64", problem);
        let too_large =
            || refused(format!("has more than {LOGO_BYTES_MAX} bytes: make it smaller"));
        // Base 64 takes four characters for three bytes, and lines may be broken.
        if self.base64.len() > LOGO_BYTES_MAX * 2 {
            return Err(too_large());
        }
        let Some(bytes) = decode_base64(&self.base64) else {
            return Err(refused("is not base 64: encode the bytes of the picture".to_owned()));
        };
        match bytes.len() {
            0 => Err(refused("is empty: leave the logo out".to_owned())),
            1..=LOGO_BYTES_MAX => Ok((media_type, bytes)),
            _ => Err(too_large()),
        }
    }
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text.trim_end().trim_end_matches('=').bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'\n' | b'\r' | b' ' => continue,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(digit)) & 0x00ff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    // Six bits that are left are half a character: something was cut off.
    (count < 6).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_64_is_read_with_and_without_padding() {
        assert_eq!(decode_base64("aGVsbG8="), Some(b"hello".to_vec()));
        assert_eq!(decode_base64("aGVsbG8gd29ybGQ"), Some(b"hello world".to_vec()));
        assert_eq!(decode_base64("aGVs\nbG8=\n"), Some(b"hello".to_vec()));
        assert_eq!(decode_base64("<svg>"), None);
        assert_eq!(decode_base64("aGVsb"), None);
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let logo = |media_type: &str, base64: &str| Logo {
            media_type: media_type.to_owned(),
            base64: base64.to_owned(),
            alt: String::new(),
        };
        assert!(logo("image/png", "aGVsbG8=").decode().is_ok());
        assert!(logo("image/png", &"A".repeat(LOGO_BYTES_MAX / 3 * 4)).decode().is_ok());
        let large = "A".repeat(LOGO_BYTES_MAX / 3 * 4 + 4);
        for (media_type, base64, field) in [
            ("text/html", "aGVsbG8=", "media_type"),
            ("image/png", "", "base64"),
            ("image/png", "?", "base64"),
            ("image/png", &large, "base64"),
        ] {
            assert_eq!(logo(media_type, base64).decode().unwrap_err().field, field);
        }
    }
}
