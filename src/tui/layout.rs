//! Where each pane lies on a screen of a given size.
//! Must not draw.

use ratatui::layout::Rect;

/// The least screen the desk is drawn on.
pub(super) const SMALLEST: (u16, u16) = (40, 12);
/// Rows of the order preview where it shares the screen with the chart.
const TICKET_ROWS: u16 = 9;

/// The panes' places; a pane without one is not drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) status: Rect,
    pub(super) banners: Rect,
    pub(super) chart: Rect,
    pub(super) watch: Option<Rect>,
    pub(super) account: Option<Rect>,
    pub(super) orders: Option<Rect>,
    pub(super) signals: Option<Rect>,
    pub(super) trades: Option<Rect>,
    /// The one list of small screens.
    pub(super) panel: Option<Rect>,
    pub(super) ticket: Option<Rect>,
    pub(super) position: Rect,
    pub(super) message: Rect,
    pub(super) footer: Rect,
}

/// Whether the desk cannot be drawn at this size.
pub(super) fn too_small(area: Rect) -> bool {
    area.width < SMALLEST.0 || area.height < SMALLEST.1
}

/// The places on `area`, with `banners` rows under the status line and room to watch so many
/// instruments.
pub(super) fn layout(area: Rect, banners: u16, ticket: bool, instruments: usize) -> Layout {
    let row = |offset_from_bottom: u16| {
        Rect::new(
            area.x,
            area.bottom().saturating_sub(offset_from_bottom),
            area.width,
            1,
        )
    };
    let banners = banners.min(area.height.saturating_sub(SMALLEST.1 - 1));
    let top = area.y + 1 + banners;
    let middle = Rect::new(
        area.x,
        top,
        area.width,
        (area.bottom().saturating_sub(3)).saturating_sub(top),
    );
    let places = Layout {
        status: Rect::new(area.x, area.y, area.width, 1),
        banners: Rect::new(area.x, area.y + 1, area.width, banners),
        position: row(3),
        message: row(2),
        footer: row(1),
        ..Layout::default()
    };
    if area.width >= 100 && area.height >= 30 {
        standard(middle, ticket, instruments, places)
    } else {
        small(middle, ticket, places)
    }
}

fn standard(middle: Rect, ticket: bool, instruments: usize, places: Layout) -> Layout {
    let lists = (middle.height * 28 / 100).clamp(7, 18);
    let side = (middle.width * 29 / 100).clamp(34, 52);
    let above = Rect::new(middle.x, middle.y, middle.width, middle.height - lists);
    let chart = Rect::new(above.x, above.y, above.width - side, above.height);
    let right = Rect::new(chart.right(), above.y, side, above.height);
    let below = Rect::new(middle.x, above.bottom(), middle.width, lists);
    let half = below.width * 44 / 100;
    let signals = Rect::new(below.x, below.y, half, below.height);
    let trades = Rect::new(below.x + half, below.y, below.width - half, below.height);
    let account_rows = 7;
    let wanted = u16::try_from(instruments)
        .unwrap_or(u16::MAX)
        .saturating_add(2);
    let most = right.height.saturating_sub(account_rows + 5).max(4);
    let watch_rows = wanted.clamp(4, most);
    let watch = Rect::new(right.x, right.y, side, watch_rows);
    let account = Rect::new(right.x, watch.bottom(), side, account_rows);
    let orders = Rect::new(
        right.x,
        account.bottom(),
        side,
        right.bottom().saturating_sub(account.bottom()),
    );
    Layout {
        chart,
        watch: (!ticket).then_some(watch),
        account: (!ticket).then_some(account),
        orders: (!ticket && orders.height >= 3).then_some(orders),
        signals: Some(signals),
        trades: Some(trades),
        ticket: ticket.then_some(right),
        ..places
    }
}

fn small(middle: Rect, ticket: bool, places: Layout) -> Layout {
    let rows = if ticket {
        TICKET_ROWS.min(middle.height.saturating_sub(3))
    } else if middle.height >= 18 {
        (middle.height * 38 / 100).clamp(7, 10)
    } else if middle.height >= 14 {
        5
    } else {
        0
    };
    let chart = Rect::new(
        middle.x,
        middle.y,
        middle.width,
        middle.height.saturating_sub(rows),
    );
    let below = Rect::new(middle.x, chart.bottom(), middle.width, rows);
    Layout {
        chart,
        panel: (!ticket && rows >= 3).then_some(below),
        ticket: ticket.then_some(below),
        ..places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_lie_inside_and_never_overlap() {
        for (width, height) in [
            (40, 12),
            (60, 20),
            (78, 22),
            (80, 24),
            (100, 30),
            (120, 36),
            (200, 60),
            (300, 100),
        ] {
            for banners in 0..3 {
                for ticket in [false, true] {
                    let area = Rect::new(0, 0, width, height);
                    let places = layout(area, banners, ticket, 6);
                    let mut panes = vec![
                        places.status,
                        places.banners,
                        places.chart,
                        places.position,
                        places.message,
                        places.footer,
                    ];
                    panes.extend(
                        [
                            places.watch,
                            places.account,
                            places.orders,
                            places.signals,
                            places.trades,
                            places.panel,
                            places.ticket,
                        ]
                        .into_iter()
                        .flatten(),
                    );
                    for (index, pane) in panes.iter().enumerate() {
                        assert_eq!(
                            pane.intersection(area),
                            *pane,
                            "{width}x{height} {places:?}"
                        );
                        for other in panes.iter().skip(index + 1) {
                            assert!(
                                pane.is_empty() || other.is_empty() || !pane.intersects(*other),
                                "{width}x{height} {pane:?} {other:?}"
                            );
                        }
                    }
                    assert!(places.chart.height >= 3, "{width}x{height} {places:?}");
                }
            }
        }
    }
}
