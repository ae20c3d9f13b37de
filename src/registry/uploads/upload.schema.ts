/** OpenAPI of the upload: signatures come with the package, one or several, of either kind. */
export const UPLOAD_SCHEMA = {
  type: 'object' as const,
  required: ['package'],
  properties: {
    package: {
      type: 'string' as const,
      format: 'binary',
      description: 'The package: one YAML file (at most 1 MiB) or a .wpk.tgz (at most 20 MiB).',
    },
    bundle: {
      type: 'array' as const,
      items: { type: 'string' as const, format: 'binary' },
      description:
        'Sigstore bundles (JSON) written by `atomctl sign` or `cosign sign-blob --bundle`; a part for each, at most 1 MiB.',
    },
    signature: {
      type: 'array' as const,
      items: { type: 'string' as const },
      description:
        'Bare signatures: the base64 text written by `cosign sign-blob --output-signature`; a part for each.',
    },
  },
};
