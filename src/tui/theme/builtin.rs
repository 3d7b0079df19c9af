//! The themes inside the program.
//! Must not hold colours: `themes/` does.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use super::file::{self, Draft};
use super::resolve::resolve;
use super::slots::Theme;

/// Name and text of each, the default first, in the order they are switched through.
pub const FILES: [(&str, &str); 8] = [
    (
        "titan-dark",
        include_str!("../../../themes/titan-dark.toml"),
    ),
    (
        "titan-light",
        include_str!("../../../themes/titan-light.toml"),
    ),
    ("okabe", include_str!("../../../themes/okabe.toml")),
    (
        "blue-yellow",
        include_str!("../../../themes/blue-yellow.toml"),
    ),
    (
        "hi-contrast",
        include_str!("../../../themes/hi-contrast.toml"),
    ),
    ("mono", include_str!("../../../themes/mono.toml")),
    ("ansi", include_str!("../../../themes/ansi.toml")),
    ("bloom", include_str!("../../../themes/bloom.toml")),
];

static DRAFTS: LazyLock<Vec<Draft>> = LazyLock::new(|| {
    let read = |(name, text): &(&str, &str)| {
        let path = format!("themes/{name}.toml");
        file::parse(Path::new(&path), text, name).ok()
    };
    FILES.iter().filter_map(read).collect()
});

static THEMES: LazyLock<Vec<Arc<Theme>>> = LazyLock::new(|| {
    let themes = DRAFTS
        .iter()
        .filter_map(|draft| resolve(draft, DRAFTS.iter()).ok());
    themes.map(Arc::new).collect()
});

/// As they are written.
pub fn builtin_drafts() -> &'static [Draft] {
    &DRAFTS
}

/// All, the default first.
pub fn builtins() -> &'static [Arc<Theme>] {
    &THEMES
}

/// The one of this name.
pub fn builtin(name: &str) -> Option<Arc<Theme>> {
    THEMES.iter().find(|theme| theme.name == name).cloned()
}

/// The theme the desk starts with unless another is configured.
pub fn default_theme() -> Arc<Theme> {
    THEMES.first().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Problem;

    #[test]
    fn every_file_is_a_theme_of_its_name() {
        for (name, text) in FILES {
            let path = format!("themes/{name}.toml");
            let found = file::parse(Path::new(&path), text, "unnamed")
                .and_then(|draft| resolve(&draft, DRAFTS.iter()));
            let found = found.map_err(|problems| {
                let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
                lines.join("\n")
            });
            assert_eq!(found.map(|theme| theme.name), Ok(name.to_owned()));
        }
        assert_eq!(builtins().len(), FILES.len());
        assert_eq!(
            default_theme().name,
            crate::config::DeskConfig::default().theme
        );
    }
}
