//! The figures of a theme, and what is wrong with them: can every text be read, are up and down
//! told apart by any eye?
//! Must not repair anything.

use super::depth::ColorMode;
use super::palette;
use super::science::{self, Rgb, Vision};
use super::slots::{Role, SLOTS, SlotSpec, Theme};

/// Least ΔE76 between up and down for themes that are tagged `cvd`.
pub const DIFFERENCE_MIN: f64 = 60.0;
/// Least contrast of text on its ground.
pub const CONTRAST_MIN: f64 = 4.5;
/// The same for themes that are tagged `contrast`.
pub const CONTRAST_MIN_HIGH: f64 = 7.0;
/// Least contrast of a line that must be found.
pub const LINE_CONTRAST_MIN: f64 = 3.0;

/// Slots that also lie behind text in the colour of `on_color`: tags and warnings.
const ALSO_BADGES: &[&str] = &["up", "down", "accent", "warn", "alarm"];

/// How well one slot is seen on another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// Ratio of WCAG 2, 1 to 21.
    pub ratio: f64,
    /// The least that is asked for.
    pub least: f64,
    /// What is to be read.
    pub front: &'static str,
    /// What lies behind it.
    pub ground: &'static str,
}

/// The figures of a theme at one depth.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// The depth.
    pub depth: ColorMode,
    /// ΔE76 of up and down, in the order of [`Vision::ALL`].
    pub up_down: [f64; 4],
    /// Every pair that is asked for.
    pub contrasts: Vec<Contrast>,
}

impl Figures {
    /// The pair that comes nearest to being refused.
    pub fn worst(&self) -> Option<Contrast> {
        let share = |one: &Contrast| one.ratio / one.least;
        let pairs = self.contrasts.iter().copied();
        pairs.min_by(|a, b| share(a).total_cmp(&share(b)))
    }

    /// The least ΔE76 of up and down, and whose eye it is.
    pub fn least_difference(&self) -> (Vision, f64) {
        let all = Vision::ALL.into_iter().zip(self.up_down);
        all.min_by(|(_, a), (_, b)| a.total_cmp(b))
            .unwrap_or((Vision::Normal, 0.0))
    }
}

/// The depths at which a theme's colours are known: those of the sixteen are the terminal's, and
/// are judged by their usual look only where the theme has no others.
pub fn depths(theme: &Theme) -> &'static [ColorMode] {
    match theme.depth {
        ColorMode::True => &[ColorMode::True, ColorMode::Indexed],
        ColorMode::Indexed => &[ColorMode::Indexed],
        ColorMode::Sixteen => &[ColorMode::Sixteen],
        ColorMode::Mono => &[],
    }
}

/// Measures a theme at a depth.
pub fn figures(theme: &Theme, depth: ColorMode) -> Figures {
    let color = |spec: &SlotSpec| shown(theme, spec, depth);
    let least = if theme.has_tag("contrast") {
        CONTRAST_MIN_HIGH
    } else {
        CONTRAST_MIN
    };
    let mut contrasts = Vec::new();
    for front in SLOTS {
        for ground in SLOTS {
            let Some(least) = asked(front, ground, least, depth) else {
                continue;
            };
            contrasts.push(Contrast {
                ratio: science::contrast(color(front), color(ground)),
                least,
                front: front.name,
                ground: ground.name,
            });
        }
    }
    let find = |name| SLOTS.iter().find(|spec| spec.name == name).map(color);
    let (up, down) = (find("up"), find("down"));
    let up_down = Vision::ALL.map(|vision| match (up, down) {
        (Some(up), Some(down)) => science::difference(up, down, vision),
        _ => 0.0,
    });
    Figures {
        depth,
        up_down,
        contrasts,
    }
}

/// The contrast that is asked of a pair; `None` where the two never meet.
fn asked(front: &SlotSpec, ground: &SlotSpec, text: f64, depth: ColorMode) -> Option<f64> {
    let badge = ground.role == Role::Badge || ALSO_BADGES.contains(&ground.name);
    match (front.role, ground.role) {
        (Role::Text, Role::Ground) => Some(text),
        (Role::Text, Role::Band) if front.name == "text" => Some(text),
        (Role::Text, Role::Bar) if front.name == "text" && depth < ColorMode::Sixteen => Some(text),
        (Role::Ink, _) if badge => Some(text),
        (Role::Line, _) if ground.name == "background" => Some(LINE_CONTRAST_MIN),
        _ => None,
    }
}

/// The colour of a slot as it is seen at a depth.
fn shown(theme: &Theme, spec: &SlotSpec, depth: ColorMode) -> Rgb {
    let slot = (spec.get)(theme);
    match depth {
        ColorMode::Indexed => palette::rgb(slot.indexed),
        // Where the terminal's own stands, `rgb` is its usual look.
        ColorMode::Sixteen => palette::look_of(slot.sixteen).unwrap_or(slot.rgb),
        ColorMode::True | ColorMode::Mono => slot.rgb,
    }
}

/// Everything that is wrong with a theme, each with the slot, the figure and the remedy.
pub fn findings(theme: &Theme) -> Vec<String> {
    let mut found = Vec::new();
    for depth in depths(theme) {
        let figures = figures(theme, *depth);
        let (at, key) = match depth {
            ColorMode::True => ("", "rgb"),
            ColorMode::Indexed => (" in 256 colours", "x256"),
            ColorMode::Sixteen | ColorMode::Mono => (" in 16 colours", "x16"),
        };
        for pair in figures.contrasts.iter() {
            if pair.ratio < pair.least {
                found.push(format!(
                    "{} on {}{at}: contrast {:.2}, least {}; change {key} of one of the two",
                    pair.front, pair.ground, pair.ratio, pair.least
                ));
            }
        }
        if theme.has_tag("cvd") {
            for (vision, difference) in Vision::ALL.into_iter().zip(figures.up_down) {
                if difference < DIFFERENCE_MIN {
                    found.push(format!(
                        "up and down{at}: difference {difference:.0} for {} vision, least \
                         {DIFFERENCE_MIN}; change {key} of one of the two or drop the tag cvd",
                        vision.name()
                    ));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{builtin, builtins};
    use super::*;

    #[test]
    fn every_theme_passes() {
        for theme in builtins() {
            let found = findings(theme);
            assert!(found.is_empty(), "{}:\n{}", theme.name, found.join("\n"));
        }
    }

    #[test]
    fn the_themes_for_any_colour_vision_are_tagged() {
        for name in ["okabe", "blue-yellow"] {
            let theme = builtin(name).unwrap();
            assert!(theme.has_tag("cvd"), "{name}");
            for depth in depths(&theme) {
                let (vision, least) = figures(&theme, *depth).least_difference();
                assert!(least >= DIFFERENCE_MIN, "{name} {vision:?} {least:.1}");
            }
        }
    }

    #[test]
    fn a_theme_that_fails_is_told_where_and_why() {
        let mut theme = (*builtin("titan-dark").unwrap()).clone();
        theme.tags = vec!["cvd".to_owned()];
        theme.dim.rgb = (0x40, 0x48, 0x50);
        let found = findings(&theme);
        let expected = [
            "dim on background: contrast ",
            "up and down: difference 15 for deut vision, least 60; change rgb of one of the two \
             or drop the tag cvd",
        ];
        for part in expected {
            assert!(
                found.iter().any(|line| line.starts_with(part)),
                "{found:#?}"
            );
        }
        assert!(
            !found.iter().any(|line| line.contains("normal")),
            "{found:#?}"
        );
    }

    #[test]
    fn no_ground_and_no_badge_goes_unmeasured() {
        let figures = figures(&builtin("titan-dark").unwrap(), ColorMode::True);
        for spec in SLOTS {
            let measured = figures
                .contrasts
                .iter()
                .any(|pair| pair.front == spec.name || pair.ground == spec.name);
            assert_eq!(measured, spec.role != Role::Faint, "{}", spec.name);
        }
    }
}
