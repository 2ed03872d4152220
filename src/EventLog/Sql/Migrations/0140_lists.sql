-- The API lists executions newest first, by what they are of, and iterations that failed or have a name.

-- phase changes a few times in a life, never with a batch: updates of an open execution stay heap-only.
CREATE INDEX execution_phase ON execution (phase, id);
CREATE INDEX execution_namespace ON execution (namespace, id);
CREATE INDEX execution_name ON execution (name, id);
CREATE INDEX execution_playbook ON execution (playbook, id);

CREATE INDEX event_failed_iteration ON event (execution_id, run_id, iteration_index) WHERE event_type = 'iteration.failed';

CREATE INDEX element_key ON element (execution_id, run_id, key) WHERE key IS NOT NULL;
