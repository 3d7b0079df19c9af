//! The ordered table of values that a list of indicators gives.
//! Must not hold state: one table is shared by every instrument and timeframe.

use crate::domain::IndicatorSlot;

use super::spec::IndicatorSpec;

/// The values of a list of indicators, in order, by slot and by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndicatorCatalog {
    specs: Vec<IndicatorSpec>,
    values: Vec<CatalogValue>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct CatalogValue {
    name: String,
    price_like: bool,
}

impl IndicatorCatalog {
    /// The values of `specs`, each indicator once, in their order.
    pub fn new(specs: &[IndicatorSpec]) -> Self {
        let mut catalog = Self {
            specs: Vec::with_capacity(specs.len()),
            values: Vec::new(),
        };
        for spec in specs {
            if catalog.specs.contains(spec) {
                continue;
            }
            let outputs = spec.kind().definition().outputs;
            for (name, output) in spec.value_names().zip(outputs) {
                catalog.values.push(CatalogValue {
                    name,
                    price_like: output.price_like,
                });
            }
            catalog.specs.push(*spec);
        }
        catalog
    }

    /// How many values there are.
    pub const fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no value at all.
    pub const fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value's name; `?` for a slot of another catalog.
    pub fn name(&self, slot: IndicatorSlot) -> &str {
        self.values
            .get(slot.index())
            .map_or("?", |value| value.name.as_str())
    }

    /// Where the value of this name lies.
    pub fn slot(&self, name: &str) -> Option<IndicatorSlot> {
        let index = self.values.iter().position(|value| value.name == name)?;
        u16::try_from(index).ok().map(IndicatorSlot)
    }

    /// Whether the value is measured in the instrument's smallest price units.
    pub fn is_price_like(&self, slot: IndicatorSlot) -> bool {
        self.values
            .get(slot.index())
            .is_some_and(|value| value.price_like)
    }

    /// All names in the order of the slots.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.values.iter().map(|value| value.name.as_str())
    }

    /// The indicators, each once, in the order of their values.
    pub fn specs(&self) -> &[IndicatorSpec] {
        &self.specs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_slots_are_two_ways_round_one_table() {
        let specs = IndicatorSpec::parse_list("SMA:9,MACD:12/26/9,RSI:14").unwrap();
        let repeated: Vec<_> = specs.iter().chain(&specs).copied().collect();
        let catalog = IndicatorCatalog::new(&repeated);
        assert_eq!(catalog.specs(), specs);
        assert_eq!(catalog.len(), 5);
        for (index, name) in catalog.names().enumerate() {
            let slot = catalog.slot(name).unwrap();
            assert_eq!(slot.index(), index);
            assert_eq!(catalog.name(slot), name);
        }
        let price_like = |name| catalog.is_price_like(catalog.slot(name).unwrap());
        assert!(price_like("SMA_9"));
        assert!(price_like("MACD_12_26_9_HISTOGRAM"));
        assert!(!price_like("RSI_14"));
        assert_eq!(catalog.slot("SMA_10"), None);
    }
}
