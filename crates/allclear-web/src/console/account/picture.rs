//! The picture that an authenticator reads: a QR code as one path of an SVG.

use qrcode::{Color, EcLevel, QrCode};

/// Modules of white that readers need on every side.
const QUIET: usize = 4;

/// A picture, ready to print.
pub(super) struct Picture {
    /// Width and height, in modules.
    pub(super) side: usize,
    /// The dark modules, as the data of a path.
    pub(super) path: String,
}

/// The picture of an address; `None` where it is too long for one.
pub(super) fn draw(address: &str) -> Option<Picture> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (n, _) in code.to_colors().iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        let (x, y) = (n % width + QUIET, n / width + QUIET);
        path.push_str(&format!("M{x} {y}h1v1h-1z"));
    }
    Some(Picture { side: width + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_are_where_readers_look_for_them() {
        let picture = draw("otpauth://totp/Allclear:a?secret=ABC&issuer=Allclear").unwrap();
        let last = picture.side - QUIET - 1;
        for (x, y) in [(QUIET, QUIET), (last, QUIET), (QUIET, last)] {
            assert!(picture.path.contains(&format!("M{x} {y}h1")), "{x} {y}");
        }
        assert!(!picture.path.contains(&format!("M{last} {last}h1")));
        assert!(draw(&"x".repeat(5_000)).is_none());
    }
}
