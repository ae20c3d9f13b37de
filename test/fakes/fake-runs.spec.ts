import { runJournalContract } from '../contracts/run-journal.contract.js';
import { runStoreContract } from '../contracts/run-store.contract.js';
import { fakeRuns } from '../runtime/runs.subject.js';

runStoreContract('in memory', fakeRuns);
runJournalContract('in memory', fakeRuns);
