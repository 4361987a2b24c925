//! What the tests of the rules stand on: the pages, a history in memory, and one example run as the program would.

pub mod example;
pub mod page;
pub mod past;
