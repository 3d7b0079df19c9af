//! Actions of a chart.
//! Must not know how it is drawn.

super::actions! {
    /// What can be done with a chart.
    ChartAction as Chart:
    Chart View Once 20 PanLeft "chart.pan_left" "" "Earlier bars" ""
        "Move the chart to earlier bars.";
    Chart View Once 14 PanRight "chart.pan_right" "" "Later bars" "pan"
        "Move the chart to later bars.";
    Chart View Once 15 ZoomIn "chart.zoom_in" "wider" "Wider candles" "zoom"
        "Wider candles.";
    Chart View Once 21 ZoomOut "chart.zoom_out" "narrower" "Narrower candles" ""
        "Narrower candles.";
    Chart View Once 22 Reset "chart.reset" "newest" "Newest bar" ""
        "Back to the newest bar and the first zoom.";
}
