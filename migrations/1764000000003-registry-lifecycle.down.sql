DROP TABLE workflow;
DROP INDEX workflow_version_latest_idx;
CREATE INDEX workflow_version_latest_idx ON workflow_version (name, prerelease, version_key);
DELETE FROM workflow_version WHERE state = 'deleted';
ALTER TABLE workflow_version
  ALTER COLUMN version TYPE text COLLATE "default",
  DROP CONSTRAINT workflow_version_state_check,
  DROP CONSTRAINT workflow_version_safety_mode_check,
  DROP COLUMN signer, DROP COLUMN families, DROP COLUMN safety_mode, DROP COLUMN media_type, DROP COLUMN size,
  DROP COLUMN state, DROP COLUMN state_reason, DROP COLUMN state_by, DROP COLUMN state_at, DROP COLUMN override,
  ADD CONSTRAINT workflow_version_digest_fkey FOREIGN KEY (digest) REFERENCES package (digest);
ALTER TABLE workflow_version RENAME COLUMN signer_id TO key_id;
ALTER TABLE package_signature RENAME COLUMN stored_at TO verified_at;
ALTER TABLE package_signature DROP COLUMN signer, DROP COLUMN logged, DROP COLUMN signed_at;
ALTER TABLE package_signature RENAME COLUMN signer_id TO key_id;
