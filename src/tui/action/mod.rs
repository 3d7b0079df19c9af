//! The one table of what can be done: keys, footer, help, palette and typed commands follow it.
//! Must not do anything itself: `dispatch` does.

mod argument;
mod chart;
mod desk;
mod ladder;
mod replay;
mod scope;
mod table;
mod ticket;
mod trading;
mod typing;
mod workspace;

#[cfg(test)]
mod tests;

pub use argument::{Argument, Placeholder};
pub use chart::ChartAction;
pub use desk::DeskAction;
pub use ladder::LadderAction;
pub use replay::ReplayAction;
pub use scope::Scope;
pub use table::TableAction;
pub use ticket::TicketAction;
pub use trading::TradingAction;
pub use typing::TypingAction;
pub use workspace::WorkspaceAction;

/// What an action is, for the dispatcher: its part of the desk, and which of that part's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActionId {
    /// Of the desk as a whole.
    Desk(DeskAction),
    /// Of workspaces and panes.
    Workspace(WorkspaceAction),
    /// Of orders and positions.
    Trading(TradingAction),
    /// Of charts.
    Chart(ChartAction),
    /// Of ladders.
    Ladder(LadderAction),
    /// Of lists.
    Table(TableAction),
    /// Of the order preview.
    Ticket(TicketAction),
    /// Of whatever is typed into or chosen from.
    Typing(TypingAction),
    /// Of a replay.
    Replay(ReplayAction),
}

/// What an action may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Danger {
    /// Changes what is seen.
    View,
    /// Lowers risk: never gated, the wide ones want two presses.
    Reduces,
    /// Raises risk: the desk must be armed, and a preview shows what would be sent.
    Increases,
    /// Changes what the desk may do: typed in full.
    Mode,
}

impl Danger {
    /// In a word, for lists.
    pub const fn word(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Reduces => "reduces risk",
            Self::Increases => "increases risk",
            Self::Mode => "mode",
        }
    }
}

/// How often a key must be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tap {
    /// Once.
    Once,
    /// Twice within [`DOUBLE_TAP_MS`].
    Twice,
}

/// Time for the second press of a double one.
pub const DOUBLE_TAP_MS: u64 = 600;

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// What it is.
    pub id: ActionId,
    /// Its name in keymaps, `chart.goto_time`.
    pub name: &'static str,
    /// What is typed after `:`, then what may follow it: `goto TIME`; empty where typing it makes
    /// no sense.
    pub command: &'static str,
    /// Other words for the same, each with what it fills in: `GP chart` is typed as `GP` and shows
    /// the chart. Letter case does not count.
    pub aliases: &'static [&'static str],
    /// Where it can be reached.
    pub scope: Scope,
    /// What it may cost.
    pub danger: Danger,
    /// How often its key must be pressed.
    pub tap: Tap,
    /// A few words for the palette.
    pub label: &'static str,
    /// A word or two for the footer; empty keeps it out.
    pub hint: &'static str,
    /// A sentence for the help.
    pub doc: &'static str,
    /// Place in the footer, lowest first; those that do not fit are left out from the end.
    pub rank: u8,
}

impl Action {
    /// The word that is typed, without what may follow it; empty where there is none.
    pub fn command_word(&self) -> &'static str {
        self.command.split(' ').next().unwrap_or_default()
    }

    /// What may follow the command's word, in order.
    pub fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        self.command.split(' ').skip(1).map(Placeholder::read)
    }

    /// Whether a sequence of so many keys must be confirmed by pressing its last key again: a long
    /// one that only changes what is seen is deliberate enough.
    pub fn wants_second_press(&self, keys: usize) -> bool {
        self.tap == Tap::Twice && (keys == 1 || self.danger != Danger::View)
    }

    /// Whether nothing sensible happens without an argument.
    pub fn needs_argument(&self) -> bool {
        self.placeholders().any(|placeholder| !placeholder.optional)
    }

    /// The other words for it, without what they fill in.
    pub fn alias_words(&self) -> impl Iterator<Item = &'static str> {
        self.aliases.iter().map(|alias| split_alias(alias).0)
    }
}

/// An alias in its word and what it fills in.
fn split_alias(alias: &'static str) -> (&'static str, &'static str) {
    alias.split_once(' ').unwrap_or((alias, ""))
}

/// Makes a part of the table: an enum and its rows, in the order of the help.
macro_rules! actions {
    (
        $(#[doc = $about:literal])+
        $part:ident as $wrap:ident:
        $($scope:ident $danger:ident $tap:ident $rank:literal $variant:ident $name:literal
          $command:literal $label:literal $hint:literal $doc:literal
          $(also [$($alias:literal),+ $(,)?])?;)+
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $part {
            $(#[doc = $doc] $variant,)+
        }

        impl $part {
            /// The rows of this part.
            pub const ACTIONS: &[$crate::tui::action::Action] = &[$(
                $crate::tui::action::Action {
                    id: $crate::tui::action::ActionId::$wrap($part::$variant),
                    name: $name,
                    command: $command,
                    aliases: &[$($($alias),+)?],
                    scope: $crate::tui::action::Scope::$scope,
                    danger: $crate::tui::action::Danger::$danger,
                    tap: $crate::tui::action::Tap::$tap,
                    label: $label,
                    hint: $hint,
                    doc: $doc,
                    rank: $rank,
                },
            )+];
        }
    };
}
use actions;

/// The parts, in the order of the help.
const PARTS: &[&[Action]] = &[
    TradingAction::ACTIONS,
    DeskAction::ACTIONS,
    WorkspaceAction::ACTIONS,
    ChartAction::ACTIONS,
    LadderAction::ACTIONS,
    TableAction::ACTIONS,
    TicketAction::ACTIONS,
    TypingAction::ACTIONS,
    ReplayAction::ACTIONS,
];

/// Every action, in the order of the help.
pub fn all() -> impl Iterator<Item = &'static Action> {
    PARTS.iter().copied().flatten()
}

/// The row of an action.
pub fn row(id: ActionId) -> Option<&'static Action> {
    all().find(|action| action.id == id)
}

/// The action of a name in keymaps.
pub fn by_name(name: &str) -> Option<&'static Action> {
    all().find(|action| action.name == name)
}

/// The action of a typed word and what the word fills in before what follows it. Words are looked
/// for as they are written first, then without regard to letter case.
pub fn by_word(word: &str) -> Option<(&'static Action, &'static str)> {
    let exact = all().find(|action| !action.command.is_empty() && action.command_word() == word);
    if let Some(action) = exact {
        return Some((action, ""));
    }
    words().find_map(|(known, filled, action)| {
        known.eq_ignore_ascii_case(word).then_some((action, filled))
    })
}

/// Every word that can be typed, what it fills in, and its action: commands and aliases.
pub fn words() -> impl Iterator<Item = (&'static str, &'static str, &'static Action)> {
    all().flat_map(|action| {
        let own = Some((action.command_word(), "", action)).filter(|(word, ..)| !word.is_empty());
        let others = action.aliases.iter().map(move |alias| {
            let (word, filled) = split_alias(alias);
            (word, filled, action)
        });
        own.into_iter().chain(others)
    })
}
