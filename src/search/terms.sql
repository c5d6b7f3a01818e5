-- Words of a text in their order, each with its other forms. The last word is expanded to the shortest words with this
-- prefix: with these, PostgreSQL reads only places where all other words are, which `:*` would not allow. If all words
-- are stop words, they are expanded as prefixes.
WITH asked AS (
    SELECT coalesce(nullif(search.words_in(text), ''), to_tsvector('simple', text)) AS words
    FROM (SELECT $1::text AS text) AS given
), word AS (
    SELECT lexeme AS word, positions[array_upper(positions, 1)] AS position FROM asked, unnest(words)
)
SELECT word, ARRAY(
    SELECT known.word FROM search.vocabulary AS known
    WHERE known.stem = search.stem(word.word) ORDER BY known.word LIMIT 16
) || CASE WHEN position = max(position) OVER () THEN ARRAY(
    SELECT known.word FROM search.vocabulary AS known
    WHERE known.word ^@ word.word ORDER BY length(known.word), known.word LIMIT 64
) END
FROM word
ORDER BY position
