SELECT number, sha256 FROM schema_migration
