//! The rows of products, and of what belongs to a product: features and related products.

use std::io;

use super::{Catalogue, Rows};
use crate::generate::{
    faults::Fault,
    file::RowFile,
    plan::{ProductPlan, fixed},
    rng::{Purpose, Random},
    text::{push_description, push_name, push_number, push_slogan},
};

/// `product.csv`.
pub(crate) struct ProductRows {
    seed: u64,
}

impl Rows for ProductRows {
    const NAME: &'static str = "product.csv";
    const HEADER: &'static str = "id,name,slogan,description,category,default_price";

    fn new(catalogue: Catalogue) -> Self {
        Self {
            seed: catalogue.seed,
        }
    }

    fn product(&mut self, product: &ProductPlan, file: &mut RowFile) -> io::Result<()> {
        let mut random = Random::new(self.seed, Purpose::ProductText, product.id);
        let row = file.row()?;
        let noun = random.pick(product.category.nouns);
        push_number(row, product.id);
        row.extend_from_slice(b",\"");
        push_name(row, &mut random, noun);
        row.extend_from_slice(b"\",\"");
        push_slogan(row, &mut random, noun);
        row.extend_from_slice(b"\",\"");
        push_description(row, &mut random, noun);
        row.extend_from_slice(b"\",\"");
        row.extend_from_slice(product.category.name.as_bytes());
        row.extend_from_slice(b"\",");
        push_number(row, product.default_price);
        Ok(())
    }
}

/// `features.csv`.
pub(crate) struct FeatureRows {
    seed: u64,
}

impl Rows for FeatureRows {
    const NAME: &'static str = "features.csv";
    const HEADER: &'static str = "id,product_id,feature,value";

    fn new(catalogue: Catalogue) -> Self {
        Self {
            seed: catalogue.seed,
        }
    }

    fn product(&mut self, product: &ProductPlan, file: &mut RowFile) -> io::Result<()> {
        let mut random = Random::new(self.seed, Purpose::Features, product.id);
        let features = product.kind.features();
        let first = random.index(features.len());
        for position in 0..product.n_features {
            let (feature, values) = features[(first + position) % features.len()];
            let id = file.n_rows() + 1;
            let is_null = if id <= fixed::FEATURES {
                id == fixed::NULL_FEATURE
            } else {
                random.one_in(fixed::FEATURES)
            };
            let row = file.row()?;
            push_number(row, id);
            row.push(b',');
            push_number(row, product.id);
            row.extend_from_slice(b",\"");
            row.extend_from_slice(feature.as_bytes());
            row.extend_from_slice(b"\",");
            if is_null {
                row.extend_from_slice(b"null");
            } else {
                row.push(b'"');
                row.extend_from_slice(random.pick(values).as_bytes());
                row.push(b'"');
            }
            file.faults.add_if(Fault::NullFeatureValue, is_null);
        }
        Ok(())
    }
}

/// `related.csv`.
pub(crate) struct RelatedRows {
    catalogue: Catalogue,
    /// What the product at hand is related to so far.
    related: Vec<u64>,
}

impl RelatedRows {
    /// What the next row relates `product` to: 0, itself and repetitions are as frequent as among
    /// the first rows of the real export.
    fn related(&self, id: u64, product: u64, random: &mut Random) -> u64 {
        let previous = self.related.last().copied().filter(|related| *related > 0);
        let (to_nothing, to_itself, twice) = if id <= fixed::RELATED {
            (
                id == fixed::RELATED_TO_NOTHING,
                fixed::RELATED_TO_ITSELF.contains(&id),
                fixed::RELATED_TWICE.contains(&id),
            )
        } else {
            let choice = random.below(fixed::RELATED);
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
            _ => 1 + random.below(self.catalogue.products),
        }
    }
}

impl Rows for RelatedRows {
    const NAME: &'static str = "related.csv";
    const HEADER: &'static str = "id,current_product_id,related_product_id";

    fn new(catalogue: Catalogue) -> Self {
        Self {
            catalogue,
            related: Vec::new(),
        }
    }

    fn product(&mut self, product: &ProductPlan, file: &mut RowFile) -> io::Result<()> {
        let mut random = Random::new(self.catalogue.seed, Purpose::Related, product.id);
        self.related.clear();
        for _ in 0..product.n_related {
            let id = file.n_rows() + 1;
            let related = self.related(id, product.id, &mut random);
            let row = file.row()?;
            push_number(row, id);
            row.push(b',');
            push_number(row, product.id);
            row.push(b',');
            push_number(row, related);
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
