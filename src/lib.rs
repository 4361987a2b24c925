//! `rebalance`: asset allocation as code.

// -- core --

// -- shell --
