CREATE TABLE api_token (
  id           uuid        NOT NULL,
  name         text        NOT NULL,
  role         text        NOT NULL,
  hash         bytea       NOT NULL,
  last4        text        NOT NULL,
  created_by   text        NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  revoked_at   timestamptz,
  last_used_at timestamptz,
  CONSTRAINT api_token_pkey PRIMARY KEY (id),
  CONSTRAINT api_token_role_check CHECK (role IN ('viewer', 'operator', 'author', 'approver', 'admin'))
);
CREATE UNIQUE INDEX api_token_name_key ON api_token (name);
CREATE UNIQUE INDEX api_token_hash_key ON api_token (hash);
