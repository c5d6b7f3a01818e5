// @generated automatically by Diesel CLI.

pub mod catalog {
    diesel::table! {
        catalog.feature (id) {
            id -> Int8,
            product_id -> Int8,
            #[sql_name = "feature"]
            feature_ -> Text,
            value -> Nullable<Text>,
        }
    }

    diesel::table! {
        catalog.photo (id) {
            id -> Int8,
            style_id -> Int8,
            url -> Nullable<Text>,
            thumbnail_url -> Nullable<Text>,
        }
    }

    diesel::table! {
        catalog.product (id) {
            id -> Int8,
            name -> Text,
            slogan -> Nullable<Text>,
            description -> Nullable<Text>,
            category -> Nullable<Text>,
            default_price -> Numeric,
        }
    }

    diesel::table! {
        catalog.related_product (id) {
            id -> Int8,
            product_id -> Int8,
            related_product_id -> Int8,
        }
    }

    diesel::table! {
        catalog.sku (id) {
            id -> Int8,
            style_id -> Int8,
            size -> Text,
            quantity -> Int8,
        }
    }

    diesel::table! {
        catalog.style (id) {
            id -> Int8,
            product_id -> Int8,
            name -> Text,
            sale_price -> Nullable<Numeric>,
            original_price -> Numeric,
            default_style -> Bool,
        }
    }

    diesel::joinable!(feature -> product (product_id));
    diesel::joinable!(photo -> style (style_id));
    diesel::joinable!(sku -> style (style_id));
    diesel::joinable!(style -> product (product_id));

    diesel::allow_tables_to_appear_in_same_query!(
        feature,
        photo,
        product,
        related_product,
        sku,
        style,
    );
}
