//! A page's picture: what it may be, and its bytes.

use crate::error::InvalidValue;
use crate::limits::{LOGO_BYTES_MAX, LOGO_PIXELS_MAX};
use crate::status_page::Logo;

/// Kinds of picture that a page may show.
const MEDIA_TYPES: [&str; 2] = ["image/svg+xml", "image/png"];

/// What every PNG begins with (its specification, section 5.2).
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Checks the bytes of a picture that somebody sends, whatever they call it: a PNG from its first
/// byte to its last, with nothing behind it. SVG is not taken, as it can hold scripts and addresses.
///
/// # Errors
/// Where it is none, or too large.
pub fn check_png(bytes: &[u8]) -> Result<(), InvalidValue> {
    let refused = |problem: String| Err(InvalidValue::new("logo", problem));
    if bytes.len() > LOGO_BYTES_MAX {
        let most = LOGO_BYTES_MAX / 1024;
        return refused(format!("has more than {most} KB: make the picture smaller"));
    }
    let Some(size) = size_of_png(bytes) else {
        return refused("is not a whole PNG: export the picture as PNG and send that".to_owned());
    };
    if size.0.max(size.1) > LOGO_PIXELS_MAX {
        let (width, height) = size;
        return refused(format!(
            "is {width} × {height} pixels: make it {LOGO_PIXELS_MAX} at most on each side"
        ));
    }
    Ok(())
}

/// Width and height; `None` where it is not one whole PNG and nothing else. Its parts are a length, a
/// name, as many bytes, and a checksum.
fn size_of_png(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.strip_prefix(PNG)?;
    let (mut size, mut has_pixels) = (None, false);
    loop {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (name, after) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (data, after) = after.split_at_checked(length)?;
        let (_checksum, after) = after.split_first_chunk::<4>()?;
        rest = after;
        match (name, size) {
            (b"IHDR", None) => {
                let (width, data) = data.split_first_chunk::<4>()?;
                let (height, _) = data.split_first_chunk::<4>()?;
                let both = (u32::from_be_bytes(*width), u32::from_be_bytes(*height));
                size = Some(both).filter(|(width, height)| *width > 0 && *height > 0);
                size?;
            }
            // The head comes first, and once.
            (b"IHDR", Some(_)) | (_, None) => return None,
            (b"IEND", Some(size)) => return (has_pixels && rest.is_empty()).then_some(size),
            (b"IDAT", Some(_)) => has_pixels = true,
            _ => {}
        }
    }
}

impl Logo {
    /// Media type and bytes.
    ///
    /// # Errors
    /// Where it is of another kind, not in base 64, empty or too large, or calls itself a PNG and is
    /// none.
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
            1..=LOGO_BYTES_MAX if media_type == "image/png" && !bytes.starts_with(PNG) => {
                Err(refused("is not a PNG: give its real media type".to_owned()))
            }
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

    /// A PNG of this size, whose checksums nobody looks at.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = PNG.to_vec();
        let head = [width.to_be_bytes(), height.to_be_bytes()].concat();
        let head = [&head[..], &[8, 6, 0, 0, 0]].concat();
        for (name, data) in [(b"IHDR", &head[..]), (b"IDAT", b"pixels"), (b"IEND", b"")] {
            bytes.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
            bytes.extend(name);
            bytes.extend(data);
            bytes.extend([0; 4]);
        }
        bytes
    }

    #[test]
    fn a_whole_png_is_taken_and_nothing_else() {
        let whole = png(64, 32);
        assert_eq!(size_of_png(&whole), Some((64, 32)));
        assert!(check_png(&whole).is_ok());
        for cut in 0..whole.len() {
            assert!(check_png(&whole[..cut]).is_err(), "{cut}");
        }
        let with_more = [&whole[..], b"<script>"].concat();
        assert!(check_png(&with_more).is_err(), "a page behind the picture");
        let without_pixels: Vec<u8> = [&whole[..33], &whole[whole.len() - 12..]].concat();
        assert_eq!(size_of_png(&without_pixels), None);
        let twice = [&whole[..33], &whole[8..]].concat();
        assert_eq!(size_of_png(&twice), None, "two heads");
        for other in
            [&b""[..], b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", b"GIF89a", b"\xff\xd8"]
        {
            assert!(check_png(other).unwrap_err().problem.contains("not a whole PNG"));
        }
        for (width, height) in [(0, 1), (1, 0), (LOGO_PIXELS_MAX + 1, 1), (1, u32::MAX)] {
            assert!(check_png(&png(width, height)).is_err(), "{width} {height}");
        }
        let large = vec![0; LOGO_BYTES_MAX + 1];
        assert!(check_png(&large).unwrap_err().problem.contains("64 KB"));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let logo = |media_type: &str, base64: &str| Logo {
            media_type: media_type.to_owned(),
            base64: base64.to_owned(),
            alt: String::new(),
        };
        assert!(logo("image/svg+xml", "aGVsbG8=").decode().is_ok());
        assert!(logo("image/svg+xml", &"A".repeat(LOGO_BYTES_MAX / 3 * 4)).decode().is_ok());
        assert!(logo("image/png", "iVBORw0KGgo=").decode().is_ok());
        let large = "A".repeat(LOGO_BYTES_MAX / 3 * 4 + 4);
        for (media_type, base64, field) in [
            ("text/html", "aGVsbG8=", "media_type"),
            ("image/png", "", "base64"),
            ("image/png", "?", "base64"),
            ("image/png", "aGVsbG8=", "base64"),
            ("image/png", &large, "base64"),
        ] {
            assert_eq!(logo(media_type, base64).decode().unwrap_err().field, field);
        }
    }
}
