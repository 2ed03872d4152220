-- What the leader leaves an execution (see Allowance), for replicas that serve its workers and make no passes. Null: its own limits decide.
ALTER TABLE execution ADD COLUMN max_parallel integer, ADD COLUMN halvings integer;
