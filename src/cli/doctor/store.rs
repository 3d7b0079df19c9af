//! Whether the data folder can keep what the desk must not lose.
//! Must not change a store that exists.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{Finding, Verdict};
use crate::cli::args::GlobalArgs;
use crate::config::Config;

/// Below this a day of ticks may fill the disk.
const FREE_MIB_WARN: u64 = 1_024;
/// Below this the next commits may fail.
const FREE_MIB_FAIL: u64 = 64;
const MIB: u64 = 1 << 20;

const CHECK: &str = "store";

pub(super) fn check(global: &GlobalArgs, config: &Config) -> Vec<Finding> {
    if !config.store.enabled {
        return vec![Finding::ok(CHECK, "switched off; nothing is kept")];
    }
    let folder = match global.data_dir() {
        Ok(folder) => folder,
        Err(error) => return vec![Finding::new(CHECK, Verdict::Fail, error.to_string(), "")],
    };
    let mut findings = vec![check_writing(&folder)];
    findings.extend(check_space(&folder));
    findings.extend(check_databases(&folder));
    findings
}

/// Tries it where the store would be, or in the nearest folder that exists.
fn check_writing(folder: &Path) -> Finding {
    let place = existing(folder);
    match probe(place) {
        Ok(()) => Finding::ok(
            CHECK,
            format!("{} can be written and synced", place.display()),
        ),
        Err(error) => {
            let detail = format!("{} cannot be written: {error}", place.display());
            Finding::new(
                CHECK,
                Verdict::Fail,
                detail,
                "name another folder with --data-dir",
            )
        }
    }
}

fn existing(folder: &Path) -> &Path {
    folder
        .ancestors()
        .find(|ancestor| ancestor.is_dir())
        .unwrap_or(Path::new("."))
}

fn probe(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".titan-tui-doctor-{}", std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .and_then(|mut file| {
            file.write_all(b"doctor")?;
            file.sync_all()
        });
    let removed = std::fs::remove_file(&path);
    written.and(removed)
}

fn check_space(folder: &Path) -> Option<Finding> {
    let space = rustix::fs::statvfs(existing(folder)).ok()?;
    let free = space.f_bavail.saturating_mul(space.f_frsize) / MIB;
    let detail = format!("{free} MiB free");
    let remedy = "free space on this disk, or name another with --data-dir";
    Some(if free < FREE_MIB_FAIL {
        Finding::new(CHECK, Verdict::Fail, detail, remedy)
    } else if free < FREE_MIB_WARN {
        Finding::new(CHECK, Verdict::Warn, detail, remedy)
    } else {
        Finding::ok(CHECK, detail)
    })
}

/// Every database in the folder, whatever its name: the store chooses that.
fn check_databases(folder: &Path) -> Vec<Finding> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut databases: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let ending = path.extension().and_then(|ending| ending.to_str());
            matches!(ending, Some("db" | "sqlite" | "sqlite3"))
        })
        .collect();
    databases.sort();
    databases.iter().map(|path| check_database(path)).collect()
}

fn check_database(path: &Path) -> Finding {
    let answer = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).and_then(
        |connection| {
            connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))
        },
    );
    let damaged = |detail: String| {
        let remedy = "copy the folder for safety, then start with --fresh";
        Finding::new(CHECK, Verdict::Fail, detail, remedy)
    };
    match answer {
        Ok(answer) if answer == "ok" => Finding::ok(CHECK, format!("{} is sound", path.display())),
        Ok(answer) => damaged(format!("{} is damaged: {answer}", path.display())),
        Err(error) => damaged(format!("{} cannot be read: {error}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_yet_is_tried_at_its_parent() {
        let folder = tempfile::tempdir().unwrap();
        let finding = check_writing(&folder.path().join("not/yet"));
        assert_eq!(finding.verdict, Verdict::Ok, "{finding:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn tells_sound_databases_from_damaged_ones() {
        let folder = tempfile::tempdir().unwrap();
        let sound = Connection::open(folder.path().join("a.db")).unwrap();
        sound.execute_batch("CREATE TABLE t (x INTEGER)").unwrap();
        drop(sound);
        std::fs::write(folder.path().join("b.db"), [b'x'; 4096]).unwrap();
        std::fs::write(folder.path().join("notes.txt"), "no").unwrap();
        let verdicts: Vec<Verdict> = check_databases(folder.path())
            .iter()
            .map(|finding| finding.verdict)
            .collect();
        assert_eq!(verdicts, [Verdict::Ok, Verdict::Fail]);
    }
}
