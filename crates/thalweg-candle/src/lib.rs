//! thalweg's optimizers for candle.
