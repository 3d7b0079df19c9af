//! Actions of a chart and of its crosshair.
//! Must not know how it is drawn.

super::actions! {
    /// What can be done with a chart.
    ChartAction as Chart:
    Chart View Once 20 PanLeft "chart.pan_left" "pan-left" "Earlier bars" ""
        "A bar back.";
    Chart View Once 14 PanRight "chart.pan_right" "pan-right" "Later bars" "pan"
        "A bar on.";
    Chart View Once 23 PageLeft "chart.page_left" "" "Screen of earlier bars" ""
        "A screen of bars back.";
    Chart View Once 23 PageRight "chart.page_right" "" "Screen of later bars" ""
        "A screen of bars on.";
    Chart View Once 24 First "chart.first" "oldest" "Oldest bar" ""
        "To the oldest bar.";
    Chart View Once 24 Last "chart.last" "newest" "Newest bar" ""
        "To the newest bar, and on with it.";
    Chart View Once 15 ZoomIn "chart.zoom_in" "wider" "Wider candles" "zoom"
        "Wider candles.";
    Chart View Once 21 ZoomOut "chart.zoom_out" "narrower" "Narrower candles" ""
        "Narrower candles.";
    Chart View Once 22 Reset "chart.reset" "reset" "Reset the view" ""
        "Back to the newest bar, the first zoom and fitted prices.";
    Chart View Once 17 Crosshair "chart.crosshair" "crosshair" "Crosshair" "crosshair"
        "Show the crosshair, which the arrows then move, or lay it away.";
    Chart View Once 25 SecondCursor "chart.second_cursor" "second-cursor" "Second cursor: stop" ""
        "Set the second cursor, where a stop would lie; again goes from one to the other.";
    Chart View Once 25 Measure "chart.measure" "measure" "Measure" ""
        "Measure from here to where the crosshair goes: price, percent, bars, time, R.";
    Chart View Once 18 Studies "chart.studies" "study [STUDY]" "Indicators" "indicators"
        "Choose the indicators and change them, or add the one that is named: `:study RSI:7`.";
    Chart View Once 19 Kind "chart.kind"
        "chart [candles|hollow|heikin-ashi|bars|line|area|renko|range] [SIZE]" "Kind of bars" "kind"
        "Draw the bars in the next way, or the one that is named; Renko and range take a size.";
    Chart View Once 26 Scale "chart.scale" "scale [linear|log|percent]" "Scale of prices" ""
        "The next scale of prices, or the one that is named.";
    Chart View Once 26 Volume "chart.volume" "volume [on|off]" "Volume" ""
        "Show the volume or hide it.";
    Chart View Once 26 Profile "chart.volume_profile" "volume-profile [on|off]" "Volume by price" ""
        "Show the volume by price of the bars that are seen, or hide it.";
    Chart View Once 26 Depth "chart.depth" "depth-map [on|off]" "Depth over time" ""
        "Show what rested in the book over time, or hide it.";
    Chart View Once 26 Events "chart.events" "events [on|off]" "Signals and fills" ""
        "Mark signals and fills on the bars, or leave them out.";
    Chart View Once 26 OwnTimeframe "chart.own_timeframe" "own-timeframe [on|off]"
        "Own timeframe" ""
        "Give the chart a timeframe of its own, or that of its group again.";
    Chart View Once 25 GoTo "chart.goto_time" "goto TIME" "Go to a time" ""
        "To the bar of a time: `14:05`, `2026-11-05 14:05`, or `-2h` from the newest.";
    Chart View Once 27 EventPrevious "chart.event_previous" "" "Event before" ""
        "To the signal or fill before.";
    Chart View Once 27 EventNext "chart.event_next" "" "Next event" "event"
        "To the next signal or fill; the line below the chart says what it was.";
    Chart View Once 27 Line "chart.line" "line [PRICE]" "Horizontal line" ""
        "Draw a line at the crosshair, or at a price.";
    Chart View Once 27 EraseLine "chart.erase_line" "erase-line [PRICE]" "Erase a line" ""
        "Erase the line next to the crosshair or to a price; without one, the newest.";
    Chart View Once 28 PriceCloser "chart.price_closer" "" "Prices closer" ""
        "See prices closer.";
    Chart View Once 28 PriceWider "chart.price_wider" "" "More prices" ""
        "See more prices.";
    Chart View Once 28 PriceUp "chart.price_up" "" "Higher prices" ""
        "Move the view to higher prices.";
    Chart View Once 28 PriceDown "chart.price_down" "" "Lower prices" ""
        "Move the view to lower prices.";
    Chart View Once 28 PriceReset "chart.price_reset" "" "Fit prices" ""
        "Fit the prices to the bars again.";
    Crosshair View Once 4 Left "crosshair.left" "" "Crosshair left" ""
        "The crosshair a bar back.";
    Crosshair View Once 4 Right "crosshair.right" "" "Crosshair right" "bar"
        "The crosshair a bar on.";
    Crosshair View Once 5 Up "crosshair.up" "" "Crosshair up" ""
        "The crosshair, or the second cursor, a step of prices up.";
    Crosshair View Once 5 Down "crosshair.down" "" "Crosshair down" "price"
        "The crosshair, or the second cursor, a step of prices down.";
}
