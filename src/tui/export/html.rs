//! A screen as a page of its own: one `pre`, a class for each look.
//! Must not need anything from outside the page.

use std::fmt::Write;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ink::{Ink, commonest_ground, css};
use super::svg::escape;
use crate::tui::encode;

const FONTS: &str = "ui-monospace,'DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,Hack,monospace";

/// The part `area` of a screen as a page.
pub(super) fn page(buffer: &Buffer, area: Rect, title: &str) -> String {
    let ground = commonest_ground(buffer, area);
    let mut looks: Vec<Ink> = Vec::new();
    let mut body = String::new();
    for y in area.top()..area.bottom() {
        line(buffer, y, area.left()..area.right(), &mut looks, &mut body);
        body.push('\n');
    }
    let mut sheet = String::new();
    for (place, look) in looks.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(sheet, ".c{place}{{color:{}", css(look.text));
        if look.ground != ground {
            let _ = write!(sheet, ";background:{}", css(look.ground));
        }
        for (wanted, rule) in [
            (look.bold, ";font-weight:bold"),
            (look.italic, ";font-style:italic"),
            (look.underlined, ";text-decoration:underline"),
            (look.crossed_out, ";text-decoration:line-through"),
        ] {
            if wanted {
                sheet.push_str(rule);
            }
        }
        sheet.push_str("}\n");
    }
    let ground = css(ground);
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>{title}</title>\n<style>\nbody{{margin:0;background:{ground}}}\n\
         pre{{margin:0;font:16px/20px {FONTS};font-variant-ligatures:none}}\n{sheet}</style>\n\
         </head>\n<body>\n<pre>{body}</pre>\n</body>\n</html>\n"
    )
}

fn line(
    buffer: &Buffer,
    y: u16,
    columns: std::ops::Range<u16>,
    looks: &mut Vec<Ink>,
    out: &mut String,
) {
    let mut open: Option<Ink> = None;
    for (_, cell) in encode::seen(buffer, y, columns) {
        let ink = Ink::of(cell);
        let is_blank = cell.symbol() == " ";
        let goes_on =
            open.is_some_and(|open| open == ink || (is_blank && open.stands_for_blank(ink)));
        if !goes_on {
            if open.is_some() {
                out.push_str("</span>");
            }
            let known = looks.iter().position(|known| *known == ink);
            let place = known.unwrap_or_else(|| {
                looks.push(ink);
                looks.len() - 1
            });
            let _ = write!(out, "<span class=\"c{place}\">");
            open = Some(ink);
        }
        out.push_str(&escape(cell.symbol()));
    }
    if open.is_some() {
        out.push_str("</span>");
    }
}
