//! Actions of workspaces and of the panes in them.
//! Must not know what a pane shows.

super::actions! {
    /// What can be done with workspaces and panes.
    WorkspaceAction as Workspace:
    Desk View Once 13 PaneNext "pane.next" "pane-next" "Next pane" "pane"
        "The next pane.";
    Desk View Once 23 PanePrevious "pane.previous" "pane-previous" "Previous pane" ""
        "The pane before.";
    Desk View Once 26 Zoom "pane.zoom" "zoom" "Zoom the pane" "zoom"
        "Give the pane the whole screen, or give it back.";
    Desk View Once 28 PaneShow "pane.show" "show PANE" "Show a pane" ""
        "Choose the nearest pane of a kind, in this workspace or in another."
        also ["GP chart", "GIP chart", "DOM dom", "TAS tape", "BLOT orders", "PORT positions",
              "SIG signals", "JRNL journal", "ALRT alerts", "RISK risk", "LOG log"];
    Desk View Once 29 PaneLeft "pane.left" "pane-left" "Pane at the left" ""
        "Choose the pane at the left.";
    Desk View Once 29 PaneRight "pane.right" "pane-right" "Pane at the right" ""
        "Choose the pane at the right.";
    Desk View Once 29 PaneAbove "pane.above" "pane-above" "Pane above" ""
        "Choose the pane above.";
    Desk View Once 29 PaneBelow "pane.below" "pane-below" "Pane below" ""
        "Choose the pane below.";
    Desk View Once 29 PaneBack "pane.back" "back" "Back" ""
        "Back to the pane that was chosen before.";
    Desk View Once 29 WorkspaceGo "workspace.go" "workspace WORKSPACE" "Go to a workspace" ""
        "The workspace of a name or a number.";
    Desk View Once 31 SplitRight "pane.split_right" "split-right" "Split to the right" ""
        "Put a second pane beside this one." also ["vs"];
    Desk View Once 31 SplitBelow "pane.split_below" "split-below" "Split below" ""
        "Put a second pane below this one." also ["sp"];
    Desk View Once 31 ClosePane "pane.close" "close-pane" "Close the pane" ""
        "Close the pane; its neighbour takes the place.";
    Desk View Once 31 Kind "pane.kind" "pane [PANE]" "Change the pane" ""
        "Show something else in this pane: the next kind, or the one that is named.";
    Desk View Once 31 Link "pane.link" "link [A|B|C|none]" "Link group" ""
        "Put the pane into the next link group, or the one that is named: A, B, C or none.";
    Desk View Once 31 Wider "pane.wider" "pane-wider" "Wider pane" ""
        "Make the pane wider.";
    Desk View Once 31 Narrower "pane.narrower" "pane-narrower" "Narrower pane" ""
        "Make the pane narrower.";
    Desk View Once 31 Taller "pane.taller" "pane-taller" "Taller pane" ""
        "Make the pane taller.";
    Desk View Once 31 Shorter "pane.shorter" "pane-shorter" "Shorter pane" ""
        "Make the pane shorter.";
    Desk View Once 31 Undo "layout.undo" "undo" "Undo a layout change" ""
        "Take the last change of the layout back.";
    Desk View Once 31 Save "layout.save" "save [NAME]" "Save the layout" ""
        "Write all workspaces into a file of the layouts folder." also ["w"];
    Desk View Once 31 Load "layout.load" "load NAME" "Load a layout" ""
        "Take all workspaces from a file of the layouts folder; `default` is the shipped one."
        also ["e", "LAY"];
    Desk View Once 31 New "workspace.new" "workspace-new [NAME]" "New workspace" ""
        "Add a workspace with one chart.";
    Desk View Once 31 Rename "workspace.rename" "workspace-rename NAME" "Rename the workspace" ""
        "Give the workspace another name.";
    Desk View Once 31 CloseWorkspace "workspace.close" "workspace-close" "Close the workspace" ""
        "Close the workspace that is shown.";
    Desk View Once 31 Next "workspace.next" "workspace-next" "Next workspace" ""
        "The next workspace.";
    Desk View Once 31 Previous "workspace.previous" "workspace-previous" "Previous workspace" ""
        "The workspace before.";
    Desk View Once 30 Go1 "workspace.1" "" "Workspace 1" ""
        "The first workspace.";
    Desk View Once 30 Go2 "workspace.2" "" "Workspace 2" ""
        "The second workspace.";
    Desk View Once 30 Go3 "workspace.3" "" "Workspace 3" ""
        "The third workspace.";
    Desk View Once 30 Go4 "workspace.4" "" "Workspace 4" ""
        "The fourth workspace.";
    Desk View Once 30 Go5 "workspace.5" "" "Workspace 5" ""
        "The fifth workspace.";
    Desk View Once 30 Go6 "workspace.6" "" "Workspace 6" ""
        "The sixth workspace.";
    Desk View Once 30 Go7 "workspace.7" "" "Workspace 7" ""
        "The seventh workspace.";
    Desk View Once 30 Go8 "workspace.8" "" "Workspace 8" ""
        "The eighth workspace.";
    Desk View Once 30 Go9 "workspace.9" "" "Workspace 9" ""
        "The ninth workspace.";
}
