DROP TABLE policy_decision;
