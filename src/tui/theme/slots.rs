//! The one table of slots: a theme's fields, the keys of its file, its gates and its page.
//! Must not hold colours.

use std::fmt::Write;

use ratatui::style::{Color, Modifier};

use super::depth::ColorMode;
use super::science::Rgb;

/// One role's colour at each depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Red, green, blue.
    pub rgb: Rgb,
    /// Index into the 256-colour palette.
    pub indexed: u8,
    /// One of the terminal's sixteen; `Reset` for its own text or ground.
    pub sixteen: Color,
    /// Attributes that stand for it where there is no colour.
    pub mono: Modifier,
}

impl Slot {
    /// The terminal's own.
    pub const TERMINAL: Self = Self {
        rgb: (0xcc, 0xcc, 0xcc),
        indexed: 7,
        sixteen: Color::Reset,
        mono: Modifier::empty(),
    };
}

/// What a slot is for, which says what it must be readable on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Behind text of every colour.
    Ground,
    /// Behind plain text alone.
    Band,
    /// Blocks; behind plain text where there are 256 colours or more.
    Bar,
    /// Text in its own colour.
    Text,
    /// Behind text in the colour of `on_color`.
    Badge,
    /// `on_color` itself.
    Ink,
    /// Lines that must be found.
    Line,
    /// What may be faint.
    Faint,
}

impl Role {
    /// What is asked of it, as the page says it.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Ground => "every text is read on it",
            Self::Band => "`text` is read on it",
            Self::Bar => "`text` is read on it from 256 colours on",
            Self::Text => "is read on the grounds",
            Self::Badge => "`on_color` is read on it",
            Self::Ink => "is read on the badges",
            Self::Line => "is seen on `background`",
            Self::Faint => "may be faint",
        }
    }

    /// Whether it lies behind something.
    pub const fn is_ground(self) -> bool {
        matches!(self, Self::Ground | Self::Band | Self::Bar)
    }
}

/// One row of the table of slots.
#[derive(Debug, Clone, Copy)]
pub struct SlotSpec {
    /// Its key in the file.
    pub name: &'static str,
    /// What it is for.
    pub role: Role,
    /// The slot it takes its colour from where the file does not give it one.
    pub follows: Option<&'static str>,
    /// What it means.
    pub doc: &'static str,
    /// Reads it.
    pub get: fn(&Theme) -> Slot,
    /// Writes it.
    pub set: fn(&mut Theme, Slot),
}

macro_rules! follows {
    () => {
        None
    };
    ($name:ident) => {
        Some(stringify!($name))
    };
}

macro_rules! slots {
    (
        one { $( $(#[doc = $doc:literal])+ $field:ident: $role:ident $(from $from:ident)?; )+ }
        many { $(
            $(#[doc = $list_doc:literal])+ $list:ident: $count:literal $list_role:ident
            { $($name:ident $index:tt $item_doc:literal;)+ }
        )+ }
    ) => {
        /// Everything that has a colour of its own, and what the theme is called.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Theme {
            /// Its name.
            pub name: String,
            /// Words that say what it is good for; see [`TAGS`].
            pub tags: Vec<String>,
            /// The most colours it uses, whatever the terminal can show.
            pub depth: ColorMode,
            /// Rising candles are hollow, so that their shape tells them from falling ones.
            pub hollow: bool,
            $( $(#[doc = $doc])+ pub $field: Slot, )+
            $( $(#[doc = $list_doc])+ pub $list: [Slot; $count], )+
        }

        impl Default for Theme {
            /// The terminal's own text on its own ground.
            fn default() -> Self {
                Self {
                    name: "terminal".to_owned(),
                    tags: Vec::new(),
                    depth: ColorMode::Sixteen,
                    hollow: true,
                    $( $field: Slot::TERMINAL, )+
                    $( $list: [Slot::TERMINAL; $count], )+
                }
            }
        }

        /// Every slot, in the order of the documentation.
        pub const SLOTS: &[SlotSpec] = &[
            $( SlotSpec {
                name: stringify!($field),
                role: Role::$role,
                follows: follows!($($from)?),
                doc: concat!($($doc),+).trim_ascii(),
                get: |theme| theme.$field,
                set: |theme, slot| theme.$field = slot,
            }, )+
            $( $( SlotSpec {
                name: stringify!($name),
                role: Role::$list_role,
                follows: None,
                doc: $item_doc,
                get: |theme| theme.$list[$index],
                set: |theme, slot| theme.$list[$index] = slot,
            }, )+ )+
        ];
    };
}

slots! {
    one {
        /// Behind everything.
        background: Ground;
        /// Behind what lies over the panes.
        raised: Ground;
        /// Behind the row the cursor stands on.
        cursor_row: Ground;
        /// Behind chosen text.
        selection: Band;
        /// Behind a message that goes away by itself.
        toast: Band;
        /// Text on a coloured ground.
        on_color: Ink;
        /// Plain text.
        text: Text;
        /// Plain text inside panes.
        panel_text: Text from text;
        /// Text of less weight.
        dim: Text;
        /// Titles of panes.
        title: Text;
        /// Behind the title of the pane that has the keys.
        title_focused: Badge;
        /// What the eye should find.
        accent: Text;
        /// Wants attention.
        warn: Text;
        /// Is wrong.
        alarm: Text;
        /// Frames and rules.
        frame: Faint;
        /// Frame of the pane that has the keys.
        frame_focused: Line;
        /// Lines behind the candles.
        grid: Faint;
        /// The crosshair and what it reads.
        crosshair: Text;
        /// Rises and purchases.
        up: Text;
        /// Falls and sales.
        down: Text;
        /// Gains.
        profit: Text from up;
        /// Losses.
        loss: Text from down;
        /// Volume of rising bars.
        volume_up: Faint;
        /// Volume of falling bars.
        volume_down: Faint;
        /// Bars of the depth to buy.
        bid: Bar;
        /// Bars of the depth to sell.
        ask: Bar;
        /// Own orders on ladder and chart.
        own_order: Text;
        /// A signal that became an order.
        event_taken: Text;
        /// A signal that was held back.
        event_blocked: Text;
        /// An alert that went off.
        event_alert: Text;
        /// Least depth of the heat map.
        heat_low: Faint;
        /// Most depth of the heat map.
        heat_high: Faint;
        /// Badge of the paper mode.
        paper: Badge;
        /// Badge and frames of the live mode.
        live: Badge;
        /// Badge and frames of a replay.
        replay: Badge;
        /// The status line while nothing may be traded.
        killed: Badge;
    }
    many {
        /// Lines over the candles, in the order they were chosen.
        overlays: 6 Text {
            overlay_1 0 "First line over the candles, the fast average.";
            overlay_2 1 "Second line, the slow average.";
            overlay_3 2 "Third line.";
            overlay_4 3 "Fourth line.";
            overlay_5 4 "Fifth line.";
            overlay_6 5 "Sixth line.";
        }
        /// Groups of panes that show the same instrument.
        links: 3 Text {
            link_a 0 "Panes of link group A.";
            link_b 1 "Panes of link group B.";
            link_c 2 "Panes of link group C.";
        }
    }
}

/// Tags with a meaning.
pub const TAGS: &[(&str, &str)] = &[
    ("dark", "a dark ground"),
    ("light", "a light ground"),
    (
        "cvd",
        "up and down are told apart with any colour vision; held to ΔE 60",
    ),
    ("contrast", "held to a contrast of 7 to 1 instead of 4.5"),
    ("mono", "shades of one colour"),
    ("amber", "amber text"),
    ("terminal", "follows the terminal's own sixteen colours"),
];

/// The slot of this name.
pub fn find(name: &str) -> Option<&'static SlotSpec> {
    SLOTS.iter().find(|spec| spec.name == name)
}

impl Theme {
    /// Whether it has this tag.
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|own| own == tag)
    }

    /// Whether text lies on a dark ground.
    pub fn is_dark(&self) -> bool {
        /// Text in the middle grey is as far from black as from white here.
        const MIDDLE: f64 = 0.18;
        super::science::luminance(self.background.rgb) < MIDDLE
    }
}

/// The table of slots as the page about themes has it.
pub fn reference() -> String {
    let mut text = "| Slot | Means | Rule | Without it |\n|---|---|---|---|\n".to_owned();
    for spec in SLOTS {
        let without = spec
            .follows
            .map_or_else(|| "needed".to_owned(), |from| format!("as `{from}`"));
        let meaning = spec.doc.trim_end_matches('.');
        let rule = spec.role.rule();
        let _ = writeln!(text, "| `{}` | {meaning} | {rule} | {without} |", spec.name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_single_and_followers_follow_what_stands_on_its_own() {
        for (at, spec) in SLOTS.iter().enumerate() {
            assert!(
                SLOTS[..at].iter().all(|other| other.name != spec.name),
                "{}",
                spec.name
            );
            if let Some(from) = spec.follows {
                let from = find(from).unwrap();
                assert!(from.follows.is_none(), "{}", spec.name);
                assert_eq!(from.role, spec.role, "{}", spec.name);
            }
        }
    }

    #[test]
    fn each_row_reads_what_it_writes_and_nothing_else() {
        for spec in SLOTS {
            let mut theme = Theme::default();
            let slot = Slot {
                indexed: 99,
                ..Slot::TERMINAL
            };
            (spec.set)(&mut theme, slot);
            for other in SLOTS {
                assert_eq!((other.get)(&theme) == slot, other.name == spec.name);
            }
        }
    }
}
