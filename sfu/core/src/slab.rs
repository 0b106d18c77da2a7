//! Dense storage with keys that never name a later tenant of the same place.

use std::marker::PhantomData;

/// Place and generation of a value in a [`Slab`] of `T`.
pub(crate) struct Key<T> {
    place: u32,
    generation: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.place, self.generation) == (other.place, other.generation)
    }
}

impl<T> Eq for Key<T> {}

impl<T> std::fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.place, self.generation)
    }
}

impl<T> Key<T> {
    /// A key that opens nothing.
    pub(crate) fn dangling() -> Self {
        Self { place: u32::MAX, generation: 0, of: PhantomData }
    }
}

/// Values in one vector; places are reused, generations tell tenants apart.
pub(crate) struct Slab<T> {
    places: Vec<(u32, Option<T>)>,
    free: Vec<u32>,
}

impl<T> Slab<T> {
    pub(crate) fn new() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }

    pub(crate) fn insert(&mut self, value: T) -> Key<T> {
        let place = self.free.pop().unwrap_or_else(|| {
            self.places.push((0, None));
            (self.places.len() - 1) as u32
        });
        let mut generation = 0;
        if let Some(at) = self.places.get_mut(place as usize) {
            at.0 += 1;
            at.1 = Some(value);
            generation = at.0;
        }
        Key { place, generation, of: PhantomData }
    }

    pub(crate) fn get(&self, key: Key<T>) -> Option<&T> {
        self.places.get(key.place as usize).filter(|at| at.0 == key.generation)?.1.as_ref()
    }

    pub(crate) fn get_mut(&mut self, key: Key<T>) -> Option<&mut T> {
        self.places.get_mut(key.place as usize).filter(|at| at.0 == key.generation)?.1.as_mut()
    }

    pub(crate) fn remove(&mut self, key: Key<T>) -> Option<T> {
        let value = self.places.get_mut(key.place as usize).filter(|at| at.0 == key.generation)?.1.take();
        if value.is_some() {
            self.free.push(key.place);
        }
        value
    }

    /// In place order, which depends only on the history of inserts and removes.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Key<T>, &T)> {
        self.places.iter().enumerate().filter_map(|(place, (generation, value))| {
            Some((Key { place: place as u32, generation: *generation, of: PhantomData }, value.as_ref()?))
        })
    }

    pub(crate) fn keys(&self) -> Vec<Key<T>> {
        self.iter().map(|(key, _)| key).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.free.len() == self.places.len()
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_key_does_not_open_a_reused_place() {
        let mut slab = Slab::new();
        let old = slab.insert("old");
        assert_eq!(slab.remove(old), Some("old"));
        let new = slab.insert("new");
        assert_eq!((slab.get(old), slab.get(new)), (None, Some(&"new")));
        assert_eq!(slab.remove(old), None);
        assert_eq!((slab.len(), slab.is_empty()), (1, false));
    }
}
