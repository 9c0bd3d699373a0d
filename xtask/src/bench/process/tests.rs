//! Reading `/proc`.

use super::{Stat, cpu_seconds, resident_bytes, ticks_of_family};

#[test]
fn a_stat_line_is_read_behind_the_name() {
    let line = "42 (a) b) S 7 42 42 0 -1 4194304 1 2 3 4 150 50 0 0 20 0 3 0 99 1 2";
    assert_eq!(Stat::read(42, line), Some(Stat { id: 42, parent: 7, ticks: 200.0 }));
    assert_eq!(Stat::read(42, "42 (a"), None);
}

#[test]
fn descendants_count_and_strangers_do_not() {
    let processes = [(9, 5, 4.0), (5, 3, 2.0), (3, 1, 1.0), (8, 1, 100.0)]
        .map(|(id, parent, ticks)| Stat { id, parent, ticks });
    assert_eq!(ticks_of_family(3, &processes), Some(7.0));
    assert_eq!(ticks_of_family(77, &processes), None);
}

#[test]
fn resident_memory_is_in_bytes() {
    assert_eq!(resident_bytes("Name:\ta\nVmRSS:\t   14000 kB\n"), Some(14_336_000.0));
    assert_eq!(resident_bytes("Name:\ta\n"), None);
}

#[test]
fn work_shows_up_as_cpu_time() {
    let before = cpu_seconds(std::process::id()).unwrap();
    let start = std::time::Instant::now();
    let mut sum = 0_u64;
    while start.elapsed().as_millis() < 200 {
        sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(7));
    }
    assert!(cpu_seconds(std::process::id()).unwrap() > before);
}
