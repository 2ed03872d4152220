-- One that another execution repeats stays as long as that one: its results are read from here.
SELECT x.id FROM execution x
WHERE x.expires_at <= $1
  AND NOT EXISTS (SELECT FROM execution y WHERE y.retry_of = x.id)
ORDER BY x.expires_at
LIMIT $2
