//! Everything that crosses crates is proven in `it/`; there is nothing to import from here.
