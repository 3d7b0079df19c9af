//! Themes from the outside: the page about them, their pictures, the subcommand, a running desk.
//! Must not repeat what the unit tests of colours and files hold.

use std::fmt::Write;
use std::fs;

use titan_tui::tui::glyphs::table;
use titan_tui::tui::theme::science::Vision;
use titan_tui::tui::theme::{ColorMode, TAGS, Theme, builtins, gate, reference};
use titan_tui::tui::{DeskState, ShotFormat, sample, shot};
use unicode_width::UnicodeWidthStr;

use super::pty;
use crate::architecture;
use crate::support::{Desk, assert_golden};

const PAGE: &str = "docs/themes.md";

/// Holds a part of the page between two comments; `UPDATE_GOLDEN=1` writes it.
#[track_caller]
fn assert_part(name: &str, text: &str) {
    let file = format!("{}/{PAGE}", env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(&file).unwrap();
    let (begin, end) = (
        format!("<!-- {name}: made by the program -->\n"),
        format!("<!-- end of {name} -->\n"),
    );
    let head = page.split(&begin).next().unwrap();
    let tail = page
        .split(&end)
        .nth(1)
        .unwrap_or_else(|| panic!("no {name} in {PAGE}"));
    assert_golden(PAGE, &format!("{head}{begin}{text}{end}{tail}"));
}

/// One test, because its parts write the same file.
#[test]
fn the_page_tells_what_the_tables_hold() {
    assert_part("slots", &reference());
    let mut tags = "| Tag | Means |\n|---|---|\n".to_owned();
    for (tag, meaning) in TAGS {
        let _ = writeln!(tags, "| `{tag}` | {meaning} |");
    }
    assert_part("tags", &tags);
    assert_part("figures", &figures());
    let mut glyphs = "| Field | Unicode | ASCII | Means |\n|---|---|---|---|\n".to_owned();
    for glyph in table() {
        let bare = |text: &str| text.replace('|', "\\|");
        let _ = writeln!(
            glyphs,
            "| `{}` | {} | `{}` | {} |",
            glyph.field,
            glyph.unicode,
            bare(glyph.ascii),
            glyph.doc.trim_end_matches('.')
        );
    }
    assert_part("glyphs", &glyphs);
    let page = fs::read_to_string(format!("{}/{PAGE}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for theme in builtins() {
        for part in [format!("`{}`", theme.name), picture_of(theme)] {
            assert!(page.contains(&part), "{part} is not on the page");
        }
    }
}

fn figures() -> String {
    let mut text = "| Theme | Tags | Colours |".to_owned();
    for vision in Vision::ALL {
        let _ = write!(text, " {} |", vision.name());
    }
    text.push_str(" Read worst |\n|---|---|---|---|---|---|---|---|\n");
    for theme in builtins() {
        for depth in gate::depths(theme) {
            let figures = gate::figures(theme, *depth);
            let tags = theme.tags.join(", ");
            let _ = write!(text, "| `{}` | {tags} | {} |", theme.name, depth.name());
            for difference in figures.up_down {
                let _ = write!(text, " {difference:.0} |");
            }
            let worst = figures.worst().unwrap();
            let (ratio, front, ground) = (worst.ratio, worst.front, worst.ground);
            let _ = writeln!(text, " {ratio:.2}, `{front}` on `{ground}` |");
        }
    }
    text
}

fn picture_of(theme: &Theme) -> String {
    format!("pictures/theme-{}.svg", theme.name)
}

#[test]
fn the_pictures_of_the_page_are_those_of_the_program() {
    for theme in builtins() {
        let mut state = DeskState::new(ColorMode::True, false);
        state.clock = Some(sample::NOW);
        state.paint.theme = theme.clone();
        let picture = shot(&sample::view(), &state, 100, 30, ShotFormat::Svg);
        assert_golden(&format!("docs/{}", picture_of(theme)), &picture);
    }
}

/// Letters outside ASCII in the sources that draw, besides those of the table.
fn strangers(source: &architecture::scanner::Source) -> Vec<String> {
    let known: String = table().iter().map(|glyph| glyph.unicode).collect();
    let braille = '\u{2800}'..='\u{28ff}';
    let mut found = Vec::new();
    for (line, literal) in source.literals() {
        let foreign: String = literal
            .chars()
            .filter(|letter| !letter.is_ascii() && !known.contains(*letter))
            .filter(|letter| !braille.contains(letter))
            .collect();
        if !foreign.is_empty() {
            let name = &source.name;
            found.push(format!(
                "{name}:{line}: {foreign} is not in src/tui/glyphs.rs"
            ));
        }
    }
    found
}

#[test]
fn nothing_is_drawn_that_is_not_in_the_table_of_glyphs() {
    let found: Vec<String> = ["src/tui", "widgets/src"]
        .into_iter()
        .flat_map(architecture::sources)
        .flat_map(|source| strangers(&source))
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
    let planted = architecture::scanner::Source::new(
        "src/tui/a.rs",
        "fn f() -> &'static str { \"\u{25b2} \u{2603}\" }",
    );
    assert_eq!(
        strangers(&planted),
        ["src/tui/a.rs:1: \u{2603} is not in src/tui/glyphs.rs"]
    );
}

#[test]
fn every_glyph_that_is_wide_in_east_asia_has_a_stand_in() {
    for glyph in table() {
        if glyph.unicode.width_cjk() > glyph.unicode.width() {
            assert!(
                glyph.ascii.is_ascii() && !glyph.ascii.is_empty(),
                "{glyph:?}"
            );
        }
    }
}

#[test]
fn the_check_of_the_configuration_knows_the_themes() {
    let desk = Desk::with_config("[desk]\ntheme = \"okbe\"\n");
    let outcome = desk.run(&["config", "check"]);
    assert_eq!(outcome.code, Some(2), "{outcome:#?}");
    let expected = "config.toml:2:1: desk.theme: titan-dark is shown instead: \
                    there is no theme okbe; did you mean okabe?";
    assert!(outcome.stderr.contains(expected), "{outcome:#?}");
    desk.run(&["config", "check", "--set", "desk.theme=okabe"])
        .ok();
}

/// A user's theme that can be read but not seen.
const FAINT: &str = "name = \"faint\"\ntags = [\"cvd\"]\ninherits = \"titan-dark\"\n\
                     [slots]\ndim = \"#303840\"\n";

fn with_theme(name: &str, text: &str) -> Desk {
    let desk = Desk::with_config("");
    let folder = desk.config_file().parent().unwrap().join("themes");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), text).unwrap();
    desk
}

#[test]
fn themes_are_listed_with_their_figures() {
    let desk = with_theme("mine.toml", "inherits = \"okabe\"\n");
    fs::write(
        desk.config_file().with_file_name("theme-bad.toml"),
        "nam = 1\n",
    )
    .unwrap();
    let text = desk
        .run(&["themes", "list", "--set", "desk.theme=okabe"])
        .ok();
    for theme in builtins() {
        assert!(text.contains(&theme.name), "{text}");
    }
    let line = |begin: &str| {
        let found = text.lines().find(|line| line.starts_with(begin));
        found.unwrap_or_else(|| panic!("{begin} is not in\n{text}"))
    };
    let okabe: Vec<&str> = line("* okabe").split_whitespace().collect();
    assert_eq!(
        okabe[2..9],
        ["dark", "cvd", "truecolor", "113", "111", "101", "87"]
    );
    assert!(line("  mine").contains("own file"), "{text}");
    let bad = line("left out: ");
    assert!(
        bad.ends_with("theme-bad.toml:1:1: unknown key nam; did you mean name?"),
        "{bad}"
    );
}

#[test]
fn a_theme_file_is_checked_with_the_gates_of_the_program() {
    let good = "inherits = \"okabe\"\ntags = [\"cvd\"]\n";
    let cases: [(&str, i32, &str, &str); 4] = [
        (good, 0, "\ngood\n", ""),
        (
            FAINT,
            1,
            "dim on background: contrast 1.",
            "cannot be seen well enough",
        ),
        (
            FAINT,
            1,
            "up and down: difference 15 for deut vision",
            "named above",
        ),
        (
            "inherits = \"okabe\"\n[slots]\nupp = \"#000000\"\ndown = 5\n",
            2,
            "",
            "mine.toml:3:1: unknown slot upp; did you mean up?\n",
        ),
    ];
    for (text, code, stdout, stderr) in cases {
        let desk = with_theme("mine.toml", text);
        let file = desk.config_file().with_file_name("themes/mine.toml");
        let outcome = desk.run(&["themes", "check", file.to_str().unwrap()]);
        assert_eq!(outcome.code, Some(code), "{outcome:#?}");
        assert!(outcome.stdout.contains(stdout), "{outcome:#?}");
        assert!(outcome.stderr.contains(stderr), "{outcome:#?}");
    }
    let missing = Desk::new().run(&["themes", "check", "none.toml"]);
    assert_eq!(missing.code, Some(1), "{missing:#?}");
}

#[test]
fn a_theme_is_shown_at_the_depth_that_is_asked_for() {
    let cases: [(&[&str], &str); 4] = [
        (&["--color", "truecolor"], "38;2;86;180;233"),
        (&["--color", "256"], "38;5;74"),
        (&["--color", "16"], "cyan"),
        (&["--color", "mono", "--ascii"], "\u{1b}["),
    ];
    for (more, expected) in cases {
        let text = Desk::new()
            .run(&[&["themes", "show", "okabe"], more].concat())
            .ok();
        assert!(
            text.contains(expected) && text.contains("overlay_6"),
            "{more:?}\n{text}"
        );
        assert_eq!(text.is_ascii(), more.contains(&"--ascii"));
    }
    let plain = Desk::new()
        .env("NO_COLOR", "1")
        .run(&["themes", "show", "okabe"])
        .ok();
    assert!(!plain.contains("38;") && !plain.contains("48;"), "{plain}");
    let own = with_theme("mine.toml", "inherits = \"okabe\"\n");
    let path = own.config_file().with_file_name("themes/mine.toml");
    for name in ["mine", path.to_str().unwrap()] {
        assert!(own.run(&["themes", "show", name]).ok().contains(" mine "));
    }
    let unknown = Desk::new().run(&["themes", "show", "okbe"]);
    assert_eq!(unknown.code, Some(2), "{unknown:#?}");
    assert!(
        unknown
            .stderr
            .contains("there is no theme okbe; did you mean okabe?")
    );
}

#[test]
fn a_running_desk_follows_the_file_of_its_theme() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("titan-tui/themes/mine.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let write = |ground: &str| {
        let text = format!("inherits = \"titan-dark\"\n[slots]\n{ground}\n");
        fs::write(&file, text).unwrap();
    };
    write("background = \"#123456\"");
    let variables = [("XDG_CONFIG_HOME", home.path())];
    let mut desk = pty::Desk::start_with(&["--theme", "mine"], &variables);
    desk.wait_for("PAPER");
    assert_eq!(desk.ground(), vt100::Color::Rgb(0x12, 0x34, 0x56));
    write("background = \"#234567\"");
    desk.wait_for("theme mine is read");
    assert_eq!(desk.ground(), vt100::Color::Rgb(0x23, 0x45, 0x67));
    write("backgruond = \"#345678\"");
    desk.wait_for("mine.toml:3:1: unknown slot backgruond; did you mean background?");
    assert_eq!(desk.ground(), vt100::Color::Rgb(0x23, 0x45, 0x67));
}

#[test]
fn a_theme_that_is_not_there_does_not_keep_the_desk_from_opening() {
    let home = tempfile::tempdir().unwrap();
    let variables = [("XDG_CONFIG_HOME", home.path())];
    let mut desk = pty::Desk::start_with(&["--theme", "okbe"], &variables);
    desk.wait_for("titan-dark is shown instead: there is no theme okbe; did you mean okabe?");
    assert_eq!(desk.ground(), vt100::Color::Rgb(0x0d, 0x11, 0x17));
}
