import { tokenStoreContract } from '../contracts/token-store.contract.js';
import { FakeTokenStore } from './fake-token.store.js';

tokenStoreContract('in memory', () => {
  const store = new FakeTokenStore();
  return { store, pass: (days) => store.pass(days) };
});
