//! Ladders drawn into a buffer and compared as text.
//! Must not need a terminal.

use ratatui_core::{buffer::Buffer, layout::Rect, style::Modifier};

use super::*;

fn rows() -> Vec<LadderRow<'static>> {
    let sizes = [
        (105.0, 0.0, 40.0),
        (104.5, 0.0, 120.0),
        (104.0, 0.0, 64.0),
        (103.5, 0.0, 8.0),
        (103.0, 0.0, 0.0),
        (102.5, 33.0, 0.0),
        (102.0, 90.0, 0.0),
        (101.5, 158.0, 0.0),
        (101.0, 2.0, 0.0),
    ];
    sizes
        .into_iter()
        .map(|(price, bid, ask)| LadderRow {
            price,
            bid,
            ask,
            traded: 1_000.0 - price * 9.0,
            bid_delta: if bid > 80.0 { 12.0 } else { 0.0 },
            ask_delta: if ask > 100.0 { -41.0 } else { 0.0 },
            own_bid: if price == 102.0 { "B1" } else { "" },
            own_ask: if price == 104.5 { "S2" } else { "" },
            queue: if price == 102.0 { "3.4" } else { "" },
            best_bid: price == 102.5,
            best_ask: price == 103.5,
            last: price == 103.0,
            cursor: price == 101.5,
        })
        .collect()
}

fn draw(ladder: &Ladder, width: u16, height: u16) -> (Vec<String>, LadderGeometry, Buffer) {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    let geometry = ladder.draw(area, &mut buffer);
    let line = |y| {
        let cells = (0..width).map(|x| buffer[(x, y)].symbol());
        cells.collect::<String>().trim_end().to_owned()
    };
    ((0..height).map(line).collect(), geometry, buffer)
}

fn price(value: f64) -> String {
    format!("{value:.1}")
}

fn size(value: f64) -> String {
    format!("{value:.0}")
}

#[test]
fn all_columns_of_a_wide_ladder() {
    let rows = rows();
    let ladder = Ladder::new(&rows, &price, &size)
        .titles(Some(LadderTitles::default()))
        .deltas(true)
        .traded(true);
    let (lines, ..) = draw(&ladder, 60, 10);
    assert_eq!(
        lines,
        [
            "me que  +/-  bid             price             ask  +/-  vol",
            "                             105.0  ██▎         40        55",
            "S2                           104.5  ██████▉    120  -41   60",
            "                             104.0  ███▋        64        64",
            "                             103.5  ▌            8        68",
            "                           ▸ 103.0 ◂                      73",
            "              33        ▉██  102.5                        78",
            "B1 3.4  +12   90     ▎█████  102.0                        82",
            "        +12  158 ██████████ [101.5]                       86",
            "               2          ▉  101.0                        91",
        ],
        "{lines:#?}"
    );
}

#[test]
fn a_narrow_ladder_keeps_price_bars_and_own_orders() {
    let rows = rows();
    let (lines, ..) = draw(&Ladder::new(&rows, &price, &size), 20, 9);
    assert_eq!(
        lines,
        [
            "         105.0  █",
            "S2       104.5  ███",
            "         104.0  █▋",
            "         103.5  ▎",
            "       ▸ 103.0 ◂",
            "      ▏  102.5",
            "B1  ▊██  102.0",
            "   ████ [101.5]",
            "      ▉  101.0",
        ],
        "{lines:#?}"
    );
}

#[test]
fn without_blocks_it_is_ascii() {
    let rows = rows();
    let ladder = Ladder::new(&rows, &price, &size).glyphs(MarketGlyphs::ASCII);
    let (lines, ..) = draw(&ladder, 30, 9);
    assert_eq!(
        lines,
        [
            "              105.0  #      40",
            "S2            104.5  ###   120",
            "              104.0  ##     64",
            "              103.5  #       8",
            "            > 103.0 <",
            "     33    #  102.5",
            "B1   90   ##  102.0",
            "    158 #### [101.5]",
            "      2    #  101.0",
        ],
        "{lines:#?}"
    );
}

#[test]
fn cells_and_prices_agree() {
    let rows = rows();
    let ladder = Ladder::new(&rows, &price, &size).place(LadderPlace::Middle(105.0));
    let (lines, geometry, _) = draw(&ladder, 40, 6);
    // Three lines stay empty above the highest price.
    assert!(lines[..3].iter().all(String::is_empty), "{lines:#?}");
    assert_eq!(geometry.area(), Rect::new(0, 3, 40, 3));
    assert_eq!(geometry.price_at(2), None);
    assert_eq!(geometry.price_at(3), Some(105.0));
    assert_eq!(geometry.price_at(5), Some(104.0));
    assert_eq!(geometry.price_at(6), None);
    assert_eq!(geometry.y_of(104.5), Some(4));
    assert_eq!(geometry.y_of(104.7), Some(4));
    assert_eq!(geometry.y_of(105.1), None);
    assert_eq!(geometry.y_of(90.0), None);
    let (x, width) = geometry.column(LadderColumn::BidBar).unwrap();
    assert_eq!(geometry.at((x, 4)), Some((104.5, Some(LadderSide::Bid))));
    assert_eq!(geometry.column_at(x + width), Some(LadderColumn::Price));
    assert_eq!(geometry.side_at(x + width), None);
    assert_eq!(geometry.side_at(39), Some(LadderSide::Ask));
    assert_eq!(geometry.column_at(40), None);
    assert_eq!(geometry, ladder.geometry(Rect::new(0, 0, 40, 6)));
}

#[test]
fn a_ladder_that_stands_still_begins_at_its_price() {
    let rows = rows();
    let ladder = Ladder::new(&rows, &price, &size).place(LadderPlace::Top(103.5));
    let (_, geometry, _) = draw(&ladder, 30, 3);
    assert_eq!(geometry.prices(), [103.5, 103.0, 102.5]);
    assert_eq!(geometry.first(), 3);
}

#[test]
fn the_cursor_lies_under_its_whole_row() {
    let rows = rows();
    let (lines, geometry, buffer) = draw(&Ladder::new(&rows, &price, &size), 30, 9);
    let y = geometry.y_of(101.5).unwrap();
    assert!(lines[usize::from(y)].contains("[101.5]"));
    assert!(buffer[(0, y)].modifier.contains(Modifier::REVERSED));
    assert!(!buffer[(0, y - 1)].modifier.contains(Modifier::REVERSED));
}

#[test]
fn a_given_size_fills_a_bar() {
    let rows = [LadderRow {
        price: 1.0,
        ask: 5.0,
        ..LadderRow::default()
    }];
    let bars = |full| {
        let ladder = Ladder::new(&rows, &price, &size).full(full);
        let (lines, ..) = draw(&ladder, 30, 1);
        lines[0].matches('█').count()
    };
    assert!(bars(Some(10.0)) < bars(None));
}

#[test]
fn nothing_is_drawn_where_there_is_nothing() {
    let (lines, geometry, _) = draw(&Ladder::new(&[], &price, &size), 20, 2);
    assert!(lines.iter().all(String::is_empty));
    assert_eq!(geometry.prices(), [0.0; 0]);
}
