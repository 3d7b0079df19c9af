//! Finds what was meant by a few letters, best first.
//! Must not know what it looks through.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// A few letters to look for.
#[derive(Debug)]
pub struct Fuzzy {
    pattern: Pattern,
    matcher: Matcher,
    letters: Vec<char>,
}

impl Fuzzy {
    /// For what was typed; letter case does not count, and words may come in any order.
    pub fn new(query: &str) -> Self {
        let (case, normalize) = (CaseMatching::Ignore, Normalization::Never);
        let mut config = Config::DEFAULT;
        config.prefer_prefix = true;
        Self {
            pattern: Pattern::new(query, case, normalize, AtomKind::Fuzzy),
            matcher: Matcher::new(config),
            letters: Vec::new(),
        }
    }

    /// How well `text` fits, more being better; `None` where it does not.
    pub fn score(&mut self, text: &str) -> Option<u32> {
        let text = Utf32Str::new(text, &mut self.letters);
        self.pattern.score(text, &mut self.matcher)
    }

    /// The best fit of several texts of one thing.
    pub fn best<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) -> Option<u32> {
        texts.into_iter().filter_map(|text| self.score(text)).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_order_fit_and_beginnings_fit_best() {
        let mut fuzzy = Fuzzy::new("the");
        let begins = fuzzy.score("theme").unwrap();
        assert!(begins > fuzzy.score("wither").unwrap());
        assert!(fuzzy.score("to her").is_some());
        assert_eq!(fuzzy.score("eht"), None);
        assert_eq!(
            Fuzzy::new("BTC").score("btcusdt"),
            Fuzzy::new("btc").score("BTCUSDT")
        );
        assert_eq!(Fuzzy::new("").score("anything"), Some(0));
        assert!(Fuzzy::new("two tie").score("tie number two").is_some());
    }
}
