DROP TABLE run_event;
DROP TABLE run_step;
DROP TABLE run;
