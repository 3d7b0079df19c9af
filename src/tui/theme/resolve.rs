//! Turns a draft into a theme: takes what it leaves out from the theme it inherits, computes the
//! nearest colours of poorer terminals, and says what is missing.
//! Must not open files.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier};

use super::depth::ColorMode;
use super::file::{Draft, Given};
use super::palette;
use super::science::Rgb;
use super::slots::{Role, SLOTS, Slot, SlotSpec, Theme};
use crate::config::{Problem, nearest};

/// How a theme's text looks where it is the terminal's own.
const USUAL_TEXT: Rgb = (0xcc, 0xcc, 0xcc);
const USUAL_GROUND: Rgb = (0x1e, 0x1e, 0x1e);

/// The theme of a draft; `others` are the drafts that may be inherited.
///
/// # Errors
/// When a theme that is inherited is not known or inherits this one, or slots are missing.
pub fn resolve<'d>(
    draft: &'d Draft,
    others: impl Iterator<Item = &'d Draft> + Clone,
) -> Result<Theme, Vec<Problem>> {
    let line = ancestry(draft, others).map_err(|problem| vec![problem])?;
    let mut merged: BTreeMap<&'static str, Given> = BTreeMap::new();
    let (mut depth, mut hollow, mut tags) = (ColorMode::True, false, Vec::new());
    for ancestor in line.iter().rev() {
        depth = ancestor.depth.unwrap_or(depth);
        hollow = ancestor.hollow.unwrap_or(hollow);
        // What a theme was checked for is not passed on: its heir may break it.
        tags = ancestor.tags.clone().unwrap_or_default();
        for (name, given) in &ancestor.given {
            match merged.get_mut(name) {
                Some(before) => override_with(before, given),
                None => {
                    merged.insert(name, given.clone());
                }
            }
        }
    }
    let mut theme = Theme {
        name: draft.name.clone(),
        tags,
        depth,
        hollow,
        ..Theme::default()
    };
    let problems = fill(&mut theme, &merged, draft);
    if problems.is_empty() {
        Ok(theme)
    } else {
        Err(problems)
    }
}

/// The draft, the one it inherits, the one that inherits, and so on.
fn ancestry<'d>(
    draft: &'d Draft,
    others: impl Iterator<Item = &'d Draft> + Clone,
) -> Result<Vec<&'d Draft>, Problem> {
    let mut line = vec![draft];
    let mut current = draft;
    while let Some((name, place)) = &current.inherits {
        let problem = |message: String| Problem {
            place: place.clone(),
            message,
        };
        if line.iter().any(|one| one.name == *name) {
            return Err(problem(format!(
                "inherits = \"{name}\": {name} inherits this theme itself; name another"
            )));
        }
        let Some(next) = others.clone().find(|other| other.name == *name) else {
            let names = others.clone().map(|other| other.name.as_str());
            let remedy = match nearest(name, names.clone()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("write one of {}", names.collect::<Vec<_>>().join(", ")),
            };
            return Err(problem(format!(
                "inherits = \"{name}\": there is no such theme; {remedy}"
            )));
        };
        line.push(next);
        current = next;
    }
    Ok(line)
}

/// A new colour brings its own answers for poorer terminals; what stands for it without colour
/// belongs to the role and stays.
fn override_with(before: &mut Given, after: &Given) {
    if after.rgb.is_some() {
        before.rgb = after.rgb;
        before.indexed = None;
        before.sixteen = None;
    }
    before.indexed = after.indexed.or(before.indexed);
    before.sixteen = after.sixteen.or(before.sixteen);
    before.mono = after.mono.or(before.mono);
    before.place.clone_from(&after.place);
}

fn fill(theme: &mut Theme, merged: &BTreeMap<&'static str, Given>, draft: &Draft) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut missing = Vec::new();
    for spec in SLOTS {
        let given = merged
            .get(spec.name)
            .or_else(|| spec.follows.and_then(|from| merged.get(from)));
        match given {
            None => {
                // One that follows another is missing with it.
                if spec.follows.is_none() {
                    missing.push(spec.name);
                }
            }
            Some(given) => match complete(spec, given, theme.depth) {
                Some(slot) => (spec.set)(theme, slot),
                None => problems.push(Problem {
                    place: given.place.clone(),
                    message: format!(
                        "slot {}: it has no colour; write rgb = \"#rrggbb\"",
                        spec.name
                    ),
                }),
            },
        }
    }
    if !missing.is_empty() {
        let message = format!(
            "slots are missing: {}; write them, or inherits = \"titan-dark\"",
            missing.join(", ")
        );
        problems.push(Problem {
            place: draft.place.clone(),
            message,
        });
    }
    problems
}

/// What a slot is at every depth; `None` where nothing says its colour.
fn complete(spec: &SlotSpec, given: &Given, depth: ColorMode) -> Option<Slot> {
    let look = |color: Color| {
        let own = if spec.role.is_ground() {
            USUAL_GROUND
        } else {
            USUAL_TEXT
        };
        palette::look_of(color).unwrap_or(own)
    };
    // A theme of sixteen colours has no others; figures and pictures go by their usual look.
    let named = given.sixteen.filter(|_| depth >= ColorMode::Sixteen);
    let rgb = given
        .rgb
        .or_else(|| named.map(look))
        .or_else(|| given.indexed.map(palette::rgb))?;
    let sixteen = given.sixteen.unwrap_or_else(|| match spec.role {
        Role::Ground => Color::Reset,
        Role::Ink => Color::Black,
        Role::Faint => Color::DarkGray,
        _ => palette::nearest_sixteen(rgb),
    });
    Some(Slot {
        rgb,
        indexed: given.indexed.unwrap_or_else(|| palette::nearest_index(rgb)),
        sixteen,
        mono: given.mono.unwrap_or(Modifier::empty()),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::file::parse;
    use super::super::{builtin, builtin_drafts};
    use super::*;

    fn drafts(texts: &[(&str, &str)]) -> Vec<Draft> {
        texts
            .iter()
            .map(|(name, text)| parse(Path::new(&format!("{name}.toml")), text, name).unwrap())
            .collect()
    }

    fn resolved(texts: &[(&str, &str)]) -> Result<Theme, Vec<String>> {
        let drafts = drafts(texts);
        let others = builtin_drafts().iter().chain(&drafts);
        resolve(&drafts[0], others)
            .map_err(|problems| problems.iter().map(Problem::to_string).collect())
    }

    #[test]
    fn what_is_left_out_comes_from_the_inherited_theme() {
        let text = "inherits = \"titan-dark\"\n[slots]\nup = \"#4080ff\"\ntitle = \"#ffffff\"\n\
                    warn = { x256 = 99 }\n";
        let theme = resolved(&[("mine", text)]).unwrap();
        let base = builtin("titan-dark").unwrap();
        assert_eq!(theme.down, base.down);
        assert_eq!(theme.overlays, base.overlays);
        assert_eq!(theme.up.rgb, (0x40, 0x80, 0xff));
        assert_eq!(theme.profit, theme.up, "what follows up goes with it");
        assert_eq!(theme.up.sixteen, Color::LightBlue, "computed anew");
        assert_eq!(theme.up.indexed, palette::nearest_index(theme.up.rgb));
        assert_eq!(theme.title.mono, Modifier::BOLD, "belongs to the role");
        assert_eq!(
            theme.warn,
            Slot {
                indexed: 99,
                ..base.warn
            }
        );
        assert!(theme.tags.is_empty(), "a gate is not inherited");
    }

    #[test]
    fn a_theme_may_inherit_one_that_inherits() {
        let theme = resolved(&[
            ("mine", "inherits = \"base\"\n[slots]\nup = \"#ffffff\"\n"),
            ("base", "inherits = \"mono\"\n[slots]\ndown = \"#111111\"\n"),
        ])
        .unwrap();
        assert_eq!(theme.up.rgb, (255, 255, 255));
        assert_eq!(theme.down.rgb, (0x11, 0x11, 0x11));
        assert!(theme.hollow);
    }

    #[test]
    fn what_cannot_be_resolved_says_why_and_where() {
        let cases: [(&[(&str, &str)], &str); 4] = [
            (
                &[("mine", "inherits = \"titan-drak\"\n")],
                "mine.toml:1:1: inherits = \"titan-drak\": there is no such theme; \
                 did you mean titan-dark?",
            ),
            (
                &[
                    ("mine", "inherits = \"base\"\n"),
                    ("base", "\ninherits = \"mine\"\n"),
                ],
                "base.toml:2:1: inherits = \"mine\": mine inherits this theme itself; name another",
            ),
            (
                &[(
                    "mine",
                    "inherits = \"ansi\"\ndepth = \"256\"\n[slots]\nup = { mono = \"bold\" }\n",
                )],
                "mine.toml:4:1: slot up: it has no colour; write rgb = \"#rrggbb\"",
            ),
            (
                &[("mine", "# mine\n[slots]\nup = \"#ffffff\"\n")],
                "mine.toml:2:2: slots are missing: background, raised,",
            ),
        ];
        for (texts, expected) in cases {
            let found = resolved(texts).unwrap_err();
            assert!(
                found.iter().any(|line| line.starts_with(expected)),
                "{found:#?}"
            );
        }
    }
}
