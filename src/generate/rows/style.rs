//! The rows of styles, and of what belongs to a style: photos and skus.

use std::io;

use super::{Catalogue, Rows};
use crate::generate::{
    faults::Fault,
    file::RowFile,
    plan::{HUGE_DEFAULT_PRICE, HUGE_STYLE_PRICE, ProductPlan, StylePlan, fixed},
    rng::{Purpose, Random},
    text::{push_number, push_url},
    words::COLORS,
};

/// `styles.csv`.
pub(crate) struct StyleRows {
    seed: u64,
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
            file.faults.add_if(Fault::NullSalePrice, sale.is_none());
            file.faults
                .add_if(Fault::HugePrice, original == HUGE_STYLE_PRICE);
        }
        let has_styles = product.n_styles > 0;
        let default = product.default_style;
        file.faults.add_if(Fault::WithoutStyles, !has_styles);
        file.faults
            .add_if(Fault::NoDefaultStyle, has_styles && default.is_none());
        file.faults
            .add_if(Fault::LaterDefaultStyle, default.is_some_and(|d| d > 0));
        Ok(())
    }
}

/// `photos.csv`.
pub(crate) struct PhotoRows {
    seed: u64,
    n_styles: u64,
}

impl PhotoRows {
    fn photo(style: u64, random: &mut Random, file: &mut RowFile) -> io::Result<()> {
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
        file.faults.add_if(Fault::MissingClosingQuote, is_unclosed);
        file.faults.add_if(Fault::ThumbnailScheme, has_bad_scheme);
        Ok(())
    }
}

impl Rows for PhotoRows {
    const NAME: &'static str = "photos.csv";
    const HEADER: &'static str = "id,styleId,url,thumbnail_url";
    const ENDS_WITH_LINE_BREAK: bool = true;

    fn new(catalogue: Catalogue) -> Self {
        Self {
            seed: catalogue.seed,
            n_styles: 0,
        }
    }

    fn product(&mut self, product: &ProductPlan, file: &mut RowFile) -> io::Result<()> {
        let mut random = Random::new(self.seed, Purpose::Photos, product.id);
        for _ in 0..product.n_styles {
            self.n_styles += 1;
            let plan = StylePlan::new(self.seed, self.n_styles);
            for _ in 0..plan.n_photos {
                Self::photo(self.n_styles, &mut random, file)?;
            }
            file.faults.add_if(Fault::WithoutPhotos, plan.n_photos == 0);
        }
        Ok(())
    }

    /// Makes the number of missing quotes even: a reader that takes quotes literally then reaches
    /// the end of the file without noticing, as it does with the real export.
    fn finish(&self, file: &mut RowFile) {
        let fault = Fault::MissingClosingQuote;
        if !file.faults.of(fault).is_multiple_of(2) {
            let row = file.last_row();
            if row.pop_if(|byte| *byte == b'"').is_some() {
                file.faults.add(fault);
            } else {
                row.push(b'"');
                file.faults.remove(fault);
            }
        }
    }
}

/// `skus.csv`.
pub(crate) struct SkuRows {
    seed: u64,
    n_styles: u64,
}

impl SkuRows {
    fn skus(&mut self, sizes: &[&str], random: &mut Random, file: &mut RowFile) -> io::Result<()> {
        let faults = SkuFaults::of(self.n_styles, sizes, random);
        let first_id = file.n_rows() + 1;
        for (id, (position, size)) in (first_id..).zip(sizes.iter().enumerate()) {
            let row = file.row()?;
            push_number(row, faults.swap(id, position));
            row.push(b',');
            push_number(row, self.n_styles);
            row.extend_from_slice(b",\"");
            let size = match *size {
                "XXL" if faults.has_size_twice => "XL",
                size => size,
            };
            row.extend_from_slice(size.as_bytes());
            row.extend_from_slice(b"\",");
            // The real export has this space in every row of this size.
            let has_space = size == "11";
            if has_space {
                row.push(b' ');
            }
            push_number(row, random.below(61));
            file.faults.add_if(Fault::SpaceBeforeNumber, has_space);
        }
        file.faults.add_if(Fault::SizeTwice, faults.has_size_twice);
        file.faults
            .add_if(Fault::IdsOutOfOrder, faults.swapped.is_some());
        Ok(())
    }
}

/// Faults that concern the skus of a style together.
struct SkuFaults {
    /// The last size is that of the one before.
    has_size_twice: bool,
    /// The sku at this position and the next have each other's id.
    swapped: Option<usize>,
}

impl SkuFaults {
    fn of(style: u64, sizes: &[&str], random: &mut Random) -> Self {
        let has_xxl = sizes.contains(&"XXL");
        let n_neighbours = sizes.len() - 1;
        if style <= fixed::STYLES {
            let is_swapped = style == fixed::STYLE_WITH_SKUS_OUT_OF_ORDER;
            return Self {
                has_size_twice: style == fixed::STYLE_WITH_A_SIZE_TWICE,
                swapped: is_swapped.then_some(0),
            };
        }
        // As frequent as among the first eleven products: in one style of 21 with these sizes, and
        // in eight styles of 42.
        Self {
            has_size_twice: has_xxl && random.one_in(21),
            swapped: (n_neighbours > 0 && random.one_in(5)).then(|| random.index(n_neighbours)),
        }
    }

    fn swap(&self, id: u64, position: usize) -> u64 {
        match self.swapped {
            Some(first) if position == first => id + 1,
            Some(first) if position == first + 1 => id - 1,
            _ => id,
        }
    }
}

impl Rows for SkuRows {
    const NAME: &'static str = "skus.csv";
    const HEADER: &'static str = "id,styleId,size,quantity";

    fn new(catalogue: Catalogue) -> Self {
        Self {
            seed: catalogue.seed,
            n_styles: 0,
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
            file.faults.add_if(Fault::WithoutSkus, !plan.has_skus);
        }
        Ok(())
    }
}
