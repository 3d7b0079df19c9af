//! Screens with their times, as one moving SVG or as an asciicast.
//! Must not read a clock: the times come with the screens.

use std::fmt::Write;
use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;

use super::ink::{Ink, Rgb, commonest_ground};
use super::svg::{self, Drawing};
use super::{ExportError, ExportOptions};
use crate::tui::encode::Encoder;

/// Cells that do not change between two that do, and are redrawn with them all the same.
const GAP_MAX: u16 = 1;

/// What a recording is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingFormat {
    /// A moving picture for any browser, without a script.
    Svg,
    /// What a terminal was told and when: asciicast, version 2.
    Cast,
}

impl FromStr for RecordingFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "svg" => Ok(Self::Svg),
            "cast" => Ok(Self::Cast),
            _ => Err(format!(
                "`{text}` is not a format of recordings: svg or cast"
            )),
        }
    }
}

/// Screens of one size in the order of their times.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    frames: Vec<(Duration, Buffer)>,
    length: Duration,
}

impl Recording {
    /// One without a screen.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what is shown from `at` on, counted from the first screen; one that is no later than
    /// the screen before takes its place. Screens are cut to the size of the first.
    pub fn push(&mut self, at: Duration, screen: Buffer) {
        self.length = self.length.max(at);
        let same = self
            .frames
            .last()
            .is_some_and(|(_, last)| last.content == screen.content && last.area == screen.area);
        if same {
            return;
        }
        if self.frames.last().is_some_and(|(last, _)| at <= *last) {
            self.frames.pop();
        }
        self.frames.push((at, screen));
    }

    /// How long the last screen is shown at least: the recording ends at `at`.
    pub fn end(&mut self, at: Duration) {
        self.length = self.length.max(at);
    }

    /// Number of screens that differ from the one before.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// The recording in the given form.
    ///
    /// # Errors
    /// When nothing was recorded.
    pub fn export(
        &self,
        format: RecordingFormat,
        options: &ExportOptions,
    ) -> Result<Vec<u8>, ExportError> {
        if self.is_empty() {
            return Err(ExportError::Picture("nothing was recorded".to_owned()));
        }
        Ok(match format {
            RecordingFormat::Svg => self.svg(options).into_bytes(),
            RecordingFormat::Cast => self.cast(options).into_bytes(),
        })
    }

    fn svg(&self, options: &ExportOptions) -> String {
        let Some((_, first)) = self.frames.first() else {
            return String::new();
        };
        let style = svg::Style {
            title: options.title.as_deref(),
            outline_bold: false,
        };
        let area = first.area;
        let ground = commonest_ground(first, area);
        let mut still = Drawing::new(style);
        let mut moving = Moving {
            style,
            ground,
            origin: (area.x, area.y),
            timelines: Vec::new(),
        };
        for y in area.top()..area.bottom() {
            let spans = self.spans(y, area);
            let mut from = area.left();
            for span in &spans {
                still.row(first, y, from..span.start, Some(ground), (area.x, area.y));
                self.versions(y, span, &mut moving);
                from = span.end;
            }
            still.row(first, y, from..area.right(), Some(ground), (area.x, area.y));
        }
        let mut out = String::new();
        svg::open(area, style, ground, &moving.sheet(self.total()), &mut out);
        still.write(&mut out);
        moving.write(&mut out);
        svg::close(style, &mut out);
        out
    }

    fn total(&self) -> Duration {
        self.length.max(Duration::from_millis(1))
    }

    /// The stretches of a row that ever change.
    fn spans(&self, y: u16, area: Rect) -> Vec<Range<u16>> {
        let mut spans: Vec<Range<u16>> = Vec::new();
        for x in area.left()..area.right() {
            let mut cells = self.frames.iter().map(|(_, screen)| screen.cell((x, y)));
            let first = cells.next().flatten();
            if cells.all(|cell| alike(first, cell)) {
                continue;
            }
            match spans.last_mut() {
                Some(span) if x - span.end <= GAP_MAX => span.end = x + 1,
                _ => spans.push(x..x + 1),
            }
        }
        spans
    }

    /// Draws each look of a stretch once, to be seen at its times.
    fn versions(&self, y: u16, span: &Range<u16>, moving: &mut Moving) {
        let same = |one: &Buffer, other: &Buffer| {
            span.clone()
                .all(|x| alike(one.cell((x, y)), other.cell((x, y))))
        };
        // A screen that shows the look, and the numbers of all that do.
        let mut versions: Vec<(&Buffer, Vec<usize>)> = Vec::new();
        for (frame, (_, screen)) in self.frames.iter().enumerate() {
            match versions.iter_mut().find(|(known, _)| same(known, screen)) {
                Some((_, frames)) => frames.push(frame),
                None => versions.push((screen, vec![frame])),
            }
        }
        for (screen, frames) in versions {
            let times = self.times(&frames);
            moving.drawing(times, |drawing, ground, origin| {
                drawing.row(screen, y, span.clone(), Some(ground), origin);
            });
        }
    }

    /// From when to when these frames are seen, those that follow on one another as one.
    fn times(&self, frames: &[usize]) -> Vec<Range<Duration>> {
        let mut times: Vec<Range<Duration>> = Vec::new();
        for frame in frames {
            let start = self.start(*frame);
            let end = self.start(frame + 1);
            match times.last_mut() {
                Some(last) if last.end == start => last.end = end,
                _ => times.push(start..end),
            }
        }
        times
    }

    fn start(&self, frame: usize) -> Duration {
        match self.frames.get(frame) {
            // What was there at first is there from the beginning.
            Some(_) if frame == 0 => Duration::ZERO,
            Some((at, _)) => *at,
            None => self.total(),
        }
    }

    fn cast(&self, options: &ExportOptions) -> String {
        let area = self.frames.first().map_or(Rect::ZERO, |(_, it)| it.area);
        let title = options.title.as_deref().unwrap_or(super::NAME);
        let mut out = format!(
            "{{\"version\":2,\"width\":{},\"height\":{},\"title\":{},\
             \"env\":{{\"TERM\":\"xterm-256color\"}}}}\n",
            area.width,
            area.height,
            serde_json::Value::from(title)
        );
        let mut event = |at: Duration, text: &str| {
            let text = serde_json::Value::from(text);
            // Writing to a string cannot fail.
            let _ = writeln!(out, "[{:.3},\"o\",{text}]", at.as_secs_f64());
        };
        let mut encoder = Encoder::new();
        let mut bytes = b"\x1b[?25l".to_vec();
        for (at, screen) in &self.frames {
            let mut next = Buffer::empty(area);
            for (cell, drawn) in next.content.iter_mut().zip(&screen.content) {
                if screen.area == area {
                    cell.clone_from(drawn);
                }
            }
            if encoder.encode(&next, &mut bytes) {
                encoder.shown(&mut next);
            }
            event(*at, &String::from_utf8_lossy(&bytes));
            bytes.clear();
        }
        event(self.total(), "\x1b[m");
        out
    }
}

/// Whether two cells are the same to the eye.
fn alike(one: Option<&Cell>, other: Option<&Cell>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            let (ink, other_ink) = (Ink::of(one), Ink::of(other));
            one.symbol() == other.symbol()
                && (ink == other_ink || (one.symbol() == " " && ink.stands_for_blank(other_ink)))
        }
        (None, None) => true,
        _ => false,
    }
}

/// The parts of a picture that come and go.
struct Moving<'a> {
    style: svg::Style<'a>,
    ground: Rgb,
    origin: (u16, u16),
    /// When something is seen, and what; the place is its number in the style sheet.
    timelines: Vec<(Vec<Range<Duration>>, Drawing)>,
}

impl Moving<'_> {
    /// Adds to what is seen at these times.
    fn drawing(
        &mut self,
        times: Vec<Range<Duration>>,
        draw: impl FnOnce(&mut Drawing, Rgb, (u16, u16)),
    ) {
        let known = self.timelines.iter().position(|(known, _)| *known == times);
        let number = known.unwrap_or_else(|| {
            self.timelines.push((times, Drawing::new(self.style)));
            self.timelines.len() - 1
        });
        if let Some((_, drawing)) = self.timelines.get_mut(number) {
            draw(drawing, self.ground, self.origin);
        }
    }

    fn write(self, out: &mut String) {
        for (number, (_, drawing)) in self.timelines.into_iter().enumerate() {
            let _ = writeln!(out, "<g class=\"t{number}\">");
            drawing.write(out);
            out.push_str("</g>\n");
        }
    }

    /// Steps instead of motion, and nothing but the first screen for who wants no motion.
    fn sheet(&self, total: Duration) -> String {
        let mut sheet = String::from("\n");
        let seconds = total.as_secs_f64();
        let mut moves = String::new();
        for (number, (times, _)) in self.timelines.iter().enumerate() {
            let at_first = times.first().is_some_and(|time| time.start.is_zero());
            if !at_first {
                let _ = writeln!(sheet, ".t{number}{{visibility:hidden}}");
            }
            let _ = write!(moves, "@keyframes t{number}{{");
            if !at_first {
                moves.push_str("0%{visibility:hidden}");
            }
            for time in times {
                for (moment, word) in [(time.start, "visible"), (time.end, "hidden")] {
                    if moment < total {
                        let percent = moment.as_secs_f64() / seconds * 100.0;
                        let percent = format!("{percent:.3}");
                        let percent = percent.trim_end_matches('0').trim_end_matches('.');
                        let _ = write!(moves, "{percent}%{{visibility:{word}}}");
                    }
                }
            }
            let last = times.last().is_some_and(|time| time.end >= total);
            let word = if last { "visible" } else { "hidden" };
            let _ = writeln!(moves, "100%{{visibility:{word}}}}}");
            let _ = writeln!(
                moves,
                ".t{number}{{animation:t{number} {seconds:.3}s step-end infinite}}"
            );
        }
        let _ = write!(
            sheet,
            "@media (prefers-reduced-motion:no-preference){{\n{moves}}}\n"
        );
        sheet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screens(texts: &[(u64, &str)]) -> Recording {
        let mut recording = Recording::new();
        for (millis, text) in texts {
            recording.push(
                Duration::from_millis(*millis),
                Buffer::with_lines([*text, "below"]),
            );
        }
        recording
    }

    #[test]
    fn only_what_changes_moves() {
        let mut recording = screens(&[(0, "price 10"), (500, "price 11"), (1_000, "price 10")]);
        recording.end(Duration::from_secs(2));
        let options = ExportOptions::default();
        let bytes = recording.export(RecordingFormat::Svg, &options).unwrap();
        let svg = String::from_utf8(bytes).unwrap();
        assert!(svg.contains(">price 1</text>"), "{svg}");
        assert_eq!(svg.matches("below").count(), 1);
        assert_eq!(svg.matches("<g class=").count(), 2, "{svg}");
        assert!(svg.contains(
            "@keyframes t0{0%{visibility:visible}25%{visibility:hidden}\
             50%{visibility:visible}100%{visibility:visible}}"
        ));
        assert!(svg.contains(
            "@keyframes t1{0%{visibility:hidden}25%{visibility:visible}\
             50%{visibility:hidden}100%{visibility:hidden}}"
        ));
        assert!(svg.contains(".t1{visibility:hidden}") && !svg.contains(".t0{visibility"));
        assert!(svg.contains("t0 2.000s step-end infinite"));
    }

    #[test]
    fn a_cast_is_a_header_and_a_line_for_each_screen() {
        let recording = screens(&[(0, "ab"), (250, "ab"), (500, "ac")]);
        assert_eq!(recording.len(), 2);
        let options = ExportOptions::default();
        let bytes = recording.export(RecordingFormat::Cast, &options).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(
            (&lines[0]["width"], &lines[0]["version"]),
            (&5.into(), &2.into())
        );
        let times: Vec<f64> = lines[1..].iter().filter_map(|it| it[0].as_f64()).collect();
        assert_eq!(times, [0.0, 0.5, 0.5]);
        assert!(lines[2][2].as_str().unwrap().contains("c\u{1b}[m"));
    }

    #[test]
    fn nothing_recorded_is_an_error() {
        let options = ExportOptions::default();
        let recording = Recording::new();
        assert!(recording.export(RecordingFormat::Svg, &options).is_err());
    }
}
