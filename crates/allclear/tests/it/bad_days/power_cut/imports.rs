//! Imports under power cuts.
