//! The styles of a chart, all given by the caller.
//! Must not hold a colour.

use ratatui_core::style::{Modifier, Style};

/// The styles a chart is drawn with; the default draws all of them without colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CandleStyles {
    /// Candles that closed at or above their open.
    pub up: Style,
    /// Candles that closed below it.
    pub down: Style,
    /// Volume of the former.
    pub volume_up: Style,
    /// Volume of the latter.
    pub volume_down: Style,
    /// Axis labels.
    pub axis: Style,
    /// Lines at the price labels; `None` for no lines.
    pub grid: Option<Style>,
    /// Tag of the last price after a rise.
    pub last_up: Style,
    /// Tag of the last price after a fall.
    pub last_down: Style,
    /// Draw rising bodies hollow: for screens without colour.
    pub hollow_up: bool,
    /// The line of a line or area chart.
    pub line: Style,
    /// Below the line of an area chart.
    pub area: Style,
    /// Volume profile outside the value area.
    pub profile: Style,
    /// Volume profile inside the value area.
    pub profile_value: Style,
    /// Volume profile at the point of control.
    pub profile_control: Style,
    /// Vertical lines between sessions.
    pub separator: Style,
    /// Lines of the crosshair.
    pub crosshair: Style,
    /// Tags of the crosshair on the axes.
    pub crosshair_tag: Style,
    /// Box and label of a measurement.
    pub measure: Style,
    /// Laid over the style of the chosen event.
    pub selected: Style,
    /// The line above a panel, and its name.
    pub panel: Style,
    /// Levels of a panel.
    pub level: Style,
}

impl Default for CandleStyles {
    fn default() -> Self {
        let reversed = Style::new().add_modifier(Modifier::REVERSED);
        Self {
            up: Style::new(),
            down: Style::new(),
            volume_up: Style::new(),
            volume_down: Style::new(),
            axis: Style::new(),
            grid: None,
            last_up: reversed,
            last_down: reversed,
            hollow_up: true,
            line: Style::new(),
            area: Style::new(),
            profile: Style::new(),
            profile_value: Style::new(),
            profile_control: Style::new(),
            separator: Style::new(),
            crosshair: Style::new(),
            crosshair_tag: reversed,
            measure: Style::new(),
            selected: reversed,
            panel: Style::new(),
            level: Style::new(),
        }
    }
}
