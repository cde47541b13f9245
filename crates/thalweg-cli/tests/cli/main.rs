//! The program from outside: what it prints, writes and refuses.

mod bench;
mod descend;
mod divergence;
mod explain;
mod files;
mod folder;
mod help;
mod limits;
mod map;
mod predict;
mod progress;
mod race;
mod refusals;
mod rules;
mod schedule;
mod streams;
mod train;
