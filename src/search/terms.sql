-- The words of a text in their order, each with its other forms. The beginning of the last word stands for the shortest
-- words that begin so: with these, PostgreSQL reads no more places than those where all other words are, which `:*`
-- would not allow it. If all words are in nearly every text, the beginnings of others are meant.
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
