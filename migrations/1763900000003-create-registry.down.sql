DROP TABLE workflow_version;
DROP TABLE package_signature;
DROP TABLE package;
