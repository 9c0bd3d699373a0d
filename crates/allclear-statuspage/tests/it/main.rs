//! Whole pages of a small sample, and the speed of a large one.

#[cfg(test)]
mod markup;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod speed;
