DROP INDEX run_version_idx;
