-- The runs of one version: its history, and whether there are any before it is deleted.
CREATE INDEX run_version_idx ON run (workflow, version, id);
