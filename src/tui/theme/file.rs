//! Reads a theme file: TOML in, a draft out, or every problem with its place and its remedy.
//! Must not open files, nor know which themes there are.

use std::collections::BTreeMap;
use std::path::Path;

use ratatui::style::{Color, Modifier};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::depth::ColorMode;
use super::palette;
use super::science::Rgb;
use super::slots::{self, SLOTS, TAGS};
use crate::config::{Problem, nearest, place_in_file};

/// Keys of the file besides its slots.
const KEYS: &[&str] = &["name", "tags", "inherits", "depth", "hollow", "slots"];
/// Keys of a slot.
const SLOT_KEYS: &[&str] = &["rgb", "x256", "x16", "mono"];
/// The words of `mono`.
pub(super) const ATTRIBUTES: &[(&str, Modifier)] = &[
    ("none", Modifier::empty()),
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];
const NAME_LENGTH_MAX: usize = 32;

/// What a file says of one slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) rgb: Option<Rgb>,
    pub(super) indexed: Option<u8>,
    pub(super) sixteen: Option<Color>,
    pub(super) mono: Option<Modifier>,
    /// Where it stands, for messages.
    pub(super) place: String,
}

/// A theme file as it is written: what it leaves out comes from the theme it inherits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its name.
    pub name: String,
    pub(super) tags: Option<Vec<String>>,
    /// The theme that gives what this one leaves out, and where that is written.
    pub(super) inherits: Option<(String, String)>,
    pub(super) depth: Option<ColorMode>,
    pub(super) hollow: Option<bool>,
    pub(super) given: BTreeMap<&'static str, Given>,
    /// Where the slots begin, for messages about all of them.
    pub(super) place: String,
}

/// Reads the text of a theme file; `name` is taken where the file does not say one.
///
/// # Errors
/// Every problem that was found, in the order of the file.
pub fn parse(path: &Path, text: &str, name: &str) -> Result<Draft, Vec<Problem>> {
    // Some editors put a byte order mark in front, which TOML does not know.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        path,
        text,
        problems: Vec::new(),
    };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let message = error.message().replace('\n', "; ");
        reader.problem(error.span().map_or(0, |span| span.start), message);
    }
    if !errors.is_empty() {
        return Err(reader.problems);
    }
    let draft = reader.draft(table.get_ref(), name);
    if reader.problems.is_empty() && !is_name(&draft.name) {
        reader.problem(
            0,
            "the file's name cannot be a theme's: write name = \"my-theme\"",
        );
    }
    if reader.problems.is_empty() {
        Ok(draft)
    } else {
        Err(reader.problems)
    }
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    problems: Vec<Problem>,
}

type Value<'i> = Spanned<DeValue<'i>>;

impl Reader<'_> {
    fn place(&self, offset: usize) -> String {
        place_in_file(self.path, self.text, offset).to_string()
    }

    fn problem(&mut self, offset: usize, message: impl Into<String>) {
        self.problems.push(Problem {
            place: self.place(offset),
            message: message.into(),
        });
    }

    /// The value as it is written, cut where it is long.
    fn shown(&self, value: &Value) -> String {
        const LONGEST: usize = 40;
        let text = self.text.get(value.span()).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        if line.chars().count() > LONGEST || line.len() < text.len() {
            let cut: String = line.chars().take(LONGEST).collect();
            format!("{cut}...")
        } else {
            line.to_owned()
        }
    }

    fn draft(&mut self, table: &DeTable, name: &str) -> Draft {
        let mut draft = Draft {
            name: name.to_owned(),
            tags: None,
            inherits: None,
            depth: None,
            hollow: None,
            given: BTreeMap::new(),
            place: self.place(0),
        };
        // The table is sorted by name; problems shall come in the order of the file.
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let at = key.span().start;
            match key.get_ref().as_ref() {
                "name" => draft.name = self.name(at, value).unwrap_or(draft.name),
                "tags" => draft.tags = self.tags(value),
                "inherits" => {
                    let name = self.text_of(value, "inherits", "the name of a theme");
                    draft.inherits = name.map(|name| (name.to_owned(), self.place(at)));
                }
                "depth" => draft.depth = self.depth(value),
                "hollow" => {
                    draft.hollow = value.get_ref().as_bool();
                    if draft.hollow.is_none() {
                        let shown = self.shown(value);
                        self.problem(at, format!("hollow = {shown}: write true or false"));
                    }
                }
                "slots" => {
                    draft.place = self.place(at);
                    self.slots(value, &mut draft.given);
                }
                other => self.unknown_key(at, other),
            }
        }
        draft
    }

    /// A slot that stands outside `[slots]` is the likeliest mistake.
    fn unknown_key(&mut self, at: usize, key: &str) {
        let message = if slots::find(key).is_some() {
            format!("{key} is a slot: write it below [slots]")
        } else {
            unknown("key", key, KEYS.iter().copied())
        };
        self.problem(at, message);
    }

    fn text_of<'v>(&mut self, value: &'v Value, what: &str, allowed: &str) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            let shown = self.shown(value);
            self.problem(
                value.span().start,
                format!("{what} = {shown}: write {allowed} in quotes"),
            );
        }
        text
    }

    fn name(&mut self, at: usize, value: &Value) -> Option<String> {
        let allowed = "a name of small letters, digits and `-`";
        let name = self.text_of(value, "name", allowed)?;
        if is_name(name) {
            return Some(name.to_owned());
        }
        self.problem(
            at,
            format!("name = \"{name}\": write {allowed}, at most {NAME_LENGTH_MAX}"),
        );
        None
    }

    fn tags(&mut self, value: &Value) -> Option<Vec<String>> {
        let items = value.get_ref().as_array();
        let words: Option<Vec<(usize, &str)>> = items.and_then(|items| {
            let mut words = Vec::new();
            for item in items {
                words.push((item.span().start, item.get_ref().as_str()?));
            }
            Some(words)
        });
        let Some(words) = words else {
            let shown = self.shown(value);
            let message = format!("tags = {shown}: write words, for example [\"dark\", \"cvd\"]");
            self.problem(value.span().start, message);
            return None;
        };
        for (at, word) in &words {
            // Own words are welcome; a mistyped one would go without its gate.
            let distance = |(tag, _): &&(&str, &str)| strsim::damerau_levenshtein(word, tag);
            let near = TAGS.iter().min_by_key(distance);
            if let Some(near) = near.filter(|near| distance(near) == 1) {
                self.problem(*at, format!("tag {word}: did you mean {}?", near.0));
            }
        }
        let words = words.into_iter();
        Some(words.map(|(_, word)| word.to_owned()).collect())
    }

    fn depth(&mut self, value: &Value) -> Option<ColorMode> {
        let names = ColorMode::ALL.map(ColorMode::name).join(", ");
        let name = self.text_of(value, "depth", &format!("one of {names}"))?;
        let depth = ColorMode::from_name(name);
        if depth.is_none() {
            self.problem(
                value.span().start,
                format!("depth = \"{name}\": write one of {names}"),
            );
        }
        depth
    }

    fn slots(&mut self, value: &Value, given: &mut BTreeMap<&'static str, Given>) {
        let Some(table) = value.get_ref().as_table() else {
            let shown = self.shown(value);
            self.problem(
                value.span().start,
                format!("slots = {shown}: write a table, [slots]"),
            );
            return;
        };
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let at = key.span().start;
            match slots::find(key.get_ref()) {
                Some(spec) => {
                    let slot = self.slot(at, spec.name, value);
                    given.insert(spec.name, slot);
                }
                None => {
                    let names = SLOTS.iter().map(|spec| spec.name);
                    self.problem(at, unknown("slot", key.get_ref(), names));
                }
            }
        }
    }

    /// `"#rrggbb"`, or a table with an answer for each depth.
    fn slot(&mut self, at: usize, name: &str, value: &Value) -> Given {
        let mut given = Given {
            rgb: None,
            indexed: None,
            sixteen: None,
            mono: None,
            place: self.place(at),
        };
        let table = match value.get_ref() {
            DeValue::String(_) => {
                given.rgb = self.rgb(name, value);
                return given;
            }
            DeValue::Table(table) => table,
            _ => {
                let shown = self.shown(value);
                let message =
                    format!("slot {name} = {shown}: write \"#rrggbb\" or {{ rgb = \"#rrggbb\" }}");
                self.problem(value.span().start, message);
                return given;
            }
        };
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            match key.get_ref().as_ref() {
                "rgb" => given.rgb = self.rgb(name, value),
                "x256" => given.indexed = self.indexed(name, value),
                "x16" => given.sixteen = self.sixteen(name, value),
                "mono" => given.mono = self.mono(name, value),
                other => {
                    let known = SLOT_KEYS.iter().copied();
                    let message = format!("slot {name}: {}", unknown("key", other, known));
                    self.problem(key.span().start, message);
                }
            }
        }
        given
    }

    fn slot_problem(&mut self, slot: &str, key: &str, value: &Value, remedy: &str) {
        let shown = self.shown(value);
        self.problem(
            value.span().start,
            format!("slot {slot}: {key} = {shown}: {remedy}"),
        );
    }

    fn rgb(&mut self, slot: &str, value: &Value) -> Option<Rgb> {
        let rgb = value.get_ref().as_str().and_then(parse_rgb);
        if rgb.is_none() {
            let remedy = "write # and six hexadecimal digits, for example \"#56b4e9\"";
            self.slot_problem(slot, "rgb", value, remedy);
        }
        rgb
    }

    fn indexed(&mut self, slot: &str, value: &Value) -> Option<u8> {
        let index = value
            .get_ref()
            .as_integer()
            .and_then(|digits| u8::from_str_radix(digits.as_str(), digits.radix()).ok());
        if index.is_none() {
            let remedy = "write an index, 0 to 255, or leave it out for the nearest";
            self.slot_problem(slot, "x256", value, remedy);
        }
        index
    }

    fn sixteen(&mut self, slot: &str, value: &Value) -> Option<Color> {
        let name = value.get_ref().as_str().unwrap_or_default();
        let color = palette::by_name(name);
        if color.is_none() {
            let remedy = match nearest(name, palette::names()) {
                Some(near) => format!("did you mean {near}?"),
                None => {
                    let names: Vec<&str> = palette::names().collect();
                    format!("write one of {}", names.join(", "))
                }
            };
            self.slot_problem(slot, "x16", value, &remedy);
        }
        color
    }

    fn mono(&mut self, slot: &str, value: &Value) -> Option<Modifier> {
        let names = || ATTRIBUTES.iter().map(|(name, _)| *name);
        let mut all = Modifier::empty();
        let words = value.get_ref().as_str().unwrap_or("?").split_whitespace();
        for word in words {
            let Some((_, attribute)) = ATTRIBUTES.iter().find(|(name, _)| *name == word) else {
                let remedy = match nearest(word, names()) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("write {}", names().collect::<Vec<_>>().join(", ")),
                };
                self.slot_problem(slot, "mono", value, &remedy);
                return None;
            };
            all |= *attribute;
        }
        Some(all)
    }
}

fn unknown<'k>(what: &str, name: &str, known: impl Iterator<Item = &'k str> + Clone) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!("unknown {what} {name}; did you mean {near}?"),
        None => {
            let known: Vec<&str> = known.collect();
            format!("unknown {what} {name}; known are {}", known.join(", "))
        }
    }
}

/// Whether themes may be called so: it becomes a key's value, a file's name and a word on screen.
pub(super) fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.len() <= NAME_LENGTH_MAX && name.bytes().all(allowed)
}

fn parse_rgb(text: &str) -> Option<Rgb> {
    let digits = text.strip_prefix('#')?;
    // A sign would pass as a digit.
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some((red, green, blue))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        match parse(Path::new("mine.toml"), text, "mine") {
            Ok(draft) => panic!("{text:?} gave {draft:?}"),
            Err(problems) => problems.iter().map(Problem::to_string).collect(),
        }
    }

    #[test]
    fn reads_what_is_given_and_nothing_more() {
        let text = "name = \"night\"\ninherits = \"titan-dark\"\ntags = [\"dark\", \"cosy\"]\n\
                    [slots]\nup = \"#00ff7F\"\n\
                    down = { x256 = 0x10, x16 = \"red\", mono = \"bold dim\" }\n";
        let draft = parse(Path::new("mine.toml"), text, "mine").unwrap();
        assert_eq!(draft.name, "night");
        assert_eq!(draft.tags, Some(vec!["dark".to_owned(), "cosy".to_owned()]));
        assert_eq!(
            draft.inherits,
            Some(("titan-dark".to_owned(), "mine.toml:2:1".to_owned()))
        );
        assert_eq!((draft.depth, draft.hollow), (None, None));
        assert_eq!(draft.given.len(), 2);
        let (up, down) = (&draft.given["up"], &draft.given["down"]);
        assert_eq!((up.rgb, up.indexed), (Some((0, 255, 127)), None));
        assert_eq!(up.place, "mine.toml:5:1");
        assert_eq!((down.rgb, down.indexed), (None, Some(16)));
        assert_eq!(down.sixteen, Some(Color::Red));
        assert_eq!(down.mono, Some(Modifier::BOLD | Modifier::DIM));
        let unnamed = parse(Path::new("mine.toml"), "", "mine").unwrap();
        assert_eq!(unnamed.name, "mine");
    }

    #[test]
    fn each_problem_has_its_place_its_slot_and_its_remedy() {
        let cases = [
            (
                "nme = \"x\"",
                "mine.toml:1:1: unknown key nme; did you mean name?",
            ),
            (
                "up = \"#000000\"",
                "mine.toml:1:1: up is a slot: write it below [slots]",
            ),
            (
                "name = \"My Theme\"",
                "mine.toml:1:1: name = \"My Theme\": write a name of small letters, digits and \
                 `-`, at most 32",
            ),
            (
                "name = 7",
                "mine.toml:1:8: name = 7: write a name of small letters, digits and `-` in quotes",
            ),
            (
                "tags = [\"dark\", \"cdv\"]",
                "mine.toml:1:17: tag cdv: did you mean cvd?",
            ),
            (
                "tags = \"cvd\"",
                "mine.toml:1:8: tags = \"cvd\": write words, for example [\"dark\", \"cvd\"]",
            ),
            (
                "depth = \"88\"",
                "mine.toml:1:9: depth = \"88\": write one of truecolor, 256, 16, mono",
            ),
            (
                "hollow = 1",
                "mine.toml:1:1: hollow = 1: write true or false",
            ),
            (
                "slots = 1",
                "mine.toml:1:9: slots = 1: write a table, [slots]",
            ),
            (
                "[slots]\n  voluem_up = \"#000000\"",
                "mine.toml:2:3: unknown slot voluem_up; did you mean volume_up?",
            ),
            (
                "[slots]\nup = \"#12345\"",
                "mine.toml:2:6: slot up: rgb = \"#12345\": write # and six hexadecimal digits, \
                 for example \"#56b4e9\"",
            ),
            (
                "[slots]\nup = { rgb = \"#+12345\" }",
                "mine.toml:2:14: slot up: rgb = \"#+12345\": write # and six hexadecimal digits, \
                 for example \"#56b4e9\"",
            ),
            (
                "[slots]\nup = 5",
                "mine.toml:2:6: slot up = 5: write \"#rrggbb\" or { rgb = \"#rrggbb\" }",
            ),
            (
                "[slots]\nup = { x256 = 256 }",
                "mine.toml:2:15: slot up: x256 = 256: write an index, 0 to 255, or leave it out \
                 for the nearest",
            ),
            (
                "[slots]\nup = { x16 = \"lightgren\" }",
                "mine.toml:2:14: slot up: x16 = \"lightgren\": did you mean lightgreen?",
            ),
            (
                "[slots]\nup = { mono = \"bold underlnied\" }",
                "mine.toml:2:15: slot up: mono = \"bold underlnied\": did you mean underlined?",
            ),
            (
                "[slots]\nup = { rbg = \"#000000\" }",
                "mine.toml:2:8: slot up: unknown key rbg; did you mean rgb?",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(problems(text), [expected], "{text}");
        }
    }

    #[test]
    fn all_problems_come_at_once_in_the_order_of_the_file() {
        let text = "hollow = 1\n[slots]\nup = 5\nbackground = \"red\"\n";
        let found = problems(text);
        let places: Vec<&str> = found
            .iter()
            .map(|line| line.split(": ").next().unwrap())
            .collect();
        assert_eq!(places, ["mine.toml:1:1", "mine.toml:3:6", "mine.toml:4:14"]);
        assert!(problems("a = [\n")[0].starts_with("mine.toml:"));
    }

    #[test]
    fn no_text_makes_it_panic() {
        let text = include_str!("../../../themes/okabe.toml");
        for (at, _) in text.char_indices().step_by(53) {
            let (head, tail) = text.split_at(at);
            for broken in [
                head.to_owned(),
                tail.to_owned(),
                format!("{head}[[\u{fc}{tail}"),
            ] {
                if let Err(problems) = parse(Path::new("mine.toml"), &broken, "mine") {
                    assert!(!problems.is_empty());
                }
            }
        }
    }
}
