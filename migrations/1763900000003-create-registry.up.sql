CREATE TABLE package (
  digest     text        NOT NULL,
  media_type text        NOT NULL,
  size       integer     NOT NULL,
  bytes      bytea       NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT package_pkey PRIMARY KEY (digest)
);

CREATE TABLE package_signature (
  digest      text        NOT NULL,
  key_id      text        NOT NULL,
  kind        text        NOT NULL,
  text        text        NOT NULL,
  verified_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT package_signature_pkey PRIMARY KEY (digest, key_id),
  CONSTRAINT package_signature_digest_fkey FOREIGN KEY (digest) REFERENCES package (digest),
  CONSTRAINT package_signature_kind_check CHECK (kind IN ('signature', 'bundle'))
);

CREATE TABLE workflow_version (
  id          uuid        NOT NULL,
  name        text        NOT NULL,
  version     text        NOT NULL,
  version_key bytea       NOT NULL,
  prerelease  boolean     NOT NULL,
  digest      text        NOT NULL,
  description text,
  author      text,
  tags        text[]      NOT NULL,
  key_id      text        NOT NULL,
  decision    jsonb       NOT NULL,
  uploaded_by text        NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT workflow_version_pkey PRIMARY KEY (id),
  CONSTRAINT workflow_version_digest_fkey FOREIGN KEY (digest) REFERENCES package (digest)
);
CREATE UNIQUE INDEX workflow_version_name_version_key ON workflow_version (name, version);
CREATE UNIQUE INDEX workflow_version_digest_key ON workflow_version (digest);
CREATE INDEX workflow_version_latest_idx ON workflow_version (name, prerelease, version_key);
