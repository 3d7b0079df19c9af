//! Holds the rules of `deny.toml` on licences, sources and double versions, without further tools.
//! Must not ask the network.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Two copies of these would not understand one another's types.
const SINGLE: &[&str] = &[
    "crossterm",
    "jiff",
    "ratatui",
    "ratatui-core",
    "rusqlite",
    "rust_decimal",
    "rustls",
    "serde",
    "tokio",
];

/// What `cargo metadata` says of this platform.
struct Graph {
    packages: BTreeMap<String, Value>,
    /// Packages that the program is made of, build scripts included, development tools not.
    shipped: BTreeSet<String>,
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn host() -> String {
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .expect("rustc runs");
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = answer.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}

impl Graph {
    fn read() -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        // The test was built a moment ago, so everything for this platform is here already.
        let output = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--locked", "--offline"])
            .args(["--filter-platform", &host()])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cargo metadata: {said}");
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let packages = list(&metadata["packages"])
            .into_iter()
            .map(|package| (text(&package, "id").to_owned(), package))
            .collect();
        let nodes: BTreeMap<String, Value> = list(&metadata["resolve"]["nodes"])
            .into_iter()
            .map(|node| (text(&node, "id").to_owned(), node))
            .collect();
        let mut open: Vec<String> = list(&metadata["workspace_members"])
            .iter()
            .filter_map(|id| id.as_str().map(str::to_owned))
            .collect();
        let mut shipped = BTreeSet::new();
        while let Some(id) = open.pop() {
            if shipped.insert(id.clone()) {
                let dependencies = list(&nodes[&id]["deps"]);
                let kept = dependencies.iter().filter(|dependency| {
                    list(&dependency["dep_kinds"])
                        .iter()
                        .any(|kind| text(kind, "kind") != "dev")
                });
                open.extend(kept.map(|dependency| text(dependency, "pkg").to_owned()));
            }
        }
        Self { packages, shipped }
    }

    fn shipped(&self) -> impl Iterator<Item = &Value> {
        self.shipped.iter().map(|id| &self.packages[id])
    }
}

fn deny_toml() -> toml::Table {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml");
    let text = std::fs::read_to_string(path).expect("deny.toml");
    text.parse().expect("TOML")
}

fn allowed_licences(rules: &toml::Table) -> BTreeSet<String> {
    let list = rules["licenses"]["allow"].as_array().expect("a list");
    list.iter()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

/// Licences that one crate may have beyond those, by the crate's name.
fn exceptions(rules: &toml::Table) -> BTreeMap<String, BTreeSet<String>> {
    let tables = rules["licenses"]["exceptions"].as_array().expect("a list");
    let names = |table: &toml::Value| {
        let list = table["allow"].as_array().expect("a list");
        list.iter()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect()
    };
    tables
        .iter()
        .map(|table| {
            let name = table["name"].as_str().expect("a name");
            (name.to_owned(), names(table))
        })
        .collect()
}

/// Crates that the program must not reach.
fn banned(rules: &toml::Table) -> BTreeSet<&str> {
    let list = rules["bans"]["deny"].as_array().expect("a list");
    list.iter().filter_map(|ban| ban["name"].as_str()).collect()
}

/// Whether an SPDX expression can be met with `allowed` licences. Old manifests part alternatives
/// with a slash.
fn can_be_met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = any_of(&words, &mut at, allowed);
    met && at == words.len()
}

fn any_of(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut met = all_of(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all_of(words, at, allowed);
    }
    met
}

fn all_of(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut met = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, allowed);
    }
    met
}

fn one(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let Some(word) = words.get(*at) else {
        return false;
    };
    *at += 1;
    if *word == "(" {
        let met = any_of(words, at, allowed);
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return met && closed;
    }
    let mut name = (*word).to_owned();
    if words.get(*at) == Some(&"WITH") {
        name = format!("{name} WITH {}", words.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    allowed.contains(&name)
}

#[test]
fn licences_sources_and_versions_are_allowed() {
    let graph = Graph::read();
    let rules = deny_toml();
    let (allowed, banned) = (allowed_licences(&rules), banned(&rules));
    let exceptions = exceptions(&rules);
    let mut problems = Vec::new();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in graph.shipped() {
        let (name, version) = (text(package, "name"), text(package, "version"));
        versions.entry(name).or_default().insert(version);
        let licence = text(package, "license");
        let excepted = exceptions.get(name);
        let mut allowed = allowed.clone();
        allowed.extend(excepted.into_iter().flatten().cloned());
        if !can_be_met(licence, &allowed) {
            problems.push(format!(
                "{name} {version}: licence {licence:?} is not in deny.toml"
            ));
        }
        if banned.contains(name) {
            problems.push(format!("{name} {version} is banned"));
        }
    }
    for package in graph.packages.values() {
        // A local package has no source at all.
        let source = package["source"].as_str();
        if source.is_some_and(|source| !source.starts_with("registry+")) {
            problems.push(format!("{} comes from {source:?}", text(package, "name")));
        }
    }
    for name in exceptions.keys() {
        if !versions.contains_key(name.as_str()) {
            problems.push(format!("{name} has an exception and is not used"));
        }
    }
    for name in SINGLE {
        let found = versions.get(name).map_or(0, BTreeSet::len);
        if found > 1 {
            problems.push(format!("{name} is there in {:?}", versions[name]));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    assert!(graph.shipped.len() > SINGLE.len(), "the graph was not read");
}

#[test]
fn the_licence_rule_can_fail() {
    let allowed: BTreeSet<String> = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "ISC"]
        .map(str::to_owned)
        .into();
    let cases = [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("MIT OR GPL-3.0-only", true),
        ("MIT AND GPL-3.0-only", false),
        ("MIT/Apache-2.0", true),
        ("(GPL-2.0 OR MIT) AND ISC", true),
        ("(GPL-2.0 OR LGPL-2.1) AND ISC", false),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("MIT WITH Other-exception", false),
        ("", false),
        ("(MIT", false),
    ];
    for (expression, expected) in cases {
        assert_eq!(can_be_met(expression, &allowed), expected, "{expression:?}");
    }
}
