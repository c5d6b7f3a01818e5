//! The next export of a shop, in which one product of a hundred has changed.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::Path,
};

/// Change of a product between two exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Price,
    Sale,
    Stock,
    Gone,
}

/// One product of a hundred changes, one of eight of those more than in a number.
const fn change(product: u64) -> Option<Change> {
    match product % 800 {
        100 | 300 | 500 => Some(Change::Price),
        200 | 400 => Some(Change::Sale),
        600 | 700 => Some(Change::Stock),
        0 => Some(Change::Gone),
        _ => None,
    }
}

/// One new product for each of so many that the export has.
const PRODUCTS_FOR_EACH_NEW_ONE: u64 = 800;

/// Writes the next export into the folder `to`, and returns the products whose documents are not what they were.
pub fn write(from: &Path, to: &Path) -> HashSet<i64> {
    fs::create_dir_all(to).expect("a folder can be created");
    let mut writer = Writer {
        from,
        to,
        affected: HashSet::new(),
        styles: HashMap::new(),
        last_ids: HashMap::new(),
    };
    writer.products();
    writer.features();
    writer.styles();
    writer.photos();
    writer.skus();
    writer.related();
    writer.affected
}

struct Writer<'a> {
    from: &'a Path,
    to: &'a Path,
    affected: HashSet<i64>,
    /// The styles of products that are gone or whose stock changes, with the product.
    styles: HashMap<u64, u64>,
    /// The highest id of each file so far, new rows included.
    last_ids: HashMap<&'static str, u64>,
}

/// The ids with which a line begins: its own, and those that it refers to.
fn ids<const N: usize>(line: &str) -> [u64; N] {
    let mut fields = line.split(',');
    std::array::from_fn(|_| {
        let field = fields.next().unwrap_or_default().trim();
        field.parse().unwrap_or_default()
    })
}

impl Writer<'_> {
    /// Copies a file line by line; a line of which `edit` makes nothing is left out.
    fn file<const N: usize>(
        &mut self,
        name: &'static str,
        mut edit: impl FnMut(&mut Self, [u64; N], String) -> Option<String>,
        new: impl FnOnce(&mut Self, u64) -> Vec<String>,
    ) {
        let source = File::open(self.from.join(name)).expect("the export is complete");
        let target = File::create(self.to.join(name)).expect("the folder can be written");
        let mut target = BufWriter::with_capacity(1 << 20, target);
        let mut lines = BufReader::with_capacity(1 << 20, source).lines();
        let head = lines.next().expect("a file has a header");
        writeln!(target, "{}", head.expect("it can be read")).expect("there is space");
        let mut last = 0;
        for line in lines {
            let line = line.expect("it can be read");
            let ids = ids::<N>(&line);
            last = last.max(ids[0]);
            if let Some(line) = edit(self, ids, line) {
                writeln!(target, "{line}").expect("there is space");
            }
        }
        let lines = new(self, last + 1);
        self.last_ids.insert(name, last + lines.len() as u64);
        for line in lines {
            writeln!(target, "{line}").expect("there is space");
        }
        target.flush().expect("there is space");
    }

    fn affect(&mut self, product: u64) {
        self.affected.insert(product.cast_signed());
    }

    /// Ids of the new products, and of the rows that each of them has in a file from `first` on.
    fn new_rows(&self, first: u64) -> impl Iterator<Item = (u64, u64)> + use<> {
        let last = self.last_ids["product.csv"];
        let new = last - last / (PRODUCTS_FOR_EACH_NEW_ONE + 1) + 1..=last;
        new.enumerate()
            .map(move |(n, product)| (product, first + n as u64))
    }

    fn products(&mut self) {
        let edit = |writer: &mut Self, [product]: [u64; 1], line: String| match change(product) {
            Some(Change::Gone) => {
                writer.affect(product);
                None
            }
            Some(Change::Price) => {
                writer.affect(product);
                let (rest, price) = line.rsplit_once(',').expect("a product has a price");
                Some(format!("{rest},1{}", price.trim()))
            }
            _ => Some(line),
        };
        let new = |writer: &mut Self, first: u64| {
            let new = first..first + (first - 1) / PRODUCTS_FOR_EACH_NEW_ONE;
            let line = |id: u64| {
                writer.affect(id);
                format!("{id},\"Novelty {id}\",\"Just in\",\"Nobody has it yet.\",\"Novelties\",99")
            };
            new.map(line).collect()
        };
        self.file("product.csv", edit, new);
    }

    fn features(&mut self) {
        let edit = |_: &mut Self, [_, product]: [u64; 2], line: String| {
            (change(product) != Some(Change::Gone)).then_some(line)
        };
        let new = |writer: &mut Self, first| {
            let line = |(product, id)| format!("{id},{product},\"Novelty\",null");
            writer.new_rows(first).map(line).collect()
        };
        self.file("features.csv", edit, new);
    }

    fn styles(&mut self) {
        let edit = |writer: &mut Self, [style, product]: [u64; 2], line: String| {
            let change = change(product);
            if matches!(change, Some(Change::Stock | Change::Gone)) {
                writer.styles.insert(style, product);
            }
            match change {
                Some(Change::Gone) => None,
                Some(Change::Sale) => {
                    writer.affect(product);
                    Some(on_sale(&line))
                }
                _ => Some(line),
            }
        };
        let new = |writer: &mut Self, first| {
            let line = |(product, id)| format!("{id},{product},\"New\",null,99,1");
            writer.new_rows(first).map(line).collect()
        };
        self.file("styles.csv", edit, new);
    }

    /// The change of the product that a style belongs to, if it is of a kind that its rows show.
    fn change_of(&self, style: u64) -> Option<(u64, Change)> {
        let product = *self.styles.get(&style)?;
        Some((product, change(product)?))
    }

    /// The new styles, and a new row for each in a file from `first` on.
    fn rows_of_new_styles(&self, first: u64) -> impl Iterator<Item = (u64, u64)> + use<> {
        let n_new = self.new_rows(0).count() as u64;
        let first_style = self.last_ids["styles.csv"] - n_new + 1;
        (0..n_new).map(move |n| (first_style + n, first + n))
    }

    fn photos(&mut self) {
        let edit = |writer: &mut Self, [_, style]: [u64; 2], line: String| {
            let is_gone = |(_, change)| change == Change::Gone;
            let is_gone = writer.change_of(style).is_some_and(is_gone);
            (!is_gone).then_some(line)
        };
        let new = |writer: &mut Self, first| {
            let url = "https://photos.example";
            let line = |(style, id)| format!("{id},{style},\"{url}/{id}\",\"{url}/small/{id}\"");
            writer.rows_of_new_styles(first).map(line).collect()
        };
        self.file("photos.csv", edit, new);
    }

    fn skus(&mut self) {
        let edit =
            |writer: &mut Self, [_, style]: [u64; 2], line: String| match writer.change_of(style) {
                Some((_, Change::Gone)) => None,
                Some((product, Change::Stock)) => {
                    writer.affect(product);
                    let (rest, quantity) = line.rsplit_once(',').expect("a sku has a quantity");
                    Some(format!("{rest},1{}", quantity.trim()))
                }
                _ => Some(line),
            };
        let new = |writer: &mut Self, first| {
            let line = |(style, id)| format!("{id},{style},\"M\",7");
            writer.rows_of_new_styles(first).map(line).collect()
        };
        self.file("skus.csv", edit, new);
    }

    fn related(&mut self) {
        let is_gone = |product| change(product) == Some(Change::Gone);
        let edit = |writer: &mut Self, [_, product, other]: [u64; 3], line: String| {
            if is_gone(product) {
                return None;
            }
            // 0 is no product: a row with it has never been loaded.
            if other > 0 && is_gone(other) {
                writer.affect(product);
                return None;
            }
            Some(line)
        };
        let new = |writer: &mut Self, first| {
            let line = |(product, id)| format!("{id},{product},1");
            writer.new_rows(first).map(line).collect()
        };
        self.file("related.csv", edit, new);
    }
}

/// A style's line with another sale price, which is less than its price.
fn on_sale(line: &str) -> String {
    let mut fields = line.rsplitn(4, ',');
    let default_style = fields.next().expect("a style has six fields");
    let original = fields.next().expect("a style has six fields");
    let sale = fields.next().expect("a style has six fields");
    let rest = fields.next().expect("a style has six fields");
    let sale = if sale == "2" { "3" } else { "2" };
    format!("{rest},{sale},{original},{default_style}")
}
