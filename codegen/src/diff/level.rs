//! How much a change asks of those who rely on what was there.

use std::fmt;

/// How much a change asks; a later one weighs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Words only: nothing that goes over the wire, or no name in the bindings, is different.
    Documentation,
    /// What worked continues to work.
    Additive,
    /// What worked may fail.
    Breaking,
}

impl Level {
    /// All levels, the heaviest first.
    pub const ALL: [Self; 3] = [Self::Breaking, Self::Additive, Self::Documentation];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Documentation => "documentation",
            Self::Additive => "additive",
            Self::Breaking => "breaking",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which way something goes over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From the caller to the server.
    Sent,
    /// From the server to the caller.
    Received,
}

impl Direction {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sent => "request",
            Self::Received => "response",
        }
    }
}

/// The level of a rule for each direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Where the changed thing is sent to the server.
    pub sent: Level,
    /// Where the server answers with it.
    pub received: Level,
}

impl Weights {
    /// The heaviest that applies. What nothing uses is words.
    pub fn worst(self, directions: impl IntoIterator<Item = Direction>) -> Level {
        let of = |direction| match direction {
            Direction::Sent => self.sent,
            Direction::Received => self.received,
        };
        directions.into_iter().map(of).max().unwrap_or(Level::Documentation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_both_ways_is_as_heavy_as_the_worse_way() {
        let weights = Weights { sent: Level::Additive, received: Level::Breaking };
        assert_eq!(weights.worst([Direction::Sent]), Level::Additive);
        assert_eq!(weights.worst([Direction::Sent, Direction::Received]), Level::Breaking);
        assert_eq!(weights.worst([]), Level::Documentation);
    }
}
