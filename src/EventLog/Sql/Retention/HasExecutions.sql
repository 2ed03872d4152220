SELECT EXISTS (SELECT FROM execution WHERE id >= $1 AND id < $2)
