//! Which shard a new room goes to. A room stays where it is, so this is the only moment to balance.

/// A shard as placement sees it.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct ShardLoad {
    /// Share of its time spent working, as it last showed.
    pub(crate) load: f64,
    /// Rooms it held then, and rooms placed on it since.
    pub(crate) rooms: usize,
    pub(crate) placed_since: usize,
}

/// What a room is taken to cost before it shows: a call of two.
const NEW_ROOM: f64 = 0.01;

impl ShardLoad {
    /// The load to come, when the new rooms cost what the others do.
    fn expected(&self) -> f64 {
        let a_room = if self.rooms == 0 { NEW_ROOM } else { (self.load / self.rooms as f64).max(NEW_ROOM) };
        self.load + a_room * self.placed_since as f64
    }
}

/// The least loaded shard; among equals the one with the fewest rooms, then the first.
pub(crate) fn least_loaded(shards: &[ShardLoad]) -> usize {
    let rooms = |shard: &ShardLoad| shard.rooms + shard.placed_since;
    let order = |a: &ShardLoad, b: &ShardLoad| a.expected().total_cmp(&b.expected()).then(rooms(a).cmp(&rooms(b)));
    shards.iter().enumerate().min_by(|(_, a), (_, b)| order(a, b)).map_or(0, |(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_large_room_outweighs_many_small_ones() {
        let shards =
            [ShardLoad { load: 0.7, rooms: 1, placed_since: 0 }, ShardLoad { load: 0.2, rooms: 15, placed_since: 0 }];
        assert_eq!(least_loaded(&shards), 1);
    }

    #[test]
    fn rooms_placed_since_the_last_look_count() {
        let mut shards = [ShardLoad::default(); 3];
        let mut placed = Vec::new();
        for _ in 0..6 {
            let index = least_loaded(&shards);
            shards[index].placed_since += 1;
            placed.push(index);
        }
        assert_eq!(placed, [0, 1, 2, 0, 1, 2]);
    }

    #[test]
    fn idle_shards_fill_by_the_number_of_rooms() {
        let shards =
            [ShardLoad { load: 0.0, rooms: 2, placed_since: 0 }, ShardLoad { load: 0.0, rooms: 1, placed_since: 0 }];
        assert_eq!(least_loaded(&shards), 1);
    }
}
