//! Tests of the store of themes, on folders of their own.
//! Must not wait: moments of writing are set, not awaited.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{ThemeStore, UpDown, builtin, default_theme};

const BASE: &str = "inherits = \"titan-dark\"\n[slots]\nup = \"#00ff00\"\n";

/// A configuration folder; each write is a second later than the one before.
struct Folder {
    root: tempfile::TempDir,
    second: u64,
}

impl Folder {
    fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
            second: 0,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn write(&mut self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        self.second += 1;
        let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000 + self.second);
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(moment)
            .unwrap();
    }

    fn open(&self) -> ThemeStore {
        ThemeStore::open(self.root.path(), UpDown::Theme)
    }
}

fn up(store: &ThemeStore, name: &str) -> (u8, u8, u8) {
    store.get(name).unwrap().up.rgb
}

#[test]
fn themes_of_the_user_come_after_those_of_the_program() {
    let mut folder = Folder::new();
    folder.write("themes/night.toml", BASE);
    folder.write("theme-day.toml", BASE);
    folder.write("config.toml", "seed = 1\n");
    folder.write("themes/notes.txt", "no theme\n");
    let store = folder.open();
    assert_eq!(store.problems(), Vec::<&str>::new());
    let names = store.names();
    assert_eq!(names[..8], super::builtin::FILES.map(|(name, _)| name));
    assert_eq!(names[8..], ["day", "night"]);
    assert_eq!(up(&store, "night"), (0, 255, 0));
    assert!(store.is_builtin("mono") && !store.is_builtin("night"));
    assert_eq!(store.next("bloom").name, "day");
    assert_eq!(store.next("night").name, "titan-dark");
    assert_eq!(store.next("unknown").name, "titan-dark");
}

#[test]
fn a_bad_theme_gives_the_default_and_the_reason() {
    let mut folder = Folder::new();
    folder.write(
        "themes/broken.toml",
        "inherits = \"mono\"\n[slots]\nupp = \"#00ff00\"\ndown = 5\n",
    );
    folder.write("themes/mono.toml", BASE);
    let store = folder.open();
    let cases = [
        (
            "broken",
            "broken.toml:3:1: unknown slot upp; did you mean up?; 1 more, \
             `titan-tui themes check FILE` tells all",
        ),
        ("okbe", "there is no theme okbe; did you mean okabe?"),
        (
            "zzzzzzzz",
            "there is no theme zzzzzzzz; `titan-tui themes list` has all",
        ),
    ];
    for (name, reason) in cases {
        let (theme, message) = store.choose(name);
        assert_eq!(theme, default_theme());
        let message = message.unwrap();
        assert!(
            message.starts_with("titan-dark is shown instead: "),
            "{message}"
        );
        assert!(message.ends_with(reason), "{message}");
    }
    assert_eq!(store.get("mono"), builtin("mono"), "its name is taken");
    assert_eq!(store.problems().len(), 2);
    assert_eq!(store.choose("okabe"), (builtin("okabe").unwrap(), None));
}

#[test]
fn files_that_change_are_read_again() {
    let mut folder = Folder::new();
    let mut store = folder.open();
    assert_eq!(store.changed(), Vec::<String>::new());
    folder.write("themes/base.toml", BASE);
    folder.write(
        "themes/heir.toml",
        "inherits = \"base\"\n[slots]\ndown = \"#ff0000\"\n",
    );
    assert_eq!(
        store.changed(),
        ["theme base is read", "theme heir is read"]
    );
    assert_eq!(
        store.changed(),
        Vec::<String>::new(),
        "nothing changed since"
    );

    folder.write("themes/base.toml", &BASE.replace("00ff00", "00ee00"));
    assert_eq!(
        store.changed(),
        ["theme base is read", "theme heir is read"]
    );
    assert_eq!(up(&store, "heir"), (0, 0xee, 0), "what it inherits changed");

    folder.write("themes/base.toml", "[slots\n");
    let said = store.changed();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("base.toml:1:"), "{said:?}");
    assert_eq!(up(&store, "base"), (0, 0xee, 0), "the last good one stays");
    assert_eq!(up(&store, "heir"), (0, 0xee, 0));
    assert_eq!(store.changed(), Vec::<String>::new(), "said once");

    folder.write("themes/base.toml", BASE);
    assert_eq!(
        store.changed(),
        ["theme base is read", "theme heir is read"]
    );
    assert!(store.problems().is_empty());

    fs::remove_file(folder.path("themes/heir.toml")).unwrap();
    assert_eq!(store.changed(), ["theme heir is gone"]);
    assert_eq!(store.get("heir"), None);
}

#[test]
fn a_file_can_be_read_again_by_its_path() {
    let mut folder = Folder::new();
    folder.write("themes/base.toml", BASE);
    let mut store = folder.open();
    let path = folder.path("themes/base.toml");
    folder.write("themes/base.toml", &BASE.replace("00ff00", "00ee00"));
    assert_eq!(store.reload(&path).unwrap(), "base");
    assert_eq!(up(&store, "base"), (0, 0xee, 0));
    folder.write("themes/base.toml", "up = 5");
    let error = store.reload(&path).unwrap_err().to_string();
    assert!(
        error.ends_with("up is a slot: write it below [slots]"),
        "{error}"
    );
    assert_eq!(up(&store, "base"), (0, 0xee, 0));
}

#[test]
fn a_file_from_elsewhere_is_checked_against_the_themes_there_are() {
    let mut folder = Folder::new();
    folder.write("themes/base.toml", BASE);
    folder.write("elsewhere/heir.toml", "inherits = \"base\"\n");
    folder.write("elsewhere/base.toml", BASE);
    let store = folder.open();
    let check = |name: &str| store.check(&folder.path(name));
    assert_eq!(check("elsewhere/heir.toml").unwrap().up.rgb, (0, 255, 0));
    assert_eq!(check("themes/base.toml").unwrap().name, "base");
    let taken = check("elsewhere/base.toml").unwrap_err().to_string();
    assert!(taken.contains("there is a theme base already"), "{taken}");
    let missing = store.check(Path::new("/no/such/theme.toml")).unwrap_err();
    assert!(
        missing
            .to_string()
            .starts_with("cannot read the theme /no/such/theme.toml")
    );
}

#[test]
fn the_convention_holds_for_every_theme_that_is_got() {
    let mut store = ThemeStore::builtin();
    let plain = store.get("titan-dark").unwrap();
    store.set_up_down(UpDown::RedUp);
    assert_eq!(store.up_down(), UpDown::RedUp);
    for theme in [
        store.get("titan-dark").unwrap(),
        store.choose("titan-dark").0,
        store.next("bloom"),
    ] {
        assert_eq!(
            (theme.up.rgb, theme.down.rgb),
            (plain.down.rgb, plain.up.rgb)
        );
    }
}
