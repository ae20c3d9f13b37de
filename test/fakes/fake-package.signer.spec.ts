import { packageSignerContract } from '../contracts/package-signer.contract.js';
import { FakePackageSigner } from './fake-package.signer.js';

packageSignerContract('in memory', () => {
  const signer = new FakePackageSigner();
  const refuseWith = (refusal: FakePackageSigner['refusal']) => () => {
    signer.refusal = refusal;
    return Promise.resolve();
  };
  return {
    signer,
    rotate: () => {
      signer.rotate();
      return Promise.resolve();
    },
    takeAway: refuseWith('signing-unavailable'),
    giveBack: refuseWith(undefined),
    destroy: refuseWith('signing-not-configured'),
    close: () => Promise.resolve(),
  };
});
