//! Rows of styles, photos and skus.

use std::io;

use super::Rows;
use crate::{
    generate::{
        faults::Fault,
        file::RowFile,
        plan::ProductPlan,
        rng::{Purpose, Random},
        sample::{HUGE_DEFAULT_PRICE, HUGE_STYLE_PRICE, faulty, n_rows},
        text::Photo,
        words::COLORS,
    },
    load::format::ExportFile,
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
    const FILE: ExportFile = ExportFile::Style;

    fn new(seed: u64, _products: u64) -> Self {
        Self { seed }
    }

    fn product(&mut self, product: &ProductPlan, file: &mut RowFile) -> io::Result<()> {
        let mut random = Random::new(self.seed, Purpose::StyleText, product.id);
        let first_color = random.index(COLORS.len());
        let step = 1 + random.index(COLORS.len() - 1);
        let second_color = random.one_in(3).then(|| random.pick(COLORS));
        for position in 0..product.n_styles {
            let (original, sale) = Self::price(&mut random, product);
            let id = file.n_rows() + 1;
            let color = COLORS[(first_color + position * step) % COLORS.len()];
            file.row()?;
            file.number(id);
            file.number(product.id);
            file.text(|bytes| push_color(bytes, color, second_color));
            match sale {
                Some(sale) => file.number(sale),
                None => file.null(),
            }
            file.number(original);
            file.number(u64::from(product.default_style == Some(position)));
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

fn push_color(bytes: &mut Vec<u8>, color: &str, second: Option<&str>) {
    bytes.extend_from_slice(color.as_bytes());
    if let Some(second) = second {
        bytes.extend_from_slice(b" & ");
        bytes.extend_from_slice(second.as_bytes());
    }
}

/// `photos.csv`.
pub(crate) struct PhotoRows {
    seed: u64,
    n_styles: u64,
}

impl PhotoRows {
    fn photo(
        style: u64,
        pictures: &[&str],
        random: &mut Random,
        file: &mut RowFile,
    ) -> io::Result<()> {
        let id = file.n_rows() + 1;
        let (is_unclosed, has_bad_scheme) = if id <= n_rows::PHOTOS {
            (
                faulty::UNCLOSED_PHOTOS.contains(&id),
                id == faulty::BAD_SCHEME_PHOTO,
            )
        } else {
            (
                random.one_in(n_rows::PHOTOS / 2),
                random.one_in(n_rows::PHOTOS),
            )
        };
        let photo = Photo::any(pictures, random);
        file.row()?;
        file.number(id);
        file.number(style);
        file.text(|bytes| photo.push_url(bytes));
        file.text(|bytes| {
            if has_bad_scheme {
                bytes.push(b'u');
            }
            photo.push_thumbnail_url(bytes);
        });
        if is_unclosed {
            file.last_row().pop();
        }
        file.faults.add_if(Fault::MissingClosingQuote, is_unclosed);
        file.faults.add_if(Fault::ThumbnailScheme, has_bad_scheme);
        Ok(())
    }
}

impl Rows for PhotoRows {
    const FILE: ExportFile = ExportFile::Photo;
    const ENDS_WITH_LINE_BREAK: bool = true;

    fn new(seed: u64, _products: u64) -> Self {
        Self { seed, n_styles: 0 }
    }

    fn product(&mut self, product: &ProductPlan, file: &mut RowFile) -> io::Result<()> {
        let mut random = Random::new(self.seed, Purpose::Photos, product.id);
        for _ in 0..product.n_styles {
            self.n_styles += 1;
            let plan = product.style(self.seed, self.n_styles);
            for _ in 0..plan.n_photos {
                Self::photo(self.n_styles, product.article.pictures, &mut random, file)?;
            }
            file.faults.add_if(Fault::WithoutPhotos, plan.n_photos == 0);
        }
        Ok(())
    }

    /// Makes the number of missing quotes even. A reader that takes quotes literally then reaches the end of the file
    /// without noticing, as with the real export.
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
            let size = match *size {
                "XXL" if faults.has_size_twice => "XL",
                size => size,
            };
            file.row()?;
            file.number(faults.swap(id, position));
            file.number(self.n_styles);
            file.text(|bytes| bytes.extend_from_slice(size.as_bytes()));
            // The real export has this space in every row of this size.
            let has_space = size == "11";
            let quantity = random.below(61);
            if has_space {
                file.spaced_number(quantity);
            } else {
                file.number(quantity);
            }
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
    /// The last size repeats the one before.
    has_size_twice: bool,
    /// The skus at this position and the next have each other's id.
    swapped: Option<usize>,
}

impl SkuFaults {
    fn of(style: u64, sizes: &[&str], random: &mut Random) -> Self {
        let has_xxl = sizes.contains(&"XXL");
        let n_neighbours = sizes.len() - 1;
        if style <= n_rows::STYLES {
            let is_swapped = style == faulty::STYLE_WITH_SKUS_OUT_OF_ORDER;
            return Self {
                has_size_twice: style == faulty::STYLE_WITH_A_SIZE_TWICE,
                swapped: is_swapped.then_some(0),
            };
        }
        // As frequent as among the first eleven products: in one style of 21 with these sizes, and in eight styles of
        // 42.
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
    const FILE: ExportFile = ExportFile::Sku;

    fn new(seed: u64, _products: u64) -> Self {
        Self { seed, n_styles: 0 }
    }

    fn product(&mut self, product: &ProductPlan, file: &mut RowFile) -> io::Result<()> {
        let mut random = Random::new(self.seed, Purpose::Skus, product.id);
        for _ in 0..product.n_styles {
            self.n_styles += 1;
            let plan = product.style(self.seed, self.n_styles);
            if plan.has_skus {
                self.skus(product.kind.sizes(), &mut random, file)?;
            }
            file.faults.add_if(Fault::WithoutSkus, !plan.has_skus);
        }
        Ok(())
    }
}
