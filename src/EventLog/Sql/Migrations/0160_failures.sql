-- Failures by signature (see FailureTable): a list of [signature, count, example], most frequent first; null: none. Written by failures alone.
ALTER TABLE loop ADD COLUMN failures jsonb, ADD COLUMN executing bigint NOT NULL DEFAULT 0;

-- How far the workflow is, in steps: what lists show while no loop has begun.
ALTER TABLE execution ADD COLUMN steps bigint, ADD COLUMN steps_done bigint;

-- The table with what has failed since. What has just failed stays, and of the rest the most frequent: 32 together.
CREATE FUNCTION merge_failures(before jsonb, since jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT jsonb_agg(jsonb_build_array(kept.signature, kept.n, kept.example) ORDER BY kept.n DESC, kept.signature)
    FROM (
        SELECT f.signature, sum(f.n) AS n, (array_agg(f.example ORDER BY f.is_new, f.place))[1] AS example
        FROM (
            SELECT e.value ->> 0 AS signature, (e.value ->> 1)::bigint AS n, e.value ->> 2 AS example, false AS is_new, e.place
            FROM jsonb_array_elements(before) WITH ORDINALITY AS e (value, place)
            UNION ALL
            SELECT e.value ->> 0, (e.value ->> 1)::bigint, e.value ->> 2, true, e.place
            FROM jsonb_array_elements(since) WITH ORDINALITY AS e (value, place)
        ) AS f
        GROUP BY f.signature
        ORDER BY bool_or(f.is_new) DESC, sum(f.n) DESC, f.signature COLLATE "C"
        LIMIT 32
    ) AS kept
$$;
