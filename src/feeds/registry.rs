//! Gives each instrument of a run its small dense number.
//! Must not forget or renumber an instrument while the run lasts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::{FeedId, Instrument, InstrumentId, InstrumentKey};

/// The instruments of a run, shared by its feeds.
#[derive(Debug, Default)]
pub struct InstrumentRegistry {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    ids: HashMap<InstrumentKey, InstrumentId>,
    /// In the order of the numbers; no feed yet where a restart listed the instrument.
    listed: Vec<(Option<FeedId>, Arc<Instrument>)>,
}

impl InstrumentRegistry {
    /// The number of `instrument`, given now if it has none; `announce` runs under the lock and
    /// only for one that is new or that no feed had claimed, so that announcements keep the order of the numbers.
    ///
    /// # Errors
    /// What `announce` returns; the instrument is not listed then.
    pub fn list<E>(
        &self,
        feed: FeedId,
        instrument: Instrument,
        announce: impl FnOnce(InstrumentId, Arc<Instrument>) -> Result<(), E>,
    ) -> Result<InstrumentId, E> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let known = inner.ids.get(&instrument.key).copied();
        if let Some(id) = known {
            inner.claim(feed, id, announce)?;
            return Ok(id);
        }
        let id = InstrumentId(u32::try_from(inner.listed.len()).unwrap_or(u32::MAX));
        let instrument = Arc::new(instrument);
        announce(id, Arc::clone(&instrument))?;
        inner.ids.insert(instrument.key.clone(), id);
        inner.listed.push((Some(feed), instrument));
        Ok(id)
    }

    /// The number and definition of an instrument that is known by its key, `None` for one that is
    /// not; `announce` runs as in [`InstrumentRegistry::list`] where no feed had claimed it.
    ///
    /// # Errors
    /// What `announce` returns; the instrument stays unclaimed then.
    pub fn claim<E>(
        &self,
        feed: FeedId,
        key: &InstrumentKey,
        announce: impl FnOnce(InstrumentId, Arc<Instrument>) -> Result<(), E>,
    ) -> Result<Option<(InstrumentId, Arc<Instrument>)>, E> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(id) = inner.ids.get(key).copied() else {
            return Ok(None);
        };
        let known = inner.claim(feed, id, announce)?;
        Ok(known.map(|instrument| (id, instrument)))
    }

    /// Takes up an instrument that the engine has listed by itself after a restart, in the
    /// engine's order; the first feed that lists it becomes its feed.
    pub fn reserve(&self, instrument: Arc<Instrument>) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let id = InstrumentId(u32::try_from(inner.listed.len()).unwrap_or(u32::MAX));
        inner.ids.insert(instrument.key.clone(), id);
        inner.listed.push((None, instrument));
    }

    /// The number of an instrument that is known, whether a feed has claimed it or not.
    pub fn find(&self, key: &InstrumentKey) -> Option<InstrumentId> {
        self.inner
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .ids
            .get(key)
            .copied()
    }

    /// The instrument behind a number, as it was first listed.
    pub fn get(&self, id: InstrumentId) -> Option<Arc<Instrument>> {
        self.inner
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .listed
            .get(id.index())
            .map(|(_, instrument)| Arc::clone(instrument))
    }

    /// All instruments in the order of their numbers.
    pub fn all(&self) -> Vec<(Option<FeedId>, Arc<Instrument>)> {
        self.inner
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .listed
            .clone()
    }
}

impl Inner {
    /// Makes `feed` the feed of an instrument that has none yet, and gives its definition.
    fn claim<E>(
        &mut self,
        feed: FeedId,
        id: InstrumentId,
        announce: impl FnOnce(InstrumentId, Arc<Instrument>) -> Result<(), E>,
    ) -> Result<Option<Arc<Instrument>>, E> {
        let Some((owner, known)) = self.listed.get_mut(id.index()) else {
            return Ok(None);
        };
        if owner.is_none() {
            announce(id, Arc::clone(known))?;
            *owner = Some(feed);
        }
        Ok(Some(Arc::clone(known)))
    }
}
