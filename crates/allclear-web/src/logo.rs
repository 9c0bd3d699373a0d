//! A logo as the console and the API take it.

use allclear_domain::error::InvalidValue;
use allclear_domain::logo::check_png;
use allclear_domain::status_page::Logo;
use data_encoding::BASE64;

/// The logo of these bytes, which are looked at: what they are called counts for nothing.
pub(crate) fn of_bytes(bytes: &[u8], alt: &str) -> Result<Logo, InvalidValue> {
    check_png(bytes)?;
    let alt = alt.trim().to_owned();
    if alt.is_empty() {
        let problem = "is empty: say what the picture shows, for those who do not see it";
        return Err(InvalidValue::new("logo.alt", problem));
    }
    Ok(Logo { media_type: "image/png".to_owned(), base64: BASE64.encode(bytes), alt })
}
