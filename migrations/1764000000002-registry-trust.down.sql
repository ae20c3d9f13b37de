DROP TABLE trust_revision;
