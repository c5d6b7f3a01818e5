//! The format of an export: six files, their columns in file order, and the table column of each.
//!
//! The one place to change when the export's format changes: reading, checking, copying and the
//! headers of generated files follow from it. The generator only has to give new columns values,
//! and its tests fail until it does.

use self::{
    ColumnType::{BigInt, Boolean, Decimal, Id, Reference, Text, Url},
    ExportFile::{Feature, Photo, Product, Related, Sku, Style},
};

/// One of the six files of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExportFile {
    /// Products.
    Product,
    /// Properties of products.
    Feature,
    /// Styles of products.
    Style,
    /// Photos of styles.
    Photo,
    /// Stock keeping units of styles.
    Sku,
    /// Recommendations from product to product.
    Related,
}

/// The kind of value in the cells of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// The row's own key: a positive 64-bit integer, once per file.
    Id,
    /// The key of a row of another file.
    Reference(ExportFile),
    /// Any 64-bit integer.
    BigInt,
    /// A plain decimal number, kept exactly.
    Decimal,
    /// `0`, `1`, `true` or `false`.
    Boolean,
    /// Any text.
    Text,
    /// Text that is an address.
    Url,
}

impl ColumnType {
    /// True if every text is a value, so that only an unquoted `null` or nothing can mean NULL.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self, Text | Url)
    }
}

/// A column of an export file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name in the header of the file.
    pub name: &'static str,
    /// Name of the column of the table that holds it.
    pub target: &'static str,
    /// Kind of its values.
    pub kind: ColumnType,
    /// True if a cell may be NULL.
    pub nullable: bool,
}

const fn required(name: &'static str, target: &'static str, kind: ColumnType) -> Column {
    Column {
        name,
        target,
        kind,
        nullable: false,
    }
}

const fn nullable(name: &'static str, target: &'static str, kind: ColumnType) -> Column {
    Column {
        name,
        target,
        kind,
        nullable: true,
    }
}

const PRODUCT: &[Column] = &[
    required("id", "id", Id),
    required("name", "name", Text),
    nullable("slogan", "slogan", Text),
    nullable("description", "description", Text),
    nullable("category", "category", Text),
    required("default_price", "default_price", Decimal),
];
const FEATURE: &[Column] = &[
    required("id", "id", Id),
    required("product_id", "product_id", Reference(Product)),
    required("feature", "feature", Text),
    nullable("value", "value", Text),
];
// The sale price comes first.
const STYLE: &[Column] = &[
    required("id", "id", Id),
    required("productId", "product_id", Reference(Product)),
    required("name", "name", Text),
    nullable("sale_price", "sale_price", Decimal),
    required("original_price", "original_price", Decimal),
    required("default_style", "default_style", Boolean),
];
// The full-size picture comes first.
const PHOTO: &[Column] = &[
    required("id", "id", Id),
    required("styleId", "style_id", Reference(Style)),
    nullable("url", "url", Url),
    nullable("thumbnail_url", "thumbnail_url", Url),
];
const SKU: &[Column] = &[
    required("id", "id", Id),
    required("styleId", "style_id", Reference(Style)),
    required("size", "size", Text),
    required("quantity", "quantity", BigInt),
];
const RELATED: &[Column] = &[
    required("id", "id", Id),
    required("current_product_id", "product_id", Reference(Product)),
    required(
        "related_product_id",
        "related_product_id",
        Reference(Product),
    ),
];

impl ExportFile {
    /// Every file, parents before children.
    pub const ALL: [Self; 6] = [Product, Feature, Style, Photo, Sku, Related];

    /// Name of the file in the folder of an export.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Product => "product.csv",
            Feature => "features.csv",
            Style => "styles.csv",
            Photo => "photos.csv",
            Sku => "skus.csv",
            Related => "related.csv",
        }
    }

    /// Name of the table that takes the rows, without its schema.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Product => "product",
            Feature => "feature",
            Style => "style",
            Photo => "photo",
            Sku => "sku",
            Related => "related_product",
        }
    }

    /// The columns in the order of the file; the key is the first.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Product => PRODUCT,
            Feature => FEATURE,
            Style => STYLE,
            Photo => PHOTO,
            Sku => SKU,
            Related => RELATED,
        }
    }

    /// The first line of the file.
    #[must_use]
    pub fn header(self) -> String {
        let names: Vec<_> = self.columns().iter().map(|column| column.name).collect();
        names.join(",")
    }

    /// The file whose rows this file's rows belong to; no file refers to two others.
    #[must_use]
    pub const fn parent(self) -> Option<Self> {
        match self {
            Product => None,
            Feature | Style | Related => Some(Product),
            Photo | Sku => Some(Style),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ColumnType, ExportFile};

    #[test]
    fn parents_come_before_their_children() {
        for file in ExportFile::ALL {
            assert!(file.parent().is_none_or(|parent| parent < file), "{file:?}");
        }
    }

    #[test]
    fn the_first_column_is_the_key_and_every_reference_names_the_parent() {
        for file in ExportFile::ALL {
            let [first, rest @ ..] = file.columns() else {
                panic!("{file:?} has no columns");
            };
            assert_eq!(first.kind, ColumnType::Id, "{file:?}");
            for column in rest {
                assert_ne!(column.kind, ColumnType::Id, "{file:?}: {}", column.name);
                if let ColumnType::Reference(parent) = column.kind {
                    assert_eq!(Some(parent), file.parent(), "{file:?}: {}", column.name);
                }
            }
        }
    }
}
