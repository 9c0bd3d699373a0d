//! Whole pages of a small sample.

#[cfg(test)]
mod facts;
#[cfg(test)]
mod markup;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod sample;
