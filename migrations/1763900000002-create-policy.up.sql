CREATE TABLE policy_decision (
  id                 text        NOT NULL,
  stage              text        NOT NULL,
  digest             text        NOT NULL,
  outcome            text        NOT NULL,
  required_approvals integer     NOT NULL,
  risk_score         integer     NOT NULL,
  risk_level         text        NOT NULL,
  reasons            jsonb       NOT NULL,
  facts              jsonb       NOT NULL,
  ruleset_version    text        NOT NULL,
  created_at         timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT policy_decision_pkey PRIMARY KEY (id),
  CONSTRAINT policy_decision_stage_check CHECK (stage IN ('admission', 'run')),
  CONSTRAINT policy_decision_outcome_check CHECK (outcome IN ('deny', 'requireApproval', 'allow'))
);
