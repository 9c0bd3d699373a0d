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
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = QUIET;
        // One step for each run of modules of one color keeps the picture small.
        for run in row.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                path.push_str(&format!("M{x} {}h{}v1H{x}z", y + QUIET, run.len()));
            }
            x += run.len();
        }
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
        // Each corner but one has a square of seven modules.
        for (x, y) in [(QUIET, QUIET), (last - 6, QUIET), (QUIET, last)] {
            assert!(picture.path.contains(&format!("M{x} {y}h7v1H{x}z")), "{x} {y}");
        }
        assert!(!picture.path.contains(&format!("M{} {last}h7", last - 6)));
        assert!(draw(&"x".repeat(5_000)).is_none());
    }
}
