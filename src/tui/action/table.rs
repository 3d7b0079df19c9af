//! Actions of lists.
//! Must not know what a list holds.

super::actions! {
    /// What can be done with a list.
    TableAction as Table:
    Table View Once 14 Up "list.up" "" "Row above" ""
        "The row above.";
    Table View Once 14 Down "list.down" "" "Row below" "row"
        "The row below.";
    Table View Once 24 PageUp "list.page_up" "" "Page up" ""
        "A page up.";
    Table View Once 24 PageDown "list.page_down" "" "Page down" ""
        "A page down.";
    Table View Once 25 First "list.first" "" "First row" ""
        "The first row.";
    Table View Once 25 Last "list.last" "" "Last row" ""
        "The last row.";
    Table View Once 13 Open "list.open" "" "Open the row" "open"
        "Open what stands behind the row.";
    Table View Once 25 Sort "list.sort" "sort [COLUMN]" "Sort" "sort"
        "Sort by the next column, or the one that is named; after the last in the list's own order.";
    Table View Once 25 Reverse "list.reverse" "sort-reverse" "Reverse the order" ""
        "Turn the order of the sorted column round.";
    Table View Once 25 Filter "list.filter" "filter [TEXT]" "Filter" "filter"
        "Show only rows that match: words, `sym~BTC`, `pnl<0`, `!` for the opposite.";
    Table View Once 25 Columns "list.columns" "column [NAME]" "Columns" ""
        "Hide a column or show it again.";
}
