// @generated automatically by Diesel CLI.

pub mod serving {
    diesel::table! {
        serving.product_document (product_id) {
            product_id -> Int8,
            version -> Int8,
            deleted -> Bool,
            listing -> Nullable<Jsonb>,
            detail -> Nullable<Jsonb>,
            styles -> Nullable<Jsonb>,
            related -> Nullable<Jsonb>,
            card -> Nullable<Jsonb>,
            changed_at -> Nullable<Timestamptz>,
            composed_at -> Nullable<Timestamptz>,
        }
    }

    diesel::table! {
        serving.publication (only_row) {
            only_row -> Bool,
            epoch -> Uuid,
            first_version -> Int8,
            last_version -> Int8,
            published_at -> Timestamptz,
        }
    }

    diesel::table! {
        serving.published_product (number) {
            block -> Int8,
            offsets -> Bytea,
            number -> Int8,
            category -> Nullable<Text>,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(product_document, publication, published_product,);
}
