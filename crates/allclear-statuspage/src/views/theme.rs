//! A page's own colors and picture: checked, because they come from outside.

use allclear_domain::limits;
use allclear_domain::status_page::{ColorTokens, Logo};

/// Whether a page has a color that is one.
pub(crate) fn has_colors(colors: &ColorTokens) -> bool {
    style_sheet(colors).is_some()
}

/// The style sheet with a page's own colors; `None` where none of them is `#rrggbb`.
pub(crate) fn style_sheet(colors: &ColorTokens) -> Option<String> {
    let light = colors.accent_light.as_deref().filter(|c| is_color(c));
    let dark = colors.accent_dark.as_deref().filter(|c| is_color(c));
    if light.is_none() && dark.is_none() {
        return None;
    }
    let mut css = String::from("@layer theme{");
    if let Some(light) = light {
        css.push_str(&format!(":root{{--accent:{light}}}"));
    }
    if let Some(dark) = dark {
        css.push_str(&format!("@media (prefers-color-scheme:dark){{:root{{--accent:{dark}}}}}"));
    }
    css.push_str("}\n");
    Some(css)
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Media type and bytes of a picture; `None` where it is not one that a page may show.
pub(crate) fn decode_logo(logo: &Logo) -> Option<(&'static str, Vec<u8>)> {
    let media_type = match logo.media_type.as_str() {
        "image/svg+xml" => "image/svg+xml",
        "image/png" => "image/png",
        _ => return None,
    };
    let bytes = decode_base64(&logo.base64)?;
    (bytes.len() <= limits::LOGO_BYTES_MAX).then_some((media_type, bytes))
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    if text.len() > limits::LOGO_BYTES_MAX * 2 {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text.trim_end_matches('=').bytes() {
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
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colors_get_into_the_style_sheet() {
        let tokens =
            |light: &str| ColorTokens { accent_light: Some(light.to_owned()), accent_dark: None };
        assert!(style_sheet(&tokens("#12aBef")).is_some());
        for bad in ["red", "#123", "#1234567", "#12345}", "#12345g;}*{display:none"] {
            assert!(style_sheet(&tokens(bad)).is_none(), "{bad}");
        }
    }

    #[test]
    fn pictures_are_decoded_or_refused() {
        assert_eq!(decode_base64("aGVsbG8="), Some(b"hello".to_vec()));
        assert_eq!(decode_base64("aGVsbG8gd29ybGQ"), Some(b"hello world".to_vec()));
        assert_eq!(decode_base64("<svg>"), None);
        let logo = |media_type: &str| Logo {
            media_type: media_type.to_owned(),
            base64: "aGVsbG8=".to_owned(),
            alt: String::new(),
        };
        assert!(decode_logo(&logo("image/png")).is_some());
        assert!(decode_logo(&logo("text/html")).is_none());
    }
}
