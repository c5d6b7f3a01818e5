// @generated automatically by Diesel CLI.

pub mod serving {
    diesel::table! {
        serving.bulk_change (seq) {
            seq -> Int8,
            product_ids -> Nullable<Array<Nullable<Int8>>>,
            style_ids -> Nullable<Array<Nullable<Int8>>>,
            from_product_id -> Nullable<Int8>,
            changed_at -> Timestamptz,
        }
    }

    diesel::table! {
        serving.change_queue (seq) {
            seq -> Int8,
            product_id -> Nullable<Int8>,
            style_id -> Nullable<Int8>,
            changed_at -> Timestamptz,
        }
    }

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

    diesel::table! {
        serving.refresh_failure (product_id) {
            product_id -> Int8,
            error -> Text,
            attempts -> Int4,
            failed_at -> Timestamptz,
            retry_at -> Timestamptz,
        }
    }

    diesel::table! {
        serving.refresher (only_row) {
            only_row -> Bool,
            worker -> Nullable<Uuid>,
            worked_at -> Timestamptz,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(
        bulk_change,
        change_queue,
        product_document,
        publication,
        published_product,
        refresh_failure,
        refresher,
    );
}
