//! Writes a screen as a picture, a page or text.
//! Must not draw anything of its own: it takes what `render` drew.

mod html;
mod ink;
mod png;
mod recording;
mod shape;
mod svg;

use std::str::FromStr;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use thiserror::Error;

use super::encode;
use super::render::draw;
use super::state::DeskState;
use crate::view::View;

pub use recording::{Recording, RecordingFormat};

/// What a page or a window is called where nothing else was said.
const NAME: &str = "titan-tui";

/// What a screen is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShotFormat {
    /// A picture for any browser.
    Svg,
    /// A picture for anything else.
    Png,
    /// A page for any browser.
    Html,
    /// Lines with colour codes.
    Ansi,
    /// Lines of text.
    Text,
}

/// Endings of files, the first of each form being its name.
const ENDINGS: &[(&str, ShotFormat)] = &[
    ("svg", ShotFormat::Svg),
    ("png", ShotFormat::Png),
    ("html", ShotFormat::Html),
    ("htm", ShotFormat::Html),
    ("ansi", ShotFormat::Ansi),
    ("ans", ShotFormat::Ansi),
    ("txt", ShotFormat::Text),
    ("text", ShotFormat::Text),
];

impl FromStr for ShotFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        ENDINGS
            .iter()
            .find(|(ending, _)| *ending == text)
            .map(|(_, format)| *format)
            .ok_or_else(|| format!("`{text}` is not a format: svg, png, html, ansi or txt"))
    }
}

/// How a screen is written, beyond the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportOptions {
    /// Draws the bar of a window with this title around SVG and PNG; none where it is `None`.
    pub title: Option<String>,
    /// Pixels of a PNG for each of the SVG's, whose cells are 10 by 20; at least 1.
    pub scale: u8,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self {
            title: None,
            scale: 1,
        }
    }
}

/// Why a screen could not be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExportError {
    /// The picture would take too much memory.
    #[error(
        "a picture of {width} by {height} pixels is too large: take fewer cells or a smaller scale"
    )]
    TooLarge {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// The picture could not be drawn.
    #[error("the picture cannot be drawn: {0}")]
    Picture(String),
}

/// The part `area` of a screen in the given form. The same cells give the same bytes, on every
/// machine.
///
/// # Errors
/// When a PNG would be too large, or nothing of `area` lies on the screen.
pub fn export(buffer: &Buffer, area: Rect, format: ShotFormat) -> Result<Vec<u8>, ExportError> {
    export_with(buffer, area, format, &ExportOptions::default())
}

/// As [`export`], with a window's bar or another scale.
///
/// # Errors
/// As for [`export`].
pub fn export_with(
    buffer: &Buffer,
    area: Rect,
    format: ShotFormat,
    options: &ExportOptions,
) -> Result<Vec<u8>, ExportError> {
    let area = area.intersection(buffer.area);
    let title = options.title.as_deref();
    let style = svg::Style {
        title,
        outline_bold: false,
    };
    Ok(match format {
        ShotFormat::Svg => svg::picture(buffer, area, style).into_bytes(),
        ShotFormat::Png => png::picture(buffer, area, style, options.scale)?,
        ShotFormat::Html => html::page(buffer, area, title.unwrap_or(NAME)).into_bytes(),
        ShotFormat::Ansi => encode::lines(buffer, area),
        ShotFormat::Text => text(buffer, area).into_bytes(),
    })
}

/// A screen of `width` × `height` cells in a form that is text, which PNG is not: see [`export`].
pub fn shot(view: &View, state: &DeskState, width: u16, height: u16, format: ShotFormat) -> String {
    let buffer = draw(view, state, width, height);
    let bytes = export(&buffer, buffer.area, format).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Lines without the spaces at their ends.
fn text(buffer: &Buffer, area: Rect) -> String {
    let mut out = String::new();
    for y in area.top()..area.bottom() {
        let line: String = encode::seen(buffer, y, area.left()..area.right())
            .map(|(_, cell)| cell.symbol())
            .collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{ColorMode, sample};

    fn screen() -> Buffer {
        draw(
            &sample::view(),
            &DeskState::new(ColorMode::True, false),
            120,
            36,
        )
    }

    #[test]
    fn a_picture_has_its_size_and_no_control_characters() {
        let screen = screen();
        let bytes = export(&screen, screen.area, ShotFormat::Svg).unwrap();
        let picture = String::from_utf8(bytes).unwrap();
        assert!(picture.contains("viewBox=\"0 0 1200 720\""));
        assert!(picture.ends_with("</svg>\n"));
        assert!(!picture.contains('\u{1b}'));
        assert!(!picture.contains('█') && !picture.contains('│'));
    }

    #[test]
    fn a_part_is_cut_out_in_every_form() {
        let mut screen = Buffer::with_lines(["abcdef", "ghijkl", "mnopqr"]);
        screen.set_style(screen.area, ratatui::style::Style::new());
        let part = Rect::new(2, 1, 3, 5);
        let text = |format| {
            let bytes = export(&screen, part, format).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(text(ShotFormat::Text), "ijk\nopq\n");
        assert_eq!(
            text(ShotFormat::Ansi),
            "\u{1b}[0mijk\u{1b}[0m\n\u{1b}[0mopq\u{1b}[0m\n"
        );
        assert!(text(ShotFormat::Svg).contains("viewBox=\"0 0 30 40\""));
        assert!(text(ShotFormat::Svg).contains("<text x=\"0\" y=\"35\" textLength=\"30\">opq"));
        assert!(text(ShotFormat::Html).contains("<pre><span class=\"c0\">ijk</span>\n"));
    }

    #[test]
    fn a_png_shows_letters_without_the_fonts_of_a_machine() {
        let screen = Buffer::with_lines(["MMMM", "    ", "████"]);
        let bytes = export(&screen, screen.area, ShotFormat::Png).unwrap();
        let picture = resvg::tiny_skia::Pixmap::decode_png(&bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (40, 60));
        // How many pixels of a row of cells are light.
        let light = |row: usize| {
            let pixels = picture.pixels().chunks(40).skip(row * 20).take(20);
            pixels.flatten().filter(|pixel| pixel.red() > 0x80).count()
        };
        assert!((100..400).contains(&light(0)), "{}", light(0));
        assert_eq!((light(1), light(2)), (0, 800));
        assert_eq!(
            export(&screen, screen.area, ShotFormat::Png).unwrap(),
            bytes
        );
    }

    #[test]
    fn every_glyph_of_the_desk_can_be_seen_in_a_png() {
        let picture = |symbol: &str| {
            let screen = Buffer::with_lines([symbol]);
            export(&screen, screen.area, ShotFormat::Png).unwrap()
        };
        // What the font draws for a character that it does not have.
        let missing = picture("\u{2f00}");
        for glyph in crate::tui::glyphs::table() {
            for letter in glyph.unicode.chars().filter(|letter| *letter != ' ') {
                let drawn = picture(&letter.to_string());
                let seen = drawn != missing && drawn != picture(" ");
                assert!(seen, "{letter} {}", glyph.field);
            }
        }
    }

    #[test]
    fn a_picture_that_would_not_fit_says_so() {
        let screen = Buffer::empty(Rect::new(0, 0, 1_000, 400));
        let error = export(&screen, screen.area, ShotFormat::Png).unwrap_err();
        assert!(
            error.to_string().contains("10000 by 8000 pixels"),
            "{error}"
        );
        let nothing = Buffer::empty(Rect::ZERO);
        assert!(export(&nothing, nothing.area, ShotFormat::Png).is_err());
        assert_eq!(
            export(&nothing, nothing.area, ShotFormat::Text),
            Ok(Vec::new())
        );
    }

    #[test]
    fn a_window_has_its_title_and_a_scale() {
        let screen = Buffer::with_lines(["abc"]);
        let options = ExportOptions {
            title: Some("desk <1>".to_owned()),
            scale: 2,
        };
        let svg = export_with(&screen, screen.area, ShotFormat::Svg, &options).unwrap();
        let svg = String::from_utf8(svg).unwrap();
        assert!(svg.contains(">desk &lt;1&gt;</text>") && svg.contains("viewBox=\"0 0 54 66\""));
        let png = export_with(&screen, screen.area, ShotFormat::Png, &options).unwrap();
        let picture = resvg::tiny_skia::Pixmap::decode_png(&png).unwrap();
        assert_eq!((picture.width(), picture.height()), (108, 132));
    }
}
