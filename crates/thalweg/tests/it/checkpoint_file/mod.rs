//! Checkpoint files from outside: what they hold, what is refused, what survives a kill.

mod damage;
mod entry;
mod fuzz;
mod hostile;
mod kill;
mod replace;
mod round_trip;
mod samples;
