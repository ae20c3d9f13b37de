/** What is read from a registry at most, whatever it says about lengths. */
export const OCI_LIMITS = {
  manifestBytes: 1024 * 1024,
  packageBytes: 20 * 1024 * 1024,
  bundleBytes: 1024 * 1024,
  tokenBytes: 64 * 1024,
  /** Of the answer that explains a refusal; the rest is not read. */
  errorBytes: 16 * 1024,
  signatures: 32,
  referrerPages: 20,
  redirects: 5,
} as const;
