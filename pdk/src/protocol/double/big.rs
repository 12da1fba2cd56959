//! Long unsigned integers as words, the lowest first. All numbers of one computation have the same
//! length, which its author chooses so that nothing is carried out of the highest word.

use std::cmp::Ordering;

/// Multiplies by `factor` and adds `carry`.
pub(super) fn multiply(number: &mut [u32], factor: u32, carry: u32) {
    let mut carry = u64::from(carry);
    for word in number {
        carry += u64::from(*word) * u64::from(factor);
        *word = carry as u32;
        carry >>= 32;
    }
}

/// Multiplies by two to the power of `n`.
pub(super) fn double(number: &mut [u32], n: u32) {
    (0..n / 31).for_each(|_| multiply(number, 1 << 31, 0));
    multiply(number, 1 << (n % 31), 0);
}

/// Multiplies by ten to the power of `n`.
pub(super) fn scale(number: &mut [u32], n: u32) {
    (0..n / 9).for_each(|_| multiply(number, 1_000_000_000, 0));
    (0..n % 9).for_each(|_| multiply(number, 10, 0));
}

/// Subtracts `other`, which is not larger.
pub(super) fn subtract(number: &mut [u32], other: &[u32]) {
    let mut borrow = 0;
    for (word, other) in number.iter_mut().zip(other) {
        borrow += i64::from(*word) - i64::from(*other);
        *word = borrow as u32;
        borrow >>= 32;
    }
}

/// How `a` compares with `b`.
pub(super) fn compare(a: &[u32], b: &[u32]) -> Ordering {
    compare_sum(a, &[], b)
}

/// How `a + more` compares with `b`.
pub(super) fn compare_sum(a: &[u32], more: &[u32], b: &[u32]) -> Ordering {
    let mut difference: i64 = 0;
    let mut low = 0;
    for ((a, more), b) in a.iter().zip(more.iter().chain(std::iter::repeat(&0))).zip(b) {
        difference += i64::from(*a) + i64::from(*more) - i64::from(*b);
        low |= difference as u32;
        difference >>= 32;
    }
    if difference == 0 { low.cmp(&0) } else { difference.cmp(&0) }
}
