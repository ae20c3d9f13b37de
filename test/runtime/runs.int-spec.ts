import { runJournalContract } from '../contracts/run-journal.contract.js';
import { runStoreContract } from '../contracts/run-store.contract.js';
import { postgresRuns } from './postgres-runs.js';

runStoreContract('PostgreSQL', postgresRuns);
runJournalContract('PostgreSQL', postgresRuns);
