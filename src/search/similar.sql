-- Indexed words that are similar to each of the given ones.
SELECT ARRAY(
    SELECT known.word FROM search.vocabulary AS known
    WHERE known.word % asked.word AND known.word <> asked.word
    ORDER BY similarity(known.word, asked.word) DESC, known.word LIMIT 100
)
FROM unnest($1::text[]) WITH ORDINALITY AS asked (word, number) ORDER BY number
