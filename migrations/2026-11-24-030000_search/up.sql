-- Search: the words of every product, and the words there are. Written together with the documents, in the same
-- transaction, by whoever writes those.

-- Both come with PostgreSQL and may be installed by the database's owner.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

CREATE SCHEMA search;
COMMENT ON SCHEMA search IS 'What GET /products?q= looks in.';

-- Words as they are written, without accents. What has the same stem is found by way of the vocabulary, so that the
-- beginning of any word can be looked for.
CREATE TEXT SEARCH DICTIONARY search.word (TEMPLATE = pg_catalog.simple, STOPWORDS = english);
COMMENT ON TEXT SEARCH DICTIONARY search.word IS 'Words in lower case, without those that nearly every text has.';
CREATE TEXT SEARCH CONFIGURATION search.catalogue (PARSER = pg_catalog."default");
COMMENT ON TEXT SEARCH CONFIGURATION search.catalogue IS 'How texts of the catalogue, and what is searched for, are taken apart.';
-- Looking for accents takes a third of the time: not in what is plain ASCII. Of words with hyphens only the parts count.
ALTER TEXT SEARCH CONFIGURATION search.catalogue
    ADD MAPPING FOR asciiword, hword_asciipart, int, uint, float, sfloat, version WITH search.word;
ALTER TEXT SEARCH CONFIGURATION search.catalogue
    ADD MAPPING FOR word, numword, hword_part, hword_numpart, host, file, email WITH unaccent, search.word;

-- The part that is looked at is bounded: a tsvector must not exceed a megabyte. Words with a slash between them would be
-- the name of a file.
CREATE FUNCTION search.words_in(text) RETURNS tsvector
LANGUAGE sql STABLE PARALLEL SAFE
RETURN to_tsvector('search.catalogue', replace(left($1, 50000), '/', ' '));
COMMENT ON FUNCTION search.words_in IS 'The words of a text.';

-- Without a query in it, which would take as long as the rest.
CREATE FUNCTION search.words_of(listing jsonb) RETURNS tsvector
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    name CONSTANT tsvector := search.words_in(coalesce(listing ->> 'name', ''));
BEGIN
    RETURN setweight(name, 'A')
        || setweight(search.words_in(coalesce(listing ->> 'category', '')), 'B')
        || setweight(search.words_in(coalesce(listing ->> 'slogan', '')), 'C')
        || setweight(search.words_in(coalesce(listing ->> 'description', '')), 'D')
        || array_to_tsvector(array_remove(array_remove(
            string_to_array('=' || array_to_string(tsvector_to_array(name), ' ='), ' ') || ('@' || md5(listing ->> 'category')),
            '='), NULL));
END $$;
COMMENT ON FUNCTION search.words_of IS 'What a product is found by: the words of its name (weight A), category (B), slogan (C) and description (D), those of the name with = before them once more, and @ with the MD5 of the category.';

CREATE TABLE search.product_words (
    product_id bigint PRIMARY KEY,
    words tsvector NOT NULL
);
COMMENT ON TABLE search.product_words IS 'One row for each product that can be found.';
COMMENT ON COLUMN search.product_words.product_id IS 'The product.';
COMMENT ON COLUMN search.product_words.words IS 'See the function search.words_of.';

-- With the collation by whose order words with the same beginning follow each other.
CREATE TABLE search.vocabulary (
    word text COLLATE "C" PRIMARY KEY,
    stem text NOT NULL
);
COMMENT ON TABLE search.vocabulary IS 'The words that products have, or had since the last load: finds other forms of a word, and what somebody may have meant.';
COMMENT ON COLUMN search.vocabulary.word IS 'The word as it is in product_words.';
COMMENT ON COLUMN search.vocabulary.stem IS 'What forms of the same word have in common.';

CREATE FUNCTION search.stem(word text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce((ts_lexize('pg_catalog.english_stem', word))[1], word);
COMMENT ON FUNCTION search.stem IS 'What forms of a word have in common.';

-- The products there are already; indexes are made faster of what is there.
INSERT INTO search.product_words (product_id, words)
SELECT product_id, search.words_of(listing) FROM serving.product_document WHERE NOT deleted;
INSERT INTO search.vocabulary (word, stem)
SELECT word, search.stem(word) FROM ts_stat('SELECT words FROM search.product_words') WHERE left(word, 1) NOT IN ('=', '@');

-- Sixteen indexes, each of a part of the products: a search for a word that many have ends when it has found enough,
-- instead of reading all places of the word. No pending lists, which every search would have to read.
CREATE INDEX product_words_0 ON search.product_words USING gin (words) WITH (fastupdate = off) WHERE (product_id & 15) = 0;
CREATE INDEX product_words_1 ON search.product_words USING gin (words) WITH (fastupdate = off) WHERE (product_id & 15) = 1;
CREATE INDEX product_words_2 ON search.product_words USING gin (words) WITH (fastupdate = off) WHERE (product_id & 15) = 2;
CREATE INDEX product_words_3 ON search.product_words USING gin (words) WITH (fastupdate = off) WHERE (product_id & 15) = 3;
CREATE INDEX product_words_4 ON search.product_words USING gin (words) WITH (fastupdate = off) WHERE (product_id & 15) = 4;
CREATE INDEX product_words_5 ON search.product_words USING gin (words) WITH (fastupdate = off) WHERE (product_id & 15) = 5;
CREATE INDEX product_words_6 ON search.product_words USING gin (words) WITH (fastupdate = off) WHERE (product_id & 15) = 6;
CREATE INDEX product_words_7 ON search.product_words USING gin (words) WITH (fastupdate = off) WHERE (product_id & 15) = 7;
CREATE INDEX product_words_8 ON search.product_words USING gin (words) WITH (fastupdate = off) WHERE (product_id & 15) = 8;
CREATE INDEX product_words_9 ON search.product_words USING gin (words) WITH (fastupdate = off) WHERE (product_id & 15) = 9;
CREATE INDEX product_words_10 ON search.product_words USING gin (words) WITH (fastupdate = off) WHERE (product_id & 15) = 10;
CREATE INDEX product_words_11 ON search.product_words USING gin (words) WITH (fastupdate = off) WHERE (product_id & 15) = 11;
CREATE INDEX product_words_12 ON search.product_words USING gin (words) WITH (fastupdate = off) WHERE (product_id & 15) = 12;
CREATE INDEX product_words_13 ON search.product_words USING gin (words) WITH (fastupdate = off) WHERE (product_id & 15) = 13;
CREATE INDEX product_words_14 ON search.product_words USING gin (words) WITH (fastupdate = off) WHERE (product_id & 15) = 14;
CREATE INDEX product_words_15 ON search.product_words USING gin (words) WITH (fastupdate = off) WHERE (product_id & 15) = 15;

CREATE INDEX vocabulary_stem ON search.vocabulary (stem);
CREATE INDEX vocabulary_similar ON search.vocabulary USING gin (word gin_trgm_ops);

-- By name and not bound to the tables as they are now: a load exchanges them.
CREATE FUNCTION search.index_products(ids bigint[], listings jsonb[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    WITH written AS (
        INSERT INTO search.product_words AS known (product_id, words)
        SELECT product.id, search.words_of(product.listing)
        FROM unnest(ids, listings) AS product (id, listing)
        WHERE product.listing IS NOT NULL
        ON CONFLICT (product_id) DO UPDATE SET words = excluded.words WHERE known.words <> excluded.words
        RETURNING words
    )
    INSERT INTO search.vocabulary (word, stem)
    SELECT DISTINCT word.lexeme, search.stem(word.lexeme)
    FROM written, unnest(written.words) AS word
    WHERE left(word.lexeme, 1) NOT IN ('=', '@')
        AND NOT EXISTS (SELECT FROM search.vocabulary AS known WHERE known.word = word.lexeme)
    ON CONFLICT (word) DO NOTHING;
    DELETE FROM search.product_words
    USING unnest(ids, listings) AS product (id, listing)
    WHERE product_words.product_id = product.id AND product.listing IS NULL;
END $$;
COMMENT ON FUNCTION search.index_products IS 'Has products be found by their listings, or no more if they have none.';

-- Whoever writes documents, with the rights of the owner: a server of the version before this one, too.
CREATE FUNCTION search.index_inserted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM search.index_products(array_agg(product_id), array_agg(listing)) FROM new_rows HAVING count(*) > 0;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION search.index_inserted IS 'Keeps search.product_words equal to the documents.';

CREATE FUNCTION search.index_updated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM search.index_products(array_agg(product_id), array_agg(after.listing))
    FROM new_rows AS after JOIN old_rows AS before USING (product_id)
    WHERE after.listing IS DISTINCT FROM before.listing
    HAVING count(*) > 0;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION search.index_updated IS 'Keeps search.product_words equal to the documents.';

CREATE TRIGGER search_insert AFTER INSERT ON serving.product_document
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION search.index_inserted();
CREATE TRIGGER search_update AFTER UPDATE ON serving.product_document
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION search.index_updated();
