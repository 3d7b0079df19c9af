//! Reads Rust source just well enough to find paths, macros, functions and attributes.
//! Must not know what is allowed.

/// A word or a sign of the source, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    text: String,
    line: usize,
    /// Whether it lies in test code.
    test: bool,
}

/// A file of the repository.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its path in the repository.
    pub name: String,
    text: String,
    tokens: Vec<Token>,
}

/// A function outside tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The line of `fn`.
    pub line: usize,
    /// Lines with code, from `fn` to the closing brace.
    pub lines: usize,
}

impl Source {
    /// Reads `text`.
    pub fn new(name: &str, text: &str) -> Self {
        let mut tokens = tokenize(&blank(text));
        mark_tests(&mut tokens);
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
            tokens,
        }
    }

    /// The same file, all of it test code.
    pub fn all_tests(mut self) -> Self {
        for token in &mut self.tokens {
            token.test = true;
        }
        self
    }

    /// Lines of the file.
    pub fn line_count(&self) -> usize {
        self.text.lines().count()
    }

    /// Whether its first line is `//!`.
    pub fn opens_with_module_doc(&self) -> bool {
        self.text.starts_with("//!")
    }

    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &token.text)
    }

    fn code(&self) -> impl Iterator<Item = (usize, &Token)> {
        self.tokens
            .iter()
            .enumerate()
            .filter(|(_, token)| !token.test)
    }

    /// Folders of `src/` that the file names, tests included, with the line.
    pub fn folders_used(&self) -> Vec<(usize, String)> {
        let depth = self.depth();
        let mut used = Vec::new();
        for (line, path) in self.collect_paths(true) {
            let first = path.first().map(String::as_str);
            let supers = path.iter().take_while(|part| *part == "super").count();
            let folder = match first {
                Some("crate") => path.get(1),
                // As many steps up as the file is deep lead to the root.
                Some("super") if supers == depth => path.get(supers),
                _ => None,
            };
            if let Some(folder) = folder {
                used.push((line, folder.clone()));
            }
        }
        used.sort();
        used.dedup();
        used
    }

    /// Modules between the crate root and this file, itself included.
    fn depth(&self) -> usize {
        let path = self.name.strip_prefix("src/").unwrap_or(&self.name);
        let parts = path.split('/').count();
        if path.ends_with("mod.rs") {
            parts - 1
        } else {
            parts
        }
    }

    /// Every path outside tests, groups written out.
    pub fn paths(&self) -> Vec<(usize, Vec<String>)> {
        self.collect_paths(false)
    }

    fn collect_paths(&self, tests: bool) -> Vec<(usize, Vec<String>)> {
        let mut paths = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            let wanted = tests || !self.tokens[at].test;
            if wanted && is_word(self.word(at)) {
                at = self.read_path(at, &[], &mut paths);
            } else {
                at += 1;
            }
        }
        paths
    }

    /// Reads the path that starts at `at` below `prefix`; returns where it ends.
    fn read_path(
        &self,
        mut at: usize,
        prefix: &[String],
        paths: &mut Vec<(usize, Vec<String>)>,
    ) -> usize {
        let line = self.tokens[at].line;
        let mut path = prefix.to_vec();
        loop {
            if self.word(at) == "{" {
                return self.read_group(at + 1, &path, paths);
            }
            if !is_word(self.word(at)) {
                break;
            }
            path.push(self.word(at).to_owned());
            at += 1;
            if self.word(at) != "::" {
                break;
            }
            at += 1;
        }
        paths.push((line, path));
        // A `*` or the like must not stop the reader of a group.
        at
    }

    fn read_group(
        &self,
        mut at: usize,
        prefix: &[String],
        paths: &mut Vec<(usize, Vec<String>)>,
    ) -> usize {
        while at < self.tokens.len() && self.word(at) != "}" {
            if self.word(at) == "as" {
                at += 2;
            } else if is_word(self.word(at)) {
                at = self.read_path(at, prefix, paths);
            } else {
                at += 1;
            }
        }
        at + 1
    }

    /// Macros that are called outside tests.
    pub fn macros(&self) -> Vec<(usize, String)> {
        self.code()
            .filter(|(at, token)| {
                is_word(&token.text)
                    && self.word(at + 1) == "!"
                    && ["(", "[", "{"].contains(&self.word(at + 2))
            })
            .map(|(_, token)| (token.line, token.text.clone()))
            .collect()
    }

    /// Methods that are called outside tests.
    pub fn method_calls(&self) -> Vec<(usize, String)> {
        self.code()
            .filter(|(at, token)| {
                is_word(&token.text)
                    && *at > 0
                    && self.word(at - 1) == "."
                    && self.word(at + 1) == "("
            })
            .map(|(_, token)| (token.line, token.text.clone()))
            .collect()
    }

    /// Texts and characters outside tests, as they are written, with their line.
    pub fn literals(&self) -> Vec<(usize, String)> {
        let chars: Vec<char> = self.text.chars().collect();
        let mut written = Vec::new();
        let mut at = 0;
        while at < chars.len() {
            let comment = comment_end(&chars, at);
            let literal = string_end(&chars, at).or_else(|| char_end(&chars, at));
            if let (None, Some(end)) = (comment, literal) {
                written.push(chars[at..end].iter().collect::<String>());
            }
            at = comment.or(literal).unwrap_or(at + 1);
        }
        // Where a literal stood the tokens have a quotation mark.
        let places = self.tokens.iter().filter(|token| token.text == "\"");
        assert_eq!(places.clone().count(), written.len(), "{}", self.name);
        places
            .zip(written)
            .filter(|(token, _)| !token.test)
            .map(|(token, text)| (token.line, text))
            .collect()
    }

    /// Lines with this word, tests included.
    pub fn lines_with_word(&self, word: &str) -> Vec<usize> {
        self.tokens
            .iter()
            .filter(|token| token.text == word)
            .map(|token| token.line)
            .collect()
    }

    /// Functions outside tests.
    pub fn functions(&self) -> Vec<Function> {
        let mut functions = Vec::new();
        for (at, token) in self.code() {
            let named = token.text == "fn" && is_word(self.word(at + 1));
            if let (true, Some(open)) = (named, self.body_of(at)) {
                let close = self.matching(open);
                let mut lines: Vec<usize> = self.tokens[at..=close]
                    .iter()
                    .map(|token| token.line)
                    .collect();
                lines.dedup();
                functions.push(Function {
                    name: self.word(at + 1).to_owned(),
                    line: token.line,
                    lines: lines.len(),
                });
            }
        }
        functions
    }

    /// The opening brace of the item at `at`; none where it ends with a semicolon.
    fn body_of(&self, at: usize) -> Option<usize> {
        body_of(&self.tokens, at)
    }

    fn matching(&self, open: usize) -> usize {
        matching(&self.tokens, open)
    }

    /// `allow` attributes with neither a `reason` nor a comment above or beside them.
    pub fn allows_without_reason(&self) -> Vec<usize> {
        let lines: Vec<&str> = self.text.lines().collect();
        let comment_near = |line: usize| {
            let here = lines.get(line - 1).is_some_and(|text| text.contains("//"));
            let above = line > 1 && lines[line - 2].trim_start().starts_with("//");
            // A doc comment tells what the item is, not why the lint is wrong about it.
            let doc = line > 1 && lines[line - 2].trim_start().starts_with("///");
            let module_doc = line > 1 && lines[line - 2].trim_start().starts_with("//!");
            here || (above && !doc && !module_doc)
        };
        let mut found = Vec::new();
        for (at, token) in self.tokens.iter().enumerate() {
            let attribute =
                token.text == "#" || (token.text == "!" && at > 0 && self.word(at - 1) == "#");
            let allows = attribute && self.word(at + 1) == "[" && self.word(at + 2) == "allow";
            if allows {
                let close = matching(&self.tokens, at + 1);
                let reasoned = self.tokens[at..close]
                    .iter()
                    .any(|token| token.text == "reason");
                if !reasoned && !comment_near(token.line) {
                    found.push(token.line);
                }
            }
        }
        found
    }

    /// Paths without ending of the files that this one declares as `#[cfg(test)] mod NAME;`.
    pub fn test_files(&self) -> Vec<String> {
        let folder = match self.name.rsplit_once('/') {
            Some((folder, "mod.rs" | "lib.rs" | "main.rs")) => folder.to_owned(),
            _ => self.name.trim_end_matches(".rs").to_owned(),
        };
        self.tokens
            .iter()
            .enumerate()
            .filter(|(at, token)| token.test && token.text == "mod" && self.word(at + 2) == ";")
            .map(|(at, _)| format!("{folder}/{}", self.word(at + 1)))
            .collect()
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The source with comments and the insides of literals as blanks; lines stay where they are.
fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = comment_end(&chars, at)
            .or_else(|| string_end(&chars, at))
            .or_else(|| char_end(&chars, at));
        match end {
            Some(end) => {
                // Something must stand where a literal stood.
                let literal = chars[at] != '/';
                out.push(if literal { '"' } else { ' ' });
                for c in &chars[at + 1..end] {
                    out.push(if *c == '\n' { '\n' } else { ' ' });
                }
                at = end;
            }
            None => {
                out.push(chars[at]);
                at += 1;
            }
        }
    }
    out
}

fn comment_end(chars: &[char], start: usize) -> Option<usize> {
    if chars[start] != '/' {
        return None;
    }
    match chars.get(start + 1)? {
        '/' => Some(find(chars, start, |c| c == '\n')),
        '*' => {
            let (mut at, mut depth) = (start + 2, 1);
            while at < chars.len() && depth > 0 {
                match (chars[at], chars.get(at + 1)) {
                    ('*', Some('/')) => {
                        depth -= 1;
                        at += 1;
                    }
                    ('/', Some('*')) => {
                        depth += 1;
                        at += 1;
                    }
                    _ => {}
                }
                at += 1;
            }
            Some(at)
        }
        _ => None,
    }
}

fn find(chars: &[char], from: usize, is: impl Fn(char) -> bool) -> usize {
    chars[from..]
        .iter()
        .position(|c| is(*c))
        .map_or(chars.len(), |offset| from + offset)
}

/// The end of a string, raw string or byte string that starts here.
fn string_end(chars: &[char], start: usize) -> Option<usize> {
    let in_word = start > 0 && (chars[start - 1].is_alphanumeric() || chars[start - 1] == '_');
    let mut at = start;
    if !in_word && matches!(chars[at], 'b' | 'c') && matches!(chars.get(at + 1), Some('"' | 'r')) {
        at += 1;
    }
    if !in_word && chars[at] == 'r' && matches!(chars.get(at + 1), Some('"' | '#')) {
        let hashes = find(chars, at + 1, |c| c != '#') - at - 1;
        if chars.get(at + 1 + hashes) != Some(&'"') {
            return None;
        }
        let mut at = at + hashes + 2;
        while at < chars.len() {
            let closes =
                chars[at] == '"' && (1..=hashes).all(|offset| chars.get(at + offset) == Some(&'#'));
            if closes {
                return Some(at + hashes + 1);
            }
            at += 1;
        }
        return Some(at);
    }
    if chars[at] != '"' {
        return None;
    }
    at += 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    Some((at + 1).min(chars.len()))
}

/// The end of a character that starts here; a lifetime is none.
fn char_end(chars: &[char], start: usize) -> Option<usize> {
    if chars[start] != '\'' {
        return None;
    }
    if chars.get(start + 1) == Some(&'\\') {
        return Some((find(chars, start + 3, |c| c == '\'') + 1).min(chars.len()));
    }
    (chars.get(start + 2) == Some(&'\'')).then_some(start + 3)
}

fn tokenize(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    let mut line = 1;
    while let Some(c) = chars.next() {
        if c == '\n' {
            line += 1;
        }
        if c.is_whitespace() {
            continue;
        }
        let mut token = c.to_string();
        if c.is_alphanumeric() || c == '_' {
            while let Some(next) = chars.next_if(|next| next.is_alphanumeric() || *next == '_') {
                token.push(next);
            }
        } else if c == ':' {
            token.extend(chars.next_if_eq(&':'));
        }
        tokens.push(Token {
            text: token,
            line,
            test: false,
        });
    }
    tokens
}

fn body_of(tokens: &[Token], at: usize) -> Option<usize> {
    let mut depth = 0_i32;
    for (offset, token) in tokens[at..].iter().enumerate() {
        match token.text.as_str() {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            ";" if depth == 0 => return None,
            "{" if depth == 0 => return Some(at + offset),
            _ => {}
        }
    }
    None
}

/// The sign that closes the one at `open`, or the last token.
fn matching(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_i32;
    for (offset, token) in tokens[open..].iter().enumerate() {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + offset;
        }
    }
    tokens.len().saturating_sub(1)
}

/// Marks every item behind `#[cfg(test)]` and `#[test]`.
fn mark_tests(tokens: &mut [Token]) {
    let mut at = 0;
    while at < tokens.len() {
        let word = |offset: usize| {
            tokens
                .get(at + offset)
                .map_or("", |token| token.text.as_str())
        };
        let attribute = word(0) == "#" && word(1) == "[";
        let whole = attribute
            && (word(2) == "test"
                || (word(2) == "cfg" && word(3) == "(" && word(4) == "test" && word(5) == ")"));
        if !whole {
            at += 1;
            continue;
        }
        let mut item = matching(tokens, at + 1) + 1;
        while tokens.get(item).is_some_and(|token| token.text == "#") {
            item = matching(tokens, item + 1) + 1;
        }
        let end = match tokens.get(item..).and_then(|_| body_of(tokens, item)) {
            Some(open) => matching(tokens, open),
            None => tokens[item.min(tokens.len())..]
                .iter()
                .position(|token| token.text == ";")
                .map_or(tokens.len().saturating_sub(1), |offset| item + offset),
        };
        for token in &mut tokens[at..=end] {
            token.test = true;
        }
        at = end + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_comments_are_not_code() {
        let text =
            "let a = \"x::y\"; // b::c\n/* d /* e */ f */ g('\\'', 'h', \"i\\\"j\"); k::<'l>(m)";
        let words: Vec<String> = tokenize(&blank(text))
            .into_iter()
            .map(|token| token.text)
            .filter(|text| is_word(text))
            .collect();
        assert_eq!(words, ["let", "a", "g", "k", "l", "m"]);
    }

    #[test]
    fn literals_are_told_apart_from_comments_and_tests() {
        let text = "// \"no\"\nlet a = \"\u{25b2} b\"; /* 'x' */ g('\u{2022}');\n\
                    #[cfg(test)]\nmod tests { const A: &str = \"test\"; }";
        let found = Source::new("src/a/b.rs", text).literals();
        assert_eq!(
            found,
            [
                (2, "\"\u{25b2} b\"".to_owned()),
                (2, "'\u{2022}'".to_owned())
            ]
        );
    }

    #[test]
    fn groups_are_written_out() {
        let source = Source::new("src/a/b.rs", "use a::{b, c::{d as e, *}, self};");
        let paths: Vec<String> = source
            .paths()
            .iter()
            .map(|(_, path)| path.join("::"))
            .collect();
        assert_eq!(paths, ["use", "a::b", "a::c::d", "a::self"]);
    }

    #[test]
    fn files_declared_for_tests_are_named() {
        let source = Source::new("src/a/mod.rs", "mod b;\n#[cfg(test)]\nmod tests;\n");
        assert_eq!(source.test_files(), ["src/a/tests"]);
        let source = Source::new("src/a/c.rs", "#[cfg(test)]\nmod tests;\n");
        assert_eq!(source.test_files(), ["src/a/c/tests"]);
    }

    #[test]
    fn counts_the_lines_of_functions_that_have_bodies() {
        let text = "trait T { fn a(&self); fn b(x: [u8; 3]) -> u8 {\n1\n}\n}";
        let source = Source::new("src/a/b.rs", text);
        let functions = source.functions();
        assert_eq!(functions.len(), 1);
        assert_eq!((functions[0].name.as_str(), functions[0].lines), ("b", 3));
    }
}
