//! Number of each product's category, as a bit-sliced index.

use roaring::RoaringTreemap;

/// Number of each product's category; 0 for a product that has none.
///
/// Bitmap `n` has the products whose number has bit `n`. So a lookup reads one bitmap per bit of the largest number, and
/// with 1,000 categories a product takes ten bits of memory.
#[derive(Debug, Default)]
pub struct CategoryNumbers {
    bits: Vec<RoaringTreemap>,
}

impl CategoryNumbers {
    /// Returns the number of a product's category.
    pub fn get(&self, product: u64) -> usize {
        let bits = self.bits.iter().enumerate();
        bits.map(|(n, products)| usize::from(products.contains(product)) << n)
            .sum()
    }

    /// Sets the number of a product's category.
    pub fn set(&mut self, product: u64, number: usize) {
        let n_bits = (usize::BITS - number.leading_zeros()) as usize;
        if n_bits > self.bits.len() {
            self.bits.resize_with(n_bits, RoaringTreemap::default);
        }
        for (n, products) in self.bits.iter_mut().enumerate() {
            if number >> n & 1 == 1 {
                products.insert(product);
            } else {
                products.remove(product);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CategoryNumbers;

    #[test]
    fn a_product_has_its_last_number() {
        let mut numbers = CategoryNumbers::default();
        for (product, number) in [(1, 5), (2, 1), (u64::MAX, 1_000), (1, 2), (2, 0)] {
            numbers.set(product, number);
            assert_eq!(numbers.get(product), number);
        }
        assert_eq!(
            [1, 2, 3, u64::MAX].map(|id| numbers.get(id)),
            [2, 0, 0, 1_000]
        );
    }

    #[test]
    fn a_lookup_among_ten_thousand_categories_reads_fourteen_bitmaps() {
        let mut numbers = CategoryNumbers::default();
        for number in 0..=10_000 {
            numbers.set(number as u64, number);
        }
        assert_eq!(numbers.bits.len(), 14);
        assert!((0..=10_000).all(|number| numbers.get(number as u64) == number));
    }
}
