//! What a chart remembers: kind, scale, studies, and where its crosshair stands.
//! Must not know the bars: places are told by time.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use titan_widgets::{ChartKind, ScaleKind, ZOOM_DEFAULT};

use crate::domain::{Decimal, Price};
use crate::indicators::{IndicatorKind, IndicatorSpec};

/// Horizontal lines of the user's own, by the key of their instrument.
pub type UserLines = BTreeMap<String, Vec<Decimal>>;

/// What a chart remembers; what is written into layouts leaves out what every chart begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChartState {
    /// Width of candles.
    #[serde(skip_serializing_if = "is_default_zoom")]
    pub zoom: u8,
    /// How bars are drawn.
    #[serde(skip_serializing_if = "is_default")]
    pub kind: BarsKind,
    /// What equal heights mean.
    #[serde(skip_serializing_if = "is_default")]
    pub scale: PriceScale,
    /// Height of a Renko brick or a range bar, in major units; found from the bars where `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brick: Option<Decimal>,
    /// Whether the volume is hidden.
    #[serde(skip_serializing_if = "is_default")]
    pub hide_volume: bool,
    /// Whether the volume by price is shown.
    #[serde(skip_serializing_if = "is_default")]
    pub profile: bool,
    /// Whether the depth over time is shown.
    #[serde(skip_serializing_if = "is_default")]
    pub depth: bool,
    /// Whether signals and fills are hidden.
    #[serde(skip_serializing_if = "is_default")]
    pub hide_events: bool,
    /// A timeframe of its own among the configured ones; that of its group where `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeframe: Option<usize>,
    /// What is drawn over and under the bars; [`StudyRow::usual`] where `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub studies: Option<Vec<StudyRow>>,
    /// The bar at the right edge; the newest where `None`.
    #[serde(skip)]
    pub right: Option<Spot>,
    /// How many times as close prices are seen than they would fit.
    #[serde(skip)]
    pub price_zoom: i8,
    /// Tenths of the scale that the view of prices was moved up by.
    #[serde(skip)]
    pub price_shift: i16,
    /// The crosshair.
    #[serde(skip)]
    pub crosshair: Option<Cursor>,
    /// The second cursor: where a stop would lie.
    #[serde(skip)]
    pub stop: Option<Price>,
    /// Whether the arrows move the second cursor.
    #[serde(skip)]
    pub moves_stop: bool,
    /// Where measuring began.
    #[serde(skip)]
    pub measure: Option<Cursor>,
    /// The event that was jumped to.
    #[serde(skip)]
    pub event: Option<u64>,
}

impl Default for ChartState {
    fn default() -> Self {
        Self {
            zoom: ZOOM_DEFAULT,
            kind: BarsKind::default(),
            scale: PriceScale::default(),
            brick: None,
            hide_volume: false,
            profile: false,
            depth: false,
            hide_events: false,
            timeframe: None,
            studies: None,
            right: None,
            price_zoom: 0,
            price_shift: 0,
            crosshair: None,
            stop: None,
            moves_stop: false,
            measure: None,
            event: None,
        }
    }
}

impl ChartState {
    /// Goes back to the newest bar and lays the cursors away: for another instrument.
    pub fn forget_place(&mut self) {
        *self = Self {
            zoom: self.zoom,
            kind: self.kind,
            scale: self.scale,
            brick: self.brick,
            hide_volume: self.hide_volume,
            profile: self.profile,
            depth: self.depth,
            hide_events: self.hide_events,
            timeframe: self.timeframe,
            studies: self.studies.take(),
            ..Self::default()
        };
    }

    /// Lays away the innermost of measuring, second cursor, crosshair and chosen event; whether
    /// there was one.
    pub fn lay_away(&mut self) -> bool {
        if self.measure.take().is_some() {
            return true;
        }
        if self.stop.take().is_some() {
            self.moves_stop = false;
            return true;
        }
        self.crosshair.take().is_some() || self.event.take().is_some()
    }
}

/// A bar, told by its start, so that it is the same bar when others come after it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spot {
    /// Start of the bar, in seconds since the epoch.
    pub time: i64,
    /// Bars before the last one that begins then: bricks may share a start.
    pub before: usize,
}

/// A bar and a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The bar.
    pub spot: Spot,
    /// The price, on the tick grid.
    pub price: Price,
}

macro_rules! words {
    (
        $(#[doc = $about:literal])+
        $name:ident for $inner:ident: $first:ident, $($variant:ident $word:literal,)+
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "&'static str")]
        pub struct $name(pub $inner);

        impl $name {
            /// Every one, in the order in which a key steps through them.
            pub const ALL: &[Self] = &[$(Self($inner::$variant)),+];

            /// As it is typed and written in layouts.
            pub const fn word(self) -> &'static str {
                match self.0 { $($inner::$variant => $word,)+ }
            }

            /// The next one, the first after the last.
            #[must_use]
            pub fn next(self) -> Self {
                let at = Self::ALL.iter().position(|it| *it == self).unwrap_or(0);
                let next = Self::ALL.get((at + 1) % Self::ALL.len());
                next.copied().unwrap_or(self)
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self($inner::$first)
            }
        }

        impl From<$name> for &'static str {
            fn from(value: $name) -> Self {
                value.word()
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                let text = text.to_ascii_lowercase();
                let known = Self::ALL.iter().copied();
                known.clone().find(|it| it.word() == text).ok_or_else(|| {
                    let words: Vec<&str> = known.map(Self::word).collect();
                    format!("`{text}` is none of {}", words.join(", "))
                })
            }
        }
    };
}

words! {
    /// How bars are drawn.
    BarsKind for ChartKind: Candles,
    Candles "candles",
    Hollow "hollow",
    HeikinAshi "heikin-ashi",
    Bars "bars",
    Line "line",
    Area "area",
    Renko "renko",
    Range "range",
}

words! {
    /// What equal heights of a chart mean.
    PriceScale for ScaleKind: Linear,
    Linear "linear",
    Log "log",
    Percent "percent",
}

/// What a study reckons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum StudyKind {
    /// An indicator of the catalogue.
    Indicator(IndicatorSpec),
    /// Bought less sold volume, summed up since the session's start; reckoned from the prints that
    /// this screen saw.
    CumulativeDelta,
}

/// Its name in layouts.
const CVD: &str = "CVD";

impl StudyKind {
    /// Whether it is measured in prices and belongs over the bars.
    pub const fn is_over_bars(self) -> bool {
        use IndicatorKind as K;
        match self {
            Self::Indicator(spec) => matches!(
                spec.kind(),
                K::Sma
                    | K::Ema
                    | K::Bollinger
                    | K::Vwap
                    | K::SuperTrend
                    | K::Donchian
                    | K::Keltner
                    | K::Ichimoku
            ),
            Self::CumulativeDelta => false,
        }
    }
}

impl fmt::Display for StudyKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Indicator(spec) => spec.fmt(formatter),
            Self::CumulativeDelta => formatter.pad(CVD),
        }
    }
}

impl FromStr for StudyKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim().eq_ignore_ascii_case(CVD) {
            return Ok(Self::CumulativeDelta);
        }
        let spec = text.parse::<IndicatorSpec>();
        spec.map(Self::Indicator).map_err(|error| error.to_string())
    }
}

impl TryFrom<String> for StudyKind {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<StudyKind> for String {
    fn from(kind: StudyKind) -> Self {
        kind.to_string()
    }
}

/// Where a study is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StudyPlace {
    /// Over the bars, on the scale of prices.
    Over,
    /// In a panel of its own.
    Panel,
}

/// A study of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StudyText", into = "StudyText")]
pub struct StudyRow {
    /// What it reckons.
    pub kind: StudyKind,
    /// Where it is drawn, if not where its kind belongs.
    pub place: Option<StudyPlace>,
    /// Which of the theme's lines its first one is, counted from 0; in turn where `None`.
    pub color: Option<u8>,
    /// Kept, but not drawn.
    pub hidden: bool,
}

impl StudyRow {
    /// With its usual place and colour.
    pub const fn new(kind: StudyKind) -> Self {
        Self {
            kind,
            place: None,
            color: None,
            hidden: false,
        }
    }

    /// What a chart begins with: two averages, and panels as far as there is room for them.
    pub fn usual() -> Vec<Self> {
        let texts = ["EMA:9", "EMA:21", "RSI:14", "MACD:12/26/9", CVD];
        let kinds = texts.iter().filter_map(|text| text.parse().ok());
        kinds.map(Self::new).collect()
    }

    /// Where it is drawn.
    pub fn place(&self) -> StudyPlace {
        self.place.unwrap_or(match self.kind.is_over_bars() {
            true => StudyPlace::Over,
            false => StudyPlace::Panel,
        })
    }
}

/// A study as it stands in a layout: its name where there is no more to say.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum StudyText {
    Name(StudyKind),
    Row {
        study: StudyKind,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<StudyPlace>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        color: Option<u8>,
        #[serde(default, skip_serializing_if = "is_default")]
        hidden: bool,
    },
}

impl From<StudyText> for StudyRow {
    fn from(text: StudyText) -> Self {
        match text {
            StudyText::Name(kind) => Self::new(kind),
            StudyText::Row {
                study,
                place,
                color,
                hidden,
            } => Self {
                kind: study,
                place,
                color,
                hidden,
            },
        }
    }
}

impl From<StudyRow> for StudyText {
    fn from(row: StudyRow) -> Self {
        if row == StudyRow::new(row.kind) {
            return Self::Name(row.kind);
        }
        Self::Row {
            study: row.kind,
            place: row.place,
            color: row.color,
            hidden: row.hidden,
        }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape that serde calls"
)]
fn is_default_zoom(zoom: &u8) -> bool {
    *zoom == ZOOM_DEFAULT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_is_written_as_what_differs() {
        let state = ChartState {
            kind: BarsKind(ChartKind::Renko),
            scale: PriceScale(ScaleKind::Log),
            brick: Some(Decimal::new(5, 1)),
            profile: true,
            studies: Some(vec![
                StudyRow::new("EMA:9".parse().unwrap()),
                StudyRow {
                    color: Some(3),
                    hidden: true,
                    ..StudyRow::new("RSI:7".parse().unwrap())
                },
                StudyRow::new(StudyKind::CumulativeDelta),
            ]),
            crosshair: Some(Cursor {
                spot: Spot::default(),
                price: Price::from_units(7),
            }),
            ..ChartState::default()
        };
        let text = toml::to_string(&state).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "kind = \"renko\"",
                "scale = \"log\"",
                "brick = \"0.5\"",
                "profile = true",
                "studies = [\"EMA:9\", { study = \"RSI:7\", color = 3, hidden = true }, \"CVD\"]",
            ]
        );
        let read: ChartState = toml::from_str(&text).unwrap();
        let mut kept = state;
        kept.crosshair = None;
        assert_eq!(read, kept);
        assert_eq!(toml::to_string(&ChartState::default()).unwrap(), "");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, said) in [
            ("kind = \"candle\"", "none of candles, hollow"),
            ("scale = \"cube\"", "none of linear, log, percent"),
            ("studies = [\"EMMA:9\"]", "studies"),
        ] {
            let error = toml::from_str::<ChartState>(text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn what_lies_innermost_is_laid_away_first() {
        let cursor = Cursor {
            spot: Spot::default(),
            price: Price::from_units(1),
        };
        let mut state = ChartState {
            crosshair: Some(cursor),
            stop: Some(Price::from_units(2)),
            measure: Some(cursor),
            event: Some(3),
            ..ChartState::default()
        };
        for left in [3, 2, 1, 0] {
            assert!(state.lay_away());
            let count = usize::from(state.crosshair.is_some())
                + usize::from(state.stop.is_some())
                + usize::from(state.measure.is_some())
                + usize::from(state.event.is_some());
            assert_eq!(count, left);
        }
        assert!(!state.lay_away());
    }
}
