//! A screen as PNG, drawn from its SVG with a font that travels with the program.
//! Must not look for fonts on the machine: the same screen is the same picture everywhere.

use std::sync::Arc;

use epaint_default_fonts::HACK_REGULAR;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

use super::ExportError;
use super::svg::{self, Style};

/// Most pixels of a picture; four bytes each are held at once.
const PIXELS_MAX: u64 = 64_000_000;

/// The part `area` of a screen, `scale` pixels for each of the SVG's.
pub(super) fn picture(
    buffer: &Buffer,
    area: Rect,
    style: Style,
    scale: u8,
) -> Result<Vec<u8>, ExportError> {
    let style = Style {
        outline_bold: true,
        ..style
    };
    let (width, height) = svg::size(area, style);
    let scale = scale.max(1);
    let (width, height) = (width * u32::from(scale), height * u32::from(scale));
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(ExportError::TooLarge { width, height });
    }
    let mut fonts = Database::new();
    fonts.load_font_data(HACK_REGULAR.to_vec());
    fonts.set_monospace_family("Hack");
    let options = Options {
        fontdb: Arc::new(fonts),
        ..Options::default()
    };
    let failed = |problem: String| ExportError::Picture(problem);
    let tree = Tree::from_str(&svg::picture(buffer, area, style), &options)
        .map_err(|problem| failed(problem.to_string()))?;
    let mut pixels =
        Pixmap::new(width, height).ok_or_else(|| failed("it has no size".to_owned()))?;
    let transform = Transform::from_scale(f32::from(scale), f32::from(scale));
    resvg::render(&tree, transform, &mut pixels.as_mut());
    pixels
        .encode_png()
        .map_err(|problem| failed(problem.to_string()))
}
