-- Every revision is kept: who is trusted today is the highest, and what was trusted when can be read.
CREATE TABLE trust_revision (
  revision   integer     NOT NULL,
  document   jsonb       NOT NULL,
  changed_by text        NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT trust_revision_pkey PRIMARY KEY (revision)
);
