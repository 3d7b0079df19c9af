//! What a value may be: its type, its range and its syntax.
//! Must not know which key it belongs to.

use rust_decimal::Decimal;
use toml::Value;
use toml::de::DeValue;

/// The type of a key and what it allows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Flag,
    /// A whole number within both ends.
    Whole(i64, i64),
    /// A number with a fraction within both ends.
    Number(f64, f64),
    /// An exact decimal number within both ends.
    Decimal(i64, i64),
    /// One of some words.
    Choice(&'static [&'static str]),
    /// Text.
    Text(Rule),
    /// A list of texts, and what parts it where it is written as one text.
    Texts(Rule, Separator),
    /// A list of different whole numbers within both ends; not empty.
    Wholes(i64, i64),
}

/// What parts a list that a variable or a flag gives as one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// A comma.
    Comma,
    /// White space, where items hold commas themselves.
    Space,
}

/// The syntax of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Anything on one line.
    Line,
    /// Something on one line.
    Filled,
    /// A name without white space or a colon.
    Word,
    /// Such a name, or nothing.
    WordOrEmpty,
    /// A time zone known to this build, or nothing.
    TimeZone,
    /// `HH:MM`, or nothing.
    ClockTime,
    /// `YYYY-MM-DD`.
    Date,
    /// An address with one of these schemes and a host.
    Url(&'static [&'static str]),
    /// Such an address, or nothing.
    UrlOrEmpty(&'static [&'static str]),
}

/// A value as it was written.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    /// `true` or `false`.
    Flag(bool),
    /// A whole number; `None` if it does not fit.
    Whole(Option<i64>),
    /// A number with a fraction, as its text.
    Fraction(String),
    /// A quoted text.
    Text(String),
    /// A text that a variable or a flag gave: it may stand for any type.
    Loose(String),
    /// A list.
    List(Vec<Raw>),
    /// A table or a date, which no key takes.
    Other(&'static str),
}

impl Raw {
    /// From a parsed file.
    pub fn from_toml(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::Boolean(flag) => Self::Flag(*flag),
            DeValue::Integer(digits) => {
                Self::Whole(i64::from_str_radix(digits.as_str(), digits.radix()).ok())
            }
            DeValue::Float(digits) => Self::Fraction(digits.as_str().to_owned()),
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Array(items) => Self::List(
                items
                    .iter()
                    .map(|item| Self::from_toml(item.get_ref()))
                    .collect(),
            ),
            DeValue::Datetime(_) => Self::Other("a date without quotes"),
            DeValue::Table(_) => Self::Other("a table"),
        }
    }

    /// From a variable or a flag: TOML where it is written as a list or in quotes.
    pub fn from_text(text: &str) -> Self {
        if (text.starts_with('[') || text.starts_with('"'))
            && let Ok(value) = DeValue::parse(text)
        {
            return Self::from_toml(value.get_ref());
        }
        Self::Loose(text.to_owned())
    }

    /// Short, for a message.
    pub fn shown(&self) -> String {
        const LONGEST: usize = 60;
        let text = match self {
            Self::Flag(flag) => flag.to_string(),
            Self::Whole(Some(number)) => number.to_string(),
            Self::Whole(None) => "a number that does not fit".to_owned(),
            Self::Fraction(text) => text.clone(),
            Self::Text(text) | Self::Loose(text) => format!("{text:?}"),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::shown).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Other(what) => (*what).to_owned(),
        };
        if text.chars().count() > LONGEST {
            format!("{}…", text.chars().take(LONGEST).collect::<String>())
        } else {
            text
        }
    }
}

impl Kind {
    /// The value in its one canonical form, or `None` where it is not allowed.
    pub fn accept(&self, raw: &Raw) -> Option<Value> {
        match *self {
            Self::Flag => flag(raw).map(Value::Boolean),
            Self::Whole(least, most) => whole(raw)
                .filter(|number| (least..=most).contains(number))
                .map(Value::Integer),
            Self::Number(least, most) => number(raw)
                .filter(|number| (least..=most).contains(number))
                .map(Value::Float),
            Self::Decimal(least, most) => decimal(raw)
                .filter(|number| (Decimal::from(least)..=Decimal::from(most)).contains(number))
                .map(|number| Value::String(number.normalize().to_string())),
            Self::Choice(words) => text(raw)
                .filter(|text| words.contains(text))
                .map(|text| Value::String(text.to_owned())),
            Self::Text(rule) => text(raw)
                .filter(|text| rule.holds(text))
                .map(|text| Value::String(text.to_owned())),
            Self::Texts(rule, separator) => items(raw, separator)?
                .iter()
                .map(|item| Self::Text(rule).accept(item))
                .collect::<Option<Vec<Value>>>()
                .map(Value::Array),
            Self::Wholes(least, most) => {
                let list = items(raw, Separator::Comma)?
                    .iter()
                    .map(|item| whole(item).filter(|number| (least..=most).contains(number)))
                    .collect::<Option<Vec<i64>>>()?;
                let different = (1..list.len()).all(|end| {
                    let (before, rest) = list.split_at(end);
                    rest.first().is_none_or(|number| !before.contains(number))
                });
                (different && !list.is_empty())
                    .then(|| Value::Array(list.into_iter().map(Value::Integer).collect()))
            }
        }
    }

    /// What is allowed, as the end of a sentence.
    pub fn allowed(&self) -> String {
        match self {
            Self::Flag => "true or false".to_owned(),
            Self::Whole(least, i64::MAX) => format!("a whole number from {least}"),
            Self::Whole(least, most) => format!("a whole number, {least} to {most}"),
            Self::Number(least, most) => format!("a number, {least} to {most}"),
            Self::Decimal(least, i64::MAX) => format!("a decimal number from {least}"),
            Self::Decimal(least, most) => format!("a decimal number, {least} to {most}"),
            Self::Choice(words) => words.join(" or "),
            Self::Text(rule) => rule.allowed(),
            Self::Texts(rule, _) => format!("a list, each {}", rule.allowed()),
            Self::Wholes(least, most) => {
                format!("a list of different whole numbers, {least} to {most}")
            }
        }
    }
}

impl Rule {
    fn holds(self, text: &str) -> bool {
        let word =
            |text: &str| !text.contains(|c: char| c == ':' || c.is_whitespace() || c.is_control());
        let line = |text: &str| !text.contains(char::is_control);
        match self {
            Self::Line => line(text),
            Self::Filled => line(text) && !text.trim().is_empty(),
            Self::Word => word(text) && !text.is_empty(),
            Self::WordOrEmpty => word(text),
            Self::TimeZone => text.is_empty() || jiff::tz::TimeZone::get(text).is_ok(),
            Self::ClockTime => text.is_empty() || clock_minutes(text).is_some(),
            Self::Date => text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok(),
            Self::Url(schemes) => is_url(text, schemes),
            Self::UrlOrEmpty(schemes) => text.is_empty() || is_url(text, schemes),
        }
    }

    fn allowed(self) -> String {
        match self {
            Self::Line => "text on one line".to_owned(),
            Self::Filled => "text on one line, not empty".to_owned(),
            Self::Word => "a name without white space or `:`".to_owned(),
            Self::WordOrEmpty => "a name without white space or `:`, or empty".to_owned(),
            Self::TimeZone => "an IANA time zone such as Asia/Kolkata, or empty".to_owned(),
            Self::ClockTime => "HH:MM from 00:00 to 23:59, or empty".to_owned(),
            Self::Date => "a date as \"YYYY-MM-DD\"".to_owned(),
            Self::Url(schemes) => format!("{}://HOST", schemes.join(":// or ")),
            Self::UrlOrEmpty(schemes) => {
                format!("{}://HOST:PORT, or empty", schemes.join(":// or "))
            }
        }
    }
}

/// Minutes after midnight of `HH:MM`.
pub fn clock_minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |digits: &str| {
        (digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| digits.parse::<u32>().ok())
            .flatten()
    };
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

fn is_url(text: &str, schemes: &[&str]) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| {
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        schemes.contains(&scheme)
            && !host.is_empty()
            && !host.starts_with(':')
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

fn flag(raw: &Raw) -> Option<bool> {
    match raw {
        Raw::Flag(flag) => Some(*flag),
        Raw::Loose(text) => text.parse().ok(),
        _ => None,
    }
}

fn whole(raw: &Raw) -> Option<i64> {
    match raw {
        Raw::Whole(number) => *number,
        Raw::Loose(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn number(raw: &Raw) -> Option<f64> {
    match raw {
        Raw::Whole(number) => number.and_then(|number| number.to_string().parse().ok()),
        Raw::Fraction(text) | Raw::Loose(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn decimal(raw: &Raw) -> Option<Decimal> {
    match raw {
        Raw::Whole(number) => number.map(Decimal::from),
        Raw::Fraction(text) | Raw::Text(text) | Raw::Loose(text) => {
            let text = text.trim();
            Decimal::from_str_exact(text)
                .or_else(|_| Decimal::from_scientific(text))
                .ok()
        }
        _ => None,
    }
}

fn text(raw: &Raw) -> Option<&str> {
    match raw {
        Raw::Text(text) | Raw::Loose(text) => Some(text),
        _ => None,
    }
}

fn items(raw: &Raw, separator: Separator) -> Option<Vec<Raw>> {
    match raw {
        Raw::List(items) => Some(items.clone()),
        Raw::Loose(text) => {
            let parts: Vec<&str> = match separator {
                Separator::Comma => text.split(',').map(str::trim).collect(),
                Separator::Space => text.split_whitespace().collect(),
            };
            Some(
                parts
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .map(|part| Raw::Loose(part.to_owned()))
                    .collect(),
            )
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(kind: Kind, text: &str) -> Option<String> {
        kind.accept(&Raw::from_text(text))
            .map(|value| value.to_string())
    }

    #[test]
    fn takes_what_is_allowed_and_nothing_else() {
        let percent = Kind::Decimal(0, 100);
        let frames = Kind::Wholes(5, 86_400);
        let feeds = Kind::Texts(Rule::Filled, Separator::Space);
        let redis = Kind::Text(Rule::UrlOrEmpty(&["redis"]));
        let cases = [
            (percent, "5.10", Some("\"5.1\"")),
            (percent, "1e1", Some("\"10\"")),
            (percent, "-1", None),
            (percent, "100.0000001", None),
            (percent, "NaN", None),
            (percent, "", None),
            (Kind::Number(0.0, 1.0), "nan", None),
            (Kind::Number(0.0, 1.0), "0.25", Some("0.25")),
            (Kind::Number(0.0, 1.0), "inf", None),
            (Kind::Whole(0, i64::MAX), "9223372036854775808", None),
            (frames, "60,300", Some("[60, 300]")),
            (frames, "[60, 300]", Some("[60, 300]")),
            (frames, "60,60", None),
            (frames, "4", None),
            (frames, "86401", None),
            (frames, "", None),
            (feeds, "sim binance:A,B", Some("[\"sim\", \"binance:A,B\"]")),
            (feeds, "[\"tape:/a b\"]", Some("[\"tape:/a b\"]")),
            (redis, "redis://h:6379/0", Some("\"redis://h:6379/0\"")),
            (redis, "http://h", None),
            (redis, "redis://", None),
            (redis, "", Some("\"\"")),
            (Kind::Text(Rule::ClockTime), "09:15", Some("\"09:15\"")),
            (Kind::Text(Rule::ClockTime), "9:15", None),
            (Kind::Text(Rule::ClockTime), "24:00", None),
            (Kind::Text(Rule::Date), "2026-02-29", None),
            (Kind::Text(Rule::Date), "2028-02-29", Some("\"2028-02-29\"")),
            (
                Kind::Text(Rule::TimeZone),
                "Asia/Kolkata",
                Some("\"Asia/Kolkata\""),
            ),
            (Kind::Text(Rule::TimeZone), "Asia/Atlantis", None),
            (Kind::Text(Rule::Word), "A:B", None),
            (Kind::Flag, "yes", None),
        ];
        for (kind, text, expected) in cases {
            assert_eq!(
                accepted(kind, text).as_deref(),
                expected,
                "{kind:?} {text:?}"
            );
        }
    }
}
