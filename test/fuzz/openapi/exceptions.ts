/** Operations that generated requests seldom please, by `operationId`, with the reason. They are fuzzed all the same. */
export const FEW_GOOD_ANSWERS: Readonly<Record<string, string>> = {
  VersionLifecycleController_sign: 'There is no Vault here that holds a key.',
};
