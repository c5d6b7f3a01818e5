//! The rows of each file of a generated export, in the exact format of the real one.
//!
//! Rows are pushed byte by byte into one buffer: at 25 million of them a `format!` would take longer
//! than the disk. How many rows there are is the plan's business.

use std::io;

use super::{
    generate_fault::{Fault, FaultCounts},
    generate_file::RowFile,
    generate_plan::{HUGE_DEFAULT_PRICE, HUGE_STYLE_PRICE, ProductPlan, StylePlan, fixed},
    generate_text::{push_description, push_name, push_number, push_slogan, push_url},
    generate_words::COLORS,
    random::{Purpose, Random},
};

/// What every file of one export has in common.
#[derive(Clone, Copy)]
pub(super) struct Catalogue {
    pub(super) seed: u64,
    pub(super) products: u64,
}

/// One of the files, written product by product in the order of their ids.
pub(super) trait Rows {
    /// The name of the file.
    const NAME: &'static str;
    /// Its first line.
    const HEADER: &'static str;

    fn new(catalogue: Catalogue) -> Self;

    /// Writes the rows of one product.
    fn product(&mut self, product: &ProductPlan, file: &mut RowFile) -> io::Result<()>;

    /// Writes what comes after the last row and returns the faults in the file.
    fn finish(self, file: &mut RowFile) -> FaultCounts;
}

/// `product.csv`.
pub(super) struct ProductRows {
    seed: u64,
    faults: FaultCounts,
}

impl Rows for ProductRows {
    const NAME: &'static str = "product.csv";
    const HEADER: &'static str = "id,name,slogan,description,category,default_price";

    fn new(catalogue: Catalogue) -> Self {
        Self {
            seed: catalogue.seed,
            faults: FaultCounts::default(),
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

    fn finish(mut self, _file: &mut RowFile) -> FaultCounts {
        self.faults.add(Fault::NoFinalLineBreak);
        self.faults
    }
}

/// `features.csv`.
pub(super) struct FeatureRows {
    seed: u64,
    faults: FaultCounts,
}

impl Rows for FeatureRows {
    const NAME: &'static str = "features.csv";
    const HEADER: &'static str = "id,product_id,feature,value";

    fn new(catalogue: Catalogue) -> Self {
        Self {
            seed: catalogue.seed,
            faults: FaultCounts::default(),
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
            self.faults.add_if(Fault::NullFeatureValue, is_null);
        }
        Ok(())
    }

    fn finish(mut self, _file: &mut RowFile) -> FaultCounts {
        self.faults.add(Fault::NoFinalLineBreak);
        self.faults
    }
}

/// `styles.csv`.
pub(super) struct StyleRows {
    seed: u64,
    faults: FaultCounts,
}

impl StyleRows {
    fn price(random: &mut Random, product: &ProductPlan) -> (u64, Option<u64>) {
        if product.default_price == HUGE_DEFAULT_PRICE {
            return (HUGE_STYLE_PRICE, None);
        }
        let dearer = if random.one_in(10) {
            10 * (1 + random.below(5))
        } else {
            0
        };
        let original = product.default_price + dearer;
        // Eight of the first 52 styles are on sale.
        let sale = (random.below(52) < 8).then(|| original * (60 + random.below(35)) / 100);
        (original, sale)
    }
}

impl Rows for StyleRows {
    const NAME: &'static str = "styles.csv";
    const HEADER: &'static str = "id,productId,name,sale_price,original_price,default_style";

    fn new(catalogue: Catalogue) -> Self {
        Self {
            seed: catalogue.seed,
            faults: FaultCounts::default(),
        }
    }

    fn product(&mut self, product: &ProductPlan, file: &mut RowFile) -> io::Result<()> {
        let mut random = Random::new(self.seed, Purpose::StyleText, product.id);
        let first_color = random.index(COLORS.len());
        let step = 1 + random.index(COLORS.len() - 1);
        let second_color = random.one_in(3).then(|| random.pick(COLORS));
        for position in 0..product.n_styles {
            let (original, sale) = Self::price(&mut random, product);
            let id = file.n_rows() + 1;
            let row = file.row()?;
            push_number(row, id);
            row.push(b',');
            push_number(row, product.id);
            row.extend_from_slice(b",\"");
            row.extend_from_slice(
                COLORS[(first_color + position * step) % COLORS.len()].as_bytes(),
            );
            if let Some(second_color) = second_color {
                row.extend_from_slice(b" & ");
                row.extend_from_slice(second_color.as_bytes());
            }
            row.extend_from_slice(b"\",");
            match sale {
                Some(sale) => push_number(row, sale),
                None => row.extend_from_slice(b"null"),
            }
            row.push(b',');
            push_number(row, original);
            row.push(b',');
            row.push(b'0' + u8::from(product.default_style == Some(position)));
            self.faults.add_if(Fault::NullSalePrice, sale.is_none());
            self.faults
                .add_if(Fault::HugePrice, original == HUGE_STYLE_PRICE);
        }
        let has_styles = product.n_styles > 0;
        let default = product.default_style;
        self.faults.add_if(Fault::WithoutStyles, !has_styles);
        self.faults
            .add_if(Fault::NoDefaultStyle, has_styles && default.is_none());
        self.faults
            .add_if(Fault::LaterDefaultStyle, default.is_some_and(|d| d > 0));
        Ok(())
    }

    fn finish(mut self, _file: &mut RowFile) -> FaultCounts {
        self.faults.add(Fault::NoFinalLineBreak);
        self.faults
    }
}

/// `photos.csv`.
pub(super) struct PhotoRows {
    seed: u64,
    n_styles: u64,
    faults: FaultCounts,
}

impl PhotoRows {
    fn photo(&mut self, style: u64, random: &mut Random, file: &mut RowFile) -> io::Result<()> {
        let id = file.n_rows() + 1;
        let (is_unclosed, has_bad_scheme) = if id <= fixed::PHOTOS {
            (
                fixed::UNCLOSED_PHOTOS.contains(&id),
                id == fixed::BAD_SCHEME_PHOTO,
            )
        } else {
            (
                random.one_in(fixed::PHOTOS / 2),
                random.one_in(fixed::PHOTOS),
            )
        };
        let row = file.row()?;
        push_number(row, id);
        row.push(b',');
        push_number(row, style);
        row.extend_from_slice(b",\"");
        let url = push_url(row, random);
        row.extend_from_slice(b"\",\"");
        if has_bad_scheme {
            row.push(b'u');
        }
        url.push_thumbnail(row);
        if !is_unclosed {
            row.push(b'"');
        }
        self.faults.add_if(Fault::MissingClosingQuote, is_unclosed);
        self.faults.add_if(Fault::ThumbnailScheme, has_bad_scheme);
        Ok(())
    }
}

impl Rows for PhotoRows {
    const NAME: &'static str = "photos.csv";
    const HEADER: &'static str = "id,styleId,url,thumbnail_url";

    fn new(catalogue: Catalogue) -> Self {
        Self {
            seed: catalogue.seed,
            n_styles: 0,
            faults: FaultCounts::default(),
        }
    }

    fn product(&mut self, product: &ProductPlan, file: &mut RowFile) -> io::Result<()> {
        let mut random = Random::new(self.seed, Purpose::Photos, product.id);
        for _ in 0..product.n_styles {
            self.n_styles += 1;
            let plan = StylePlan::new(self.seed, self.n_styles);
            for _ in 0..plan.n_photos {
                self.photo(self.n_styles, &mut random, file)?;
            }
            self.faults.add_if(Fault::WithoutPhotos, plan.n_photos == 0);
        }
        Ok(())
    }

    /// Makes the number of missing quotes even: a reader that takes quotes literally then reaches
    /// the end of the file without noticing, as it does with the real export.
    fn finish(mut self, file: &mut RowFile) -> FaultCounts {
        let fault = Fault::MissingClosingQuote;
        if !self.faults.of(fault).is_multiple_of(2) {
            let row = file.last_row();
            if row.pop_if(|byte| *byte == b'"').is_some() {
                self.faults.add(fault);
            } else {
                row.push(b'"');
                self.faults.remove(fault);
            }
        }
        file.last_row().push(b'\n');
        self.faults
    }
}

/// `skus.csv`.
pub(super) struct SkuRows {
    seed: u64,
    n_styles: u64,
    faults: FaultCounts,
}

impl SkuRows {
    fn skus(&mut self, sizes: &[&str], random: &mut Random, file: &mut RowFile) -> io::Result<()> {
        let style = self.n_styles;
        let is_fixed = style <= fixed::STYLES;
        let has_size_twice = sizes.last() == Some(&"XXL")
            && if is_fixed {
                style == fixed::STYLE_WITH_A_SIZE_TWICE
            } else {
                random.one_in(21)
            };
        let is_swapped = sizes.len() > 1
            && if is_fixed {
                style == fixed::STYLE_WITH_SKUS_OUT_OF_ORDER
            } else {
                random.one_in(5)
            };
        let swapped = match (is_swapped, is_fixed) {
            (false, _) => usize::MAX,
            (true, true) => 0,
            (true, false) => random.index(sizes.len() - 1),
        };
        let first_id = file.n_rows() + 1;
        for (id, (position, size)) in (first_id..).zip(sizes.iter().enumerate()) {
            let row = file.row()?;
            if position == swapped {
                push_number(row, id + 1);
            } else if position.checked_sub(1) == Some(swapped) {
                push_number(row, id - 1);
            } else {
                push_number(row, id);
            }
            row.push(b',');
            push_number(row, style);
            row.extend_from_slice(b",\"");
            let size = if has_size_twice && *size == "XXL" {
                "XL"
            } else {
                size
            };
            row.extend_from_slice(size.as_bytes());
            row.extend_from_slice(b"\",");
            // The real export has this space in every row of this size.
            let has_space = size == "11";
            if has_space {
                row.push(b' ');
            }
            push_number(row, random.below(61));
            self.faults.add_if(Fault::SpaceBeforeNumber, has_space);
        }
        self.faults.add_if(Fault::SizeTwice, has_size_twice);
        self.faults.add_if(Fault::IdsOutOfOrder, is_swapped);
        Ok(())
    }
}

impl Rows for SkuRows {
    const NAME: &'static str = "skus.csv";
    const HEADER: &'static str = "id,styleId,size,quantity";

    fn new(catalogue: Catalogue) -> Self {
        Self {
            seed: catalogue.seed,
            n_styles: 0,
            faults: FaultCounts::default(),
        }
    }

    fn product(&mut self, product: &ProductPlan, file: &mut RowFile) -> io::Result<()> {
        let mut random = Random::new(self.seed, Purpose::Skus, product.id);
        for _ in 0..product.n_styles {
            self.n_styles += 1;
            let plan = StylePlan::new(self.seed, self.n_styles);
            if plan.has_skus {
                self.skus(product.kind.sizes(), &mut random, file)?;
            }
            self.faults.add_if(Fault::WithoutSkus, !plan.has_skus);
        }
        Ok(())
    }

    fn finish(mut self, _file: &mut RowFile) -> FaultCounts {
        self.faults.add(Fault::NoFinalLineBreak);
        self.faults
    }
}

/// `related.csv`.
pub(super) struct RelatedRows {
    catalogue: Catalogue,
    /// What the product at hand is related to so far.
    related: Vec<u64>,
    faults: FaultCounts,
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
            faults: FaultCounts::default(),
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
            self.faults.add_if(Fault::RelatedToNothing, related == 0);
            self.faults
                .add_if(Fault::RelatedToItself, related == product.id);
            self.faults
                .add_if(Fault::RelatedTwice, self.related.contains(&related));
            self.related.push(related);
        }
        Ok(())
    }

    fn finish(mut self, _file: &mut RowFile) -> FaultCounts {
        self.faults.add(Fault::NoFinalLineBreak);
        self.faults
    }
}
