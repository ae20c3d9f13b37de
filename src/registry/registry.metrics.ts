import { makeCounterProvider } from '@willsoto/nestjs-prometheus';

export const REGISTRATIONS = 'workflow_registrations_total';
export const VALIDATIONS = 'workflow_validations_total';
export const SIGNATURES_VERIFIED = 'workflow_signatures_verified_total';
export const REFUSED = 'workflow_packages_refused_total';

/** Of opening packages, in both processes. */
export const packageMetrics = [
  makeCounterProvider({
    name: VALIDATIONS,
    help: 'Packages that were read and validated.',
    labelNames: ['result'],
  }),
  makeCounterProvider({
    name: SIGNATURES_VERIFIED,
    help: 'Signatures of packages that were verified.',
    labelNames: ['result', 'kind'],
  }),
];

/** Of the api only: nothing is registered elsewhere. */
export const registrationMetrics = [
  makeCounterProvider({
    name: REGISTRATIONS,
    help: 'Uploads of packages; unchanged means that the same bytes were registered before.',
    labelNames: ['result'],
  }),
  makeCounterProvider({
    name: REFUSED,
    help: 'Uploads that were refused, by the code of the problem.',
    labelNames: ['reason'],
  }),
];
