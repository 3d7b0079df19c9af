//! Which indicator with which parameters: `SMA:9`, `MACD:12/26/9`, `BB:20/2`, `OBV`.
//! Must not accept what cannot be computed; each refusal says what to write instead.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::definition::{Definition, PERIOD_MAX, Parameter};
use super::registry::IndicatorKind;

/// The largest multiplier, in thousandths.
const MULTIPLIER_MAX: u32 = 100_000;

/// The number of parameters of the indicator that has the most.
const PARAMETERS_MAX: usize = 3;

/// An indicator with its parameters; written and read as `NAME:P1/P2`.
///
/// A name alone takes the usual parameters (`RSI` is `RSI:14`). Names are read in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IndicatorSpec {
    kind: IndicatorKind,
    /// Periods in bars, multipliers in thousandths; zero beyond the definition's parameters.
    parameters: [u32; PARAMETERS_MAX],
}

/// Why a text is not an indicator.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IndicatorSpecError {
    /// There is no name.
    #[error("`{text}` names no indicator: write for example `{example}`")]
    Empty {
        /// What was read.
        text: String,
        /// What it could be.
        example: &'static str,
    },
    /// There is no such indicator.
    #[error("`{text}` is not an indicator that is known: did you mean `{nearest}`?")]
    UnknownName {
        /// What was read.
        text: String,
        /// The nearest that is known, with its usual parameters.
        nearest: String,
    },
    /// Too many or too few parameters.
    #[error("`{text}` has {given} parameters where {name} takes {wanted}: write `{example}`")]
    ParameterCount {
        /// What was read.
        text: String,
        /// The indicator.
        name: &'static str,
        /// How many there are.
        given: usize,
        /// How many there should be.
        wanted: usize,
        /// The usual form.
        example: String,
    },
    /// A parameter is not a number or outside its range.
    #[error("`{parameter}` in `{text}` is not {wanted}: write for example `{example}`")]
    Parameter {
        /// What was read.
        text: String,
        /// The part that is wrong.
        parameter: String,
        /// What it should be.
        wanted: String,
        /// The usual form.
        example: String,
    },
    /// Parameters that must grow do not.
    #[error("the first {count} periods in `{text}` must grow: write for example `{example}`")]
    Order {
        /// What was read.
        text: String,
        /// How many must grow.
        count: usize,
        /// The usual form.
        example: String,
    },
}

impl IndicatorSpec {
    /// The indicator with its usual parameters.
    pub fn usual(kind: IndicatorKind) -> Self {
        let mut parameters = [0; PARAMETERS_MAX];
        for (value, parameter) in parameters.iter_mut().zip(kind.definition().parameters) {
            *value = parameter.default();
        }
        Self { kind, parameters }
    }

    /// Reads several, separated by commas, as `SMA:9,EMA:21,RSI:14`; blanks around them and
    /// repeats of an earlier one are dropped.
    ///
    /// # Errors
    /// When one of them is not an indicator, or there is none.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, IndicatorSpecError> {
        let mut specs = Vec::new();
        for part in text.split(',') {
            let spec = part.parse()?;
            if !specs.contains(&spec) {
                specs.push(spec);
            }
        }
        Ok(specs)
    }

    /// Which indicator.
    pub const fn kind(&self) -> IndicatorKind {
        self.kind
    }

    /// The parameter in this place, as a number of bars.
    pub(super) fn period(&self, place: usize) -> usize {
        usize::try_from(self.raw(place)).unwrap_or(usize::MAX)
    }

    /// The parameter in this place, as a factor.
    pub(super) fn multiplier(&self, place: usize) -> f64 {
        f64::from(self.raw(place)) / 1_000.0
    }

    /// The names of its values, in order: `MACD_12_26_9`, `MACD_12_26_9_SIGNAL`, …
    pub fn value_names(&self) -> impl Iterator<Item = String> {
        let mut base = self.kind.name().to_owned();
        for text in self.parameter_texts() {
            base.push('_');
            base.push_str(&text);
        }
        let outputs = self.kind.definition().outputs;
        outputs.iter().map(move |output| match output.suffix {
            "" => base.clone(),
            suffix => format!("{base}_{suffix}"),
        })
    }

    fn raw(&self, place: usize) -> u32 {
        self.parameters.get(place).copied().unwrap_or_default()
    }

    fn parameter_texts(&self) -> impl Iterator<Item = String> {
        self.kind
            .definition()
            .parameters
            .iter()
            .zip(self.parameters)
            .map(|(parameter, value)| match parameter {
                Parameter::Period { .. } => value.to_string(),
                Parameter::Multiplier { .. } => thousandths_text(value),
            })
    }
}

impl fmt::Display for IndicatorSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.kind.name().to_owned();
        for (index, parameter) in self.parameter_texts().enumerate() {
            text.push(if index == 0 { ':' } else { '/' });
            text.push_str(&parameter);
        }
        formatter.pad(&text)
    }
}

impl FromStr for IndicatorSpec {
    type Err = IndicatorSpecError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (name, tail) = match text.split_once(':') {
            Some((name, tail)) => (name.trim(), Some(tail)),
            None => (text, None),
        };
        if name.is_empty() {
            return Err(IndicatorSpecError::Empty {
                text: text.to_owned(),
                example: "SMA:9",
            });
        }
        let kind = find_kind(name).map_err(|nearest| IndicatorSpecError::UnknownName {
            text: name.to_owned(),
            nearest: Self::usual(nearest).to_string(),
        })?;
        let usual = Self::usual(kind);
        let Some(tail) = tail else {
            return Ok(usual);
        };
        let parameters = read_parameters(text, tail, kind.definition(), &usual)?;
        Ok(Self { kind, parameters })
    }
}

impl TryFrom<String> for IndicatorSpec {
    type Error = IndicatorSpecError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<IndicatorSpec> for String {
    fn from(spec: IndicatorSpec) -> Self {
        spec.to_string()
    }
}

/// The kind of this name, or else the one whose name is nearest.
fn find_kind(name: &str) -> Result<IndicatorKind, IndicatorKind> {
    let upper = name.to_ascii_uppercase();
    let mut nearest = (usize::MAX, IndicatorKind::Sma);
    for &kind in IndicatorKind::ALL {
        let distance = strsim::damerau_levenshtein(&upper, kind.name());
        if distance == 0 {
            return Ok(kind);
        }
        if distance < nearest.0 {
            nearest = (distance, kind);
        }
    }
    Err(nearest.1)
}

fn read_parameters(
    text: &str,
    tail: &str,
    definition: &Definition,
    usual: &IndicatorSpec,
) -> Result<[u32; PARAMETERS_MAX], IndicatorSpecError> {
    let given: Vec<&str> = tail.split('/').map(str::trim).collect();
    if given.len() != definition.parameters.len() {
        return Err(IndicatorSpecError::ParameterCount {
            text: text.to_owned(),
            name: definition.name,
            given: given.len(),
            wanted: definition.parameters.len(),
            example: usual.to_string(),
        });
    }
    let mut parameters = [0; PARAMETERS_MAX];
    for ((value, parameter), part) in parameters.iter_mut().zip(definition.parameters).zip(&given) {
        *value =
            read_parameter(*parameter, part).map_err(|wanted| IndicatorSpecError::Parameter {
                text: text.to_owned(),
                parameter: (*part).to_owned(),
                wanted,
                example: usual.to_string(),
            })?;
    }
    let growing = parameters
        .iter()
        .take(definition.increasing)
        .is_sorted_by(|earlier, later| earlier < later);
    if growing {
        Ok(parameters)
    } else {
        Err(IndicatorSpecError::Order {
            text: text.to_owned(),
            count: definition.increasing,
            example: usual.to_string(),
        })
    }
}

/// The parameter's value, or else what it should be.
fn read_parameter(parameter: Parameter, text: &str) -> Result<u32, String> {
    match parameter {
        Parameter::Period { least, .. } => text
            .parse()
            .ok()
            .filter(|period| (least..=PERIOD_MAX).contains(period))
            .ok_or_else(|| format!("a whole number of bars from {least} to {PERIOD_MAX}")),
        Parameter::Multiplier { .. } => read_thousandths(text)
            .filter(|multiplier| (1..=MULTIPLIER_MAX).contains(multiplier))
            .ok_or_else(|| {
                format!(
                    "a number above 0, at most {} and with at most 3 decimals",
                    thousandths_text(MULTIPLIER_MAX)
                )
            }),
    }
}

fn read_thousandths(text: &str) -> Option<u32> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    if decimals.is_empty() || decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole: u32 = whole.parse().ok()?;
    let decimals: u32 = format!("{decimals:0<3}").parse().ok()?;
    whole.checked_mul(1_000)?.checked_add(decimals)
}

fn thousandths_text(value: u32) -> String {
    let (whole, decimals) = (value / 1_000, value % 1_000);
    if decimals == 0 {
        return whole.to_string();
    }
    format!("{whole}.{decimals:03}")
        .trim_end_matches('0')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_and_shown_again() {
        for (text, shown) in [
            ("SMA:9", "SMA:9"),
            (" sma:9 ", "SMA:9"),
            ("MACD:12/26/9", "MACD:12/26/9"),
            ("BB:20/2", "BB:20/2"),
            ("BB:20/2.50", "BB:20/2.5"),
            ("KELTNER:20/0.125/10", "KELTNER:20/0.125/10"),
            ("OBV", "OBV"),
            ("RSI", "RSI:14"),
            ("MACD", "MACD:12/26/9"),
            ("ICHIMOKU:9/26/52", "ICHIMOKU:9/26/52"),
        ] {
            assert_eq!(
                text.parse::<IndicatorSpec>().map(|spec| spec.to_string()),
                Ok(shown.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn refusals_name_the_text_the_fault_and_the_remedy() {
        for (text, message) in [
            (
                "SMMA:9",
                "`SMMA` is not an indicator that is known: did you mean `SMA:20`?",
            ),
            (
                "SUPERTRED:10/3",
                "`SUPERTRED` is not an indicator that is known: did you mean `SUPERTREND:10/3`?",
            ),
            (
                "MACD:12/26",
                "`MACD:12/26` has 2 parameters where MACD takes 3: write `MACD:12/26/9`",
            ),
            (
                "OBV:3",
                "`OBV:3` has 1 parameters where OBV takes 0: write `OBV`",
            ),
            (
                "SMA:0",
                "`0` in `SMA:0` is not a whole number of bars from 1 to 1000: write for example `SMA:20`",
            ),
            (
                "SMA:9x",
                "`9x` in `SMA:9x` is not a whole number of bars from 1 to 1000: write for example `SMA:20`",
            ),
            (
                "BB:20/-1",
                "`-1` in `BB:20/-1` is not a number above 0, at most 100 and with at most 3 decimals: write for example `BB:20/2`",
            ),
            (
                "BB:20/NaN",
                "`NaN` in `BB:20/NaN` is not a number above 0, at most 100 and with at most 3 decimals: write for example `BB:20/2`",
            ),
            (
                "MACD:26/12/9",
                "the first 2 periods in `MACD:26/12/9` must grow: write for example `MACD:12/26/9`",
            ),
            ("", "`` names no indicator: write for example `SMA:9`"),
            (":9", "`:9` names no indicator: write for example `SMA:9`"),
        ] {
            assert_eq!(
                text.parse::<IndicatorSpec>()
                    .map_err(|error| error.to_string()),
                Err(message.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn lists_are_read_without_repeats() {
        let shown = IndicatorSpec::parse_list("SMA:9, EMA:21,RSI:14,SMA:9").map(|specs| {
            specs
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(",")
        });
        assert_eq!(shown.as_deref(), Ok("SMA:9,EMA:21,RSI:14"));
        assert!(IndicatorSpec::parse_list("SMA:9,,EMA:21").is_err());
        assert!(IndicatorSpec::parse_list("").is_err());
    }

    #[test]
    fn values_are_named_as_the_wire_names_them() {
        for (text, names) in [
            ("SMA:9", "SMA_9"),
            (
                "MACD:12/26/9",
                "MACD_12_26_9 MACD_12_26_9_SIGNAL MACD_12_26_9_HISTOGRAM",
            ),
            ("BB:20/2", "BB_20_2_MIDDLE BB_20_2_UPPER BB_20_2_LOWER"),
            ("OBV", "OBV"),
            ("ADX:14", "ADX_14 ADX_14_PLUS_DI ADX_14_MINUS_DI"),
            ("STOCH:14/3/3", "STOCH_14_3_3_K STOCH_14_3_3_D"),
            (
                "SUPERTREND:10/3",
                "SUPERTREND_10_3 SUPERTREND_10_3_DIRECTION",
            ),
            (
                "DONCHIAN:20",
                "DONCHIAN_20_UPPER DONCHIAN_20_MIDDLE DONCHIAN_20_LOWER",
            ),
            (
                "ICHIMOKU:9/26/52",
                "ICHIMOKU_9_26_52_TENKAN ICHIMOKU_9_26_52_KIJUN ICHIMOKU_9_26_52_SENKOU_A ICHIMOKU_9_26_52_SENKOU_B",
            ),
        ] {
            let spec: IndicatorSpec = text.parse().unwrap();
            assert_eq!(spec.value_names().collect::<Vec<_>>().join(" "), names);
        }
    }
}
