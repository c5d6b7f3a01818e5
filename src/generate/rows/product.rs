//! Rows of products, features and related products.

use std::io;

use super::Rows;
use crate::{
    generate::{
        faults::Fault,
        file::RowFile,
        plan::{ProductPlan, has_styles},
        rng::{Purpose, Random},
        sample::{faulty, n_rows},
        text::{push_description, push_name, push_slogan},
    },
    load::format::ExportFile,
};

/// `product.csv`.
pub(crate) struct ProductRows {
    seed: u64,
}

impl Rows for ProductRows {
    const FILE: ExportFile = ExportFile::Product;

    fn new(seed: u64, _products: u64) -> Self {
        Self { seed }
    }

    fn product(&mut self, product: &ProductPlan, file: &mut RowFile) -> io::Result<()> {
        let mut random = Random::new(self.seed, Purpose::ProductText, product.id);
        file.row()?;
        file.number(product.id);
        file.text(|bytes| push_name(bytes, &mut random, product));
        file.text(|bytes| push_slogan(bytes, &mut random, product));
        file.text(|bytes| push_description(bytes, &mut random, product));
        file.text(|bytes| bytes.extend_from_slice(product.category.name.as_bytes()));
        file.number(product.default_price);
        Ok(())
    }
}

/// `features.csv`.
pub(crate) struct FeatureRows {
    seed: u64,
}

impl Rows for FeatureRows {
    const FILE: ExportFile = ExportFile::Feature;

    fn new(seed: u64, _products: u64) -> Self {
        Self { seed }
    }

    fn product(&mut self, product: &ProductPlan, file: &mut RowFile) -> io::Result<()> {
        let mut random = Random::new(self.seed, Purpose::Features, product.id);
        let features = product.article.features;
        let first = random.index(features.len());
        for position in (first..).take(product.n_features) {
            let position = position % features.len();
            let (feature, values) = features[position];
            let id = file.n_rows() + 1;
            let is_null = if id <= n_rows::FEATURES {
                id == faulty::NULL_FEATURE
            } else {
                random.one_in(n_rows::FEATURES)
            };
            file.row()?;
            file.number(id);
            file.number(product.id);
            file.text(|bytes| bytes.extend_from_slice(feature.as_bytes()));
            if is_null {
                file.null();
            } else {
                let own = product.traits.get(position).copied();
                let value = own.unwrap_or_else(|| random.pick(values));
                file.text(|bytes| bytes.extend_from_slice(value.as_bytes()));
            }
            file.faults.add_if(Fault::NullFeatureValue, is_null);
        }
        Ok(())
    }
}

/// `related.csv`.
pub(crate) struct RelatedRows {
    seed: u64,
    products: u64,
    /// Products related to the current one so far.
    related: Vec<u64>,
}

impl RelatedRows {
    /// Returns the product that row `id` relates to `product`. 0, the product itself and repetitions are as frequent as
    /// among the first rows of the real export.
    fn related(&self, id: u64, product: u64, random: &mut Random) -> u64 {
        let previous = self.related.last().copied().filter(|related| *related > 0);
        let (to_nothing, to_itself, twice) = if id <= n_rows::RELATED {
            (
                id == faulty::RELATED_TO_NOTHING,
                faulty::RELATED_TO_ITSELF.contains(&id),
                faulty::RELATED_TWICE.contains(&id),
            )
        } else {
            let choice = random.below(n_rows::RELATED);
            (
                choice == 0,
                matches!(choice, 1..=3),
                matches!(choice, 4 | 5),
            )
        };
        match previous {
            _ if to_nothing => 0,
            _ if to_itself => product,
            Some(previous) if twice => previous,
            _ => self.any_with_styles(random),
        }
    }

    /// Returns a product to recommend that a frontend can show. Product 1 exists in every export.
    fn any_with_styles(&self, random: &mut Random) -> u64 {
        loop {
            let id = 1 + random.below(self.products);
            if has_styles(self.seed, id) {
                return id;
            }
        }
    }
}

impl Rows for RelatedRows {
    const FILE: ExportFile = ExportFile::Related;

    fn new(seed: u64, products: u64) -> Self {
        Self {
            seed,
            products,
            related: Vec::new(),
        }
    }

    fn product(&mut self, product: &ProductPlan, file: &mut RowFile) -> io::Result<()> {
        let mut random = Random::new(self.seed, Purpose::Related, product.id);
        self.related.clear();
        for _ in 0..product.n_related {
            let id = file.n_rows() + 1;
            let related = self.related(id, product.id, &mut random);
            file.row()?;
            file.number(id);
            file.number(product.id);
            file.number(related);
            file.faults.add_if(Fault::RelatedToNothing, related == 0);
            file.faults
                .add_if(Fault::RelatedToItself, related == product.id);
            file.faults
                .add_if(Fault::RelatedTwice, self.related.contains(&related));
            self.related.push(related);
        }
        Ok(())
    }
}
