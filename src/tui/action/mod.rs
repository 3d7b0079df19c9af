//! The one table of what can be done: keys, footer, help, palette and typed commands follow it.
//! Must not do anything itself: `dispatch` does.

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
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// What it is.
    pub id: ActionId,
    /// Its name in keymaps, `chart.goto_time`.
    pub name: &'static str,
    /// What is typed after `:`, then what may follow it: `goto TIME`; empty where typing it makes
    /// no sense.
    pub command: &'static str,
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
}

/// Makes a part of the table: an enum and its rows, in the order of the help.
macro_rules! actions {
    (
        $(#[doc = $about:literal])+
        $part:ident as $wrap:ident:
        $($scope:ident $danger:ident $tap:ident $rank:literal $variant:ident $name:literal
          $command:literal $label:literal $hint:literal $doc:literal;)+
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

/// The action of a typed word.
pub fn by_command(word: &str) -> Option<&'static Action> {
    all().find(|action| !action.command.is_empty() && action.command_word() == word)
}
