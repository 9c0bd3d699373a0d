//! Every public page in a real browser.
