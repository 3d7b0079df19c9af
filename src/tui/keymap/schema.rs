//! The JSON schema of keymap files, made from the tables, for editors that complete TOML.
//! Must not name a scope, an action or a profile itself.

use serde_json::{Value, json};

use super::PROFILES;
use crate::tui::action::{self, Scope};

/// The schema of `keys.toml`.
pub fn schema() -> Value {
    let profiles: Vec<&str> = PROFILES.iter().map(|(name, _)| *name).collect();
    let named = |name: &str, text: &str| json!({ "const": name, "description": text });
    let scopes: Vec<Value> = Scope::ALL
        .iter()
        .map(|scope| named(scope.name(), scope.title()))
        .collect();
    let actions: Vec<Value> = action::all()
        .map(|action| named(action.name, action.doc))
        .collect();
    let key = json!({
        "type": "string",
        "description": "A letter, Ctrl-P, F5, Space, Enter, Esc, Tab, Up, PageDown, Minus …",
        "minLength": 1
    });
    let keys = json!({ "type": "array", "items": key, "minItems": 1 });
    let row = |more: &[(&str, Value)], required: &[&str]| {
        let mut properties = serde_json::Map::new();
        properties.insert("scope".to_owned(), json!({ "oneOf": scopes }));
        properties.insert("on".to_owned(), keys.clone());
        properties.extend(
            more.iter()
                .map(|(name, it)| ((*name).to_owned(), it.clone())),
        );
        let row = object(&Value::Object(properties), required);
        json!({ "type": "array", "items": row })
    };
    let bind = row(
        &[
            ("run", json!({ "oneOf": actions })),
            (
                "arguments",
                text("Handed to the action, as if typed after its command."),
            ),
            ("desc", text("Shown in place of the action's label.")),
        ],
        &["scope", "on", "run"],
    );
    let leader = object(
        &json!({ "scope": { "oneOf": scopes }, "on": key }),
        &["scope", "on"],
    );
    let group = object(
        &json!({ "on": keys, "name": text("Shown by the popup.") }),
        &["on", "name"],
    );
    document(&json!({
        "profile": { "enum": profiles, "description": "The shipped profile below the rows." },
        "inherits": { "enum": profiles },
        "counts": {
            "type": "boolean",
            "description": "Whether digits before a key say how often."
        },
        "letters_command": {
            "type": "boolean",
            "description": "Whether a letter begins a command; what letters did moves behind Space."
        },
        "bind": bind,
        "unbind": row(&[], &["scope", "on"]),
        "leader": { "type": "array", "items": leader },
        "group": { "type": "array", "items": group }
    }))
}

fn object(properties: &Value, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false
    })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn document(properties: &Value) -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Keys of titan-tui",
        "type": "object",
        "properties": properties,
        "additionalProperties": false
    })
}
