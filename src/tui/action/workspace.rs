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
        also ["GP chart", "GIP chart", "DOM ladder", "TAS tape", "BLOT orders", "PORT positions",
              "SIG signals", "JRNL journal", "ALRT alerts", "RISK risk", "LOG log"];
    Desk View Once 29 PaneBack "pane.back" "back" "Back" ""
        "Back to the pane that was chosen before.";
    Desk View Once 29 WorkspaceNext "workspace.next" "workspace-next" "Next workspace" ""
        "The next workspace.";
    Desk View Once 29 WorkspacePrevious "workspace.previous" "workspace-previous" "Workspace before" ""
        "The workspace before.";
    Desk View Once 29 WorkspaceGo "workspace.go" "workspace WORKSPACE" "Go to a workspace" ""
        "The workspace of a name or a number." also ["LAY"];
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
